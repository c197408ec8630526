//! HTTP for signalling: one request a connection, each with a time for it and a bound on what is read.

mod connect;
mod redirect;
mod tls;

pub(crate) use connect::{Stream, Way, addresses};
pub(crate) use redirect::{next, same_origin};
pub(crate) use tls::trusting;

use crate::target::{Hidden, host};
use crate::trouble::Trouble;
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, client::conn::http1};
use hyper_util::rt::TokioIo;
use protocol::Secret;
use std::pin::pin;
use std::time::Duration;
use url::Url;

/// An answer must be here after this. It is given to whom many ask at the same time, and a person waits for it.
const ANSWER: Duration = Duration::from_secs(8);

/// The longest body that is read, bytes: an answer with three layers and all its candidates has some 4 kB.
const LONGEST_BODY: usize = 64 * 1024;

/// The longest head of an answer, bytes, and the most fields in it.
const LONGEST_HEAD: usize = 16 * 1024;
const MOST_FIELDS: usize = 64;

/// One request.
pub(crate) struct Request<'a> {
    pub(crate) method: Method,
    pub(crate) url: &'a Url,
    pub(crate) bearer: Option<&'a Secret>,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) body: String,
}

/// What came of it.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Response {
    /// A field's value, where it is text.
    pub(crate) fn header(&self, name: HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The first words of a refusal that are meant for people, behind a colon; or nothing.
    pub(crate) fn words(&self, hidden: &Hidden, longest: usize) -> String {
        if !self.header(CONTENT_TYPE).is_some_and(|kind| kind.starts_with("text/plain")) {
            return String::new();
        }
        let text = String::from_utf8_lossy(&self.body);
        let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
        let line = hidden.out_of(line, longest);
        if line.is_empty() { line } else { format!(": {line}") }
    }
}

/// Asks, and waits for the whole answer. Nothing is followed.
pub(crate) async fn ask(way: &Way, request: Request<'_>) -> Result<Response, Trouble> {
    let name = host(request.url);
    let asked = exchange(way, request);
    tokio::time::timeout(ANSWER, asked).await.unwrap_or(Err(Trouble::Silent { host: name }))
}

/// The method of a question in JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InJson {
    Post,
    Patch,
}

/// A question in JSON, and its answer.
pub(crate) async fn ask_in_json(
    way: &Way,
    how: InJson,
    url: &Url,
    bearer: Option<&Secret>,
    body: String,
) -> Result<Response, Trouble> {
    let headers = vec![(CONTENT_TYPE, HeaderValue::from_static("application/json"))];
    let method = if how == InJson::Post { Method::POST } else { Method::PATCH };
    ask(way, Request { method, url, bearer, headers, body }).await
}

async fn exchange(way: &Way, request: Request<'_>) -> Result<Response, Trouble> {
    let name = host(request.url);
    let (url, built) = (request.url, build(&request)?);
    let stream = way.open(url).await?;
    let no_http = |error: hyper::Error| Trouble::NoHttp { host: name.clone(), error: words(&error) };
    let mut builder = http1::Builder::new();
    builder.max_buf_size(LONGEST_HEAD).max_headers(MOST_FIELDS);
    let (mut sender, connection) = builder.handshake(TokioIo::new(stream)).await.map_err(no_http)?;
    let answered = async {
        let response = sender.send_request(built).await.map_err(no_http)?;
        let (head, body) = response.into_parts();
        let body = Limited::new(body, LONGEST_BODY).collect().await.map_err(|error| {
            match error.downcast::<hyper::Error>() {
                Ok(error) => no_http(*error),
                Err(_) => Trouble::TooLong { host: name.clone() },
            }
        })?;
        Ok(Response { status: head.status.as_u16(), headers: head.headers, body: body.to_bytes() })
    };
    let (mut answered, connection) = (pin!(answered), pin!(connection));
    tokio::select! {
        response = &mut answered => response,
        // The connection is over, with the answer or without.
        _ = connection => answered.await,
    }
}

fn build(request: &Request<'_>) -> Result<hyper::Request<Full<Bytes>>, Trouble> {
    let url = request.url;
    let path = url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
    let mut built = hyper::Request::builder().method(request.method.clone()).uri(path).header("host", host(url));
    built = built.header("user-agent", concat!("Skylark/", env!("CARGO_PKG_VERSION"))).header("connection", "close");
    if let Some(bearer) = request.bearer {
        built = built.header("authorization", format!("Bearer {}", bearer.reveal()));
    }
    for (name, value) in &request.headers {
        built = built.header(name, value);
    }
    // What the URL and the secret may be was seen to when they were read.
    built.body(Full::from(request.body.clone())).map_err(|error| Trouble::Ours(error.to_string()))
}

/// What hyper says, and what is behind it.
fn words(error: &hyper::Error) -> String {
    let mut said = error.to_string();
    let mut behind = std::error::Error::source(error);
    while let Some(source) = behind {
        said = source.to_string();
        behind = source.source();
    }
    said
}
