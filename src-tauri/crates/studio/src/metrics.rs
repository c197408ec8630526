//! `/metrics`, in the Prometheus text format. Sums only: a scrape never tells who is watching.

use crate::steps::Steps;
use crate::turns::Turns;
use forward::Totals;
use server::Refusals;
use std::fmt::{Display, Write};

/// What there is to tell.
pub(crate) struct Scrape<'a> {
    pub(crate) live: bool,
    pub(crate) watching: u32,
    pub(crate) peak: u32,
    pub(crate) pages: usize,
    pub(crate) sessions: usize,
    /// Refused joins by code, since the program started.
    pub(crate) refused: &'a Refusals,
    pub(crate) totals: Totals,
    pub(crate) steps: &'a Steps,
    pub(crate) turns: &'a Turns,
    /// By the name of the thread or task.
    pub(crate) panics: &'a [(String, u64)],
}

/// The whole page.
pub(crate) fn text(scrape: &Scrape<'_>) -> String {
    let mut out = Page(String::new());
    let t = &scrape.totals;
    out.gauge("live", "1 while a broadcast runs.", u64::from(scrape.live));
    out.gauge("viewers", "Viewers to whom media flows.", scrape.watching);
    out.gauge("viewers_peak", "The most viewers at one time in this broadcast.", scrape.peak);
    out.gauge("sessions", "WHEP sessions, joining or watching.", scrape.sessions);
    out.gauge("pages", "Open sockets of watch pages.", scrape.pages);
    out.counter("joins_total", "Offers answered.", t.joins);
    out.counter("connected_total", "Viewers whose DTLS handshake was done.", t.connected);
    out.head("left_total", "Viewers that went by themselves, by why.", "counter");
    out.labelled("left_total", "reason", "failed", t.failed);
    out.labelled("left_total", "reason", "timeout", t.timed_out);
    out.head("refused_total", "Joins refused, by code.", "counter");
    for (code, count) in scrape.refused.iter() {
        out.labelled("refused_total", "code", code, count);
    }
    out.counter("rtp_packets_sent_total", "RTP packets handed to the kernel, repairs included.", t.packets_sent);
    out.counter("rtp_packets_repaired_total", "RTP packets sent again because a viewer asked.", t.retransmitted);
    out.counter("udp_bytes_sent_total", "Bytes of UDP payload handed to the kernel.", t.bytes_sent);
    out.counter("udp_sends_total", "Calls that handed them over.", t.sends);
    out.counter("udp_datagrams_received_total", "Datagrams received.", t.datagrams_received);
    out.counter("paths_changed_total", "Viewers whose media began to go to another address.", t.paths_changed);
    out.counter(
        "checks_sent_total",
        "STUN checks of ours, whether an address receives what is sent there.",
        t.checks_sent,
    );
    out.counter("checks_answered_total", "Those that were answered.", t.checks_answered);
    out.counter("pictures_encoded_total", "Pictures of the largest layer that were encoded.", t.pictures_encoded);
    let age = "Microseconds from capture until then, of all of them.";
    out.counter("pictures_encoded_age_us_total", age, t.pictures_encoded_age_us);
    out.counter("pictures_sent_total", "Pictures of the largest layer sent, once a sending thread.", t.pictures_sent);
    let age = "Microseconds from capture until the thread's last viewer had it, of all of them.";
    out.counter("pictures_sent_age_us_total", age, t.pictures_sent_age_us);
    let (pictures, spent) = scrape.steps.read();
    out.counter("picture_steps_total", "Pictures whose steps before sending were timed.", pictures);
    let help = "Microseconds they spent; a layer's encoding counts from when the encoders began with the picture.";
    out.head("picture_steps_us_total", help, "counter");
    for (step, us) in spent {
        out.labelled("picture_steps_us_total", "step", step, us);
    }
    let turns = scrape.turns.read();
    let help = "Microseconds of processor time of the longest turn of the task that decides, by what it was about.";
    out.head("owner_longest_turn_us", help, "gauge");
    for turn in turns {
        out.labelled("owner_longest_turn_us", "of", turn.of, turn.longest_us);
    }
    out.head("owner_long_turns_total", "Its turns of five milliseconds or more.", "counter");
    for turn in turns {
        out.labelled("owner_long_turns_total", "of", turn.of, turn.long);
    }
    out.head("thread_panics_total", "Threads and tasks that failed by a mistake of the program, by name.", "counter");
    for (thread, count) in scrape.panics {
        out.labelled("thread_panics_total", "thread", thread, count);
    }
    out.counter("malformed_rtcp_total", "Authentic RTCP of which some could not be read.", t.malformed_rtcp);
    out.head("dropped_total", "Packets, pictures and datagrams dropped, by why.", "counter");
    for (why, count) in [
        ("unsent", t.dropped_unsent),
        ("late", t.dropped_late),
        ("left_out", t.left_out),
        ("unknown", t.dropped_unknown),
        ("stun", t.dropped_stun),
        ("replayed_check", t.dropped_replayed_check),
        ("dtls", t.dropped_dtls),
        ("unauthenticated", t.dropped_unauthenticated),
        ("replayed", t.dropped_replayed),
        ("flood", t.dropped_flood),
        ("excessive", t.dropped_excessive),
        ("removed", t.dropped_removed),
        ("fingerprint", t.dropped_fingerprint),
    ] {
        out.labelled("dropped_total", "reason", why, count);
    }
    out.0
}

