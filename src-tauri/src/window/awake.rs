//! The system does not sleep, and the screen does not lock, while live.

use keepawake::{Builder, KeepAwake};
use protocol::{Event, Phase};
use studio::Studio;
use tokio::sync::broadcast::error::RecvError;

/// What holds the system awake, while there is something to hold it for.
#[derive(Default)]
pub(super) struct Awake {
    held: Option<KeepAwake>,
}

impl Awake {
    /// Follows the broadcast until the program ends.
    pub(super) async fn keep(studio: Studio) {
        let mut events = studio.events();
        let mut awake = Awake::default();
        awake.follow(&studio.snapshot().await.phase).await;
        loop {
            match events.recv().await {
                Ok(Event::Phase { phase }) => awake.follow(&phase).await,
                Ok(_) => {}
                Err(RecvError::Lagged(_)) => awake.follow(&studio.snapshot().await.phase).await,
                Err(RecvError::Closed) => return,
            }
        }
    }

    async fn follow(&mut self, phase: &Phase) {
        let live = matches!(phase, Phase::Live { .. } | Phase::Starting);
        if live == self.held.is_some() {
            return;
        }
        self.held = if live { inhibit().await } else { None };
    }
}

/// Asks the desktop. Where nobody answers (no session bus, a bare window manager) the broadcast goes on all the same.
async fn inhibit() -> Option<KeepAwake> {
    let asked = tauri::async_runtime::spawn_blocking(|| {
        Builder::default()
            .display(true)
            .idle(true)
            .reason("A broadcast is live")
            .app_name("Skylark")
            .app_reverse_domain("live.skylark.panel")
            .create()
    });
    match asked.await {
        Ok(Ok(held)) => Some(held),
        Ok(Err(error)) => {
            tracing::info!("the system cannot be kept awake ({error}); it may sleep while live");
            None
        }
        Err(_) => None,
    }
}
