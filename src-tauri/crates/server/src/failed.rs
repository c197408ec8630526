//! `POST /w/TOKEN/failed`: a page that shows nothing says what its browser knows of that, even if no packet ever came through.

use crate::Request;
use crate::client::Client;
use crate::limiter::Kind;
use crate::shared::Shared;
use crate::whep::{body, problem, too_many};
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use protocol::FailureReport;
use std::sync::Arc;

/// Largest report, bytes.
const MAX_REPORT: usize = 1024;

/// The link is asked for before anything of the body is read, as the watch page is: whoever may see that may say that it shows nothing.
pub(crate) async fn report(
    State(shared): State<Arc<Shared>>,
    Path(token): Path<String>,
    client: Client,
    headers: HeaderMap,
    body: Body,
) -> Response {
    // The page's own report; another site's page cannot send this type without being asked first, and nobody answers that.
    if !body::is(&headers, "application/json") {
        let response = problem::plain(StatusCode::UNSUPPORTED_MEDIA_TYPE, "A report is sent as application/json.");
        return body::discard(body, response);
    }
    let (asked, visitor) = (token.clone(), client.visitor.clone());
    let known = shared.ask_with_link(client.visitor.address, |reply| Request::Page { token: asked, visitor, reply });
    let refused = match known.await {
        Ok(Ok(_)) => None,
        Ok(Err(refusal)) => Some(problem::refused(&refusal)),
        Err(unavailable) => Some(problem::unavailable(&unavailable)),
    };
    if let Some(refused) = refused.or_else(|| too_many(&shared, &client, Kind::Report)) {
        return body::discard(body, refused);
    }
    let text = match body::read(body, MAX_REPORT, &shared.config.limits).await {
        Ok(text) => text,
        Err(body::Unread { response, why }) => {
            let mut answer = problem::plain(response.status(), &why);
            let close = response.headers().get(header::CONNECTION).cloned();
            answer.headers_mut().extend(close.map(|close| (header::CONNECTION, close)));
            return answer;
        }
    };
    let Ok(FailureReport { code, session }) = serde_json::from_str(&text) else {
        return problem::plain(StatusCode::BAD_REQUEST, "This is no report of a failure.");
    };
    match shared.ask(|reply| Request::Failed { token, visitor: client.visitor, code, session, reply }).await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(unavailable) => problem::unavailable(&unavailable),
    }
}
