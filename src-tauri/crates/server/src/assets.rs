//! The files of the watch page, embedded in the program.

use crate::document::{Sources, escape};
use crate::headers::text;
use crate::notice;
use crate::spliced::Spliced;
use crate::words::Words;
use aws_lc_rs::digest;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use rust_embed::RustEmbed;
use std::collections::BTreeMap;
use std::io::Write;
use std::sync::LazyLock;
use words::Language;

#[derive(RustEmbed)]
#[folder = "../../../ui/dist/viewer"]
struct Embedded;

/// By name without `assets/`. Compressed once, as each is sent to every viewer.
static ASSETS: LazyLock<BTreeMap<String, Asset>> = LazyLock::new(|| {
    let embedded = Embedded::iter().filter_map(|path| {
        let name = path.strip_prefix("assets/")?.to_owned();
        let file = Embedded::get(&path)?;
        Some((name, Asset::new(&path, file.data.into_owned())))
    });
    embedded.collect()
});

static PAGE: LazyLock<Page> = LazyLock::new(|| {
    let page = Embedded::get("index.html").expect("the build fails without it");
    let page = String::from_utf8(page.data.into_owned()).expect("the page is UTF-8");
    let own = Sources { script: hash(&page, "script"), style: hash(&page, "style") };
    let document = |language| {
        let page = in_language(&page, language);
        let (before, after) = page.split_once("<title>Skylark</title>").expect("the page has its title");
        (language, Spliced::new(before, after))
    };
    Page { own, documents: Language::all().map(document).collect() }
});

/// The document of the watch page.
struct Page {
    own: Sources,
    /// Around what its head says of the stream, in each language.
    documents: Vec<(Language, Spliced)>,
}

/// What stands in the document for a browser without script is the build's, in English.
fn in_language(page: &str, language: Language) -> String {
    let html = |language: Language| format!(r#"<html lang="{language}""#);
    let mut page = page.replacen(&html(Language::ENGLISH), &html(language), 1);
    for key in ["no_script", "no_script.detail"] {
        let said = |language: Language| format!(">{}<", escape(language.say("watch", key)));
        page = page.replacen(&said(Language::ENGLISH), &said(language), 1);
    }
    page
}

/// The source expression (CSP 3, 2.3.1) for the only element of this name in a document, with a blank before.
fn hash(page: &str, element: &str) -> String {
    let (_, rest) = page.split_once(&format!("<{element}")).expect("the build put it there");
    let (_, rest) = rest.split_once('>').expect("its tag ends");
    let (text, after) = rest.split_once(&format!("</{element}>")).expect("it ends");
    assert!(!after.contains(&format!("<{element}")), "a policy with one {element} would block the other");
    format!(" 'sha256-{}'", BASE64_STANDARD.encode(digest::digest(&digest::SHA256, text.as_bytes())))
}

struct Asset {
    content_type: &'static str,
    etag: HeaderValue,
    plain: Bytes,
    /// None where compression gains nothing.
    gzip: Option<Bytes>,
}

impl Asset {
    fn new(path: &str, plain: Vec<u8>) -> Self {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        let gzip = encoder.write_all(&plain).and_then(|()| encoder.finish()).expect("a Vec takes everything");
        // The names are fixed, so a browser asks each time; the checksum in gzip's trailer and the length tell it what changed.
        let checksum = &gzip[gzip.len() - 8..];
        let etag = format!("\"{:016x}\"", u64::from_be_bytes(checksum.try_into().expect("the trailer has 8 bytes")));
        Self {
            content_type: content_type(path),
            etag: HeaderValue::from_str(&etag).expect("hex digits are a header value"),
            gzip: (gzip.len() < plain.len()).then(|| gzip.into()),
            plain: plain.into(),
        }
    }
}

/// The watch page's document, for a browser that sent `headers`, and how it is coded. `head` is what it says of the stream.
pub(crate) fn page(head: &str, words: Words, headers: &HeaderMap) -> (HeaderMap, Bytes) {
    let of_language = |(language, _): &&(Language, Spliced)| *language == words.language();
    let (_, document) = PAGE.documents.iter().find(of_language).expect("there is one of each language");
    let mut coding =
        HeaderMap::from_iter([(header::VARY, HeaderValue::from_static("Accept-Encoding, Accept-Language"))]);
    if !accepts_gzip(headers) {
        return (coding, document.plain(head));
    }
    coding.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    (coding, document.gzip(head))
}

/// What stands in the document itself, for its policy.
pub(crate) fn own() -> &'static Sources {
    &PAGE.own
}

/// `GET /assets/*`
pub(crate) async fn get(Path(name): Path<String>, headers: HeaderMap) -> Response {
    answer(&name, &headers)
}

/// `GET /*/assets/*`: what a page at any depth names beside itself. Anything else leads nowhere.
pub(crate) async fn beside_a_page(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let name = uri.path().rsplit_once("/assets/").map(|(_, name)| name);
    match name.filter(|_| matches!(method, Method::GET | Method::HEAD)) {
        Some(name) => answer(name, &headers),
        None => notice::nothing_here(Words::of(&headers)),
    }
}

fn answer(name: &str, headers: &HeaderMap) -> Response {
    let Some(asset) = ASSETS.get(name) else { return notice::nothing_here(Words::of(headers)) };
    let kept = [
        (header::ETAG, asset.etag.clone()),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (header::VARY, HeaderValue::from_static("Accept-Encoding")),
    ];
    if is_known(headers, &asset.etag) {
        return (StatusCode::NOT_MODIFIED, kept).into_response();
    }
    let content_type = [(header::CONTENT_TYPE, asset.content_type)];
    match &asset.gzip {
        Some(gzip) if accepts_gzip(headers) => {
            (kept, content_type, [(header::CONTENT_ENCODING, "gzip")], gzip.clone()).into_response()
        }
        _ => (kept, content_type, asset.plain.clone()).into_response(),
    }
}

/// Whether the browser has it already (RFC 9110 13.1.2). Entity tags are compared weakly, as 8.8.3.2 says: a proxy that compresses
/// makes a tag a weak one. Ours have no comma in them.
fn is_known(headers: &HeaderMap, etag: &HeaderValue) -> bool {
    let known = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    known
        .flat_map(|tags| tags.split(','))
        .map(str::trim)
        .any(|tag| tag == "*" || etag == tag.strip_prefix("W/").unwrap_or(tag))
}

fn accepts_gzip(headers: &HeaderMap) -> bool {
    let accepted = text(headers, &header::ACCEPT_ENCODING).unwrap_or_default();
    accepted.split(',').any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        let refused = weight.trim().strip_prefix("q=").is_some_and(|q| q.parse() == Ok(0.0));
        name.trim().eq_ignore_ascii_case("gzip") && !refused
    })
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "webmanifest" => "application/manifest+json",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    }
}
