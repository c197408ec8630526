//! The /dev of the program: a mount namespace of its own, in which cameras, other names and links stand beside the few real nodes that
//! every program needs.
#![allow(unsafe_code)] // System calls between fork and exec.

use crate::kind::Kind;
use std::{
    ffi::{CStr, CString},
    fs, io,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
    ptr,
};

/// What is taken over from the machine's own /dev, as far as it is there.
const KEPT: [&str; 16] = [
    "null", "zero", "full", "random", "urandom", "tty", "console", "pts", "shm", "mqueue", "dri", "snd", "fd", "stdin",
    "stdout", "stderr",
];

/// All that is to be done, made ready for a process that may not allocate any more.
pub(crate) struct Room {
    steps: Vec<Step>,
    /// Where the new /dev is put together.
    folder: tempfile::TempDir,
}

enum Step {
    Apart(libc::c_int),
    Write(CString, Vec<u8>),
    Mount { from: CString, to: CString, kind: Option<CString>, flags: libc::c_ulong },
    Folder(CString),
    File(CString),
    Link { to: CString, at: CString },
}

impl Room {
    pub(crate) fn of(kind: &Kind) -> io::Result<Room> {
        let folder = tempfile::tempdir()?;
        let mut room = Room { steps: Vec::new(), folder };
        room.stand_apart();
        room.mount("none", "/", None, libc::MS_REC | libc::MS_PRIVATE);
        let dev = room.folder.path().to_owned();
        room.mount("none", &dev, Some("tmpfs"), libc::MS_NOSUID);
        for name in KEPT {
            room.keep(name, &dev)?;
        }
        room.steps.push(Step::Link { to: text("pts/ptmx"), at: path(dev.join("ptmx")) });
        for camera in &kind.cameras {
            room.steps.push(Step::File(path(dev.join(&camera.node))));
        }
        for name in &kind.others {
            let mut whole = dev.as_os_str().as_bytes().to_vec();
            whole.push(b'/');
            whole.extend(name.bytes());
            room.steps.push(Step::File(CString::new(whole).map_err(io::Error::other)?));
        }
        for (name, to) in &kind.links {
            let at = dev.join(name);
            let above = at.ancestors().skip(1).take_while(|above| *above != dev).map(path).collect::<Vec<_>>();
            room.steps.extend(above.into_iter().rev().map(Step::Folder));
            room.steps.push(Step::Link { to: text(to), at: path(&at) });
        }
        room.mount(&dev, "/dev", None, libc::MS_BIND | libc::MS_REC);
        Ok(room)
    }

    /// Root needs no more; anybody else is root over mounts in a user namespace of their own, under their own name.
    fn stand_apart(&mut self) {
        // SAFETY: they take nothing and cannot fail.
        let (user, group) = unsafe { (libc::geteuid(), libc::getegid()) };
        if user == 0 {
            return self.steps.push(Step::Apart(libc::CLONE_NEWNS));
        }
        self.steps.push(Step::Apart(libc::CLONE_NEWUSER | libc::CLONE_NEWNS));
        for (file, said) in [
            ("setgroups", "deny".to_owned()),
            ("uid_map", format!("{user} {user} 1")),
            ("gid_map", format!("{group} {group} 1")),
        ] {
            self.steps.push(Step::Write(text(&format!("/proc/self/{file}")), said.into_bytes()));
        }
    }

    fn keep(&mut self, name: &str, dev: &Path) -> io::Result<()> {
        let (from, at) = (Path::new("/dev").join(name), dev.join(name));
        let Ok(there) = fs::symlink_metadata(&from) else { return Ok(()) };
        if there.is_symlink() {
            self.steps.push(Step::Link { to: path(&fs::read_link(&from)?), at: path(&at) });
            return Ok(());
        }
        self.steps.push(if there.is_dir() { Step::Folder(path(&at)) } else { Step::File(path(&at)) });
        self.mount(&from, &at, None, libc::MS_BIND | libc::MS_REC);
        Ok(())
    }

