//! Writes files so that a crash leaves the old one or the new one, wherever the system lets it.
//!
//! A file is written whole under another name and then put in its place. A link stays a link: the file to which it leads
//! is replaced, in its own folder. A file that cannot be replaced is written in place, as it must be when it is mounted
//! alone into a container, or stands in a folder that may not be changed.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

use crate::random::random_hex;
use crate::rights::create_private;
#[cfg(not(windows))]
use std::fs::rename;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Seek, Write};
use std::path::{Path, PathBuf};
#[cfg(windows)]
use windows::rename;

/// Writes a file that only the user may read: all of it or, if that fails, nothing. One that is written in place keeps the
/// permissions that it has.
pub(crate) fn write_whole(path: &Path, text: &[u8]) -> io::Result<()> {
    let file = behind_links(path)?;
    match replace(&file, text) {
        Err(error) if may_not_be_replaced(&error) && file.is_file() => write_in_place(&file, text),
        done => done,
    }
}

/// Writes a file that only the user may read and that is not there yet. An error if it is, or if a link of its name is.
pub(crate) fn write_new(path: &Path, text: &[u8]) -> io::Result<()> {
    create_private(path).and_then(|mut file| file.write_all(text).and_then(|()| file.sync_all()))
}

/// Others than the user can put files into the folder, or take them out.
pub(crate) fn others_can_write(folder: &Path) -> bool {
    #[cfg(unix)]
    {
        fs::metadata(folder).is_ok_and(|folder| std::os::unix::fs::MetadataExt::mode(&folder) & 0o022 != 0)
    }
    // Elsewhere rights are lists, and a user's own folders are closed to others.
    #[cfg(not(unix))]
    {
        folder.as_os_str().is_empty()
    }
}

/// Makes a folder, and those above it, that only the user may look into. One that is there already stays as it is.
pub(crate) fn make_private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Links that lead to links: as many as Linux follows.
const MOST_LINKS: usize = 40;

/// The file to which a path leads; it need not be there.
fn behind_links(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..MOST_LINKS {
        if !path.is_symlink() {
            return Ok(path);
        }
        if !may_be_followed(&path)? {
            let message = format!("{} is a link that somebody else made", path.display());
            return Err(io::Error::new(ErrorKind::PermissionDenied, message));
        }
        let leads_to = fs::read_link(&path)?;
        path = path.parent().unwrap_or(Path::new("")).join(leads_to);
    }
    Err(io::Error::other(format!("{} leads in a circle", path.display())))
}

/// In a folder that others can write, a link may be theirs, and lead to a file that only we can write. One is followed if it
/// belongs to whom its folder belongs to, or to root; the kernel's own rule (protected_symlinks) is for sticky folders only.
fn may_be_followed(link: &Path) -> io::Result<bool> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let folder = link.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let (link, folder) = (fs::symlink_metadata(link)?.uid(), fs::metadata(folder)?.uid());
        Ok(link == 0 || link == folder)
    }
    #[cfg(not(unix))]
    {
        Ok(link.is_symlink())
    }
}

fn replace(file: &Path, text: &[u8]) -> io::Result<()> {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    // Nobody can have made a file or a link of this name beforehand.
    name.push(format!(".{}.new", random_hex()));
    let beside = file.with_file_name(name);
    let written = write_new(&beside, text).and_then(|()| rename(&beside, file));
    if written.as_ref().is_err_and(|error| error.kind() != ErrorKind::AlreadyExists) {
        // What could not be put in place is of no use; the error that matters is the first one.
        let _ = fs::remove_file(&beside);
    }
    written
}

/// Whether it is the folder that forbids it, or that the file is a mount point. A full disk is neither: there, the old file
/// would be lost with the new one.
fn may_not_be_replaced(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::ResourceBusy
            | ErrorKind::CrossesDevices
            | ErrorKind::PermissionDenied
            | ErrorKind::ReadOnlyFilesystem
    )
}

