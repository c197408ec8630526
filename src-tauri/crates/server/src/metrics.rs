//! `GET /metrics`: Prometheus text, for this machine only unless set.

use crate::Request;
use crate::client::{Client, text};
use crate::shared::Shared;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use protocol::RefusalCode;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;

pub(crate) async fn get(State(shared): State<Arc<Shared>>, client: Client, headers: HeaderMap) -> Response {
    let from_here = client.local && names_this_machine(&headers);
    if !from_here && !shared.config.metrics_public {
        return (StatusCode::FORBIDDEN, "Metrics are for the machine itself, unless the setting says otherwise.\n")
            .into_response();
    }
    let refused = vec![(RefusalCode::TooMany, shared.too_many.load(Ordering::Relaxed))];
    match shared.ask(|reply| Request::Metrics { refused, reply }).await {
        Ok(text) => ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response(),
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
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
