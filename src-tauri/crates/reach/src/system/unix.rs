//! What every Unix tells: interfaces by getifaddrs(3), errors by their number.
//!
//! The standard library has no call for the interfaces, so this one file speaks to libc.
#![allow(unsafe_code)]

use super::{Interface, medium, network_name};
use crate::Transport;
use socket2::Socket;
use std::{
    ffi::CStr,
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    ptr,
};

/// All addresses of all interfaces that are up and have a carrier.
pub(crate) fn interfaces() -> io::Result<Vec<Interface>> {
    let mut first = ptr::null_mut();
    // SAFETY: getifaddrs writes one pointer, to a list that is ours until freeifaddrs.
    if unsafe { libc::getifaddrs(&mut first) } != 0 {
        return Err(io::Error::last_os_error());
    }
    let mut found = Vec::new();
    let mut next = first;
    // SAFETY: every `next` comes from the list, which ends with null and is not freed yet.
    while let Some(entry) = unsafe { next.as_ref() } {
        found.extend(usable(entry));
        next = entry.ifa_next;
    }
    // SAFETY: `first` came from getifaddrs and nothing in `found` points into it.
    unsafe { libc::freeifaddrs(first) };
    Ok(found)
}

fn usable(entry: &libc::ifaddrs) -> Option<Interface> {
    let has = |flag: libc::c_int| entry.ifa_flags & flag as libc::c_uint != 0;
    if !has(libc::IFF_UP) || !has(libc::IFF_RUNNING) || entry.ifa_addr.is_null() {
        return None;
    }
    // SAFETY: ifa_addr is not null, and its family says how long the structure is.
    let ip = unsafe {
        match i32::from((*entry.ifa_addr).sa_family) {
            libc::AF_INET => {
                let address = &*entry.ifa_addr.cast::<libc::sockaddr_in>();
                IpAddr::from(Ipv4Addr::from(u32::from_be(address.sin_addr.s_addr)))
            }
            libc::AF_INET6 => {
                let address = &*entry.ifa_addr.cast::<libc::sockaddr_in6>();
                IpAddr::from(Ipv6Addr::from(address.sin6_addr.s6_addr))
            }
            _ => return None,
        }
    };
    // SAFETY: ifa_name is a C string of the list.
    let name = unsafe { CStr::from_ptr(entry.ifa_name) }.to_string_lossy().into_owned();
    let medium = medium(&name);
    let given = network_name(&name, medium);
    Some(Interface { name, ip, point_to_point: has(libc::IFF_POINTOPOINT), medium, given })
}

/// Whether an error of opening a socket says that the machine has no IPv6.
pub(crate) fn no_ipv6(error: &io::Error) -> bool {
    matches!(
        error.raw_os_error(),
        Some(libc::EAFNOSUPPORT | libc::EPROTONOSUPPORT | libc::EPFNOSUPPORT | libc::EADDRNOTAVAIL | libc::ENOPROTOOPT)
    )
}

/// What the system says of an IPv6 socket where it has none.
#[cfg(test)]
pub(crate) const A_MACHINE_WITHOUT_IPV6: i32 = libc::EAFNOSUPPORT;

/// Before it is bound: a restart must not wait for the old connections' TIME_WAIT.
pub(crate) fn prepare(socket: &Socket, transport: Transport) -> io::Result<()> {
    match transport {
        Transport::Tcp => socket.set_reuse_address(true),
        Transport::Udp => Ok(()),
    }
}

/// What a socket for an address is bound to: the address.
pub(crate) fn address_to_bind(_: Transport, address: SocketAddr) -> SocketAddr {
    address
}
