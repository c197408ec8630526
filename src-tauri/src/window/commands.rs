//! What the panel may ask of the program: the whole list.

use super::feed::Feed;
use super::{Shell, close};
use protocol::{Command, CommandRefused, PanelMessage};
use std::sync::PoisonError;
use studio::CommandError;
use tauri::ipc::Channel;
use tauri::{AppHandle, Manager, State};
use tauri_plugin_clipboard_manager::ClipboardExt;
use tauri_plugin_opener::OpenerExt;

/// The panel opened: a snapshot first, then everything that happens, over `channel`. A panel that opens again takes the
/// place of the one before.
#[tauri::command]
pub(super) async fn subscribe(shell: State<'_, Shell>, channel: Channel<PanelMessage>) -> Result<(), CommandRefused> {
    let feed = Feed::start(shell.studio()?, channel);
    *shell.feed.lock().unwrap_or_else(PoisonError::into_inner) = Some(feed);
    Ok(())
}

/// The window is shown, or it is hidden or minimised: then nothing is told that nobody sees.
#[tauri::command]
pub(super) fn seen(shell: State<'_, Shell>, seen: bool) {
    if let Some(feed) = &*shell.feed.lock().unwrap_or_else(PoisonError::into_inner) {
        feed.is_seen(seen);
    }
}

/// Carries out a command of the protocol.
#[tauri::command]
pub(super) async fn command(shell: State<'_, Shell>, command: Command) -> Result<(), CommandRefused> {
    shell.studio()?.command(command).await.map_err(refused)
}

/// Ends the broadcast and the program; the panel has asked the broadcaster.
#[tauri::command]
pub(super) async fn quit(app: AppHandle) {
    if !close::begin(&app) {
        app.exit(app.state::<Shell>().exit_code());
    }
}

/// Puts text on the clipboard.
#[tauri::command]
pub(super) async fn copy(app: AppHandle, text: String) -> Result<(), String> {
    app.clipboard().write_text(text).map_err(|error| format!("The clipboard cannot be written: {error}."))
}

/// Opens the watch link in the browser of the system. The link is the studio's, never one that a page names.
#[tauri::command]
pub(super) async fn open_link(app: AppHandle, shell: State<'_, Shell>) -> Result<(), String> {
    let snapshot = shell.studio().map_err(|refused| refused.message)?.snapshot().await;
    let Some(links) = snapshot.links else { return Err("There is no link yet.".into()) };
    app.opener().open_url(links.watch, None::<&str>).map_err(|error| format!("No browser could be opened: {error}."))
}

/// Shows the settings file in the system's file manager.
#[tauri::command]
pub(super) async fn open_settings_folder(app: AppHandle, shell: State<'_, Shell>) -> Result<(), String> {
    let Some(file) = shell.settings_file() else { return Err("There is no home folder.".into()) };
    let folder = file.parent().unwrap_or(&file).to_string_lossy().into_owned();
    let opened = app.opener().open_path(&folder, None::<&str>);
    opened.map_err(|error| format!("{folder} could not be opened: {error}."))
}

/// Starts after all, where the settings file holds something that cannot be: with the usual settings. The file is kept.
#[tauri::command]
pub(super) async fn start_with_usual_settings(app: AppHandle, shell: State<'_, Shell>) -> Result<(), CommandRefused> {
    shell.open_with_usual_settings(&app).await
}

fn refused(CommandError { code, message }: CommandError) -> CommandRefused {
    CommandRefused { code, message }
}
