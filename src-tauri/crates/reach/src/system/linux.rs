//! What Linux tells in /proc and /sys, of a Wi-Fi's name by an ioctl, and of connections' names by NetworkManager.
#![allow(unsafe_code)] // The standard library has no ioctl.

use crate::medium::{Hardware, Medium};
use crate::{Holder, Transport};
use std::os::fd::AsRawFd;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// What carries an interface.
pub(crate) fn medium(name: &str) -> Medium {
    Medium::of(name, &hardware(&Path::new("/sys/class/net").join(name)))
}

/// What stands in an interface's folder.
fn hardware(folder: &Path) -> Hardware {
    let read = |file: &str| std::fs::read_to_string(folder.join(file)).unwrap_or_default();
    let uevent = read("uevent");
    let driver = std::fs::read_link(folder.join("device/driver")).ok();
    let bridged = std::fs::read_dir(folder.join("brif")).into_iter().flatten().flatten();
    Hardware {
        link_type: read("type").trim().parse().unwrap_or_default(),
        device_type: uevent.lines().find_map(|line| line.strip_prefix("DEVTYPE=")).unwrap_or_default().to_owned(),
        driver: driver.and_then(|driver| Some(driver.file_name()?.to_string_lossy().into_owned())),
        wireless: folder.join("wireless").exists() || folder.join("phy80211").exists(),
        tunnel: folder.join("tun_flags").exists(),
        bridges_device: bridged.into_iter().any(|port| port.path().join("../device").exists()),
    }
}

/// The name of the Wi-Fi that an interface is in. Any user may ask; where the kernel answers no such question any more it has none.
pub(crate) fn network_name(interface: &str, medium: Medium) -> Option<String> {
    /// SIOCGIWESSID of the kernel's wireless.h.
    const GET_NAME: libc::c_ulong = 0x8b1b;
    /// IW_ESSID_MAX_SIZE.
    const LONGEST: usize = 32;
    /// `struct iwreq` with its `iw_point`. The kernel copies all of it, which is 32 bytes whatever a pointer takes.
    #[repr(C)]
    struct Question {
        interface: [u8; 16],
        into: *mut u8,
        length: u16,
        flags: u16,
        rest: [u8; REST],
    }
    const REST: usize = 12 - size_of::<*mut u8>();
    const { assert!(size_of::<Question>() == 32) };
    if medium != Medium::Wifi || interface.len() >= 16 {
        return None;
    }
    let socket = std::net::UdpSocket::bind("127.0.0.1:0").ok()?;
    let mut name = [0_u8; LONGEST + 1];
    let mut question =
        Question { interface: [0; 16], into: name.as_mut_ptr(), length: LONGEST as u16, flags: 0, rest: [0; REST] };
    question.interface[..interface.len()].copy_from_slice(interface.as_bytes());
    // SAFETY: the structure is the kernel's, and it writes no more than `length` bytes to where `into` points, which is longer.
    let answered = unsafe { libc::ioctl(socket.as_raw_fd(), GET_NAME as _, &raw mut question) } == 0;
    let length = usize::from(question.length).min(LONGEST);
    let name = String::from_utf8_lossy(&name[..length]).trim_end_matches('\0').to_owned();
    (answered && !name.is_empty()).then_some(name)
}

/// How long the program may take. Where it hangs, networks have no names of their own.
const PATIENCE: Duration = Duration::from_secs(2);

/// How often it is looked whether it is done.
const STEP: Duration = Duration::from_millis(10);

/// Bytes of the answer that are read: some hundred connections.
const MAX_ANSWER: usize = 16 * 1024;

/// The connections' names as NetworkManager's program prints them, `DEVICE:NAME`; nothing where there is none, or none that answers.
pub(crate) fn connections() -> String {
    let mut command = Command::new("nmcli");
    command.args(["--terse", "--fields", "DEVICE,NAME", "connection", "show", "--active"]);
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
    let Ok(mut child) = child else { return String::new() };
    let end = Instant::now() + PATIENCE;
    // What it prints fits into the pipe, so it does not wait for a reader.
    while Instant::now() < end {
        match child.try_wait() {
            Ok(None) => std::thread::sleep(STEP),
            Ok(Some(_)) => {
                let mut answer = Vec::new();
                let read = child.stdout.take().map(|out| std::io::Read::take(out, MAX_ANSWER as u64));
                // What could not be read is no name.
                let _ = read.map(|mut out| std::io::Read::read_to_end(&mut out, &mut answer));
                return String::from_utf8_lossy(&answer).into_owned();
            }
            Err(_) => break,
        }
    }
    // It may be gone by now.
    let _ = child.kill();
    let _ = child.wait();
    String::new()
}

