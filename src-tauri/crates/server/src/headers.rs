//! Headers as text.

use axum::http::{HeaderMap, header};

/// A header that is text and there.
pub(crate) fn text<'a>(headers: &'a HeaderMap, name: &header::HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}
