//! A player on another site may use a link it was given. It gets no cookie along, so it is a client without one.

use axum::http::{HeaderName, HeaderValue, header};
use axum::response::Response;

const ALLOWED: [(HeaderName, HeaderValue); 2] = [
    (header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*")),
    (
        header::ACCESS_CONTROL_EXPOSE_HEADERS,
        HeaderValue::from_static("Location, ETag, Link, Accept-Post, Accept-Patch, Retry-After, WWW-Authenticate"),
    ),
];

/// On every WHEP answer, refusals included: a page must be able to read why.
pub(super) async fn allow(mut response: Response) -> Response {
    response.headers_mut().extend(ALLOWED);
    response
}

/// What a preflight is told, without looking at the token: a preflight carries no credentials.
pub(super) fn preflight() -> [(HeaderName, HeaderValue); 3] {
    let is = HeaderValue::from_static;
    [
        (header::ACCESS_CONTROL_ALLOW_METHODS, is("POST, GET, HEAD, OPTIONS, PATCH, DELETE")),
        (
            header::ACCESS_CONTROL_ALLOW_HEADERS,
            is("Authorization, Content-Type, If-Match, Skylark-Counter-Offer, Skylark-Codec-Changes"),
        ),
        (header::ACCESS_CONTROL_MAX_AGE, is("86400")),
    ]
}
