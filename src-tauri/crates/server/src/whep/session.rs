//! `/whep/TOKEN/SESSION`: where a session is changed and ended. Whoever knows its 128 bits may.

use super::{FRAGMENT, SDP, body, cors, problem};
use crate::headers::text;
use crate::shared::{Shared, Unavailable};
use crate::{PatchError, Patched, Request};
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use sdp::{Fragment, Offer};
use std::sync::Arc;

type Named = Path<(String, String)>;

/// Trickled candidates, or an ICE restart.
pub(super) async fn patch(
    State(shared): State<Arc<Shared>>,
    Path((token, session)): Named,
    headers: HeaderMap,
    body: Body,
) -> Response {
    if let Err(refused) = exists(&shared, &token, &session).await {
        return body::discard(body, refused);
    }
    if body::is(&headers, SDP) {
        return answer(&shared, token, session, body).await;
    }
    if !body::is(&headers, FRAGMENT) {
        let message = "A fragment is sent as application/trickle-ice-sdpfrag.";
        let response = problem::plain(StatusCode::UNSUPPORTED_MEDIA_TYPE, message);
        return body::discard(body, (accepts(), response).into_response());
    }
    let fragment = match body::read(body, shared.config.limits.body_bytes, &shared.config.limits).await {
        Ok(text) => text,
        Err(unread) => return unread.response,
    };
    let fragment = match shared.readers.read(move || Fragment::parse(&fragment)).await {
        Some(Ok(fragment)) => fragment,
        Some(Err(bad)) => return problem::plain(StatusCode::BAD_REQUEST, &bad.to_string()),
        None => return problem::unavailable(&Unavailable),
    };
    let if_match = text(&headers, &header::IF_MATCH).map(str::to_owned);
    match shared.ask(|reply| Request::Patch { token, session, fragment, if_match, reply }).await {
        Ok(Ok(Patched::Trickled)) => StatusCode::NO_CONTENT.into_response(),
        Ok(Ok(Patched::Restarted { fragment, etag })) => {
            let headers = [(header::CONTENT_TYPE, FRAGMENT.to_owned()), (header::ETAG, format!("\"{etag}\""))];
            (headers, fragment).into_response()
        }
        Ok(Err(error)) => failed(&error),
        Err(unavailable) => problem::unavailable(&unavailable),
    }
}

/// The answer to a counter-offer. It describes a connection as an offer does, and is read as one, so that what is handed on is bounded.
async fn answer(shared: &Shared, token: String, session: String, body: Body) -> Response {
    let answer = match body::read(body, shared.config.limits.body_bytes, &shared.config.limits).await {
        Ok(text) => text,
        Err(unread) => return unread.response,
    };
    let answer = match shared.readers.read(move || Offer::parse(&answer).map(|_| answer)).await {
        Some(Ok(answer)) => answer,
        Some(Err(bad)) => return problem::plain(StatusCode::BAD_REQUEST, &bad.to_string()),
        None => return problem::unavailable(&Unavailable),
    };
    match shared.ask(|reply| Request::Answer { token, session, answer, reply }).await {
        Ok(Ok(None)) => StatusCode::NO_CONTENT.into_response(),
        Ok(Ok(Some(offer))) => ([(header::CONTENT_TYPE, SDP)], offer).into_response(),
        Ok(Err(error)) => failed(&error),
        Err(unavailable) => problem::unavailable(&unavailable),
    }
}

/// The viewer leaves.
pub(super) async fn delete(State(shared): State<Arc<Shared>>, Path((token, session)): Named) -> Response {
    match shared.ask(|reply| Request::Leave { token, session, reply }).await {
        Ok(true) => StatusCode::OK.into_response(),
        Ok(false) => problem::no_session(),
        Err(unavailable) => problem::unavailable(&unavailable),
    }
}

/// `GET` and `HEAD`: nothing is here to read, and that is no error.
pub(super) async fn get(State(shared): State<Arc<Shared>>, Path((token, session)): Named) -> Response {
    exists(&shared, &token, &session).await.err().unwrap_or_else(|| StatusCode::NO_CONTENT.into_response())
}

/// What may be sent here, to a preflight as to a plain question.
pub(super) async fn options() -> Response {
    let allow = [(header::ALLOW, "PATCH, DELETE, GET, HEAD, OPTIONS")];
    (StatusCode::NO_CONTENT, cors::preflight(), accepts(), allow).into_response()
}

async fn exists(shared: &Shared, token: &str, session: &str) -> Result<(), Response> {
    let (token, session) = (token.to_owned(), session.to_owned());
    match shared.ask(|reply| Request::Session { token, session, reply }).await {
        Ok(true) => Ok(()),
        Ok(false) => Err(problem::no_session()),
        Err(unavailable) => Err(problem::unavailable(&unavailable)),
    }
}

fn failed(error: &PatchError) -> Response {
    match error {
        PatchError::NoSession => problem::no_session(),
        PatchError::PreconditionRequired => {
            problem::plain(StatusCode::PRECONDITION_REQUIRED, "An ICE restart needs If-Match.")
        }
        PatchError::Stale => {
            problem::plain(StatusCode::PRECONDITION_FAILED, "ICE was restarted since: If-Match names an older session.")
        }
        PatchError::NotAsked => problem::plain(StatusCode::CONFLICT, "Nothing was offered that is to be answered."),
        PatchError::Elsewhere => {
            let message = "The stream comes from elsewhere, where nothing can be changed: make a new session.";
            problem::plain(StatusCode::UNPROCESSABLE_ENTITY, message)
        }
        PatchError::NotTaken => {
            problem::plain(StatusCode::BAD_GATEWAY, "The answer was not taken: make a new session.")
        }
    }
}

fn accepts() -> [(header::HeaderName, &'static str); 1] {
    [(header::HeaderName::from_static("accept-patch"), FRAGMENT)]
}
