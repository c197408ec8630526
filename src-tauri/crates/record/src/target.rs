//! Where a recording goes, and whether it can.

use crate::{names, sentences, space};
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use words::{Said, said};

/// Where a recording is to go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    path: PathBuf,
}

/// A place that was looked at: a recording can begin there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    pub(crate) folder: PathBuf,
    /// The name of the first file; none: by the moment when it begins.
    pub(crate) name: Option<String>,
    /// What should be known before it begins: there is little room.
    pub warning: Option<Said>,
}

impl Target {
    /// A file, or a folder: what is one, or ends with a separator, or has no extension.
    pub fn new(path: impl Into<PathBuf>) -> Target {
        Target { path: path.into() }
    }

    /// Looks whether a recording of so many bytes a second can be written there, and makes the folder if it is not there.
    /// This asks the disk.
    ///
    /// # Errors
    ///
    /// It cannot; a sentence for people with the cause and the remedy.
    pub fn check(&self, bytes_a_second: u64) -> Result<Checked, Said> {
        let path = std::path::absolute(&self.path).map_err(|_| said!("record.where"))?;
        let ends_open = self.path.as_os_str().to_string_lossy().ends_with(std::path::is_separator);
        let is_folder = path.is_dir() || ends_open || path.extension().is_none();
        let (folder, name) = match is_folder {
            true => (path, None),
            false => {
                let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
                (path.parent().unwrap_or(Path::new(".")).to_owned(), name)
            }
        };
        fs::create_dir_all(&folder).map_err(|error| sentences::cannot(&folder, &error))?;
        try_writing(&folder)?;
        let warning = match space::free(&folder) {
            None => None,
            Some(free) => match space::Watch::default().judge(free, bytes_a_second) {
                space::Verdict::Enough => None,
                space::Verdict::Little(left) => Some(little(&folder, left.as_secs())),
                space::Verdict::None => {
                    let (free, kept) = (sentences::size(free), sentences::size(space::KEPT_FREE));
                    return Err(said!("record.no_room", free, path = folder.display(), kept));
                }
            },
        };
        Ok(Checked { folder, name, warning })
    }
}

impl Checked {
    /// The first file of a recording that begins now.
    pub(crate) fn first(&self) -> PathBuf {
        self.folder.join(self.name.clone().unwrap_or_else(names::by_the_clock))
    }
}

/// There is room for so many seconds.
pub(crate) fn little(folder: &Path, seconds: u64) -> Said {
    let minutes = seconds / 60;
    let what = match minutes {
        0 => said!("record.no_minute"),
        1 => said!("record.minute"),
        _ => said!("record.minutes", minutes),
    };
    said!("record.little", path = folder.display(), what, kept = sentences::size(space::KEPT_FREE))
}

/// A folder says only by being tried whether it can be written.
fn try_writing(folder: &Path) -> Result<(), Said> {
    let probe = folder.join(format!(".skylark-{}", std::process::id()));
    match File::options().write(true).create_new(true).open(&probe) {
        Ok(file) => {
            drop(file);
            // What is left of it harms nobody.
            let _ = fs::remove_file(&probe);
            Ok(())
        }
        // Somebody like us tries at this moment.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(sentences::cannot(folder, &error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_or_a_folder_can_be_meant() {
        let folder = tempfile::tempdir().expect("the system has room for a folder");
        let check = |path: PathBuf| Target::new(path).check(300_000).expect("it can be written");
        let inside = |name: &str| folder.path().join(name);
        let named = check(inside("new/Sunday.mp4"));
        assert_eq!((named.folder.as_path(), named.name.as_deref()), (inside("new").as_path(), Some("Sunday.mp4")));
        assert!(inside("new").is_dir(), "the folder is made");
        for path in [folder.path().to_owned(), inside("other"), inside("v1.0/")] {
            let checked = check(path.clone());
            assert_eq!((checked.folder.components().eq(path.components()), checked.name.as_deref()), (true, None));
            let first = checked.first();
            assert!(first.starts_with(&path) && first.extension().is_some_and(|of| of == "mp4"), "{first:?}");
        }
        assert_eq!(fs::read_dir(inside("other")).expect("it was made").count(), 0, "nothing is left of the trial");
    }

    #[test]
    fn where_it_cannot_go_it_says_why() {
        let folder = tempfile::tempdir().expect("the system has room for a folder");
        let file = folder.path().join("a-file");
        fs::write(&file, "").expect("it can be written");
        let said = Target::new(file.join("below/x.mp4")).check(1).expect_err("a file has nothing below it");
        assert!(said.contains("a-file") && said.contains("another folder"), "{said}");
        let said = Target::new(format!("{}/", file.display())).check(1).expect_err("a file is no folder");
        assert!(said.contains("is a file") && said.contains("older"), "{said}");
    }
}