/// Writes over what there is. If that fails, what was there is written back, for which there was room.
fn write_in_place(path: &Path, text: &[u8]) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.read(true).write(true);
    // Where links lead is known: one that stands here now was put here since, by somebody else.
    #[cfg(unix)]
    unix::follow_no_link(&mut options);
    let mut file = options.open(path)?;
    let mut before = Vec::new();
    file.read_to_end(&mut before)?;
    let written = overwrite(&mut file, text);
    if written.is_err() {
        // The error that matters is the first one.
        let _ = overwrite(&mut file, &before);
    }
    written
}

fn overwrite(file: &mut File, text: &[u8]) -> io::Result<()> {
    file.rewind()?;
    file.write_all(text)?;
    file.set_len(text.len() as u64)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_write_that_fails_leaves_the_old_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs::create_dir(&path).unwrap();
        assert!(write_whole(&path, b"text").is_err(), "a folder cannot be replaced by a file");
        assert!(path.is_dir());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "the half-way file is gone");
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_is_replaced_is_private_and_whole() {
        use std::os::unix::fs::{MetadataExt, PermissionsExt};
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, "something longer").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        let before = fs::metadata(&path).unwrap().ino();
        write_whole(&path, b"text").unwrap();
        let after = fs::metadata(&path).unwrap();
        assert_eq!(after.permissions().mode() & 0o777, 0o600);
        assert_ne!(after.ino(), before, "it is another file: whoever reads the old one reads all of it");
        assert_eq!(fs::read(&path).unwrap(), b"text");
    }

    #[cfg(unix)]
    #[test]
    fn a_new_file_is_private_and_goes_through_no_link() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("precious"), "mine").unwrap();
        symlink(at("precious"), at("link")).unwrap();
        symlink(at("not there"), at("dangling")).unwrap();
        for taken in ["precious", "link", "dangling"] {
            let error = write_new(&at(taken), b"x").expect_err("something of this name is there");
            assert_eq!(error.kind(), ErrorKind::AlreadyExists, "{taken}");
        }
        assert_eq!(fs::read_to_string(at("precious")).unwrap(), "mine");
        assert!(!at("not there").exists());
        write_new(&at("new"), b"x").unwrap();
        assert_eq!(fs::metadata(at("new")).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[cfg(unix)]
    #[test]
    fn what_is_written_in_place_goes_through_no_link() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("precious"), "mine").unwrap();
        std::os::unix::fs::symlink(at("precious"), at("swapped")).unwrap();
        write_in_place(&at("swapped"), b"x").expect_err("it was a file when it was looked at");
        assert_eq!(fs::read_to_string(at("precious")).unwrap(), "mine");
        write_in_place(&at("precious"), b"x").unwrap();
        assert_eq!(fs::read_to_string(at("precious")).unwrap(), "x");
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_says_whether_others_can_write_into_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        for (mode, others) in [(0o700, false), (0o755, false), (0o770, true), (0o702, true), (0o1777, true)] {
            fs::set_permissions(folder.path(), fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(others_can_write(folder.path()), others, "{mode:o}");
        }
    }

    /// What another user left in a folder that both can write. Only root can play that user.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_link_that_somebody_else_made_is_not_followed() {
        use std::os::unix::fs::{MetadataExt, lchown, symlink};
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        if fs::metadata("/proc/self").unwrap().uid() != 0 {
            return eprintln!(
                "a_link_that_somebody_else_made_is_not_followed: skipped, because only root can make one"
            );
        }
        fs::write(at("precious"), "mine").unwrap();
        symlink(at("precious"), at("audience.json")).unwrap();
        lchown(at("audience.json"), Some(65_534), None).unwrap();
        // To a folder of a user's own, root is the one whose links are followed all the same.
        std::os::unix::fs::chown(folder.path(), Some(1), None).unwrap();
        let error = write_whole(&at("audience.json"), b"x").expect_err("it is nobody's link");
        assert!(error.to_string().contains("somebody else"), "{error}");
        assert_eq!(fs::read_to_string(at("precious")).unwrap(), "mine");
        lchown(at("audience.json"), Some(0), None).unwrap();
        write_whole(&at("audience.json"), b"x").unwrap();
        assert_eq!(fs::read_to_string(at("precious")).unwrap(), "x");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link_and_its_file_is_replaced_where_it_is() {
        use std::os::unix::fs::{MetadataExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("dotfiles")).unwrap();
        fs::write(at("dotfiles/file"), "old").unwrap();
        symlink("dotfiles/file", at("relative")).unwrap();
        symlink(at("relative"), at("of a link")).unwrap();
        // Held open: a file that is gone leaves its number to the next one.
        let before = fs::File::open(at("dotfiles/file")).unwrap();
        for (n, link) in ["relative", "of a link"].into_iter().enumerate() {
            write_whole(&at(link), &[n as u8]).unwrap();
            assert!(at(link).is_symlink() && at("relative").is_symlink(), "{link} is still a link");
            assert_eq!(fs::read(at("dotfiles/file")).unwrap(), [n as u8]);
        }
        assert_eq!(before.metadata().unwrap().nlink(), 0, "not written over");
        assert_eq!(fs::read_dir(at("dotfiles")).unwrap().count(), 1, "nothing is left beside it");

        symlink("dotfiles/new", at("to nothing yet")).unwrap();
        write_whole(&at("to nothing yet"), b"x").unwrap();
        assert!(at("to nothing yet").is_symlink() && at("dotfiles/new").is_file());

        symlink("round", at("round")).unwrap();
        assert!(write_whole(&at("round"), b"x").unwrap_err().to_string().contains("circle"));
    }

    /// What needs a system that is set up for it: these tests run themselves again under a command that does.
    #[cfg(target_os = "linux")]
    mod where_it_cannot_be_replaced {
        use super::*;
        use std::os::unix::fs::MetadataExt;
        use std::process::Command;

        /// Names the folder in which the test that runs under a command finds its file.
        const INSIDE: &str = "SKYLARK_TEST_INSIDE";

        /// Runs the test of this name again, under a shell that did `setup` in `folder` before, with `before` in front of it.
        /// If the system does not let us, says so.
        fn inside(test: &str, folder: &Path, before: &[&str], setup: &str) {
            let command = |script: &str| {
                let mut words = before.iter();
                let mut command = Command::new(words.next().expect("at least one word"));
                command.args(words).args(["sh", "-ec", script]).current_dir(folder).env(INSIDE, folder);
                command.env("TEST_PROGRAM", std::env::current_exe().unwrap()).env("TEST_NAME", test);
                command
            };
            let possible = command(setup).output();
            if !possible.as_ref().is_ok_and(|output| output.status.success()) {
                eprintln!("{test}: skipped, because `{} {setup}` is not possible here: {possible:?}", before.join(" "));
                return;
            }
            let mut run = command(&format!("{setup}\nexec \"$TEST_PROGRAM\" --exact \"$TEST_NAME\" --nocapture"));
            let output = run.output().unwrap();
            let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success() && text.contains("1 passed"), "inside: {text}");
        }

        /// Writes the file twice, shorter and longer, in place: it is the same file as before, with the same permissions.
        fn is_written_in_place(path: &Path) {
            let known = |path: &Path| fs::metadata(path).map(|file| (file.ino(), file.mode())).unwrap();
            let before = known(path);
            for text in ["short", "something longer than what there was before"] {
                write_whole(path, text.as_bytes()).unwrap();
                assert_eq!(fs::read_to_string(path).unwrap(), text);
                assert_eq!(known(path), before, "the same file");
            }
            assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "nothing is left beside it");
        }

        /// A folder with a file `kept/file`, and the name of the test in it.
        fn folder() -> tempfile::TempDir {
            let folder = tempfile::tempdir().unwrap();
            fs::create_dir(folder.path().join("kept")).unwrap();
            fs::write(folder.path().join("kept/file"), "what was there before").unwrap();
            folder
        }

        /// The module's path, as the test program knows it.
        fn name(test: &str) -> String {
            format!("{}::{test}", module_path!().split_once("::").expect("a module of the crate").1)
        }

        #[test]
        fn a_file_that_is_mounted_alone_is_written_in_place() {
            if let Some(folder) = std::env::var_os(INSIDE) {
                let path = Path::new(&folder).join("kept/file");
                let error = replace(&path, b"x").expect_err("it is a mount point");
                assert_eq!(error.kind(), ErrorKind::ResourceBusy, "the kernel says: {error}");
                return is_written_in_place(&path);
            }
            let folder = folder();
            fs::write(folder.path().join("outside"), "of the host").unwrap();
            let test = name("a_file_that_is_mounted_alone_is_written_in_place");
            inside(&test, folder.path(), &["unshare", "-m"], "mount --bind outside kept/file");
            let outside = fs::read_to_string(folder.path().join("outside")).unwrap();
            assert!(outside == "of the host" || outside.starts_with("something longer"), "it reached the host's file");
        }

        #[test]
        fn a_file_in_a_file_system_that_is_read_only_is_written_in_place() {
            if let Some(folder) = std::env::var_os(INSIDE) {
                let path = Path::new(&folder).join("kept/file");
                let error = replace(&path, b"x").expect_err("nothing can be made beside it");
                assert_eq!(error.kind(), ErrorKind::ReadOnlyFilesystem, "the kernel says: {error}");
                return is_written_in_place(&path);
            }
            let folder = folder();
            fs::write(folder.path().join("outside"), "of the host").unwrap();
            let test = name("a_file_in_a_file_system_that_is_read_only_is_written_in_place");
            let setup = "mount --bind kept kept; mount -o remount,bind,ro kept; mount --bind outside kept/file";
            inside(&test, folder.path(), &["unshare", "-m"], setup);
        }

        #[test]
        fn a_file_in_a_folder_that_may_not_be_changed_is_written_in_place() {
            if let Some(folder) = std::env::var_os(INSIDE) {
                let path = Path::new(&folder).join("kept/file");
                let error = replace(&path, b"x").expect_err("nothing can be made beside it");
                assert_eq!(error.kind(), ErrorKind::PermissionDenied, "the kernel says: {error}");
                return is_written_in_place(&path);
            }
            let folder = folder();
            let test = name("a_file_in_a_folder_that_may_not_be_changed_is_written_in_place");
            // To root, permissions mean nothing unless this right is given up; to others they do anyway.
            let root = ["setpriv", "--bounding-set=-dac_override", "--inh-caps=-dac_override"];
            let is_root = fs::metadata("/proc/self").unwrap().uid() == 0;
            inside(&test, folder.path(), if is_root { &root } else { &["env"] }, "chmod 0555 kept");
            let writable = Command::new("chmod").arg("0755").arg(folder.path().join("kept")).status().unwrap();
            assert!(writable.success(), "so that it can be removed");
        }

        #[test]
        fn a_full_disk_leaves_the_old_file() {
            if let Some(folder) = std::env::var_os(INSIDE) {
                let path = Path::new(&folder).join("kept/file");
                fs::write(&path, "old").unwrap();
                let error = write_whole(&path, &vec![b'x'; 1 << 20]).expect_err("a megabyte has no room");
                assert_eq!(error.kind(), ErrorKind::StorageFull, "{error}");
                assert_eq!(fs::read_to_string(&path).unwrap(), "old");
                assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "nothing is left beside it");
                return;
            }
            let folder = folder();
            let test = name("a_full_disk_leaves_the_old_file");
            inside(&test, folder.path(), &["unshare", "-m"], "mount -t tmpfs -o size=64k tmpfs kept");
        }
    }
}
