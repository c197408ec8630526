//! Reading what was sent, up to a size and a time.

use super::problem;
use crate::Limits;
use crate::headers::text;
use axum::body::Body;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use http_body_util::BodyExt;
use std::time::Duration;
use threads::After;
use words::Said;

/// How much of an unwanted body is taken off the wire, bytes. Closing a connection with data unread would reset it, and the
/// client might never read the answer that says why.
const DISCARDED: usize = 1024 * 1024;

/// How long that may take.
const DISCARD_TIME: Duration = Duration::from_secs(2);

/// Whether the body is declared to be of a type; parameters and case do not matter.
pub(crate) fn is(headers: &HeaderMap, wanted: &str) -> bool {
    let declared = text(headers, &header::CONTENT_TYPE).unwrap_or_default();
    declared.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(wanted)
}

/// Answers now, and takes the body that nobody wants off the wire behind it.
pub(crate) fn discard(body: Body, response: Response) -> Response {
    let discard = async move {
        let mut body = body;
        let mut left = DISCARDED;
        let discard = async {
            while let Some(Ok(frame)) = body.frame().await {
                let length = frame.data_ref().map_or(0, bytes::Bytes::len);
                let Some(rest) = left.checked_sub(length) else { return };
                left = rest;
            }
        };
        // Whatever is left then is the client's loss.
        let _ = tokio::time::timeout(DISCARD_TIME, discard).await;
    };
    tokio::spawn(threads::task("discard", After::Lost, discard));
    response
}

/// A body that was not read.
pub(crate) struct Unread {
    /// What the client is answered.
    pub(crate) response: Response,
    /// What is wrong with it, for people.
    pub(crate) why: Said,
}

/// The body as text, of so many bytes at the most, or the answer that says why not.
pub(crate) async fn read(mut body: Body, most: usize, limits: &Limits) -> Result<String, Unread> {
    let unread = |status, why: &str| {
        let why = Said::from(why);
        Unread { response: problem::bad_offer(status, &why), why }
    };
    let mut bytes = Vec::new();
    let collect = async {
        while let Some(frame) = body.frame().await {
            let Ok(frame) = frame else {
                return Err(unread(StatusCode::BAD_REQUEST, "The body ended early."));
            };
            let data = frame.into_data().unwrap_or_default();
            if bytes.len() + data.len() > most {
                let why = format!("The body is larger than {most} bytes.");
                return Err(unread(StatusCode::PAYLOAD_TOO_LARGE, &why));
            }
            bytes.extend_from_slice(&data);
        }
        Ok(())
    };
    match tokio::time::timeout(limits.body_time, collect).await {
        Ok(Ok(())) => {}
        Ok(Err(Unread { response, why })) => return Err(Unread { response: discard(body, response), why }),
        Err(_) => {
            let Unread { response, why } = unread(StatusCode::REQUEST_TIMEOUT, "The body took too long to arrive.");
            return Err(Unread { response: ([(header::CONNECTION, "close")], response).into_response(), why });
        }
    }
    String::from_utf8(bytes).map_err(|_| unread(StatusCode::BAD_REQUEST, "The body is not text in UTF-8."))
}
