//! The control panel's window: a thin shell around [`studio::Studio`], and the only code that knows Tauri.
//!
//! The panel asks by the commands in `commands.rs` and is told by one channel (`feed.rs`); its preview comes over a URI
//! scheme of its own (`preview.rs`).

mod awake;
mod close;
mod commands;
mod display;
mod feed;
mod preview;

use crate::logging;
use feed::Feed;
use std::process::ExitCode;
use std::sync::Mutex;
use studio::{OpenError, Options, Studio};
use tauri::{Manager, RunEvent};
use threads::After;

/// The one window's label, as in tauri.conf.json.
const PANEL: &str = "panel";

/// What the commands share.
struct Shell {
    /// Or why it could not be opened: the panel shows it, since a program started from a menu has no terminal.
    studio: Result<Studio, OpenError>,
    feed: Mutex<Option<Feed>>,
}

/// Exit code for an option or a settings key that cannot be, as without a window.
const BAD_USAGE: u8 = 2;

/// Opens the window and runs until it is closed.
pub fn run(options: Options) -> ExitCode {
    logging::to_stderr();
    if let Err(why) = display::open() {
        logging::say(&format!(
            "skylark: there is no display to open the window on ({why}). `skylark headless` goes live without one."
        ));
        logging::finish();
        return ExitCode::FAILURE;
    }
    let app = tauri::Builder::default()
        // First, as its documentation asks: a second start shows the window that is there, before it opens anything.
        .plugin(tauri_plugin_single_instance::init(|app, _, _| show(app)))
        .plugin(tauri_plugin_window_state::Builder::default().build())
        .plugin(tauri_plugin_clipboard_manager::init())
        .plugin(tauri_plugin_opener::init())
        .register_asynchronous_uri_scheme_protocol("preview", preview::answer)
        .invoke_handler(tauri::generate_handler![
            commands::subscribe,
            commands::command,
            commands::quit,
            commands::copy,
            commands::open_link
        ])
        .setup(move |app| {
            let studio = open(options);
            if let Ok(studio) = &studio {
                // A broadcast goes on without being kept awake; without these other two it could not be ended.
                let awake = awake::keep(studio.clone());
                tauri::async_runtime::spawn(threads::task("awake", After::Lost, awake));
                let on_signal = close::on_signal(app.handle().clone(), studio.clone());
                tauri::async_runtime::spawn(threads::task("closing", After::Ends, on_signal));
                let when_closed = close::when_studio_closes(app.handle().clone(), studio.clone());
                tauri::async_runtime::spawn(threads::task("closing", After::Ends, when_closed));
            }
            app.manage(Shell { studio, feed: Mutex::default() });
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
            logging::say(&format!(
                "skylark: the window cannot be opened ({error}). `skylark headless` goes live without one."
            ));
            logging::finish();
            ExitCode::FAILURE
        }
    }
}

/// Opens the studio. An option that cannot be ends the program at once: whoever gave it reads the terminal. Any other
/// failure is printed too, and shown in the window, since a program started from a menu has no terminal.
fn open(options: Options) -> Result<Studio, OpenError> {
    let studio = tauri::async_runtime::block_on(Studio::open(options));
    if let Err(error) = &studio {
        logging::say(&format!("skylark: {error}"));
        if matches!(error, OpenError::Option { .. }) {
            logging::finish();
            std::process::exit(BAD_USAGE.into());
        }
    }
    studio
}

impl Shell {
    /// For a program whose studio never opened.
    fn exit_code(&self) -> i32 {
        match &self.studio {
            Ok(_) => 0,
            Err(OpenError::Settings(_)) => BAD_USAGE.into(),
            Err(_) => 1,
        }
    }
}

fn show(app: &tauri::AppHandle) {
    if let Some(window) = app.get_webview_window(PANEL) {
        window.unminimize().and_then(|()| window.show()).and_then(|()| window.set_focus()).ok();
    }
}
