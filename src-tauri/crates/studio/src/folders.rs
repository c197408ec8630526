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
    /// For what the program records.
    pub(crate) recordings: PathBuf,
}

/// What the folder for recordings is called, in the user's folder for videos.
const RECORDINGS: &str = "Skylark";

impl Folders {
    /// As the environment tells; none where it tells no folders, and the system's list of users no home folder either.
    pub(crate) fn of_user() -> Option<Folders> {
        Folders::from(|name| std::env::var_os(name).filter(|value| !value.is_empty()).or_else(|| listed(name)))
    }

    #[cfg(not(any(target_os = "macos", target_os = "windows")))]
    fn from(variable: impl Fn(&str) -> Option<OsString>) -> Option<Folders> {
        // The XDG Base Directory Specification: a relative path is to be ignored.
        let folder = |name, fallback: &str| {
            let absolute = variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
            let base = absolute.or_else(|| home(&variable).map(|home| home.join(fallback)));
            base.map(|base| base.join("skylark"))
        };
        let config = folder("XDG_CONFIG_HOME", ".config")?;
        // xdg-user-dirs: the folder for videos has a name in the user's language.
        let named = config.parent().and_then(|base| std::fs::read_to_string(base.join("user-dirs.dirs")).ok());
        let data = folder("XDG_DATA_HOME", ".local/share")?;
        let recordings = match (named.as_deref().and_then(videos_in), home(&variable)) {
            (Some((true, below)), Some(home)) => home.join(below).join(RECORDINGS),
            (Some((false, path)), _) => path.join(RECORDINGS),
            (_, Some(home)) => home.join("Videos").join(RECORDINGS),
            // A service that was given folders and no home.
            (_, None) => data.join("recordings"),
        };
        Some(Folders { config, data, recordings })
    }

    #[cfg(target_os = "macos")]
    fn from(variable: impl Fn(&str) -> Option<OsString>) -> Option<Folders> {
        let folder = home(&variable)?.join("Library/Application Support/Skylark");
        let recordings = home(&variable)?.join("Movies").join(RECORDINGS);
        Some(Folders { config: folder.clone(), data: folder, recordings })
    }

    #[cfg(target_os = "windows")]
    fn from(variable: impl Fn(&str) -> Option<OsString>) -> Option<Folders> {
        let folder = |name| variable(name).map(|base| PathBuf::from(base).join("Skylark"));
        let recordings = variable("USERPROFILE").map(|home| PathBuf::from(home).join("Videos").join(RECORDINGS))?;
        Some(Folders { config: folder("APPDATA")?, data: folder("LOCALAPPDATA")?, recordings })
    }
}

/// Who is started by cron, by init or in a container may have no HOME, or an empty one, and has a home folder all the same.
fn listed(name: &str) -> Option<OsString> {
    let home = || std::env::home_dir().map(OsString::from);
    (name == "HOME").then(home).flatten()
}

/// The folder for videos that a file of xdg-user-dirs names: whether it is below the home folder, and where.
#[cfg(not(any(target_os = "macos", target_os = "windows")))]
fn videos_in(text: &str) -> Option<(bool, PathBuf)> {
    let named = text.lines().find_map(|line| line.trim().strip_prefix("XDG_VIDEOS_DIR="))?.trim_matches('"');
    match named.strip_prefix("$HOME/") {
        // The home folder itself, which says that there is none.
        Some("") => None,
        Some(below) => Some((true, below.into())),
        None => Some((false, named.into())).filter(|(_, path): &(bool, PathBuf)| path.is_absolute()),
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
        assert_eq!(folders(&[("XDG_DATA_HOME", "/d")]), None, "half of them are not enough");
        let given = folders(&[("XDG_CONFIG_HOME", "/c"), ("XDG_DATA_HOME", "/d")]).expect("a home is not needed then");
        assert_eq!((given.data, given.recordings), ("/d/skylark".into(), "/d/skylark/recordings".into()));
    }

    #[test]
    fn who_is_started_without_a_home_has_the_one_that_the_system_lists() {
        if std::env::var_os("HOME").is_some_and(|home| !home.is_empty()) {
            let program = std::env::current_exe().expect("a test has a program");
            let name = "folders::tests::who_is_started_without_a_home_has_the_one_that_the_system_lists";
            for home in [None, Some("")] {
                let mut again = std::process::Command::new(&program);
                again.args([name, "--exact"]).env_remove("HOME").envs(home.map(|home| ("HOME", home)));
                again.env_remove("XDG_CONFIG_HOME").env("XDG_DATA_HOME", "");
                assert!(again.status().is_ok_and(|status| status.success()), "see above");
            }
            return;
        }
        let folders = Folders::of_user().expect("whoever runs the tests is a user of the system");
        assert!(folders.data.ends_with(".local/share/skylark") && folders.data.is_absolute(), "{folders:?}");
    }

    #[test]
    fn recordings_go_where_the_user_has_videos() {
        let folder = tempfile::tempdir().expect("the system has room for a folder");
        let config = folder.path().to_str().expect("the system names it in UTF-8").to_owned();
        let recordings = || folders(&[("HOME", "/home/anna"), ("XDG_CONFIG_HOME", &config)]).unwrap().recordings;
        assert_eq!(recordings(), PathBuf::from("/home/anna/Videos/Skylark"));
        for (line, wanted) in [
            ("XDG_VIDEOS_DIR=\"$HOME/Filme\"", "/home/anna/Filme/Skylark"),
            ("XDG_VIDEOS_DIR=\"/mnt/film\"", "/mnt/film/Skylark"),
            ("XDG_VIDEOS_DIR=\"$HOME/\"", "/home/anna/Videos/Skylark"),
        ] {
            std::fs::write(folder.path().join("user-dirs.dirs"), format!("# names\nXDG_MUSIC_DIR=\"x\"\n{line}\n"))
                .unwrap();
            assert_eq!(recordings(), PathBuf::from(wanted), "{line}");
        }
    }
}

#[cfg(all(test, target_os = "windows"))]
mod tests {
    use super::*;

    #[test]
    fn settings_roam_and_what_is_kept_stays_on_this_computer() {
        let variables = [("APPDATA", r"C:\Users\Jürgen\Roaming"), ("LOCALAPPDATA", r"C:\Users\Jürgen\Local")];
        let known = |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| value.into());
        let folders = |name: &str| if name == "USERPROFILE" { Some(r"C:\Users\Jürgen".into()) } else { known(name) };
        let folders = Folders::from(folders).expect("all three are named");
        assert_eq!(folders.config, PathBuf::from(r"C:\Users\Jürgen\Roaming\Skylark"));
        assert_eq!(folders.data, PathBuf::from(r"C:\Users\Jürgen\Local\Skylark"));
        assert_eq!(folders.recordings, PathBuf::from(r"C:\Users\Jürgen\Videos\Skylark"));
        assert_eq!(Folders::from(known), None, "half of them are not enough");
        assert!(Folders::of_user().is_some(), "whoever runs the tests is a user of the system");
    }
}
