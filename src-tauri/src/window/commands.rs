//! What the panel may ask of the program: the whole list.

use super::choose::Question;
use super::feed::Feed;
use super::place::Place;
use super::shell::Way;
use super::{PANEL, Shell, choose, close};
use protocol::{Command, CommandRefused, PanelMessage};
use std::path::{Path, PathBuf};
use std::sync::PoisonError;
use studio::CommandError;
use tauri::ipc::Channel;
use tauri::{AppHandle, Manager, State, WebviewWindow};
use tauri_plugin_clipboard_manager::ClipboardExt;
use tauri_plugin_opener::OpenerExt;
use words::{Said, said};

/// The panel opened: a snapshot first, then everything that happens, over `channel`. A panel that opens again takes the
/// place of the one before.
#[tauri::command]
pub(super) async fn subscribe(shell: State<'_, Shell>, channel: Channel<PanelMessage>) -> Result<(), CommandRefused> {
    let feed = Feed::start(shell.opened().await?, channel);
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

/// The mixer is open in the panel, or not any more: then nobody reckons how loud its strips are.
#[tauri::command]
pub(super) fn mixer_seen(shell: State<'_, Shell>, seen: bool) {
    if let Some(feed) = &*shell.feed.lock().unwrap_or_else(PoisonError::into_inner) {
        feed.mixer_is_seen(seen);
    }
}

/// Where the panel shows the picture from now on; nowhere, with a size of 0 by 0, while nobody looks.
#[tauri::command]
pub(super) fn preview(shell: State<'_, Shell>, place: Place) {
    shell.preview.send_replace(place.seen());
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
pub(super) async fn copy(app: AppHandle, text: String) -> Result<(), Said> {
    app.clipboard().write_text(text).map_err(|error| said!("window.clipboard", error = error.to_string()))
}

/// Has people choose a file or a folder of theirs; nothing where they call it off.
#[tauri::command]
pub(super) async fn choose(window: WebviewWindow, question: Question) -> Result<Option<String>, Said> {
    let Some(path) = choose::choose(window, question).await? else { return Ok(None) };
    // What is set is text, and another path would be meant.
    let text = path.into_os_string().into_string();
    text.map(Some).map_err(|name| said!("window.not_text", name = name.display().to_string()))
}

/// Opens the watch link in the browser of the system. The link is the studio's, never one that a page names.
#[tauri::command]
pub(super) async fn open_link(app: AppHandle, shell: State<'_, Shell>) -> Result<(), Said> {
    let snapshot = shell.studio().map_err(|refused| refused.message)?.snapshot().await;
    let Some(links) = snapshot.links else { return Err(said!("window.no_link")) };
    app.opener().open_url(links.watch, None::<&str>).map_err(|error| said!("window.browser", error = error.to_string()))
}

/// The same with the private link of the rehearsal.
#[tauri::command]
pub(super) async fn open_rehearsal(app: AppHandle, shell: State<'_, Shell>) -> Result<(), Said> {
    let snapshot = shell.studio().map_err(|refused| refused.message)?.snapshot().await;
    let Some(rehearsal) = snapshot.rehearsal else { return Err(said!("window.no_rehearsal")) };
    app.opener()
        .open_url(rehearsal.watch, None::<&str>)
        .map_err(|error| said!("window.browser", error = error.to_string()))
}

/// Opens the settings file in the program that the system has for it.
#[tauri::command]
pub(super) async fn open_settings_file(app: AppHandle, shell: State<'_, Shell>) -> Result<(), Said> {
    open_path(&app, &settings_file(&shell)?)
}

/// Shows the settings file in the system's file manager.
#[tauri::command]
pub(super) async fn open_settings_folder(app: AppHandle, shell: State<'_, Shell>) -> Result<(), Said> {
    let file = settings_file(&shell)?;
    open_path(&app, file.parent().unwrap_or(&file))
}

/// Shows the folder of the last recording in the system's file manager. It is the studio's, never one that a page names.
#[tauri::command]
pub(super) async fn show_recording(app: AppHandle, shell: State<'_, Shell>) -> Result<(), Said> {
    let snapshot = shell.studio().map_err(|refused| refused.message)?.snapshot().await;
    let Some(file) = snapshot.recording.file.map(PathBuf::from) else { return Err(said!("window.no_recording")) };
    open_path(&app, file.parent().unwrap_or(&file))
}

fn settings_file(shell: &Shell) -> Result<PathBuf, Said> {
    shell.settings_file().ok_or_else(|| said!("window.no_home"))
}

fn open_path(app: &AppHandle, path: &Path) -> Result<(), Said> {
    let opened = app.opener().open_path(path.to_string_lossy(), None::<&str>);
    opened.map_err(|error| said!("window.unopened", path = path.display(), error = error.to_string()))
}

/// Starts after all, where it could not: the same way again, or another.
#[tauri::command]
pub(super) async fn start_again(app: AppHandle, shell: State<'_, Shell>, how: Way) -> Result<(), CommandRefused> {
    shell.open_again(&app, how).await
}

/// How large everything in the window is, times what the system asks for, which the web view follows by itself; 1 as usual.
#[tauri::command]
pub(super) async fn zoom(app: AppHandle, factor: f64) -> Result<(), Said> {
    let Some(window) = app.get_webview_window(PANEL) else { return Ok(()) };
    window.set_zoom(factor.clamp(0.25, 5.0)).map_err(|error| said!("window.size", error = error.to_string()))
}

/// Gives the window its title: what is seen of it while another is in front.
#[tauri::command]
pub(super) async fn entitle(app: AppHandle, title: String) -> Result<(), Said> {
    let Some(window) = app.get_webview_window(PANEL) else { return Ok(()) };
    window.set_title(&title).map_err(|error| said!("window.title", error = error.to_string()))
}

fn refused(CommandError { code, message }: CommandError) -> CommandRefused {
    CommandRefused { code, message }
}
