//! One program a data folder: each writes its file there whole, so what one of two kept the other would take away.

use std::fs::{File, TryLockError};
use std::path::Path;

/// A program's right to write into its data folder, as long as it runs.
#[derive(Debug)]
pub(crate) struct FolderLock {
    /// None where the system locks no folders: then nobody can be told apart.
    _held: Option<File>,
}

impl FolderLock {
    /// None where another program has it.
    pub(crate) fn take(folder: &Path) -> Option<FolderLock> {
        let Ok(file) = File::open(folder) else { return Some(FolderLock { _held: None }) };
        match file.try_lock() {
            Ok(()) => Some(FolderLock { _held: Some(file) }),
            Err(TryLockError::WouldBlock) => None,
            // Some file systems of networks know no locks.
            Err(TryLockError::Error(_)) => Some(FolderLock { _held: None }),
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn one_has_it_until_it_ends() {
        let folder = tempfile::tempdir().unwrap();
        let first = FolderLock::take(folder.path());
        assert!(first.is_some() && FolderLock::take(folder.path()).is_none());
        drop(first);
        assert!(FolderLock::take(folder.path()).is_some());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is left there");
    }
}
