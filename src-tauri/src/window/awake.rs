//! The system does not sleep, and the screen does not lock, while live.

use keepawake::{Builder, KeepAwake};
use protocol::{Event, Phase};
use studio::Studio;
use tokio::sync::broadcast::{Receiver, error::RecvError};

/// Follows the broadcast until the program ends; `events` are those of a studio that was just opened. It asks for nothing at first:
/// what the studio has to say of its files is told with the first answer, and the panel shall hear it.
pub(super) async fn keep(studio: Studio, mut events: Receiver<Event>) {
    let mut held = Vec::new();
    loop {
        match events.recv().await {
            Ok(Event::Phase { phase }) => follow(&mut held, &phase).await,
            Ok(_) => {}
            Err(RecvError::Lagged(_)) => follow(&mut held, &studio.snapshot().await.phase).await,
            Err(RecvError::Closed) => return,
        }
    }
}

/// Holds the system awake, or lets go of it. Both talk to the desktop and may take a while, or panic inside the library
/// when the service that was asked has gone since; on a thread of its own that harms nobody.
async fn follow(held: &mut Vec<KeepAwake>, phase: &Phase) {
    let live = matches!(phase, Phase::Live { .. } | Phase::Rehearsing { .. } | Phase::Starting);
    if live && held.is_empty() {
        let asked = tauri::async_runtime::spawn_blocking(threads::caught("awake", inhibit)).await;
        *held = asked.ok().and_then(Result::ok).unwrap_or_default();
    } else if !live && !held.is_empty() {
        let held = std::mem::take(held);
        // Should it panic it is told: the desktop's service for staying awake went away.
        drop(tauri::async_runtime::spawn_blocking(threads::caught("awake", move || drop(held))).await);
    }
}

/// Asks the desktop, for sleep and for the screen apart: one may be there without the other. Where nobody answers (no
/// session bus, a bare window manager) the broadcast goes on all the same.
fn inhibit() -> Vec<KeepAwake> {
    let asked = || {
        let mut builder = Builder::default();
        builder.reason("A broadcast is live").app_name("Skylark").app_reverse_domain("live.skylark.panel");
        builder
    };
    let tried = [asked().idle(true).sleep(true).create(), asked().display(true).create()];
    let held: Vec<KeepAwake> = tried.into_iter().filter_map(Result::ok).collect();
    if held.is_empty() {
        tracing::info!("the system cannot be kept awake here; it may sleep while live");
    }
    held
}
