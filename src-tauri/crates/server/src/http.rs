//! HTTP on one connection.

use crate::Connection;
use crate::client::Peer;
use crate::shared::{Shared, ended};
use axum::Router;
use axum::body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::time::Instant;
use tower::Service;

/// Largest request header, bytes.
const MAX_HEADER: usize = 16 * 1024;

/// Most header lines of a request.
const MAX_HEADERS: usize = 64;

/// Serves one connection until it is closed, becomes a page's socket, or the program ends. The header of its first request must be
/// there at `first_header`, when it was accepted a header's time ago.
pub(crate) async fn serve(connection: Connection, first_header: Instant, router: Router, shared: Arc<Shared>) {
    let peer = connection.peer();
    let asked = Arc::new(AtomicBool::new(false));
    let asks = asked.clone();
    let service = hyper::service::service_fn(move |request: hyper::Request<Incoming>| {
        asks.store(true, Ordering::Relaxed);
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(Peer(peer));
        router.clone().call(request)
    });
    let http = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(shared.config.limits.header_time)
        .max_buf_size(MAX_HEADER)
        .max_headers(MAX_HEADERS)
        .serve_connection(TokioIo::new(connection), service)
        .with_upgrades();
    let mut http = std::pin::pin!(http);
    let mut shutdown = shared.shutdown.clone();
    // hyper waits a header's time from when it was given the connection, and some of that had passed before.
    let silent = async {
        tokio::time::sleep_until(first_header).await;
        if asked.load(Ordering::Relaxed) {
            std::future::pending().await
        }
    };
    let result = tokio::select! {
        result = http.as_mut() => result,
        () = silent => return,
        () = ended(&mut shutdown) => {
            http.as_mut().graceful_shutdown();
            http.await
        }
    };
    if let Err(error) = result {
        tracing::trace!(%error, %peer, "a connection ended early");
    }
}
