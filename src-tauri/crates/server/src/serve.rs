//! The accept loop.

use crate::client::Peer;
use crate::connection::{Connection, Place, Places};
use crate::shared::{Shared, ended};
use crate::{Config, Request, nofile, routes};
use axum::Router;
use axum::body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tower::Service;

/// How long open connections have to finish when the program ends.
const GRACE: Duration = Duration::from_millis(1500);

/// A pause after a failed accept: what makes it fail (no file descriptor free) does not pass in a microsecond.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Largest request header, bytes.
const MAX_HEADER: usize = 16 * 1024;

/// Most header lines of a request.
const MAX_HEADERS: usize = 64;

/// Told to a connection for which there is no room, before it is closed.
const NO_ROOM: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 10\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

/// Serves until `shutdown` holds `true` or its sender is dropped; then page sockets are closed with "going away" and this
/// future is done within two seconds.
pub async fn serve(
    listener: TcpListener,
    config: Config,
    requests: mpsc::Sender<Request>,
    mut shutdown: watch::Receiver<bool>,
) {
    nofile::raise();
    let places = Places::new(&config.limits);
    let shared = Arc::new(Shared::new(config, requests, shutdown.clone()));
    let router = routes::router(shared.clone());
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            () = ended(&mut shutdown) => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    let peer = peer.ip().to_canonical();
                    match places.take(peer) {
                        Some(place) => { connections.spawn(connection(stream, peer, place, router.clone(), shared.clone())); }
                        None => { let _ = stream.try_write(NO_ROOM); }
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            },
            Some(_) = connections.join_next() => {}
        }
    }
    drop(listener);
    // A page's socket outlives the task that accepted it: its place tells when it is closed.
    if tokio::time::timeout(GRACE, places.all_free()).await.is_err() {
        tracing::debug!("some connections had to be cut");
    }
    connections.shutdown().await;
}

/// Serves one connection until it is closed, becomes a page's socket, or the program ends.
async fn connection(stream: TcpStream, peer: IpAddr, place: Place, router: Router, shared: Arc<Shared>) {
    // Answers and page messages are small, and each is waited for.
    let _ = stream.set_nodelay(true);
    let limits = &shared.config.limits;
    let stream = Connection::new(stream, limits.idle_time, place);
    let service = hyper::service::service_fn(move |request: hyper::Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(Peer(peer));
        router.clone().call(request)
    });
    let http = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header_time)
        .max_buf_size(MAX_HEADER)
        .max_headers(MAX_HEADERS)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let mut http = std::pin::pin!(http);
    let mut shutdown = shared.shutdown.clone();
    let result = tokio::select! {
        result = http.as_mut() => result,
        () = ended(&mut shutdown) => {
            http.as_mut().graceful_shutdown();
            http.await
        }
    };
    if let Err(error) = result {
        tracing::trace!(%error, %peer, "a connection ended early");
    }
}
