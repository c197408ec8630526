//! What each system is asked in a way of its own: its interfaces, who has a port, what its errors mean. A system is a file.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(target_os = "linux")]
pub(crate) use linux::{connections, holder, medium, network_name};
#[cfg(all(test, unix))]
pub(crate) use unix::A_MACHINE_WITHOUT_IPV6;
#[cfg(unix)]
pub(crate) use unix::{address_to_bind, interfaces, no_ipv6, prepare};
#[cfg(all(test, windows))]
pub(crate) use windows::A_MACHINE_WITHOUT_IPV6;
#[cfg(windows)]
pub(crate) use windows::{address_to_bind, holder, interfaces, no_ipv6, prepare};

use crate::medium::Medium;
use std::net::IpAddr;

/// One address of one interface that is up and running.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Interface {
    pub(crate) name: String,
    pub(crate) ip: IpAddr,
    /// A tunnel: no neighbours, one peer.
    pub(crate) point_to_point: bool,
    /// What carries it.
    pub(crate) medium: Medium,
    /// What the system calls its network, where it can be had by just asking.
    pub(crate) given: Option<String>,
}

impl Interface {
    /// One whose network has no name.
    pub(crate) fn of(name: &str, ip: IpAddr, point_to_point: bool, medium: Medium) -> Self {
        Self { name: name.to_owned(), ip, point_to_point, medium, given: None }
    }
}

/// Other Unixes say nothing but the name.
#[cfg(all(unix, not(target_os = "linux")))]
pub(crate) fn medium(name: &str) -> Medium {
    Medium::of_name(name)
}

/// Nor what their networks are called.
#[cfg(all(unix, not(target_os = "linux")))]
pub(crate) fn network_name(_: &str, _: Medium) -> Option<String> {
    None
}

/// Nor what people called their connections.
#[cfg(not(target_os = "linux"))]
pub(crate) fn connections() -> String {
    String::new()
}

/// Other systems are not asked who has a port; the error then names nobody.
#[cfg(not(any(target_os = "linux", windows)))]
pub(crate) fn holder(_: crate::Transport, _: u16) -> Option<crate::Holder> {
    None
}