    fn mount(&mut self, from: impl AsRef<Path>, to: impl AsRef<Path>, kind: Option<&str>, flags: libc::c_ulong) {
        let (from, to) = (path(from.as_ref()), path(to.as_ref()));
        self.steps.push(Step::Mount { from, to, kind: kind.map(text), flags });
    }

    /// Puts the calling process into the room. For a process with one thread that is about to become another program.
    pub(crate) fn enter(&self) -> io::Result<()> {
        self.steps.iter().try_for_each(Step::run)
    }

    /// The folder that is empty again when the program has ended, to be removed then.
    pub(crate) fn into_folder(self) -> tempfile::TempDir {
        self.folder
    }
}

impl Step {
    fn run(&self) -> io::Result<()> {
        // SAFETY: all texts end in a zero and outlive the calls.
        let result = unsafe {
            match self {
                Step::Apart(flags) => libc::unshare(*flags),
                Step::Write(file, text) => return write(file, text),
                Step::Mount { from, to, kind, flags } => {
                    let kind = kind.as_ref().map_or(ptr::null(), |kind| kind.as_ptr());
                    libc::mount(from.as_ptr(), to.as_ptr(), kind, *flags, ptr::null())
                }
                Step::Folder(at) => match libc::mkdir(at.as_ptr(), 0o755) {
                    -1 if io::Error::last_os_error().raw_os_error() == Some(libc::EEXIST) => 0,
                    result => result,
                },
                Step::File(at) => {
                    match libc::open(at.as_ptr(), libc::O_CREAT | libc::O_WRONLY | libc::O_CLOEXEC, 0o666) {
                        -1 => -1,
                        file => libc::close(file),
                    }
                }
                Step::Link { to, at } => libc::symlink(to.as_ptr(), at.as_ptr()),
            }
        };
        if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
    }
}

fn write(file: &CStr, text: &[u8]) -> io::Result<()> {
    // SAFETY: as above.
    unsafe {
        let file = libc::open(file.as_ptr(), libc::O_WRONLY | libc::O_CLOEXEC);
        let written = if file < 0 { -1 } else { libc::write(file, text.as_ptr().cast(), text.len()) };
        let error = io::Error::last_os_error();
        libc::close(file);
        if written < 0 { Err(error) } else { Ok(()) }
    }
}

fn text(text: &str) -> CString {
    CString::new(text).expect("a kind's names have no zero in them")
}

fn path(path: impl AsRef<Path>) -> CString {
    CString::new(path.as_ref().as_os_str().as_bytes()).expect("a path has no zero in it")
}

/// A camera's node and its links come and go while the program runs.
pub(crate) struct Nodes {
    /// The program's /dev, as it is seen from here.
    dev: PathBuf,
}

impl Nodes {
    pub(crate) fn of(process: u32) -> Nodes {
        Nodes { dev: format!("/proc/{process}/root/dev").into() }
    }

    pub(crate) fn path(&self, node: &str) -> PathBuf {
        self.dev.join(node)
    }

    /// What cannot be removed is gone already, and the program may have ended: neither is anybody's fault.
    pub(crate) fn unplug(&self, kind: &Kind, node: &str) {
        for (name, _) in links_to(kind, node) {
            let _ = fs::remove_file(self.dev.join(name));
        }
        let _ = fs::remove_file(self.path(node));
    }

    pub(crate) fn plug(&self, kind: &Kind, node: &str) {
        let _ = fs::File::create(self.path(node));
        for (name, to) in links_to(kind, node) {
            let _ = std::os::unix::fs::symlink(to, self.dev.join(name));
        }
    }
}

fn links_to<'k>(kind: &'k Kind, node: &'k str) -> impl Iterator<Item = (&'k String, &'k String)> {
    kind.links.iter().filter(move |(_, to)| Path::new(to).file_name().is_some_and(|name| name == node))
}