struct Page(String);

impl Page {
    fn head(&mut self, name: &str, help: &str, kind: &str) {
        self.line(format_args!("# HELP skylark_{name} {help}"));
        self.line(format_args!("# TYPE skylark_{name} {kind}"));
    }

    fn gauge(&mut self, name: &str, help: &str, value: impl Display) {
        self.head(name, help, "gauge");
        self.line(format_args!("skylark_{name} {value}"));
    }

    fn counter(&mut self, name: &str, help: &str, value: u64) {
        self.head(name, help, "counter");
        self.line(format_args!("skylark_{name} {value}"));
    }

    fn labelled(&mut self, name: &str, label: &str, of: &str, value: impl Display) {
        self.line(format_args!("skylark_{name}{{{label}=\"{of}\"}} {value}"));
    }

    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        writeln!(self.0, "{line}").expect("a String takes everything");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::turns::Cause;
    use protocol::RefusalCode;
    use std::time::Duration;

    #[test]
    fn every_line_is_a_comment_or_a_sample_and_nobody_is_named() {
        let mut refused = Refusals::default();
        refused.count(RefusalCode::Kicked);
        refused.count(RefusalCode::Kicked);
        let totals = Totals { packets_sent: 7, ..Totals::default() };
        let refused = &refused.and(&[(RefusalCode::TooMany, 8), (RefusalCode::Full, 0)]);
        let (steps, turns) = (&Steps::default(), &Turns::default());
        turns.count(Cause::Request, Duration::from_micros(123));
        let panics = &[("media-camera".to_owned(), 9)];
        let now =
            Scrape { live: true, watching: 3, peak: 4, pages: 5, sessions: 6, refused, totals, steps, turns, panics };
        let page = text(&now);
        assert!(!page.contains("full"), "what never happened has no line");
        for wanted in [
            "skylark_live 1",
            "skylark_viewers 3",
            "skylark_refused_total{code=\"kicked\"} 2",
            "skylark_refused_total{code=\"too_many\"} 8",
            "skylark_rtp_packets_sent_total 7",
            "skylark_owner_longest_turn_us{of=\"request\"} 123",
            "skylark_owner_long_turns_total{of=\"request\"} 0",
            "skylark_thread_panics_total{thread=\"media-camera\"} 9",
        ] {
            assert!(page.lines().any(|line| line == wanted), "{wanted} in:\n{page}");
        }
        for line in page.lines().filter(|line| !line.starts_with("# ")) {
            let (name, value) = line.rsplit_once(' ').expect("a name and a value");
            assert!(name.starts_with("skylark_") && value.parse::<u64>().is_ok(), "{line}");
        }
    }
}
