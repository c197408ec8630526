//! The watch page.

use crate::client::Client;
use crate::shared::Shared;
use crate::{Request, assets, notice};
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{Html, IntoResponse, Response};
use std::sync::Arc;

/// No inline script or style, nothing from elsewhere, no frame around it: the page shows a stream whose address is a
/// secret. `blob:` is for media that a script puts together.
pub(crate) const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
     media-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// `GET /w/TOKEN`
pub(crate) async fn watch(State(shared): State<Arc<Shared>>, Path(token): Path<String>, client: Client) -> Response {
    let visitor = client.visitor.clone();
    match shared.ask(|reply| Request::Page { token, visitor, reply }).await {
        Ok(Ok(())) => html(assets::page(), [(header::SET_COOKIE, client.set_cookie())]),
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
