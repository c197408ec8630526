//! What every HTML document of ours has: the policy that browsers hold it to, and how long it is kept.

use axum::http::header;
use axum::response::{Html, IntoResponse, Response};

/// What a document has in itself, as its policy names it: each empty, or a source with a blank before it.
#[derive(Default)]
pub(crate) struct Sources {
    pub(crate) script: String,
    pub(crate) style: String,
}

/// Nothing inline but what is named by its hash, nothing from elsewhere, no frame around it: the page shows a stream whose address is a
/// secret. `blob:` is for media that a script puts together, `data:` for an icon that is none. `sockets` are sources, each with a blank before it.
pub(crate) fn policy(Sources { script, style }: &Sources, sockets: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self'{script}; style-src 'self'{style}; img-src 'self' data:; media-src 'self' blob:; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'; connect-src 'self'{sockets}"
    )
}

/// Text as it stands in HTML, in an attribute too.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

/// What every page has. `more` may have another policy.
pub(crate) fn html(body: impl Into<axum::body::Body>, more: impl axum::response::IntoResponseParts) -> Response {
    let headers = [(header::X_FRAME_OPTIONS, "DENY"), (header::CACHE_CONTROL, "no-store")];
    ([(header::CONTENT_SECURITY_POLICY, policy(&Sources::default(), ""))], headers, more, Html(body.into()))
        .into_response()
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn the_broadcaster_s_words_are_text() {
        assert_eq!(escape(r#"<b onclick='x("&")'>"#), "&lt;b onclick=&#39;x(&quot;&amp;&quot;)&#39;&gt;");
    }
}
