//! Windows puts no file into the place of one that somebody has open, and virus scanners, backups and indexers open what was just
//! written, for a moment.

use std::path::Path;
use std::time::Duration;
use std::{fs, io, thread};
use windows_sys::Win32::Foundation::{ERROR_ACCESS_DENIED, ERROR_LOCK_VIOLATION, ERROR_SHARING_VIOLATION};

/// Between tries, ms: two thirds of a second in all. Who holds a file longer, as an editor does, holds it for good.
const PAUSES: [u64; 6] = [10, 20, 40, 80, 160, 320];

/// Puts a file into another's place, once nobody has that open.
pub(super) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    patiently(|| fs::rename(from, to), thread::sleep)
}

fn patiently(mut attempt: impl FnMut() -> io::Result<()>, mut pause: impl FnMut(Duration)) -> io::Result<()> {
    for wait in PAUSES {
        match attempt() {
            Err(error) if is_held(&error) => pause(Duration::from_millis(wait)),
            done => return done,
        }
    }
    attempt()
}

/// Of the file that is to be replaced the system says that access is denied; the folder's rights are no question, since the other was
/// just written into it.
fn is_held(error: &io::Error) -> bool {
    let number = error.raw_os_error().and_then(|number| u32::try_from(number).ok());
    number.is_some_and(|number| [ERROR_ACCESS_DENIED, ERROR_LOCK_VIOLATION, ERROR_SHARING_VIOLATION].contains(&number))
}

#[cfg(test)]
mod tests {
    use super::super::write_whole;
    use super::*;
    use std::fs::{File, OpenOptions};
    use std::os::windows::fs::OpenOptionsExt;

    /// Others may read it meanwhile, and nothing else.
    const SHARED_TO_READ: u32 = 1;

    fn folder() -> (tempfile::TempDir, std::path::PathBuf, std::path::PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let (new, old) = (folder.path().join("new"), folder.path().join("old"));
        fs::write(&new, "new").unwrap();
        fs::write(&old, "old").unwrap();
        (folder, new, old)
    }

    fn hold(path: &Path) -> File {
        OpenOptions::new().read(true).share_mode(SHARED_TO_READ).open(path).unwrap()
    }

    #[test]
    fn a_file_is_replaced_when_it_is_let_go_of() {
        let (_folder, new, old) = folder();
        let mut held = Some(hold(&old));
        patiently(|| fs::rename(&new, &old), |_| drop(held.take())).unwrap();
        assert!(held.is_none(), "it was refused while the file was open");
        assert_eq!(fs::read_to_string(&old).unwrap(), "new");
    }

    #[test]
    fn who_holds_it_for_good_is_not_waited_for() {
        let (_folder, new, old) = folder();
        let held = hold(&old);
        let mut waited = Duration::ZERO;
        let error = patiently(|| fs::rename(&new, &old), |wait| waited += wait).expect_err("it is open");
        assert!(is_held(&error), "{error}");
        assert!(waited < Duration::from_secs(1), "{waited:?}");
        assert_eq!(fs::read_to_string(&old).unwrap(), "old");
        drop(held);
    }

    #[test]
    fn a_file_that_stays_open_is_left_as_it_is_and_nothing_lies_beside_it() {
        let (folder, new, old) = folder();
        fs::remove_file(new).unwrap();
        let held = hold(&old);
        write_whole(&old, b"new").expect_err("it can neither be replaced nor written");
        drop(held);
        assert_eq!(fs::read_to_string(&old).unwrap(), "old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        write_whole(&old, b"newer").unwrap();
        assert_eq!(fs::read_to_string(&old).unwrap(), "newer");
    }
}
