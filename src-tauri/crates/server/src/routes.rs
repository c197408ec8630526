//! Every path this server answers.

use crate::shared::Shared;
use crate::{assets, failed, metrics, notice, page, passcode, pasted, socket, whep};
use axum::Router;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::Response;
use axum::routing::{any, get, post};
use std::sync::Arc;

pub(crate) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/", get(|words| async move { notice::home(words) }))
        .route("/w/{token}", get(page::watch))
        .route("/w/{token}/", get(page::watch))
        .route("/w/{token}/events", any(socket::open))
        .route("/w/{token}/failed", post(failed::report))
        .route("/w/{token}/passcode", post(passcode::post).fallback(whep::problem::method_not_allowed))
        .route("/w/{token}/still.jpg", get(pasted::picture))
        .route("/w/{token}/oembed.json", get(pasted::oembed))
        .route("/assets/{*path}", get(assets::get))
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/metrics", get(metrics::get))
        .merge(whep::router())
        // Pages name their files relative to themselves, so that they are found below whatever path a proxy gives us.
        .fallback(assets::beside_a_page)
        .layer(axum::middleware::map_response(harden))
        .with_state(shared)
}

/// On every answer, of whatever kind: nothing is guessed, nothing is told to other sites, nothing is kept unless said so.
async fn harden(mut response: Response) -> Response {
    const ALWAYS: [(HeaderName, HeaderValue); 2] = [
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    ];
    response.headers_mut().extend(ALWAYS);
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}
