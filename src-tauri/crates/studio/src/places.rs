//! Where this run of the program keeps its things.

use crate::Options;
use crate::folders::Folders;
use std::path::PathBuf;

/// Where things are kept.
pub(crate) struct Places {
    /// The settings file.
    pub(crate) settings: PathBuf,
    /// The folder of the watch link and the bans.
    pub(crate) data: PathBuf,
}

impl Places {
    /// As the command line says, or else where the user's things are; none where there is no home folder.
    pub(crate) fn of(options: &Options) -> Option<Places> {
        let data = match &options.data_dir {
            Some(folder) => folder.clone(),
            None => Folders::of_user()?.data,
        };
        let settings = match (&options.config, &options.data_dir) {
            (Some(file), _) => file.clone(),
            (None, Some(folder)) => folder.join("skylark.toml"),
            (None, None) => Folders::of_user()?.config.join("skylark.toml"),
        };
        Some(Places { settings, data })
    }
}

impl Options {
    /// The settings file that is meant, for whoever shows it to the user; none where there is no home folder.
    pub fn settings_file(&self) -> Option<PathBuf> {
        Places::of(self).map(|places| places.settings)
    }
}
