//! Pages for people for whom there is nothing to watch here: without script, in the words and the look of the watch page's own states.

use crate::document::{escape, html};
use crate::words::Words;
use audience::Refusal;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use protocol::RefusalCode;

/// How soon a page that was refused for now asks again, where nothing else was said.
const ASK_AGAIN_S: u32 = 10;

/// Why somebody sees no stream. Who may come later comes in by itself.
pub(crate) fn refused(refusal: &Refusal, words: Words) -> Response {
    let status = StatusCode::from_u16(refusal.code.status()).expect("the codes' statuses are HTTP statuses");
    let (state, title, detail) = match refusal.code {
        RefusalCode::UnknownLink => return nothing_here(words),
        RefusalCode::RetiredLink => ("gone", words.say("retired"), words.say("retired.detail").to_owned()),
        RefusalCode::Kicked | RefusalCode::Banned => {
            ("removed", words.say("removed"), removed(refusal.reason.as_deref(), words))
        }
        // Its page is what asks, so that nobody is sent this one.
        RefusalCode::PasscodeNeeded | RefusalCode::WrongPasscode => {
            ("passcode", words.say("passcode"), words.say("passcode.detail").to_owned())
        }
        RefusalCode::NotAdmitted => {
            ("removed", words.say("not_admitted"), refused_by(refusal.reason.as_deref(), words))
        }
        RefusalCode::WaitingRoom => ("knocking", words.say("knocking"), words.say("knocking.detail").to_owned()),
        RefusalCode::LinkInUse => ("full", words.say("in_use"), words.say("in_use.detail").to_owned()),
        RefusalCode::Locked => ("locked", words.say("locked"), words.say("locked.detail").to_owned()),
        RefusalCode::Full => ("full", words.say("full"), words.say("full.detail").to_owned()),
        RefusalCode::NotLive => ("waiting", words.say("waiting"), words.say("waiting.detail").to_owned()),
        RefusalCode::TooMany | RefusalCode::BadOffer => {
            ("later", words.say("later"), words.say("later.detail").to_owned())
        }
    };
    let is_final = [RefusalCode::RetiredLink, RefusalCode::Kicked, RefusalCode::Banned, RefusalCode::NotAdmitted];
    let comes_back = !is_final.contains(&refusal.code);
    let page = (status, notice(state, title, &detail, words)).into_response();
    if comes_back { asking_again(page, refusal.retry_after_s.unwrap_or(ASK_AGAIN_S)) } else { page }
}

/// The path, or the link, means nothing.
pub(crate) fn nothing_here(words: Words) -> Response {
    (StatusCode::NOT_FOUND, notice("gone", words.say("nothing"), words.say("nothing.detail"), words)).into_response()
}

/// The program is starting or ending.
pub(crate) fn unavailable(words: Words) -> Response {
    let page = notice("later", words.say("unavailable"), words.say("unavailable.detail"), words);
    asking_again((StatusCode::SERVICE_UNAVAILABLE, page).into_response(), 5)
}

/// `GET /`: says what answers here and gives nothing away.
pub(crate) fn home(words: Words) -> Response {
    notice("home", words.say("home"), words.say("home.detail"), words)
}

fn removed(reason: Option<&str>, words: Words) -> String {
    said(reason, words).unwrap_or_else(|| words.say("removed.no_reason").to_owned())
}

fn refused_by(reason: Option<&str>, words: Words) -> String {
    said(reason, words).unwrap_or_else(|| words.say("not_admitted.no_reason").to_owned())
}

/// The broadcaster's words, where there are some.
fn said(reason: Option<&str>, words: Words) -> Option<String> {
    let reason = reason.map(str::trim).filter(|reason| !reason.is_empty())?;
    Some(words.say("removed.reason").replace("{reason}", reason))
}

/// Browsers load the page again after this time, without script.
fn asking_again(mut page: Response, seconds: u32) -> Response {
    page.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    page.headers_mut().insert(header::REFRESH, seconds.into());
    page
}

/// One page, built as the watch page is. `detail` may have the broadcaster's own words in it.
fn notice(state: &str, title: &str, detail: &str, words: Words) -> Response {
    let (language, direction) = (words.language(), words.language().direction());
    let (title, detail) = (escape(title), escape(detail));
    let page = format!(
        r##"<!doctype html>
<html lang="{language}" dir="{direction}" data-state="{state}">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
    <meta name="color-scheme" content="dark light">
    <meta name="theme-color" content="#000000">
    <meta name="robots" content="noindex">
    <title>{title} · Skylark</title>
    <link rel="icon" type="image/svg+xml" href="./assets/icon.svg">
    <link rel="icon" type="image/png" sizes="256x256" href="./assets/icon.png">
    <link rel="stylesheet" href="./assets/notice.css">
  </head>
  <body>
    <main class="page {state}">
      <div class="player"></div>
      <header class="about"><h1>Skylark</h1></header>
      <div class="notice">
        <div class="mark"><img src="./assets/icon.svg" alt="" width="48" height="48"></div>
        <div>
          <h2>{title}</h2>
          <p>{detail}</p>
        </div>
      </div>
    </main>
  </body>
</html>
"##
    );
    html(page, [(header::VARY, "Accept-Language")])
}
