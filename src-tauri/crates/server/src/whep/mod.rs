//! WHEP (draft-ietf-wish-whep): how a viewer's session is made, changed and ended over HTTP.

pub(crate) mod body;
mod cors;
mod endpoint;
pub(crate) mod problem;
mod session;
mod turn;

pub(crate) use endpoint::shown;
pub(crate) use turn::too_many;

use crate::shared::Shared;
use axum::Router;
use axum::routing::{get, post};
use std::sync::Arc;

pub(crate) const SDP: &str = "application/sdp";
/// Who sends this with an offer takes a counter-offer; whatever it says.
pub(crate) const COUNTER_OFFER: &str = "skylark-counter-offer";
/// Who sends this with an offer takes pictures of several codecs in one stream, one after the other; whatever it says.
pub(crate) const CODEC_CHANGES: &str = "skylark-codec-changes";
pub(crate) const FRAGMENT: &str = "application/trickle-ice-sdpfrag";

pub(crate) fn router() -> Router<Arc<Shared>> {
    let endpoint = post(endpoint::post)
        .head(endpoint::head)
        .get(endpoint::get)
        .options(endpoint::options)
        .fallback(problem::method_not_allowed);
    let session = get(session::get)
        .patch(session::patch)
        .delete(session::delete)
        .options(session::options)
        .fallback(problem::method_not_allowed);
    Router::new()
        .route("/whep/{token}", endpoint)
        .route("/whep/{token}/{session}", session)
        .layer(axum::middleware::map_response(cors::allow))
}
