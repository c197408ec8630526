//! What Linux tells in /proc.

use crate::{Holder, Transport};

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
