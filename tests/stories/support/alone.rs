//! A machine's network that stands alone: no router, no way out. A network namespace with interfaces of our choice.

use super::network::{attempt, run};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

/// Removed with this; what runs in it ends before.
pub(crate) struct Alone {
    space: String,
}

/// Of one process; each has a namespace of its own.
static SPACES: AtomicU32 = AtomicU32::new(0);

impl Alone {
    /// With loopback and nothing else. `None` where it cannot be had; says why.
    pub(crate) fn new() -> Option<Alone> {
        if !rustix::process::geteuid().is_root() || Command::new("ip").output().is_err() {
            eprintln!("skipped: a network of its own needs root, and ip");
            return None;
        }
        let number = SPACES.fetch_add(1, Ordering::Relaxed);
        let alone = Alone { space: format!("sky-alone-{}-{number}", std::process::id()) };
        if let Err(why) = attempt(&format!("ip netns add {}", alone.space)) {
            eprintln!("skipped: root without leave to make a network namespace: {why}");
            return None;
        }
        alone.ip("link set lo up");
        Some(alone)
    }

    /// An interface with this address, that is up and has somebody at its other end.
    pub(crate) fn interface(&self, name: &str, address: &str) {
        self.ip(&format!("link add {name} type veth peer name to-{name}"));
        let at_once = if address.contains(':') { " nodad" } else { "" };
        self.ip(&format!("address add {address} dev {name}{at_once}"));
        self.ip(&format!("link set to-{name} up"));
        self.ip(&format!("link set {name} up"));
    }

    /// Its interface goes down, and keeps its address.
    pub(crate) fn down(&self, name: &str) {
        self.ip(&format!("link set {name} down"));
    }

    /// What to put in front of a command that is to run there.
    pub(crate) fn before(&self) -> [&str; 4] {
        ["ip", "netns", "exec", &self.space]
    }

    fn ip(&self, command: &str) {
        run(&format!("ip -n {} {command}", self.space));
    }
}

impl Drop for Alone {
    fn drop(&mut self) {
        // Whatever became of it, there is nothing more to be done.
        let _ = Command::new("ip").args(["netns", "delete", &self.space]).status();
    }
}
