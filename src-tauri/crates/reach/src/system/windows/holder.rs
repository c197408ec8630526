//! Who has a port, by the IP helper library's tables.
#![allow(unsafe_code)] // The C interfaces of that library, and of processes.

use crate::{Holder, Transport};
use std::path::Path;
use windows_sys::Win32::{
    Foundation::{CloseHandle, ERROR_INSUFFICIENT_BUFFER, NO_ERROR},
    NetworkManagement::IpHelper::{
        GetExtendedTcpTable, GetExtendedUdpTable, TCP_TABLE_OWNER_PID_LISTENER, UDP_TABLE_OWNER_PID,
    },
    Networking::WinSock::{AF_INET, AF_INET6},
    System::Threading::{
        OpenProcess, PROCESS_NAME_WIN32, PROCESS_QUERY_LIMITED_INFORMATION, QueryFullProcessImageNameW,
    },
};

/// A table's rows are of 32-bit numbers only: how many one has, and which of them are the port and the process.
struct Row {
    family: u16,
    numbers: usize,
    port: usize,
    process: usize,
}

/// MIB_TCPROW_OWNER_PID and MIB_TCP6ROW_OWNER_PID.
const TCP: [Row; 2] = [
    Row { family: AF_INET, numbers: 6, port: 2, process: 5 },
    Row { family: AF_INET6, numbers: 14, port: 5, process: 13 },
];

/// MIB_UDPROW_OWNER_PID and MIB_UDP6ROW_OWNER_PID.
const UDP: [Row; 2] = [
    Row { family: AF_INET, numbers: 3, port: 1, process: 2 },
    Row { family: AF_INET6, numbers: 7, port: 5, process: 6 },
];

/// Who has this port; none where the system does not tell which program that is.
pub(crate) fn holder(transport: Transport, port: u16) -> Option<Holder> {
    let rows = match transport {
        Transport::Tcp => TCP,
        Transport::Udp => UDP,
    };
    let process = rows.iter().find_map(|row| process_on(port, row, &table(transport, row.family)?))?;
    Some(Holder { program: program(process)?, process })
}

/// The process in a table whose socket has this port. The table begins with the number of its rows, and what follows the last may be
/// anything.
fn process_on(port: u16, row: &Row, table: &[u32]) -> Option<u32> {
    let (rows, numbers) = table.split_first()?;
    let mut rows = numbers.chunks_exact(row.numbers).take(*rows as usize);
    // A port stands in two bytes of the four, the higher first.
    let found = rows.find(|this| u16::from_be(this[row.port] as u16) == port)?;
    Some(found[row.process])
}

/// One of the system's tables of sockets that listen, or can receive.
fn table(transport: Transport, family: u16) -> Option<Vec<u32>> {
    let mut size = 16 * 1024;
    // It may grow while it is asked for.
    for _ in 0..4 {
        let mut table = vec![0u32; size as usize / 4 + 1];
        let (into, family) = (table.as_mut_ptr().cast(), u32::from(family));
        // SAFETY: there is room for as many bytes as `size` says, and no more are written.
        let code = unsafe {
            match transport {
                Transport::Tcp => GetExtendedTcpTable(into, &raw mut size, 0, family, TCP_TABLE_OWNER_PID_LISTENER, 0),
                Transport::Udp => GetExtendedUdpTable(into, &raw mut size, 0, family, UDP_TABLE_OWNER_PID, 0),
            }
        };
        match code {
            NO_ERROR => return Some(table),
            ERROR_INSUFFICIENT_BUFFER => {}
            _ => return None,
        }
    }
    None
}

/// What the program of a process is called.
fn program(process: u32) -> Option<String> {
    let mut path = [0u16; 1024];
    let mut length = path.len() as u32;
    // SAFETY: the handle is closed again, and the path is no longer than there is room for.
    let told = unsafe {
        let handle = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, 0, process);
        if handle.is_null() {
            return None;
        }
        let told = QueryFullProcessImageNameW(handle, PROCESS_NAME_WIN32, path.as_mut_ptr(), &raw mut length);
        CloseHandle(handle);
        told
    };
    let path = String::from_utf16_lossy(path.get(..length as usize).filter(|_| told != 0)?);
    Some(Path::new(&path).file_name()?.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rows_are_as_long_as_the_systems() {
        use windows_sys::Win32::NetworkManagement::IpHelper::{
            MIB_TCP6ROW_OWNER_PID, MIB_TCPROW_OWNER_PID, MIB_UDP6ROW_OWNER_PID, MIB_UDPROW_OWNER_PID,
        };
        let lengths = |rows: [Row; 2]| rows.map(|row| row.numbers * 4);
        assert_eq!(lengths(TCP), [size_of::<MIB_TCPROW_OWNER_PID>(), size_of::<MIB_TCP6ROW_OWNER_PID>()]);
        assert_eq!(lengths(UDP), [size_of::<MIB_UDPROW_OWNER_PID>(), size_of::<MIB_UDP6ROW_OWNER_PID>()]);
    }

    #[test]
    fn a_port_is_found_in_the_rows_that_there_are() {
        let port = |port: u16| u32::from(port.to_be());
        let table = [1, 0, port(8787), 42, 0, port(8788), 43];
        assert_eq!(process_on(8787, &UDP[0], &table), Some(42));
        assert_eq!(process_on(8788, &UDP[0], &table), None, "it stands behind the last row");
        assert_eq!(process_on(8787, &UDP[0], &[]), None);
    }
}
