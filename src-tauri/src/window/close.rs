//! How the program ends: the broadcast first, then the window.

use super::{PANEL, Shell};
use crate::{logging, signals};
use protocol::{Command, Phase};
use std::sync::PoisonError;
use studio::Studio;
use tauri::{AppHandle, Manager, Window, WindowEvent};
use threads::After;

/// Closing the window while live asks once; otherwise it ends the program.
pub(super) fn on_window_event(window: &Window, event: &WindowEvent) {
    let WindowEvent::CloseRequested { api, .. } = event else { return };
    let app = window.app_handle().clone();
    let Ok(studio) = app.state::<Shell>().studio() else { return };
    api.prevent_close();
    tauri::async_runtime::spawn(threads::task("closing", After::Lost, async move {
        let live =
            !matches!(studio.snapshot().await.phase, Phase::Offline | Phase::Rehearsing { .. } | Phase::Failed { .. });
        if !(live && ask(&app)) {
            begin(&app);
        }
    }));
}

/// Starts to end the program; `false` if there is nothing to end before. [`when_studio_closes`] does the rest.
pub(super) fn begin(app: &AppHandle) -> bool {
    let Ok(studio) = app.state::<Shell>().studio() else { return false };
    if let Some(window) = app.get_webview_window(PANEL) {
        window.hide().ok(); // Ending takes a second; nobody needs to watch it.
    }
    // An error only says that it is closing already.
    let quit = async move { drop(studio.command(Command::Quit).await) };
    tauri::async_runtime::spawn(threads::task("closing", After::Ends, quit));
    true
}

/// Exits once the studio has closed, whoever asked for it.
pub(super) async fn when_studio_closes(app: AppHandle, studio: Studio) {
    let code = match studio.closed().await {
        Ok(()) => 0,
        Err(failed) => {
            logging::say(&format!("skylark: {failed}"));
            1
        }
    };
    app.exit(code);
}

/// A signal ends the broadcast cleanly, as it does without a window.
pub(super) async fn on_signal(app: AppHandle, studio: Studio) {
    let Ok(mut asked) = signals::stop() else { return };
    tokio::select! {
        Some(()) = asked.recv() => {}
        _ = studio.closed() => return,
    }
    begin(&app);
}

fn ask(app: &AppHandle) -> bool {
    app.state::<Shell>()
        .feed
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .as_ref()
        .is_some_and(|feed| feed.ask_to_close())
}
