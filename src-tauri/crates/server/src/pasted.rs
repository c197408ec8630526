//! A link that was pasted somewhere: the picture of the last minute beside the title (`GET /w/TOKEN/still.jpg`), and both as oEmbed
//! (`GET /w/TOKEN/oembed.json`, <https://oembed.com>, 2.3.4) for whoever asks for that.
//!
//! Whoever asks has the link and is shown by these what the page shows to anybody who has it; see [`Shown`].

use crate::client::Client;
use crate::shared::Shared;
use crate::still::{KEPT, Still};
use crate::whep::{problem, shown};
use crate::{Shown, head};
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;

/// `GET /w/TOKEN/still.jpg`
pub(crate) async fn picture(State(shared): State<Arc<Shared>>, Path(token): Path<String>, client: Client) -> Response {
    let shown = match shown(&shared, token, client).await {
        Ok(shown) => shown,
        Err(refused) => return refused,
    };
    match still(&shared, &shown).await {
        Some(still) => ([(header::CONTENT_TYPE, "image/jpeg")], still.jpeg).into_response(),
        None => problem::plain(StatusCode::NOT_FOUND, "There is no picture to show here now."),
    }
}

/// What a consumer of oEmbed may ask for (2.2).
#[derive(Deserialize)]
pub(crate) struct Wanted {
    format: Option<String>,
    maxwidth: Option<u16>,
    maxheight: Option<u16>,
}

/// `GET /w/TOKEN/oembed.json`
pub(crate) async fn oembed(
    State(shared): State<Arc<Shared>>,
    Path(token): Path<String>,
    Query(wanted): Query<Wanted>,
    client: Client,
    headers: HeaderMap,
) -> Response {
    if wanted.format.as_deref().is_some_and(|format| format != "json") {
        return problem::plain(StatusCode::NOT_IMPLEMENTED, "This is answered in JSON alone.");
    }
    let base = client.outside.base(&headers);
    let shown = match shown(&shared, token.clone(), client).await {
        Ok(shown) => shown,
        Err(refused) => return refused,
    };
    let mut answer = json!({
        "version": "1.0",
        "type": "link",
        "provider_name": head::NAME,
        "title": shown.name(),
        "cache_age": KEPT.as_secs(),
    });
    // Who names us by no name cannot be told a whole address.
    if let Some(base) = base
        && let Some(still) = still(&shared, &shown).await
        && wanted.maxwidth.is_none_or(|most| still.width <= most)
        && wanted.maxheight.is_none_or(|most| still.height <= most)
    {
        answer["thumbnail_url"] = head::still(&base, &token).into();
        answer["thumbnail_width"] = still.width.into();
        answer["thumbnail_height"] = still.height.into();
    }
    Json(answer).into_response()
}

async fn still(shared: &Shared, shown: &Shown) -> Option<Still> {
    match shown.still {
        true => shared.newest_still.get(&shared.config.still).await,
        false => None,
    }
}
