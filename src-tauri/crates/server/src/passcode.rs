//! `POST /w/TOKEN/passcode`: a browser says the passcode, and is given a cookie by which it is not asked again.

use crate::Request;
use crate::client::Client;
use crate::cookie;
use crate::shared::Shared;
use crate::socket::NOT_OURS;
use crate::whep::{body, problem};
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use protocol::Secret;
use serde::Deserialize;
use std::sync::Arc;

/// As much as is read: a passcode of the most bytes, each of them escaped.
const MAX_BODY: usize = 1024;

/// What is sent.
#[derive(Deserialize)]
struct Said {
    passcode: Secret,
}

/// Who has no link is told so before anything is read. Another site's page may not try words from its visitors' browsers.
pub(crate) async fn post(
    State(shared): State<Arc<Shared>>,
    Path(token): Path<String>,
    mut client: Client,
    headers: HeaderMap,
    body: Body,
) -> Response {
    if !client.outside.is_ours(&headers) {
        return body::discard(body, (StatusCode::FORBIDDEN, NOT_OURS).into_response());
    }
    let (from, visitor, asked) = (client.visitor.address, client.visitor.clone(), token.clone());
    match shared.ask_with_link(from, |reply| Request::Page { token: asked, visitor, reply }).await {
        Ok(Ok(_)) => {}
        Ok(Err(refusal)) => return body::discard(body, problem::refused(&refusal)),
        Err(unavailable) => return body::discard(body, problem::unavailable(&unavailable)),
    }
    let text = match body::read(body, MAX_BODY, &shared.config.limits).await {
        Ok(text) => text,
        Err(unread) => return problem::plain(unread.response.status(), &unread.why),
    };
    let Ok(Said { passcode: word }) = serde_json::from_str(&text) else {
        return problem::plain(StatusCode::BAD_REQUEST, r#"A passcode is sent as {"passcode":"…"}."#);
    };
    let visitor = client.visitor.clone();
    match shared.ask_with_link(from, |reply| Request::Passcode { token, visitor, word, reply }).await {
        Ok(Ok(knows)) => {
            client.visitor.cookie.get_or_insert_with(cookie::fresh);
            client.visitor.knows = knows;
            (StatusCode::NO_CONTENT, [(header::SET_COOKIE, client.set_cookie(&shared.config.cookie_key))])
                .into_response()
        }
        Ok(Err(refusal)) => problem::refused(&refusal),
        Err(unavailable) => problem::unavailable(&unavailable),
    }
}
