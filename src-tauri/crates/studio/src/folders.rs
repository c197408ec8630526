//! Where the system keeps a program's settings and data.

use std::ffi::OsString;
use std::path::PathBuf;

/// The folders of the user who runs the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Folders {
    /// For what the user chose.
    pub(crate) config: PathBuf,
    /// For what the program keeps.
    pub(crate) data: PathBuf,
}

impl Folders {
    /// As the environment tells; none where it does not even tell a home folder.
    pub(crate) fn of_user() -> Option<Folders> {
        Folders::from(|name| std::env::var_os(name))
    }

    #[cfg(not(any(target_os = "macos", target_os = "windows")))]
    fn from(variable: impl Fn(&str) -> Option<OsString>) -> Option<Folders> {
        // The XDG Base Directory Specification: a relative path is to be ignored.
        let folder = |name, fallback: &str| {
            let absolute = variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
            let base = absolute.or_else(|| home(&variable).map(|home| home.join(fallback)));
            base.map(|base| base.join("skylark"))
        };
        Some(Folders { config: folder("XDG_CONFIG_HOME", ".config")?, data: folder("XDG_DATA_HOME", ".local/share")? })
    }

    #[cfg(target_os = "macos")]
    fn from(variable: impl Fn(&str) -> Option<OsString>) -> Option<Folders> {
        let folder = home(&variable)?.join("Library/Application Support/Skylark");
        Some(Folders { config: folder.clone(), data: folder })
    }

    #[cfg(target_os = "windows")]
    fn from(variable: impl Fn(&str) -> Option<OsString>) -> Option<Folders> {
        let folder = |name| variable(name).map(|base| PathBuf::from(base).join("Skylark"));
        Some(Folders { config: folder("APPDATA")?, data: folder("LOCALAPPDATA")? })
    }
}

#[cfg(not(target_os = "windows"))]
fn home(variable: &impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    variable("HOME").map(PathBuf::from).filter(|path| path.is_absolute())
}

#[cfg(all(test, not(any(target_os = "macos", target_os = "windows"))))]
mod tests {
    use super::*;

    fn folders(variables: &[(&str, &str)]) -> Option<Folders> {
        Folders::from(|name| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| value.into()))
    }

    #[test]
    fn as_xdg_says() {
        let home = folders(&[("HOME", "/home/anna")]).expect("a home is enough");
        assert_eq!(home.config, PathBuf::from("/home/anna/.config/skylark"));
        assert_eq!(home.data, PathBuf::from("/home/anna/.local/share/skylark"));
        let moved =
            folders(&[("HOME", "/home/anna"), ("XDG_CONFIG_HOME", "/c"), ("XDG_DATA_HOME", "relative")]).unwrap();
        assert_eq!(moved.config, PathBuf::from("/c/skylark"));
        assert_eq!(moved.data, home.data, "a relative path does not count");
        assert_eq!(folders(&[]), None);
    }
}
