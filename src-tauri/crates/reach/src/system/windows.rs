//! What Windows tells: interfaces by GetAdaptersAddresses, errors by Winsock's numbers.
#![allow(unsafe_code)] // The C interface of the IP helper library.

mod holder;

pub(crate) use holder::holder;

use super::Interface;
use crate::Transport;
use crate::medium::Medium;
use socket2::Socket;
use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    os::windows::io::AsRawSocket,
    ptr,
};
use windows_sys::Win32::{
    Foundation::{ERROR_BUFFER_OVERFLOW, NO_ERROR},
    NetworkManagement::{
        IpHelper::{
            GAA_FLAG_SKIP_ANYCAST, GAA_FLAG_SKIP_DNS_SERVER, GAA_FLAG_SKIP_MULTICAST, GetAdaptersAddresses,
            IF_TYPE_IEEE80211, IF_TYPE_PPP, IF_TYPE_PROP_VIRTUAL, IF_TYPE_SOFTWARE_LOOPBACK, IF_TYPE_TUNNEL,
            IF_TYPE_WWANPP, IF_TYPE_WWANPP2, IP_ADAPTER_ADDRESSES_LH,
        },
        Ndis::IfOperStatusUp,
    },
    Networking::WinSock::{
        AF_INET, AF_INET6, AF_UNSPEC, SIO_UDP_CONNRESET, SOCKADDR_IN, SOCKADDR_IN6, SOCKET, WSAEADDRNOTAVAIL,
        WSAEAFNOSUPPORT, WSAENOPROTOOPT, WSAEPFNOSUPPORT, WSAEPROTONOSUPPORT, WSAIoctl,
    },
};

/// All addresses of all adapters that are up.
pub(crate) fn interfaces() -> io::Result<Vec<Interface>> {
    let flags = GAA_FLAG_SKIP_ANYCAST | GAA_FLAG_SKIP_DNS_SERVER | GAA_FLAG_SKIP_MULTICAST;
    let mut size = 16 * 1024u32;
    let mut buffer: Vec<u64>;
    let mut tries = 0;
    loop {
        buffer = vec![0; size as usize / 8 + 1];
        // SAFETY: the buffer is at least as long as `size` says, and aligned for the structures in it.
        let code = unsafe {
            GetAdaptersAddresses(AF_UNSPEC as u32, flags, std::ptr::null(), buffer.as_mut_ptr().cast(), &mut size)
        };
        tries += 1;
        match code {
            NO_ERROR => break,
            ERROR_BUFFER_OVERFLOW if tries < 4 => {}
            code => return Err(io::Error::from_raw_os_error(code as i32)),
        }
    }
    let mut found = Vec::new();
    let mut next: *const IP_ADAPTER_ADDRESSES_LH = buffer.as_ptr().cast();
    // SAFETY: every adapter comes from the list in the buffer, which ends with null and lives until the end.
    while let Some(adapter) = unsafe { next.as_ref() } {
        next = adapter.Next;
        if adapter.OperStatus != IfOperStatusUp {
            continue;
        }
        // SAFETY: the name is a string of the list that ends with 0.
        let name = unsafe {
            let mut len = 0;
            while *adapter.FriendlyName.add(len) != 0 {
                len += 1;
            }
            String::from_utf16_lossy(std::slice::from_raw_parts(adapter.FriendlyName, len))
        };
        let point_to_point = matches!(adapter.IfType, IF_TYPE_PPP | IF_TYPE_TUNNEL | IF_TYPE_PROP_VIRTUAL);
        let medium = match adapter.IfType {
            IF_TYPE_IEEE80211 => Medium::Wifi,
            IF_TYPE_WWANPP | IF_TYPE_WWANPP2 => Medium::Mobile,
            IF_TYPE_SOFTWARE_LOOPBACK => Medium::Computer,
            _ if point_to_point => Medium::Vpn,
            _ => Some(Medium::of_name(&name)).filter(|by_name| *by_name != Medium::Unknown).unwrap_or(Medium::Cable),
        };
        let mut unicast = adapter.FirstUnicastAddress;
        // SAFETY: as with the adapters.
        while let Some(entry) = unsafe { unicast.as_ref() } {
            unicast = entry.Next;
            let address = entry.Address.lpSockaddr;
            if address.is_null() {
                continue;
            }
            // SAFETY: the address is not null, and its family says how long the structure is.
            let ip = unsafe {
                match (*address).sa_family {
                    AF_INET => IpAddr::from(Ipv4Addr::from(u32::from_be(
                        (*address.cast::<SOCKADDR_IN>()).sin_addr.S_un.S_addr,
                    ))),
                    AF_INET6 => IpAddr::from(Ipv6Addr::from((*address.cast::<SOCKADDR_IN6>()).sin6_addr.u.Byte)),
                    _ => continue,
                }
            };
            found.push(Interface { name: name.clone(), ip, point_to_point, medium, given: Some(name.clone()) });
        }
    }
    Ok(found)
}

/// Whether an error of opening a socket says that the machine has no IPv6.
pub(crate) fn no_ipv6(error: &io::Error) -> bool {
    matches!(
        error.raw_os_error(),
        Some(WSAEAFNOSUPPORT | WSAEPROTONOSUPPORT | WSAEPFNOSUPPORT | WSAEADDRNOTAVAIL | WSAENOPROTOOPT)
    )
}

/// What the system says of an IPv6 socket where it has none.
#[cfg(test)]
pub(crate) const A_MACHINE_WITHOUT_IPV6: i32 = WSAEAFNOSUPPORT;

/// Before it is bound. Of TCP nothing is to be done: an old connection does not hold the port here, and the option that Unix has
/// for it would let a second program take the port away. A UDP socket is told to keep to itself that somebody's port is closed:
/// else what is received after that is an error (WSAECONNRESET), for all viewers because of one that left.
pub(crate) fn prepare(socket: &Socket, transport: Transport) -> io::Result<()> {
    let (off, mut returned): (u32, u32) = (0, 0);
    if transport == Transport::Tcp {
        return Ok(());
    }
    // SAFETY: the socket is open, the option is a number of four bytes that lives until the call returns, and nothing is asked
    // for in return.
    let code = unsafe {
        WSAIoctl(
            socket.as_raw_socket() as SOCKET,
            SIO_UDP_CONNRESET,
            (&raw const off).cast(),
            size_of_val(&off) as u32,
            ptr::null_mut(),
            0,
            &raw mut returned,
            ptr::null_mut(),
            None,
        )
    };
    if code == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// What a socket for an address is bound to. For UDP over IPv4 that is the address as IPv6 writes it, on a socket that takes both:
/// quinn-udp asks every socket whether it is one of IPv6 alone, which Windows does not answer of one of IPv4 (10045 or 10022).
pub(crate) fn address_to_bind(transport: Transport, address: SocketAddr) -> SocketAddr {
    match (transport, address.ip()) {
        (Transport::Udp, IpAddr::V4(ip)) => SocketAddr::from((ip.to_ipv6_mapped(), address.port())),
        _ => address,
    }
}
