//! Where the sound server listens. The library that speaks to it looks in two places, and stops at the first that is not there.
#![allow(unsafe_code)] // The environment can only be changed where nobody else reads it.

use std::env;
use std::ffi::OsString;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};

/// Finds the sound server, PulseAudio or PipeWire in its place, and names it in the environment, where the library looks first.
///
/// # Safety
///
/// No other thread may run: to be called where the program starts.
pub unsafe fn find_sound_server() {
    let is_socket = |path: &Path| path.metadata().is_ok_and(|file| file.file_type().is_socket());
    // Whose process this is, is who has its folder.
    let user = Path::new("/proc/self").metadata().ok().map(|own| own.uid());
    if let Some(socket) = socket(|name| env::var_os(name), user, is_socket) {
        let mut server = OsString::from("unix:");
        server.push(socket);
        // SAFETY: the caller says that no other thread runs.
        unsafe { env::set_var("PULSE_SERVER", server) };
    }
}

/// The first of the places that there are. As libpulse has it: a server that is named, then the runtime folder that is named, then the
/// user's, then the system's. A server on another machine is none that the library could reach.
fn socket(
    variable: impl Fn(&str) -> Option<OsString>,
    user: Option<u32>,
    is_socket: impl Fn(&Path) -> bool,
) -> Option<PathBuf> {
    let named = variable("PULSE_SERVER").filter(|servers| !servers.is_empty());
    if let Some(servers) = named {
        let servers = servers.into_string().ok()?;
        return servers.split_whitespace().filter_map(local).find(|path| is_socket(path));
    }
    let below = |name: &str, rest: &str| {
        let folder = variable(name).filter(|folder| !folder.is_empty());
        folder.map(|folder| Path::new(&folder).join(rest))
    };
    let own = user.map(|user| PathBuf::from(format!("/run/user/{user}/pulse/native")));
    let places = [
        below("PULSE_RUNTIME_PATH", "native"),
        below("PULSE_RUNTIME_PATH", "pulse/native"),
        below("XDG_RUNTIME_DIR", "pulse/native"),
        below("PIPEWIRE_RUNTIME_DIR", "pulse/native"),
        own,
        Some(PathBuf::from("/run/pulse/native")),
        Some(PathBuf::from("/var/run/pulse/native")),
    ];
    places.into_iter().flatten().find(|path| is_socket(path))
}

/// The socket of a server as it is named: a path, with the machine's id and the kind of socket before it or without.
fn local(server: &str) -> Option<PathBuf> {
    let server = server.strip_prefix('{').and_then(|rest| rest.split_once('}')).map_or(server, |(_, rest)| rest);
    let path = server.strip_prefix("unix:").unwrap_or(server);
    path.starts_with('/').then(|| PathBuf::from(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(environment: &[(&str, &str)], sockets: &[&str]) -> Option<String> {
        let variable = |name: &str| environment.iter().find(|(known, _)| *known == name).map(|(_, value)| value.into());
        let there = |path: &Path| sockets.iter().any(|socket| Path::new(socket) == path);
        socket(variable, Some(1000), there).map(|path| path.display().to_string())
    }

    #[test]
    fn it_is_found_wherever_it_is_said_to_be() {
        const USERS: &str = "/run/user/1000/pulse/native";
        let user = ("XDG_RUNTIME_DIR", "/run/user/1000");
        for (environment, sockets, wanted) in [
            (&[("PULSE_RUNTIME_PATH", "/tmp/p")][..], &["/tmp/p/native"][..], Some("/tmp/p/native")),
            (&[("PULSE_RUNTIME_PATH", "/tmp/p")], &["/tmp/p/pulse/native"], Some("/tmp/p/pulse/native")),
            (&[("PULSE_RUNTIME_PATH", "/gone"), user], &[USERS], Some(USERS)),
            (&[("PULSE_SERVER", "unix:/tmp/s")], &["/tmp/s", USERS], Some("/tmp/s")),
            (&[("PULSE_SERVER", "/tmp/s")], &["/tmp/s"], Some("/tmp/s")),
            (&[("PULSE_SERVER", "{0123abcd}unix:/tmp/s")], &["/tmp/s"], Some("/tmp/s")),
            (&[("PULSE_SERVER", "tcp:studio:4713 unix:/tmp/s")], &["/tmp/s"], Some("/tmp/s")),
            (&[("PULSE_SERVER", "tcp:studio:4713"), user], &[USERS], None),
            (&[("PULSE_SERVER", ""), user], &[USERS], Some(USERS)),
            (&[user], &[USERS], Some(USERS)),
            (&[("XDG_RUNTIME_DIR", "")], &[USERS], Some(USERS)),
            (&[("PIPEWIRE_RUNTIME_DIR", "/tmp/w")], &["/tmp/w/pulse/native"], Some("/tmp/w/pulse/native")),
            // Started by cron or over su, with no folder named at all.
            (&[], &[USERS], Some(USERS)),
            (&[], &["/run/pulse/native"], Some("/run/pulse/native")),
            (&[user], &[], None),
        ] {
            assert_eq!(found(environment, sockets).as_deref(), wanted, "{environment:?} {sockets:?}");
        }
    }
}
