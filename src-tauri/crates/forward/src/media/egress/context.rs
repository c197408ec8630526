//! The arguments that nearly every call into a viewer's media takes.

use super::flow::Flow;
use std::time::Instant;
use stream::Clock;

/// What a call into a viewer's media works with: the time, and where packets go.
pub(super) struct Context<'a, S> {
    pub(super) clock: &'a Clock,
    pub(super) flow: &'a mut Flow,
    pub(super) now: Instant,
    pub(super) out: &'a mut S,
}

impl<'a, S> Context<'a, S> {
    pub(super) fn new(clock: &'a Clock, flow: &'a mut Flow, now: Instant, out: &'a mut S) -> Self {
        flow.at(now);
        Self { clock, flow, now, out }
    }

    pub(super) fn abs_send_time(&self) -> u32 {
        self.clock.abs_send_time(self.now)
    }
}
