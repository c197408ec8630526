//! What is said when a disk does not do what it is to: the cause and the remedy.

use std::io::{self, ErrorKind};
use std::path::Path;
use words::{Said, Value, said};

/// Why something of a recording could not be done with a file or a folder.
pub(crate) fn cannot(path: &Path, error: &io::Error) -> Said {
    let path = path.display();
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => said!("record.full", path),
        ErrorKind::PermissionDenied => said!("record.denied", path),
        ErrorKind::ReadOnlyFilesystem => said!("record.read_only", path),
        ErrorKind::AlreadyExists => said!("record.file", path),
        ErrorKind::NotADirectory => said!("record.below_file", path),
        ErrorKind::NotFound => said!("record.gone", path),
        _ => said!("record.error", path, error),
    }
}

/// As people read a length: 1:02:03, or 2:03.
pub(crate) fn length(seconds: u64) -> String {
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

/// As people read a size.
pub(crate) fn size(bytes: u64) -> Said {
    match bytes {
        1_000_000_000.. => said!("record.gb", size = Value::tenths(bytes as f64 / 1e9)),
        _ => said!("record.mb", size = bytes / 1_000_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_and_sizes_are_as_people_read_them() {
        assert_eq!([length(5), length(125), length(3723)], ["0:05", "2:05", "1:02:03"]);
        assert_eq!([size(18_900_000), size(2_340_000_000)].map(|size| size.message), ["18 MB", "2.3 GB"]);
    }

    #[test]
    fn each_cause_has_its_remedy() {
        let path = Path::new("/mnt/stick");
        for kind in [
            ErrorKind::StorageFull,
            ErrorKind::PermissionDenied,
            ErrorKind::ReadOnlyFilesystem,
            ErrorKind::NotFound,
            ErrorKind::Other,
        ] {
            let said = cannot(path, &kind.into());
            assert!(said.contains("/mnt/stick") && said.contains("ecord to another folder"), "{said}");
        }
    }
}
