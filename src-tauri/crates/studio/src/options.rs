//! What the command line asks for.

use crate::settings::Given;
use std::path::PathBuf;

/// What the command line asks for. Everything absent is left to the settings file, then to the defaults; what is given
/// here holds for this run of the program and is not written to the file.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The settings file, which must be there; by default `skylark.toml` in the data folder if one is given, else in the
    /// user's config folder.
    pub config: Option<PathBuf>,
    /// Where the watch token and the bans are kept; by default the user's data folder.
    pub data_dir: Option<PathBuf>,
    /// A fixed, guessable watch token instead of the secret one.
    pub stream: Option<String>,
    /// Where the settings file holds something that cannot be, it is copied aside and the usual settings are used. Not one that
    /// was named.
    pub usual_settings: bool,
    /// The settings that hold instead of the file's.
    pub settings: Given,
}
