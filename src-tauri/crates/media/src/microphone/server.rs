//! Where the sound server listens. The library that speaks to it looks in two places on this machine, and stops at the first that is not
//! there.
#![allow(unsafe_code)] // The environment can only be changed where nobody else reads it.

mod carrier;

pub(super) use carrier::carry;

use std::env;
use std::ffi::OsString;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};

/// A sound server's place.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Address {
    /// A socket of this machine.
    Here(PathBuf),
    /// Another machine's name or address, and its port.
    There(String, u16),
}

/// Finds the sound server, PulseAudio or PipeWire in its place, and names it in the environment, where the library looks first.
///
/// # Safety
///
/// No other thread may run: to be called where the program starts.
pub unsafe fn find_sound_server() {
    let is_socket = |path: &Path| path.metadata().is_ok_and(|file| file.file_type().is_socket());
    // Whose process this is, is who has its folder.
    let user = Path::new("/proc/self").metadata().ok().map(|own| own.uid());
    let found = servers(|name| env::var_os(name), user, is_socket);
    let socket = match &found[..] {
        [] => return,
        [Address::Here(socket), ..] => socket.clone(),
        // Nobody can be told yet where this fails: then there is no sound server.
        _ => match carrier::socket(found) {
            Ok(socket) => socket,
            Err(_) => return,
        },
    };
    let mut server = OsString::from("unix:");
    server.push(socket);
    // SAFETY: the caller says that no other thread runs.
    unsafe { env::set_var("PULSE_SERVER", server) };
}

/// The places to try, the first of which is a socket that is there or another machine. As libpulse has it: the servers that are named, then
/// the runtime folder that is named, then the user's, then the system's.
fn servers(
    variable: impl Fn(&str) -> Option<OsString>,
    user: Option<u32>,
    is_socket: impl Fn(&Path) -> bool,
) -> Vec<Address> {
    let named = variable("PULSE_SERVER").filter(|servers| !servers.is_empty());
    if let Some(servers) = named {
        let servers = servers.to_string_lossy();
        let there = |server: &Address| match server {
            Address::Here(path) => is_socket(path),
            Address::There(..) => true,
        };
        return servers.split_whitespace().filter_map(address).filter(there).collect();
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
    places.into_iter().flatten().find(|path| is_socket(path)).map(Address::Here).into_iter().collect()
}

/// A server as it is named: a path, or a machine with its port or without; before it the id of the machine that it is for and the kind of
/// socket, or neither.
fn address(server: &str) -> Option<Address> {
    /// Of PulseAudio's own protocol.
    const PORT: u16 = 4713;
    let server = server.strip_prefix('{').and_then(|rest| rest.split_once('}')).map_or(server, |(_, rest)| rest);
    let path = server.strip_prefix("unix:").unwrap_or(server);
    if path.starts_with('/') {
        return Some(Address::Here(path.into()));
    }
    let machine = ["tcp:", "tcp4:", "tcp6:"].iter().find_map(|kind| server.strip_prefix(kind)).unwrap_or(server);
    let (host, port) = match machine.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, rest)) => (host, rest.strip_prefix(':')),
        // Colons without brackets are those of an address.
        None if machine.matches(':').count() > 1 => (machine, None),
        None => machine.split_once(':').map_or((machine, None), |(host, port)| (host, Some(port))),
    };
    let port = port.map_or(Some(PORT), |port| port.parse().ok())?;
    let is_name = |c: char| c.is_alphanumeric() || ".-_:%".contains(c);
    (!host.is_empty() && host.chars().all(is_name)).then(|| Address::There(host.to_owned(), port))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(environment: &[(&str, &str)], sockets: &[&str]) -> Vec<String> {
        let variable = |name: &str| environment.iter().find(|(known, _)| *known == name).map(|(_, value)| value.into());
        let there = |path: &Path| sockets.iter().any(|socket| Path::new(socket) == path);
        let shown = |server: Address| match server {
            Address::Here(path) => path.display().to_string(),
            Address::There(host, port) => format!("{host} {port}"),
        };
        servers(variable, Some(1000), there).into_iter().map(shown).collect()
    }

    #[test]
    fn it_is_found_wherever_it_is_said_to_be() {
        const USERS: &str = "/run/user/1000/pulse/native";
        let user = ("XDG_RUNTIME_DIR", "/run/user/1000");
        for (environment, sockets, wanted) in [
            (&[("PULSE_RUNTIME_PATH", "/tmp/p")][..], &["/tmp/p/native"][..], &["/tmp/p/native"][..]),
            (&[("PULSE_RUNTIME_PATH", "/tmp/p")], &["/tmp/p/pulse/native"], &["/tmp/p/pulse/native"]),
            (&[("PULSE_RUNTIME_PATH", "/gone"), user], &[USERS], &[USERS]),
            (&[("PULSE_SERVER", "unix:/tmp/s")], &["/tmp/s", USERS], &["/tmp/s"]),
            (&[("PULSE_SERVER", "/tmp/s")], &["/tmp/s"], &["/tmp/s"]),
            (&[("PULSE_SERVER", "{0123abcd}unix:/tmp/s")], &["/tmp/s"], &["/tmp/s"]),
            (&[("PULSE_SERVER", "unix:/gone unix:/tmp/s")], &["/tmp/s"], &["/tmp/s"]),
            (&[("PULSE_SERVER", "tcp:studio:4714 unix:/tmp/s")], &["/tmp/s"], &["studio 4714", "/tmp/s"]),
            (&[("PULSE_SERVER", "tcp:studio"), user], &[USERS], &["studio 4713"]),
            (&[("PULSE_SERVER", "studio.local")], &[], &["studio.local 4713"]),
            (&[("PULSE_SERVER", "{0123abcd}tcp4:192.168.1.4:4000")], &[], &["192.168.1.4 4000"]),
            (&[("PULSE_SERVER", "tcp6:[fd00::4]:4000 fd00::5")], &[], &["fd00::4 4000", "fd00::5 4713"]),
            (&[("PULSE_SERVER", "tcp::4713 tcp:studio:much $nothing"), user], &[USERS], &[]),
            (&[("PULSE_SERVER", ""), user], &[USERS], &[USERS]),
            (&[user], &[USERS], &[USERS]),
            (&[("XDG_RUNTIME_DIR", "")], &[USERS], &[USERS]),
            (&[("PIPEWIRE_RUNTIME_DIR", "/tmp/w")], &["/tmp/w/pulse/native"], &["/tmp/w/pulse/native"]),
            // Started by cron or over su, with no folder named at all.
            (&[], &[USERS], &[USERS]),
            (&[], &["/run/pulse/native"], &["/run/pulse/native"]),
            (&[user], &[], &[]),
        ] {
            assert_eq!(found(environment, sockets), wanted, "{environment:?} {sockets:?}");
        }
    }
}
