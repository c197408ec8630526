//! Tells the panel: a snapshot, then events, and how loud the microphone and the mixer's strips are. While nobody sees it, only what does not come again.

use super::REST;
use protocol::{Event, PanelMessage};
use std::time::Duration;
use studio::{Levels, Studio};
use tauri::async_runtime::JoinHandle;
use tauri::ipc::Channel;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;
use tokio::time::MissedTickBehavior;

/// Fast enough for the eye.
const LEVELS_EVERY: Duration = Duration::from_millis(66);

/// The mixer's strips are drawn by the processor, one by one.
const STRIPS_EVERY: Duration = Duration::from_millis(250);

/// Decibels by which a level must differ to be told again: less than the meter's smallest step on a screen.
const LEVEL_STEP: f32 = 0.25;

/// Below this nothing is heard, nor shown.
const SILENCE: f32 = -60.0;

/// One panel's subscription; ends when dropped.
pub(super) struct Feed {
    channel: Channel<PanelMessage>,
    /// Whether somebody sees the panel.
    seen: watch::Sender<bool>,
    /// And its mixer.
    mixer_seen: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Feed {
    pub(super) fn start(studio: Studio, channel: Channel<PanelMessage>) -> Feed {
        let (seen, is_seen) = watch::channel(true);
        let (mixer_seen, mixer_is_seen) = watch::channel(false);
        let to_panel = channel.clone();
        let rest = || tokio::time::sleep(REST);
        // After a panic the panel is told everything anew.
        let feed = move || feed(studio.clone(), to_panel.clone(), is_seen.clone(), mixer_is_seen.clone());
        Feed { channel, seen, mixer_seen, task: tauri::async_runtime::spawn(threads::remade("feed", rest, feed)) }
    }

    /// The window is shown, or it is hidden or minimised.
    pub(super) fn is_seen(&self, seen: bool) {
        self.seen.send_replace(seen);
    }

    /// The mixer is open in it, or not any more.
    pub(super) fn mixer_is_seen(&self, seen: bool) {
        self.mixer_seen.send_replace(seen);
    }

    /// Whether there was a panel to ask.
    pub(super) fn ask_to_close(&self) -> bool {
        self.channel.send(PanelMessage::CloseAsked).is_ok()
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn feed(
    studio: Studio,
    channel: Channel<PanelMessage>,
    mut seen: watch::Receiver<bool>,
    mixer_seen: watch::Receiver<bool>,
) {
    let mut events = studio.events();
    let mut message = snapshot(&studio).await;
    let mut levels = tokio::time::interval(LEVELS_EVERY);
    levels.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut strips = tokio::time::interval(STRIPS_EVERY);
    strips.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut strips_told = Vec::new();
    let mut told = Levels::default();
    let mut is_seen = *seen.borrow_and_update();
    loop {
        if channel.send(message).is_err() {
            return; // The page is gone.
        }
        message = loop {
            tokio::select! {
                event = events.recv() => match event {
                    Ok(event) if !is_seen && comes_again(&event) => {}
                    Ok(event) => break PanelMessage::Event { event: Box::new(event) },
                    Err(RecvError::Lagged(_)) => break snapshot(&studio).await,
                    Err(RecvError::Closed) => return,
                },
                changed = seen.changed() => {
                    if changed.is_err() {
                        return; // The feed is dropped.
                    }
                    is_seen = *seen.borrow_and_update();
                    if is_seen {
                        break snapshot(&studio).await;
                    }
                }
                _ = strips.tick(), if is_seen && *mixer_seen.borrow() => {
                    let now = studio.strip_levels();
                    if now != strips_told {
                        strips_told.clone_from(&now);
                        break PanelMessage::Strips { strips: now };
                    }
                }
                _ = levels.tick(), if is_seen => {
                    let now = studio.levels();
                    if look_different(&now, &told) {
                        told = now;
                        break PanelMessage::Levels { peak: now.peak, rms: now.rms };
                    }
                }
            }
        };
    }
}

/// The viewers' figures and the recording's are told anew each second, and stand in the snapshot. The broadcast's own are in the window's title, which is seen
/// of a minimised window too.
fn comes_again(event: &Event) -> bool {
    matches!(event, Event::Viewers { .. } | Event::Recording { .. })
}

fn look_different(one: &Levels, other: &Levels) -> bool {
    let step = |level: &f32| ((20.0 * level.log10()).max(SILENCE) / LEVEL_STEP).round() as i32;
    let steps = |levels: &Levels| [levels.peak, levels.rms].map(|sides| [step(&sides[0]), step(&sides[1])]);
    steps(one) != steps(other)
}

async fn snapshot(studio: &Studio) -> PanelMessage {
    PanelMessage::Snapshot { snapshot: Box::new(studio.snapshot().await) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_meter_is_told_what_changes_it() {
        let levels = |level: f32| Levels { peak: [level; 2], rms: [level; 2] };
        assert!(!look_different(&levels(0.5), &levels(0.501)), "less than a step");
        assert!(look_different(&levels(0.5), &levels(0.55)));
        assert!(!look_different(&levels(0.0), &levels(0.0005)), "both are silence");
        let one_side = Levels { rms: [0.5, 0.1], ..levels(0.5) };
        assert!(look_different(&levels(0.5), &one_side));
    }
}
