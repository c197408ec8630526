//! What the stories are told with: the program as a child process, and viewers as real WebRTC peers.

#[cfg(target_os = "linux")]
mod alone;
#[cfg(target_os = "linux")]
mod display;
mod media;
#[cfg(target_os = "linux")]
mod network;
mod program;
#[cfg(target_os = "linux")]
mod proxy;
#[cfg(target_os = "linux")]
mod qr;
pub(crate) mod recorded;
mod relay;
pub(crate) mod turns;
mod viewer;
#[cfg(target_os = "linux")]
#[path = "../../../src-tauri/crates/media/tests/support/wayland_desktop.rs"]
mod wayland_desktop;

#[cfg(target_os = "linux")]
pub(crate) use alone::Alone;
#[cfg(target_os = "linux")]
pub(crate) use display::{Display, Windows};
pub(crate) use media::{Picture, Seen};
#[cfg(target_os = "linux")]
pub(crate) use network::{Network, Watcher};
pub(crate) use program::{DataFolder, Skylark};
#[cfg(target_os = "linux")]
pub(crate) use proxy::{NAME, Ports, Proxy};
#[cfg(target_os = "linux")]
pub(crate) use qr::link_in_code;
pub(crate) use relay::{Relay, socket};
pub(crate) use viewer::{Browser, Codec, Joined, Viewer};
#[cfg(target_os = "linux")]
pub(crate) use wayland_desktop::Desktop as WaylandDesktop;

use std::time::Duration;

/// How long anything may take that is to happen: long enough for a busy machine, short enough for whoever waits.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// Waits for something that is to happen.
pub(crate) async fn soon<T>(what: &str, happens: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, happens)
        .await
        .unwrap_or_else(|_| panic!("it did not happen in {PATIENCE:?}: {what}"))
}

/// The page of `/metrics`.
pub(crate) async fn metrics(skylark: &Skylark) -> String {
    Browser::new().get(&format!("{}/metrics", skylark.origin())).await.text().await.expect("text")
}

/// One of its samples, with its labels if it has any.
pub(crate) async fn metric(skylark: &Skylark, name: &str) -> u64 {
    let text = metrics(skylark).await;
    let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    value.unwrap_or_else(|| panic!("{name} in:\n{text}")).parse().expect("a number")
}
