//! What every HTML document of ours has: the policy that browsers hold it to, and how long it is kept.

use axum::http::header;
use axum::response::{Html, IntoResponse, Response};

/// No inline script or style, nothing from elsewhere, no frame around it: the page shows a stream whose address is a
/// secret. `blob:` is for media that a script puts together.
pub(crate) const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self' blob:; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'; connect-src 'self'";

/// Text as it stands in HTML, in an attribute too.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

/// What every page has.
pub(crate) fn html(body: impl Into<axum::body::Body>, more: impl axum::response::IntoResponseParts) -> Response {
    let headers = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, more, Html(body.into())).into_response()
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn the_broadcaster_s_words_are_text() {
        assert_eq!(escape(r#"<b onclick='x("&")'>"#), "&lt;b onclick=&#39;x(&quot;&amp;&quot;)&#39;&gt;");
    }
}
