//! The watch page.

use crate::client::{Client, text};
use crate::shared::Shared;
use crate::{Request, assets, notice};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::response::{Html, IntoResponse, Response};
use std::sync::Arc;

/// No inline script or style, nothing from elsewhere, no frame around it: the page shows a stream whose address is a
/// secret. `blob:` is for media that a script puts together.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self' blob:; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'; connect-src 'self'";

/// `GET /w/TOKEN`
pub(crate) async fn watch(
    State(shared): State<Arc<Shared>>,
    Path(token): Path<String>,
    client: Client,
    headers: HeaderMap,
) -> Response {
    let visitor = client.visitor.clone();
    match shared.ask(|reply| Request::Page { token, visitor, reply }).await {
        Ok(Ok(())) => {
            let policy = format!("{POLICY}{}", own_sockets(&headers));
            let more = [(header::SET_COOKIE, client.set_cookie()), (header::CONTENT_SECURITY_POLICY, policy)];
            html(assets::page(), more)
        }
        Ok(Err(refusal)) => notice::refused(&refusal),
        Err(_) => notice::unavailable(),
    }
}

/// What every page has.
pub(crate) fn html(body: impl Into<axum::body::Body>, more: impl axum::response::IntoResponseParts) -> Response {
    let headers = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, more, Html(body.into())).into_response()
}

/// Safari before 16 does not count a page's own sockets as 'self'. An IPv6 address cannot be named in a policy.
fn own_sockets(headers: &HeaderMap) -> String {
    let named = |host: &&str| host.bytes().all(|c| c.is_ascii_alphanumeric() || b".-:".contains(&c));
    let host = text(headers, &header::HOST).filter(named);
    host.map(|host| format!(" ws://{host} wss://{host}")).unwrap_or_default()
}
