//! Pages for people for whom there is nothing to watch here: small, without script, in plain words.

use crate::document::html;
use audience::Refusal;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use protocol::RefusalCode;

/// Why somebody sees no stream.
pub(crate) fn refused(refusal: &Refusal) -> Response {
    let status = StatusCode::from_u16(refusal.code.status()).expect("the codes' statuses are HTTP statuses");
    let reason = refusal.reason.as_deref();
    let (title, words) = match refusal.code {
        RefusalCode::UnknownLink => return nothing_here(),
        RefusalCode::RetiredLink => (
            "This link has been replaced",
            "The broadcaster made a new link. Ask them for it, and you are welcome back.",
        ),
        RefusalCode::Kicked => ("You were removed", "The broadcaster has removed you from this stream."),
        RefusalCode::Banned => ("You were removed", "The broadcaster has removed you, until they let you in again."),
        RefusalCode::Locked => (
            "This stream is locked",
            "The broadcaster lets nobody new in at the moment. Ask them to unlock it, then load this page again.",
        ),
        RefusalCode::Full => (
            "This stream is full",
            "As many people are watching as the broadcaster has room for. This page tries again by itself.",
        ),
        RefusalCode::NotLive => ("Nothing is live", "The broadcaster is not live at the moment. Come back later."),
        RefusalCode::TooMany | RefusalCode::BadOffer => {
            ("This did not work", "Too much was asked for at once. Load this page again in a moment.")
        }
    };
    let mut response = (status, notice(title, words, reason)).into_response();
    if let Some(seconds) = refusal.retry_after_s {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        response.headers_mut().insert(header::REFRESH, seconds.into());
    }
    response
}

/// The path, or the link, means nothing.
pub(crate) fn nothing_here() -> Response {
    let words = "There is no stream at this link. Check that it was copied whole, or ask the broadcaster for it again.";
    (StatusCode::NOT_FOUND, notice("This link leads nowhere", words, None)).into_response()
}

/// The program is starting or ending.
pub(crate) fn unavailable() -> Response {
    let page = notice("One moment", "The broadcaster's program is not ready. This page tries again by itself.", None);
    (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "5"), (header::REFRESH, "5")], page).into_response()
}

/// `GET /`: says what answers here and gives nothing away.
pub(crate) fn home() -> Response {
    notice("Skylark", "Somebody may be broadcasting from this computer. To watch, you need the link they share.", None)
}

/// One page. `reason` is the broadcaster's own text.
fn notice(title: &str, words: &str, reason: Option<&str>) -> Response {
    let reason = reason.filter(|reason| !reason.trim().is_empty());
    let quote = reason.map(|reason| format!("\n      <blockquote>{}</blockquote>", escape(reason))).unwrap_or_default();
    let page = format!(
        r#"<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="dark light">
    <meta name="robots" content="noindex">
    <title>{title}</title>
    <link rel="icon" type="image/svg+xml" href="./assets/icon.svg">
    <link rel="stylesheet" href="./assets/notice.css">
  </head>
  <body>
    <main>
      <img src="./assets/icon.svg" alt="" width="48" height="48">
      <h1>{title}</h1>
      <p>{words}</p>{quote}
    </main>
  </body>
</html>
"#
    );
    html(page, ())
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn the_broadcaster_s_words_are_text() {
        assert_eq!(escape(r#"<b onclick='x("&")'>"#), "&lt;b onclick=&#39;x(&quot;&amp;&quot;)&#39;&gt;");
    }
}
