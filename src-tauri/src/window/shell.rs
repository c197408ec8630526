//! What the window's commands share: the studio, or why there is none, and the panel's subscription.

use super::feed::Feed;
use crate::logging;
use protocol::CommandRefused;
use serde::Deserialize;
use std::process::exit;
use std::sync::{Mutex, PoisonError, RwLock};
use studio::{Elsewhere, OpenError, Options, Studio};
use tauri::AppHandle;

/// Exit code for an option or a settings key that cannot be, as without a window.
const BAD_USAGE: i32 = 2;

/// What the commands share.
pub(super) struct Shell {
    /// With what was chosen since after a failed start: one may fail after another.
    options: Mutex<Options>,
    /// Or why it could not be opened: the panel shows it, since a program started from a menu has no terminal.
    studio: RwLock<Result<Studio, OpenError>>,
    pub(super) feed: Mutex<Option<Feed>>,
    /// What is done for a studio as long as it is there.
    attend: Attend,
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
    /// Opens the studio. An option that cannot be ends the program at once: whoever gave it reads the terminal. Any other failure is
    /// printed too, and shown in the window.
    pub(super) fn open(app: &AppHandle, options: Options, attend: Attend) -> Shell {
        let studio = tauri::async_runtime::block_on(opened(app, options.clone(), attend));
        if let Err(OpenError::Option { .. }) = &studio {
            logging::finish();
            exit(BAD_USAGE);
        }
        Shell { options: Mutex::new(options), studio: RwLock::new(studio), feed: Mutex::default(), attend }
    }

    /// The studio, or why there is none.
    pub(super) fn studio(&self) -> Result<Studio, CommandRefused> {
        let studio = self.studio.read().unwrap_or_else(PoisonError::into_inner);
        studio.as_ref().cloned().map_err(refused)
    }

    /// The settings file, which may be what is wrong.
    pub(super) fn settings_file(&self) -> Option<std::path::PathBuf> {
        self.options.lock().unwrap_or_else(PoisonError::into_inner).settings_file()
    }

    /// Opens the studio after all. What was chosen holds for this run of the program, and stays out of the file.
    pub(super) async fn open_again(&self, app: &AppHandle, how: Way) -> Result<(), CommandRefused> {
        if self.studio().is_ok() {
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
        *self.studio.write().unwrap_or_else(PoisonError::into_inner) = opened;
        self.studio().map(drop)
    }

    /// For a program whose studio never opened.
    pub(super) fn exit_code(&self) -> i32 {
        match &*self.studio.read().unwrap_or_else(PoisonError::into_inner) {
            Ok(_) => 0,
            Err(OpenError::Settings(_)) => BAD_USAGE,
            Err(_) => 1,
        }
    }
}

async fn opened(app: &AppHandle, options: Options, attend: Attend) -> Result<Studio, OpenError> {
    let opened = Studio::open(options).await;
    match &opened {
        Err(error) => logging::say(&format!("skylark: {error}")),
        Ok(studio) => attend(app, studio),
    }
    opened
}

fn refused(error: &OpenError) -> CommandRefused {
    CommandRefused { code: error.code(), message: error.cause() }
}
