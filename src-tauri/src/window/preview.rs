//! `preview://localhost/frame`: the newest preview picture. An image that the page loads again when it has loaded costs
//! less than any other way into the window, and needs no port.

use super::{PANEL, Shell};
use tauri::http::{Request, Response, StatusCode, header};
use tauri::{Manager, UriSchemeContext, UriSchemeResponder, Wry};
use threads::Died;

/// Answers one request. Encoding a picture takes a few milliseconds, so it happens on a thread that may block.
pub(super) fn answer(context: UriSchemeContext<'_, Wry>, _request: Request<Vec<u8>>, responder: UriSchemeResponder) {
    if context.webview_label() != PANEL {
        return respond(responder, StatusCode::FORBIDDEN, Vec::new());
    }
    let Ok(studio) = context.app_handle().state::<Shell>().studio() else {
        return respond(responder, StatusCode::NOT_FOUND, Vec::new());
    };
    // Answered whatever happens: the page asks for the next picture when it has this one.
    let answer = move |picture| match picture {
        Ok(Some(jpeg)) => respond(responder, StatusCode::OK, Vec::from(jpeg)),
        Ok(None) => respond(responder, StatusCode::NOT_FOUND, Vec::new()),
        Err(Died(_)) => respond(responder, StatusCode::INTERNAL_SERVER_ERROR, Vec::new()),
    };
    tauri::async_runtime::spawn_blocking(threads::answered("preview", move || studio.preview(), answer));
}

fn respond(responder: UriSchemeResponder, status: StatusCode, body: Vec<u8>) {
    let response = Response::builder()
        .status(status)
        .header(header::CONTENT_TYPE, "image/jpeg")
        .header(header::CACHE_CONTROL, "no-store")
        .body(body)
        .expect("the parts are constants");
    responder.respond(response);
}
