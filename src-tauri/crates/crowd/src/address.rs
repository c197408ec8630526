//! From which address of this machine somebody is reached.

use anyhow::Context;
use std::net::{IpAddr, SocketAddr, UdpSocket};

/// The address of this machine from which the endpoint is reached.
pub(crate) fn local_address(endpoint: &str) -> anyhow::Result<IpAddr> {
    let url = reqwest::Url::parse(endpoint).with_context(|| format!("{endpoint} is no URL"))?;
    let there: SocketAddr = *url
        .socket_addrs(|| None)
        .with_context(|| format!("{endpoint} names no host that is known"))?
        .first()
        .context("the endpoint's name has no address")?;
    address_towards(there)
}

/// The address of this machine from which that one is reached.
pub(crate) fn address_towards(there: SocketAddr) -> anyhow::Result<IpAddr> {
    let probe = UdpSocket::bind(if there.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" })?;
    probe.connect(there).with_context(|| format!("there is no route to {there}"))?;
    Ok(probe.local_addr()?.ip())
}
