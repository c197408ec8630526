//! The control panel's window: a thin shell around [`studio::Studio`], and the only code that knows Tauri.
//!
//! The window is made here, so that the web view is told what to paint with before it begins (`acceleration.rs`).
//! The panel asks by the commands in `commands.rs` and is told by one channel (`feed.rs`); its preview comes by a way of its own
//! (`preview.rs`).

mod acceleration;
mod awake;
mod choose;
mod close;
mod commands;
mod display;
mod feed;
mod place;
mod preview;
mod shell;

use crate::{logging, timers};
use acceleration::Policy;
use shell::Shell;
use std::process::ExitCode;
use std::time::Duration;
use studio::{Options, Studio};
use tauri::{App, AppHandle, Manager, RunEvent, WebviewWindowBuilder};
use threads::After;
use words::said;

/// The one window's label, as in tauri.conf.json.
const PANEL: &str = "panel";

/// Between a panic and the next try.
const REST: Duration = Duration::from_secs(1);

/// Opens the window and runs until it is closed.
///
/// # Safety
/// No other thread may run: to be called where the program starts.
#[allow(unsafe_code)]
pub unsafe fn run(options: Options) -> ExitCode {
    // SAFETY: the caller says that no other thread runs, and none was started yet.
    let policy = unsafe { acceleration::choose(studio::hardware_acceleration(&options)) };
    logging::to_stderr();
    if let Err(missing) = display::open() {
        display::tell(&missing);
        logging::finish();
        return ExitCode::FAILURE;
    }
    timers::wake_on_time();
    let app = tauri::Builder::default()
        // First, as its documentation asks: a second start shows the window that is there, before it opens anything.
        .plugin(tauri_plugin_single_instance::init(|app, _, _| show(app)))
        .plugin(tauri_plugin_window_state::Builder::default().build())
        .plugin(tauri_plugin_clipboard_manager::init())
        .plugin(tauri_plugin_opener::init())
        .invoke_handler(tauri::generate_handler![
            commands::subscribe,
            commands::seen,
            commands::preview,
            commands::command,
            commands::quit,
            commands::copy,
            commands::choose,
            commands::open_link,
            commands::open_rehearsal,
            commands::open_settings_file,
            commands::open_settings_folder,
            commands::show_recording,
            commands::mixer_seen,
            commands::start_again,
            commands::zoom,
            commands::entitle
        ])
        .setup(move |app| {
            open(app, policy)?;
            let (shell, asked) = Shell::new(options, attend);
            app.manage(shell);
            Shell::open(app.handle());
            let handle = app.handle().clone();
            let rest = || tokio::time::sleep(REST);
            let show_picture = move || preview::show(handle.clone(), asked.clone());
            tauri::async_runtime::spawn(threads::remade("preview", rest, show_picture));
            Ok(())
        })
        .on_window_event(close::on_window_event)
        .build(tauri::generate_context!());
    match app {
        Ok(app) => {
            app.run(|app, event| match event {
                RunEvent::ExitRequested { code: None, api, .. } => {
                    // The last window went without the studio having closed: close it first, then exit with a code.
                    api.prevent_exit();
                    if !close::begin(app) {
                        app.exit(app.state::<Shell>().exit_code());
                    }
                }
                RunEvent::Exit => logging::finish(),
                _ => {}
            });
            ExitCode::SUCCESS
        }
        Err(error) => {
            display::tell(&said!("window.none", error = error.to_string()));
            logging::finish();
            ExitCode::FAILURE
        }
    }
}

/// Makes the window that tauri.conf.json describes.
fn open(app: &App, policy: Policy) -> tauri::Result<()> {
    let described = app.config().app.windows.iter().find(|window| window.label == PANEL);
    let window =
        WebviewWindowBuilder::from_config(app, described.expect("tauri.conf.json has the panel's window"))?.build()?;
    acceleration::tell(&window, policy)?;
    preview::prepare(&window)
}

/// What is done for a studio as long as it is there. A broadcast goes on without being kept awake; without the other two it could not be
/// ended.
fn attend(app: &AppHandle, studio: &Studio) {
    let awake = awake::keep(studio.clone(), studio.events());
    tauri::async_runtime::spawn(threads::task("awake", After::Lost, awake));
    let on_signal = close::on_signal(app.clone(), studio.clone());
    tauri::async_runtime::spawn(threads::task("closing", After::Ends, on_signal));
    let when_closed = close::when_studio_closes(app.clone(), studio.clone());
    tauri::async_runtime::spawn(threads::task("closing", After::Ends, when_closed));
}

fn show(app: &AppHandle) {
    if let Some(window) = app.get_webview_window(PANEL) {
        window.unminimize().and_then(|()| window.show()).and_then(|()| window.set_focus()).ok();
    }
}
