//! What goes wrong, as a problem document (RFC 9457) with `code`, `message` and `reason` beside its own members.

use crate::shared::Unavailable;
use audience::Refusal;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use protocol::{Problem, RefusalCode};
use words::Said;

/// The visitor may not watch.
pub(crate) fn refused(refusal: &Refusal) -> Response {
    let status = StatusCode::from_u16(refusal.code.status()).expect("the codes' statuses are HTTP statuses");
    let message = match refusal.code {
        RefusalCode::UnknownLink => "There is no stream at this link.",
        RefusalCode::RetiredLink => "This link has been replaced. Ask the broadcaster for the new one.",
        RefusalCode::PasscodeNeeded => {
            "This stream has a passcode. The watch page asks for it; a player sends it as its Bearer token."
        }
        RefusalCode::WrongPasscode => "That is not the passcode.",
        RefusalCode::NotLive => "Nothing is live at the moment.",
        RefusalCode::Kicked => "You were removed from this stream.",
        RefusalCode::Banned => "You were removed, until the broadcaster lets you in again.",
        RefusalCode::Locked => "This stream is locked: nobody new is let in.",
        RefusalCode::NotAdmitted => "You were not let in.",
        RefusalCode::WaitingRoom => "Wait until the broadcaster lets you in.",
        RefusalCode::LinkInUse => "As many devices watch by this link as may at one time. Try again when one has left.",
        RefusalCode::Full => "This stream is full.",
        RefusalCode::TooMany => "Too much comes from this address at once. Try again later.",
        RefusalCode::BadOffer => "The offer cannot be answered.",
    };
    let mut response = answer(status, Some(refusal.code), message.into(), refusal.reason.as_deref());
    if let Some(seconds) = refusal.retry_after_s {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    if refusal.code == RefusalCode::PasscodeNeeded {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"Skylark\""));
    }
    response
}

/// What a player sent as its Bearer token opens nothing (RFC 6750 3.1).
pub(super) fn refused_bearer(refusal: &Refusal) -> Response {
    let mut response = refused(refusal);
    if refusal.code == RefusalCode::WrongPasscode {
        *response.status_mut() = StatusCode::UNAUTHORIZED;
        let why = HeaderValue::from_static("Bearer realm=\"Skylark\", error=\"invalid_token\"");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, why);
    }
    response
}

/// The offer, or what came in its place, cannot be answered.
pub(super) fn bad_offer(status: StatusCode, message: &Said) -> Response {
    answer(status, Some(RefusalCode::BadOffer), message.clone(), None)
}

/// Anything else.
pub(crate) fn plain(status: StatusCode, message: &str) -> Response {
    answer(status, None, message.into(), None)
}

pub(super) fn no_session() -> Response {
    plain(StatusCode::NOT_FOUND, "There is no such session, or not any more.")
}

pub(crate) async fn method_not_allowed() -> Response {
    plain(StatusCode::METHOD_NOT_ALLOWED, "This method means nothing here.")
}

/// The program is starting or ending.
pub(crate) fn unavailable(_: &Unavailable) -> Response {
    let mut response = plain(StatusCode::SERVICE_UNAVAILABLE, "The broadcaster's program is not ready.");
    response.headers_mut().insert(header::RETRY_AFTER, 5.into());
    response
}

/// There is no room for one more encoder at this moment.
pub(super) fn no_encoder() -> Response {
    let message = "This browser takes no H.264, and the broadcaster's computer has no room to encode VP9 or VP8 as well. Another browser may do";
    let mut response = answer(StatusCode::SERVICE_UNAVAILABLE, Some(RefusalCode::Full), message.into(), None);
    response.headers_mut().insert(header::RETRY_AFTER, 30.into());
    response
}

/// There is no room for one more join at this moment.
pub(super) fn overloaded() -> Response {
    let mut response = plain(StatusCode::SERVICE_UNAVAILABLE, "Too many join at this moment.");
    response.headers_mut().insert(header::RETRY_AFTER, 2.into());
    response
}

fn answer(status: StatusCode, code: Option<RefusalCode>, said: Said, reason: Option<&str>) -> Response {
    let problem = Problem {
        title: status.canonical_reason().unwrap_or("Error").to_owned(),
        status: status.as_u16(),
        code,
        message: Said { message: sentence(&said), ..said },
        reason: reason.map(str::to_owned),
    };
    let body = serde_json::to_string(&problem).expect("a problem has no map with odd keys");
    (status, [(header::CONTENT_TYPE, "application/problem+json")], body).into_response()
}

/// A cause as an error has it ("it has no ICE password") as people are told it.
fn sentence(cause: &str) -> String {
    let mut rest = cause.trim_end_matches('.').chars();
    rest.next().map(|first| format!("{}{}.", first.to_uppercase(), rest.as_str())).unwrap_or_default()
}
