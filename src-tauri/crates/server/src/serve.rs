//! The accept loop.

use crate::{Config, Request};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};

/// Serves until `shutdown` holds `true` or its sender is dropped; then page sockets are closed with "going away" and this
/// future is done within two seconds.
pub async fn serve(
    listener: TcpListener,
    config: Config,
    requests: mpsc::Sender<Request>,
    shutdown: watch::Receiver<bool>,
) {
    let _ = (listener, config, requests, shutdown);
    todo!()
}
