//! HTTP on one connection.

use crate::Connection;
use crate::client::Peer;
use crate::places::Seat;
use crate::prefix;
use crate::shared::{Shared, ended};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::uri::Authority;
use axum::http::{Request, StatusCode, Version, header};
use axum::response::{IntoResponse, Response};
use hyper::body::{Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::Instant;
use tower::Service;

/// Largest request header, bytes.
const MAX_HEADER: usize = 16 * 1024;

/// Most header lines of a request.
const MAX_HEADERS: usize = 64;

/// Serves one connection until it is closed, becomes a page's socket, or the program ends. The header of its first request must be
/// there at `first_header`, when it was accepted `header_time` ago, which is what each later header has.
pub(crate) async fn serve(
    mut connection: Connection,
    first_header: Instant,
    header_time: Duration,
    router: Router,
    shared: Arc<Shared>,
) {
    let (peer, seat) = (connection.peer(), connection.seat().clone());
    connection.read_as_http();
    let asked = Arc::new(AtomicBool::new(false));
    let asks = asked.clone();
    let mut shutdown = shared.shutdown.clone();
    let service = hyper::service::service_fn(move |request: Request<Incoming>| {
        asks.store(true, Ordering::Relaxed);
        let answering = Answering::begin(&seat);
        let mut request = request.map(Body::new);
        let answer = names_one_host(&request).then(|| {
            request.extensions_mut().insert(Peer(peer));
            request.extensions_mut().insert(seat.clone());
            prefix::take_away(&mut request, &shared.config);
            router.clone().call(request)
        });
        async move {
            let response = match answer {
                Some(answer) => answer.await?,
                None => no_host(),
            };
            Ok::<_, std::convert::Infallible>(response.map(|body| Body::new(Answer { body, _answering: answering })))
        }
    });
    let http = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(header_time)
        .max_buf_size(MAX_HEADER)
        .max_headers(MAX_HEADERS)
        .serve_connection(TokioIo::new(connection), service)
        .with_upgrades();
    let mut http = std::pin::pin!(http);
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

/// HTTP/1.1 says in each request, once, which host it is for (RFC 9112 3.2); an older request may leave it out.
fn names_one_host(request: &Request<Body>) -> bool {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    match (hosts.next(), hosts.next()) {
        (None, _) => request.version() < Version::HTTP_11,
        (Some(host), None) => {
            host.to_str().is_ok_and(|host| !host.contains('@') && host.trim().parse::<Authority>().is_ok())
        }
        (Some(_), Some(_)) => false,
    }
}

fn no_host() -> Response {
    (StatusCode::BAD_REQUEST, [(header::CONNECTION, "close")], "A request names one host (RFC 9112 3.2).\n")
        .into_response()
}

/// A request that is being answered; its connection is idle again when this is dropped.
struct Answering(Seat);

impl Answering {
    fn begin(seat: &Seat) -> Answering {
        seat.asks();
        Answering(seat.clone())
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        self.0.is_answered();
    }
}

/// The body of an answer, which is dropped when it was sent.
struct Answer {
    body: Body,
    _answering: Answering,
}

impl hyper::body::Body for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
