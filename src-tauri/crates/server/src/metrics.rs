//! `GET /metrics`: Prometheus text, for whom the setting says. Off by default: a connection from this machine may come from
//! anywhere, as a proxy's and a tunnel's do, and nothing in it says so.

use crate::client::Client;
use crate::headers::text;
use crate::shared::Shared;
use crate::words::Words;
use crate::{Metrics, Request, notice};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use protocol::RefusalCode;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use subtle::ConstantTimeEq;

pub(crate) async fn get(State(shared): State<Arc<Shared>>, client: Client, headers: HeaderMap) -> Response {
    match &shared.config.metrics {
        Metrics::Off => return notice::nothing_here(Words::of(&headers)),
        Metrics::Loopback if client.local && names_this_machine(&headers) => {}
        Metrics::Loopback => return (StatusCode::FORBIDDEN, "Metrics are for the machine itself.\n").into_response(),
        Metrics::Token(token) if bearer(&headers).is_some_and(|sent| token.as_bytes().ct_eq(sent).into()) => {}
        Metrics::Token(_) => {
            let how = [(header::WWW_AUTHENTICATE, "Bearer")];
            return (StatusCode::UNAUTHORIZED, how, "Metrics are for who has the token.\n").into_response();
        }
    }
    let refused = vec![(RefusalCode::TooMany, shared.too_many.load(Ordering::Relaxed))];
    match shared.ask(|reply| Request::Metrics { refused, reply }).await {
        Ok(text) => ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response(),
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

/// The Bearer token that was sent. The scheme's case does not matter (RFC 9110 11.1).
fn bearer(headers: &HeaderMap) -> Option<&[u8]> {
    let (scheme, token) = text(headers, &header::AUTHORIZATION)?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().as_bytes())
}

/// A page from elsewhere whose name was made to lead to this machine (DNS rebinding) sends that name as Host.
pub(crate) fn names_this_machine(headers: &HeaderMap) -> bool {
    let host = text(headers, &header::HOST).unwrap_or_default();
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    name.eq_ignore_ascii_case("localhost") || name.parse::<IpAddr>().is_ok()
}
