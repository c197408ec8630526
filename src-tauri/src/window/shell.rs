//! What the window's commands share: the studio, or why there is none, and the panel's subscription.

use super::feed::Feed;
use super::place::Place;
use crate::logging;
use protocol::{Command, CommandRefused, ErrorCode};
use serde::Deserialize;
use std::sync::{Mutex, PoisonError};
use studio::{Elsewhere, OpenError, Options, Studio};
use tauri::{AppHandle, Manager};
use threads::After;
use tokio::sync::watch;
use words::said;

/// Exit code for an option or a settings key that cannot be, as without a window.
const BAD_USAGE: i32 = 2;

/// What the commands share.
pub(super) struct Shell {
    /// With what was chosen since after a failed start: one may fail after another.
    options: Mutex<Options>,
    /// Held by who opens it again.
    opening: tokio::sync::Mutex<()>,
    /// None while it is being opened.
    studio: watch::Sender<Option<Result<Studio, Failed>>>,
    pub(super) feed: Mutex<Option<Feed>>,
    /// Where the panel shows the picture.
    pub(super) preview: watch::Sender<Option<Place>>,
    /// What is done for a studio as long as it is there.
    attend: Attend,
}

/// Why there is no studio: the panel shows it, since a program started from a menu has no terminal.
#[derive(Clone)]
struct Failed {
    refused: CommandRefused,
    exit_code: i32,
}

/// A way on after a failed start.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Way {
    /// What was in the way may be gone.
    Again,
    /// On any port that is free.
    OtherPort,
    /// On all addresses of this machine.
    AnyAddress,
    /// With the usual settings in the place of those that cannot be: a file of our own is copied aside, and one that was named on the
    /// command line is passed over.
    UsualSettings,
}

type Attend = fn(&AppHandle, &Studio);

impl Shell {
    /// Without a studio yet: [`Shell::open`] opens it. Where the panel shows the picture is told by what is returned beside it.
    pub(super) fn new(options: Options, attend: Attend) -> (Shell, watch::Receiver<Option<Place>>) {
        let (preview, asked) = watch::channel(None);
        let (options, studio) = (Mutex::new(options), watch::Sender::new(None));
        let shell =
            Shell { options, opening: tokio::sync::Mutex::default(), studio, feed: Mutex::default(), preview, attend };
        (shell, asked)
    }

    /// Opens the studio while the window is drawn. An option that cannot be ends the program: whoever gave it reads the terminal. Any
    /// other failure is printed too, and shown in the window.
    pub(super) fn open(app: &AppHandle) {
        let opening = app.clone();
        let open = async move {
            let shell = opening.state::<Shell>();
            let options = shell.options();
            let opened = opened(&opening, options, shell.attend).await;
            if let Err(OpenError::Option { .. }) = &opened {
                return opening.exit(BAD_USAGE);
            }
            shell.studio.send_replace(Some(opened.map_err(failed)));
        };
        let app = app.clone();
        tauri::async_runtime::spawn(threads::task("main", After::Ends, async move {
            if threads::task("main", After::Ends, open).await.is_err() {
                app.exit(1); // There is no studio that could end it.
            }
        }));
    }

    /// The studio, or why there is none.
    pub(super) fn studio(&self) -> Result<Studio, CommandRefused> {
        match &*self.studio.borrow() {
            Some(Ok(studio)) => Ok(studio.clone()),
            Some(Err(failed)) => Err(failed.refused.clone()),
            None => Err(CommandRefused { code: ErrorCode::WrongState, message: said!("now.opening") }),
        }
    }

    /// The same, once it has been opened or could not be.
    pub(super) async fn opened(&self) -> Result<Studio, CommandRefused> {
        // It never ends before: its other half is in here.
        drop(self.studio.subscribe().wait_for(Option::is_some).await);
        self.studio()
    }

    /// The settings file, which may be what is wrong.
    pub(super) fn settings_file(&self) -> Option<std::path::PathBuf> {
        self.options().settings_file()
    }

    /// Opens the studio after all. What was chosen holds for this run of the program, and stays out of the file.
    pub(super) async fn open_again(&self, app: &AppHandle, how: Way) -> Result<(), CommandRefused> {
        // Two at a time would open two studios, of which one would have the port and the other the window.
        let _alone = self.opening.lock().await;
        if self.opened().await.is_ok() {
            return Ok(());
        }
        let options = {
            let mut options = self.options.lock().unwrap_or_else(PoisonError::into_inner);
            match how {
                Way::Again => {}
                Way::OtherPort => options.elsewhere = Some(Elsewhere::AnyPort),
                Way::AnyAddress => options.elsewhere = Some(Elsewhere::AnyAddress),
                Way::UsualSettings => {
                    options.config = None;
                    options.usual_settings = true;
                }
            }
            options.clone()
        };
        let opened = opened(app, options, self.attend).await;
        self.studio.send_replace(Some(opened.map_err(failed)));
        self.studio().map(drop)
    }

    /// For a program whose studio never opened.
    pub(super) fn exit_code(&self) -> i32 {
        match &*self.studio.borrow() {
            Some(Err(failed)) => failed.exit_code,
            Some(Ok(_)) | None => 0,
        }
    }

    fn options(&self) -> Options {
        self.options.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn opened(app: &AppHandle, options: Options, attend: Attend) -> Result<Studio, OpenError> {
    let rehearse = options.rehearse;
    let opened = Studio::open(options).await;
    match &opened {
        Err(error) => logging::say(&format!("skylark: {error}")),
        Ok(studio) => {
            attend(app, studio);
            if rehearse {
                // It was opened a moment ago, so nothing runs that could stand in its way.
                drop(studio.command(Command::Rehearse { on: true }).await);
            }
        }
    }
    opened
}

fn failed(error: OpenError) -> Failed {
    let exit_code = if matches!(error, OpenError::Settings(_)) { BAD_USAGE } else { 1 };
    Failed { refused: CommandRefused { code: error.code(), message: error.cause() }, exit_code }
}
