//! What a recording's files are called: the first by its moment or as it was asked for, and each further one by its number.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// Files of one name at most. Whoever has more has something else wrong.
const MOST: u32 = 10_000;

/// The files of one recording, in their order.
#[derive(Debug)]
pub(crate) struct Names {
    first: PathBuf,
    next: u32,
}

/// A file that was made, and nobody else's.
#[derive(Debug)]
pub(crate) struct Made {
    pub(crate) path: PathBuf,
    pub(crate) file: File,
    /// There was a file of the name that was asked for.
    pub(crate) instead_of: Option<PathBuf>,
}

impl Names {
    pub(crate) fn new(first: PathBuf) -> Names {
        Names { first, next: 1 }
    }

    /// Makes the next file. Never one that is there: what people have is not overwritten.
    ///
    /// # Errors
    ///
    /// None can be made.
    pub(crate) fn make(&mut self) -> io::Result<Made> {
        let mut instead_of = None;
        while self.next < MOST {
            let path = numbered(&self.first, self.next);
            self.next += 1;
            match File::options().read(true).write(true).create_new(true).open(&path) {
                Err(error) if error.kind() == ErrorKind::AlreadyExists => drop(instead_of.get_or_insert(path)),
                made => return made.map(|file| Made { path, file, instead_of }),
            }
        }
        Err(io::Error::other(format!("there are {MOST} files of that name")))
    }
}

/// `name.mp4`, `name (2).mp4` and so on.
fn numbered(first: &Path, number: u32) -> PathBuf {
    if number == 1 {
        return first.to_owned();
    }
    let mut name = first.file_stem().unwrap_or_default().to_owned();
    name.push(format!(" ({number})"));
    if let Some(extension) = first.extension() {
        name.push(".");
        name.push(extension);
    }
    first.with_file_name(name)
}

/// What a recording is called that begins now, by the clock on this computer's wall. It sorts by time, and each system can have it.
pub(crate) fn by_the_clock() -> String {
    jiff::ZonedDateTime::now().strftime("Skylark %Y-%m-%d %H.%M.%S.mp4").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_numbered_and_what_is_there_stays() {
        let folder = tempfile::tempdir().expect("the system has room for a folder");
        let first = folder.path().join("Sunday 10.30.mp4");
        let taken = folder.path().join("Sunday 10.30 (2).mp4");
        std::fs::write(&taken, "somebody's").expect("it can be written");
        let mut names = Names::new(first.clone());
        let made = names.make().expect("it is free");
        assert_eq!((made.path, made.instead_of), (first, None));
        let made = names.make().expect("another is free");
        assert_eq!(made.path, folder.path().join("Sunday 10.30 (3).mp4"));
        assert_eq!(made.instead_of.as_deref(), Some(taken.as_path()));
        assert_eq!(std::fs::read(&taken).expect("it is there"), b"somebody's");
    }
}
