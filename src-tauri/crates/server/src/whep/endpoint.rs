//! `/whep/TOKEN`: where a session is made.

use super::{CODEC_CHANGES, COUNTER_OFFER, FRAGMENT, SDP, body, cors, problem, too_many};
use crate::client::Client;
use crate::limiter::Kind;
use crate::shared::{Shared, Unavailable};
use crate::{CounterOffer, Joined, LetIn, Refused, Request, Shown};
use audience::PasscodeId;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use protocol::Secret;
use sdp::Offer;
use std::sync::Arc;
use words::Said;

/// An offer becomes a session. The link, the person and the room are asked for before anything of the body is read.
pub(super) async fn post(
    State(shared): State<Arc<Shared>>,
    Path(token): Path<String>,
    mut client: Client,
    headers: HeaderMap,
    body: Body,
) -> Response {
    if let Some(word) = bearer(&headers) {
        match say(&shared, &token, &client, word).await {
            Ok(knows) => client.visitor.knows = knows.or(client.visitor.knows),
            Err(refused) => return body::discard(body, refused),
        }
    }
    if let Err(refused) = knock(&shared, &token, &client).await {
        return body::discard(body, refused);
    }
    if !body::is(&headers, SDP) {
        let why = Said::from("An offer is sent as application/sdp.");
        let response = problem::bad_offer(StatusCode::UNSUPPORTED_MEDIA_TYPE, &why);
        let response = tell(&shared, client, (accepts(), response).into_response(), why);
        return body::discard(body, response);
    }
    let kind = if client.visitor.cookie.is_some() { Kind::WithCookie } else { Kind::Bare };
    if let Some(refused) = too_many(&shared, &client, kind) {
        return body::discard(body, refused);
    }
    let offer = match body::read(body, shared.config.limits.body_bytes, &shared.config.limits).await {
        Ok(text) => text,
        Err(body::Unread { response, why }) => return tell(&shared, client, response, why),
    };
    let offer = match shared.readers.read(move || Offer::parse(&offer)).await {
        Some(Ok(offer)) => offer,
        Some(Err(bad)) => {
            let why = bad.said();
            return tell(&shared, client, problem::bad_offer(StatusCode::BAD_REQUEST, &why), why);
        }
        None => return problem::unavailable(&Unavailable),
    };
    let Client { visitor, outside, .. } = client;
    let counter_offers = headers.contains_key(COUNTER_OFFER);
    let codec_changes = headers.contains_key(CODEC_CHANGES);
    let request = |reply| Request::Join { token: token.clone(), visitor, offer, counter_offers, codec_changes, reply };
    match shared.ask(request).await {
        Ok(Ok(LetIn::Here(joined))) => created(outside.path(), &token, joined),
        Ok(Ok(LetIn::There(counter))) => offered(outside.path(), &token, counter),
        Ok(Err(Refused::Refusal(refusal))) => problem::refused(&refusal),
        Ok(Err(Refused::BadOffer(cause))) => problem::bad_offer(StatusCode::BAD_REQUEST, &cause),
        Ok(Err(Refused::NoMedia(cause))) => problem::bad_offer(StatusCode::NOT_ACCEPTABLE, &cause),
        Ok(Err(Refused::NoEncoder)) => problem::no_encoder(),
        Ok(Err(Refused::Overloaded)) => problem::overloaded(),
        Err(unavailable) => problem::unavailable(&unavailable),
    }
}

/// `GET`: nothing is here to read, and that is no error.
pub(super) async fn get(shared: State<Arc<Shared>>, token: Path<String>, client: Client) -> Response {
    known(shared, token, client).await.err().unwrap_or_else(|| StatusCode::NO_CONTENT.into_response())
}

/// `HEAD`: this is a WHEP endpoint.
pub(super) async fn head(shared: State<Arc<Shared>>, token: Path<String>, client: Client) -> Response {
    let here = || (accepts(), [(header::CONTENT_TYPE, SDP)]).into_response();
    known(shared, token, client).await.err().unwrap_or_else(here)
}

