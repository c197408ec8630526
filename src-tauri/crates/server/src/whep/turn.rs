//! Whose turn it is: one address may begin so many joins in a second, and say so often that one came to nothing.

use super::problem;
use crate::client::Client;
use crate::limiter::Kind;
use crate::shared::Shared;
use audience::Refusal;
use axum::response::Response;
use protocol::RefusalCode;
use std::sync::atomic::Ordering;
use std::time::Instant;

/// The answer to one more than may be.
pub(crate) fn too_many(shared: &Shared, client: &Client, kind: Kind) -> Option<Response> {
    let too_many = shared.joins().begin(client.network()?, kind, Instant::now()).err()?;
    shared.too_many.fetch_add(1, Ordering::Relaxed);
    let retry_after_s = Some(too_many.retry_after.as_secs() as u32);
    Some(problem::refused(&Refusal { retry_after_s, ..Refusal::new(RefusalCode::TooMany) }))
}
