//! Hands the panel pictures of what is sent. Pixels that the page puts into a canvas of their size cost the web view a fraction of
//! what it takes to read a compressed picture and scale it, and a request needs no port.

use super::{PANEL, Shell};
use studio::PreviewPicture;
use tauri::http::{Request, Response, StatusCode, header};
use tauri::{Manager, UriSchemeContext, UriSchemeResponder, Wry};
use threads::Died;

/// Answers one request: the page says how large it shows the picture, and which it has. Scaling a picture takes a millisecond, so it
/// happens on a thread that may block.
pub(super) fn answer(context: UriSchemeContext<'_, Wry>, request: Request<Vec<u8>>, responder: UriSchemeResponder) {
    if context.webview_label() != PANEL {
        return respond(responder, StatusCode::FORBIDDEN, Vec::new());
    }
    let Some(asked) = request.uri().query().and_then(Asked::read) else {
        return respond(responder, StatusCode::BAD_REQUEST, Vec::new());
    };
    let Ok(studio) = context.app_handle().state::<Shell>().studio() else {
        return respond(responder, StatusCode::NOT_FOUND, Vec::new());
    };
    // Answered whatever happens: the page asks for the next picture when it has this one.
    let answer = move |picture| match picture {
        Ok(Some(picture)) => respond(responder, StatusCode::OK, message(picture)),
        Ok(None) => respond(responder, StatusCode::NO_CONTENT, Vec::new()),
        Err(Died(_)) => respond(responder, StatusCode::INTERNAL_SERVER_ERROR, Vec::new()),
    };
    let make = move || studio.preview((asked.width, asked.height), asked.after);
    tauri::async_runtime::spawn_blocking(threads::answered("preview", make, answer));
}

/// What the page asks: `width=832&height=468&after=17`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Asked {
    /// Pixels of the screen.
    width: u16,
    height: u16,
    /// The number of the picture that the page has; 0: none.
    after: u32,
}

impl Asked {
    fn read(query: &str) -> Option<Asked> {
        let value = |name: &str| {
            query
                .split('&')
                .filter_map(|pair| pair.split_once('='))
                .find(|(key, _)| *key == name)
                .map(|(_, value)| value)
        };
        let size = |name: &str| value(name)?.parse().ok();
        Some(Asked { width: size("width")?, height: size("height")?, after: value("after")?.parse().ok()? })
    }
}

/// Number (32 bits), width and height (16 bits each), least byte first, and then the planes. `ui/src/panel/picture.ts` reads it.
fn message(picture: PreviewPicture) -> Vec<u8> {
    let mut message = Vec::with_capacity(8 + picture.planes.len());
    message.extend(picture.number.to_le_bytes());
    message.extend(picture.width.to_le_bytes());
    message.extend(picture.height.to_le_bytes());
    message.extend(picture.planes);
    message
}

fn respond(responder: UriSchemeResponder, status: StatusCode, body: Vec<u8>) {
    let response = Response::builder()
        .status(status)
        .header(header::CONTENT_TYPE, "application/octet-stream")
        .header(header::CACHE_CONTROL, "no-store")
        // The page has another scheme. Who else could ask is refused by the window's name.
        .header(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")
        .body(body)
        .expect("the parts are constants");
    responder.respond(response);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_says_size_and_picture() {
        let asked = Some(Asked { width: 832, height: 468, after: 17 });
        assert_eq!(Asked::read("width=832&height=468&after=17"), asked);
        assert_eq!(Asked::read("after=17&x=1&height=468&width=832"), asked);
        for wrong in
            ["", "width=832", "width=832&height=468", "width=-1&height=2&after=0", "width=70000&height=2&after=0"]
        {
            assert_eq!(Asked::read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_message_begins_with_number_and_size() {
        let picture = PreviewPicture { number: 0x0102_0304, width: 2, height: 4, planes: vec![9; 12] };
        assert_eq!(message(picture), [&[4, 3, 2, 1, 2, 0, 4, 0][..], &[9; 12]].concat());
    }
}