/// Who has this port, where /proc exists and tells: of another user's process only root may know.
pub(crate) fn holder(transport: Transport, port: u16) -> Option<Holder> {
    let tables = match transport {
        Transport::Tcp => ["/proc/net/tcp", "/proc/net/tcp6"],
        Transport::Udp => ["/proc/net/udp", "/proc/net/udp6"],
    };
    let inode = tables
        .iter()
        .filter_map(|path| std::fs::read_to_string(path).ok())
        .find_map(|table| table.lines().find_map(|line| socket_on(transport, port, line)))?;
    process_with(&format!("socket:[{inode}]"))
}

/// The inode in a line of /proc/net/tcp or udp, if its socket listens on this port.
fn socket_on(transport: Transport, port: u16, line: &str) -> Option<u64> {
    /// TCP_LISTEN of the kernel's net/tcp_states.h; a UDP socket that is not connected shows TCP_CLOSE.
    const LISTENING: [&str; 2] = ["0A", "07"];
    let mut fields = line.split_whitespace();
    let local = fields.nth(1)?;
    let state = fields.nth(1)?;
    let inode = fields.nth(5)?;
    let wanted = LISTENING[usize::from(transport == Transport::Udp)];
    let here = u16::from_str_radix(local.rsplit_once(':')?.1, 16).ok()?;
    if here == port && state == wanted { inode.parse().ok() } else { None }
}

fn process_with(descriptor: &str) -> Option<Holder> {
    let processes = std::fs::read_dir("/proc").ok()?.flatten();
    let mut numbered =
        processes.filter_map(|entry| Some((entry.file_name().to_str()?.parse::<u32>().ok()?, entry.path())));
    numbered.find_map(|(process, folder)| {
        let mut open = std::fs::read_dir(folder.join("fd")).ok()?.flatten();
        open.any(|entry| std::fs::read_link(entry.path()).is_ok_and(|target| target.as_os_str() == descriptor))
            .then_some(())?;
        let program = std::fs::read_to_string(folder.join("comm")).ok()?.trim().to_owned();
        Some(Holder { program, process })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_is_this_computer_and_in_no_wifi() {
        assert_eq!((medium("lo"), network_name("lo", Medium::Computer)), (Medium::Computer, None));
        assert_eq!(network_name("lo", Medium::Wifi), None, "a name is asked for, and there is none");
        assert_eq!(network_name("no such interface", Medium::Wifi), None);
    }

    #[test]
    fn an_interface_s_folder_is_read() {
        let folder = tempfile::tempdir().expect("a folder");
        assert_eq!(hardware(folder.path()), Hardware::default(), "nothing is there");
        let write = |file: &str, text: &str| std::fs::write(folder.path().join(file), text).expect("written");
        write("type", "1\n");
        write("uevent", "INTERFACE=wlp2s0\nDEVTYPE=wlan\n");
        std::fs::create_dir_all(folder.path().join("device")).expect("made");
        std::os::unix::fs::symlink("../../drivers/iwlwifi", folder.path().join("device/driver")).expect("linked");
        let read = hardware(folder.path());
        assert_eq!(Medium::of("wlp2s0", &read), Medium::Wifi);
        assert_eq!((read.link_type, read.driver.as_deref()), (1, Some("iwlwifi")));
        write("tun_flags", "0x1001");
        std::fs::create_dir(folder.path().join("wireless")).expect("made");
        let read = hardware(folder.path());
        assert!(read.tunnel && read.wireless);
    }

    #[test]
    fn reads_the_kernels_tables() {
        let tcp =
            "   0: 0100007F:2253 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 23081 1 0 100";
        assert_eq!(socket_on(Transport::Tcp, 0x2253, tcp), Some(23081));
        assert_eq!(socket_on(Transport::Tcp, 80, tcp), None);
        let connected = tcp.replace(" 0A ", " 01 ");
        assert_eq!(socket_on(Transport::Tcp, 0x2253, &connected), None, "a connection does not hold a port");
        let udp6 = " 2190: 00000000000000000000000000000000:2253 00000000000000000000000000000000:0000 07 00000000:00000000 \
             00:00000000 00000000     0        0 9 2 0000 0";
        assert_eq!(socket_on(Transport::Udp, 0x2253, udp6), Some(9));
        assert_eq!(socket_on(Transport::Udp, 0x2253, "  sl  local_address rem_address   st tx_queue"), None);
    }
}