/// What may be sent here, to a preflight as to a plain question.
pub(super) async fn options() -> Response {
    (StatusCode::NO_CONTENT, cors::preflight(), accepts(), [(header::ALLOW, "POST, GET, HEAD, OPTIONS")])
        .into_response()
}

/// The answer to what is no offer. The broadcaster hears of it as well.
fn tell(shared: &Shared, client: Client, response: Response, reason: Said) -> Response {
    let request = Request::BadOffer { visitor: client.visitor, reason };
    // Nobody waits for it: an owner that is gone or does not keep up has nothing more to tell.
    let _ = shared.requests.try_send(request);
    response
}

/// What a player says that cannot type: the token as it is, whatever the passcode has in it (RFC 6750 2.1).
fn bearer(headers: &HeaderMap) -> Option<Secret> {
    let value = std::str::from_utf8(headers.get(header::AUTHORIZATION)?.as_bytes()).ok()?;
    let (scheme, word) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("Bearer").then(|| Secret::from(word.trim().to_owned()))
}

/// Says the passcode for a player. What stands for it counts for this request.
async fn say(shared: &Shared, token: &str, client: &Client, word: Secret) -> Result<Option<PasscodeId>, Response> {
    let (token, visitor) = (token.to_owned(), client.visitor.clone());
    match shared.ask_with_link(client.visitor.address, |reply| Request::Passcode { token, visitor, word, reply }).await
    {
        Ok(answer) => answer.map_err(|refusal| problem::refused_bearer(&refusal)),
        Err(unavailable) => Err(problem::unavailable(&unavailable)),
    }
}

/// Who may not join is told so before anything else.
async fn knock(shared: &Shared, token: &str, client: &Client) -> Result<(), Response> {
    let (asked, visitor) = (token.to_owned(), client.visitor.clone());
    match shared.ask_with_link(client.visitor.address, |reply| Request::Knock { token: asked, visitor, reply }).await {
        Ok(answer) => answer.map_err(|refusal| problem::refused(&refusal)),
        Err(unavailable) => Err(problem::unavailable(&unavailable)),
    }
}

async fn known(State(shared): State<Arc<Shared>>, Path(token): Path<String>, client: Client) -> Result<(), Response> {
    shown(&shared, token, client).await.map(drop)
}

/// Asked as the watch page is: there may be nothing live.
pub(crate) async fn shown(shared: &Shared, token: String, client: Client) -> Result<Shown, Response> {
    let (from, visitor) = (client.visitor.address, client.visitor);
    match shared.ask_with_link(from, |reply| Request::Page { token, visitor, reply }).await {
        Ok(answer) => answer.map_err(|refusal| problem::refused(&refusal)),
        Err(unavailable) => Err(problem::unavailable(&unavailable)),
    }
}

/// `before`: what stands before our paths where the client came from.
fn created(before: &str, token: &str, joined: Joined) -> Response {
    let headers = [
        (header::LOCATION, format!("{before}/whep/{token}/{}", joined.session)),
        (header::ETAG, format!("\"{}\"", joined.etag)),
        (header::CONTENT_TYPE, SDP.to_owned()),
        (header::HeaderName::from_static("accept-patch"), FRAGMENT.to_owned()),
    ];
    (StatusCode::CREATED, headers, joined.answer).into_response()
}

/// The draft's counter-offer (4.3.2): not acceptable here, but there, by this.
fn offered(before: &str, token: &str, counter: CounterOffer) -> Response {
    let headers = [
        (header::LOCATION, format!("{before}/whep/{token}/{}", counter.session)),
        (header::CONTENT_TYPE, SDP.to_owned()),
        (header::HeaderName::from_static("accept-patch"), SDP.to_owned()),
    ];
    (StatusCode::NOT_ACCEPTABLE, headers, counter.offer).into_response()
}

fn accepts() -> [(header::HeaderName, &'static str); 1] {
    [(header::HeaderName::from_static("accept-post"), SDP)]
}
