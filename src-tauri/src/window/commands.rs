//! What the panel may ask of the program: the whole list.

use super::feed::Feed;
use super::{Shell, close};
use protocol::{Command, CommandRefused, ErrorCode, PanelMessage};
use studio::{CommandError, OpenError, Studio};
use tauri::ipc::Channel;
use tauri::{AppHandle, Manager, State};
use tauri_plugin_clipboard_manager::ClipboardExt;
use tauri_plugin_opener::OpenerExt;

/// The panel opened: a snapshot first, then everything that happens, over `channel`. A panel that opens again takes the
/// place of the one before.
#[tauri::command]
pub(super) async fn subscribe(shell: State<'_, Shell>, channel: Channel<PanelMessage>) -> Result<(), CommandRefused> {
    let feed = Feed::start(studio(&shell)?.clone(), channel);
    *shell.feed.lock().expect("nobody panics while holding it") = Some(feed);
    Ok(())
}

/// Carries out a command of the protocol.
#[tauri::command]
pub(super) async fn command(shell: State<'_, Shell>, command: Command) -> Result<(), CommandRefused> {
    studio(&shell)?.command(command).await.map_err(refused)
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
    let snapshot = studio(&shell).map_err(|refused| refused.message)?.snapshot().await;
    let Some(links) = snapshot.links else { return Err("There is no link yet.".into()) };
    app.opener().open_url(links.watch, None::<&str>).map_err(|error| format!("No browser could be opened: {error}."))
}

fn studio<'a>(shell: &'a State<'_, Shell>) -> Result<&'a Studio, CommandRefused> {
    shell.studio.as_ref().map_err(|error| CommandRefused { code: code_of(error), message: error.to_string() })
}

fn code_of(error: &OpenError) -> ErrorCode {
    match error {
        OpenError::Port(_) => ErrorCode::PortInUse,
        OpenError::Settings(_) | OpenError::Option { .. } => ErrorCode::BadSetting,
        OpenError::Storage { .. } | OpenError::NoHome => ErrorCode::Storage,
        OpenError::Forward(_) => ErrorCode::DeviceFailed,
    }
}

fn refused(CommandError { code, message }: CommandError) -> CommandRefused {
    CommandRefused { code, message }
}
