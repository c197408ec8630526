//! Tells the panel: a snapshot, then events, and how loud the microphone is.

use protocol::PanelMessage;
use std::time::Duration;
use studio::{Levels, Studio};
use tauri::async_runtime::JoinHandle;
use tauri::ipc::Channel;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::MissedTickBehavior;

/// Fast enough for the eye.
const LEVELS_EVERY: Duration = Duration::from_millis(66);

/// Between a panic and the next try.
const REST: Duration = Duration::from_secs(1);

/// One panel's subscription; ends when dropped.
pub(super) struct Feed {
    channel: Channel<PanelMessage>,
    task: JoinHandle<()>,
}

impl Feed {
    pub(super) fn start(studio: Studio, channel: Channel<PanelMessage>) -> Feed {
        let to_panel = channel.clone();
        let rest = || tokio::time::sleep(REST);
        // After a panic the panel is told everything anew.
        let feed = move || feed(studio.clone(), to_panel.clone());
        Feed { channel, task: tauri::async_runtime::spawn(threads::remade("feed", rest, feed)) }
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

async fn feed(studio: Studio, channel: Channel<PanelMessage>) {
    let mut events = studio.events();
    let mut message = snapshot(&studio).await;
    let mut levels = tokio::time::interval(LEVELS_EVERY);
    levels.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut told = Levels::default();
    loop {
        if channel.send(message).is_err() {
            return; // The page is gone.
        }
        message = loop {
            tokio::select! {
                event = events.recv() => match event {
                    Ok(event) => break PanelMessage::Event { event },
                    Err(RecvError::Lagged(_)) => break snapshot(&studio).await,
                    Err(RecvError::Closed) => return,
                },
                _ = levels.tick() => {
                    let now = studio.levels();
                    if now != told {
                        told = now;
                        break PanelMessage::Levels { peak: now.peak, rms: now.rms };
                    }
                }
            }
        };
    }
}

async fn snapshot(studio: &Studio) -> PanelMessage {
    PanelMessage::Snapshot { snapshot: Box::new(studio.snapshot().await) }
}
