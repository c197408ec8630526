//! A network namespace of this process's own, with loopback and an interface that has a loopback address.
//!
//! libnice, by which Janus does ICE, leaves the interface `lo` out. An address of 127.0.0.0/8 is local whichever interface
//! has it, so packets between its ports go through `lo` all the same, as those of the other servers do.
#![allow(unsafe_code)] // unshare has no safe wrapper among our dependencies.

use anyhow::{Context, ensure};
use std::io;
use std::process::Command;

/// Of that interface. libnice sends through it whatever routing says (IP_UNICAST_IF), and the only local address to be reached
/// through it is its own: so the viewers have this address, too.
pub(super) const ADDRESS: &str = "127.99.0.1";

/// One end of a pair of virtual interfaces.
pub(super) const INTERFACE: &str = "bench0";

/// Only the thread that calls this moves, and those it starts from then on. The namespace goes with the last of them.
pub(super) fn enter() -> anyhow::Result<()> {
    ensure!(std::fs::read_dir("/proc/self/task")?.count() == 1, "this process has several threads already");
    // SAFETY: it takes no pointers.
    let result = unsafe { libc::unshare(libc::CLONE_NEWNET) };
    if result != 0 {
        return Err(io::Error::last_os_error()).context("no network namespace could be made");
    }
    for line in [
        "link set lo up".to_owned(),
        format!("link add {INTERFACE} type veth peer name bench1"),
        format!("addr add {ADDRESS}/8 dev {INTERFACE}"),
        format!("link set {INTERFACE} up"),
        "link set bench1 up".to_owned(),
    ] {
        let status = Command::new("ip").args(line.split(' ')).status().context("`ip` is missing (package iproute2)")?;
        ensure!(status.success(), "`ip {line}` failed");
    }
    Ok(())
}
