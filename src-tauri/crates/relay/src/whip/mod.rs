//! WHIP (RFC 9725): an offer by POST, the answer in the response, candidates by PATCH, the end by DELETE.

mod fragment;
pub(crate) mod link;

use crate::engine::{Answered, ByPeer, Engine, Heard, IceServer, Ways};
use crate::http::{self, Request, Response, Way};
use crate::target::{Hidden, Target, host};
use crate::trouble::Trouble;
use crate::uplink::Ssrcs;
use crate::wish::{Said, Wish};
use async_trait::async_trait;
use hyper::Method;
use hyper::header::{ACCEPT, CONTENT_TYPE, ETAG, HeaderName, HeaderValue, IF_MATCH, LINK, LOCATION, RETRY_AFTER};
use protocol::{Secret, ViewerId};
use std::collections::VecDeque;
use std::future::pending;
use std::time::Duration;
use url::Url;

/// Redirects in a row that are followed: to the nearest of a provider's servers, and a little more.
const MOST_REDIRECTS: usize = 4;

/// How long the goodbye may take: a server that hangs must keep neither the next attempt nor the program's end.
const GOODBYE: Duration = Duration::from_secs(2);

/// What a server says of a refusal is shown up to this length, characters.
const LONGEST_WORDS: usize = 80;

/// One session with a WHIP server.
pub(crate) struct Whip {
    way: Way,
    /// The broadcaster's.
    url: Url,
    bearer: Option<Secret>,
    hidden: Hidden,
    session: Option<Session>,
    /// Viewers whom it cannot let in and who have yet to be told.
    refused: VecDeque<ViewerId>,
}

/// What a POST made.
struct Session {
    url: Url,
    etag: Option<HeaderValue>,
    /// It takes candidates, as far as is known.
    trickles: bool,
}

impl Whip {
    pub(crate) fn new(way: Way, target: &Target) -> Whip {
        let (url, bearer, hidden) = (target.url.clone(), target.secrets.bearer.clone(), target.hidden());
        Whip { way, url, bearer, hidden, session: None, refused: VecDeque::new() }
    }

    /// The secret, where it may be told.
    fn bearer(&self, url: &Url) -> Option<&Secret> {
        self.bearer.as_ref().filter(|_| http::same_origin(url, &self.url))
    }

    /// Offers, and follows redirects. The URL that answered, and what.
    async fn post(&self, offer: &str) -> Result<(Url, Response), Trouble> {
        let mut url = self.url.clone();
        for _ in 0..=MOST_REDIRECTS {
            let sdp = HeaderValue::from_static("application/sdp");
            let headers = vec![(CONTENT_TYPE, sdp.clone()), (ACCEPT, sdp)];
            let bearer = self.bearer(&url);
            let request = Request { method: Method::POST, url: &url, bearer, headers, body: offer.to_owned() };
            let response = http::ask(&self.way, request).await?;
            match response.status {
                307 | 308 => url = http::next(&url, response.header(LOCATION))?,
                301..=303 => {
                    let why = "a POST is sent on by 307 or 308 only";
                    return Err(Trouble::Redirect { host: host(&url), why });
                }
                _ => return Ok((url, response)),
            }
        }
        Err(Trouble::Redirect { host: host(&self.url), why: "there are too many redirects in a row" })
    }

    fn refused(&self, url: &Url, response: &Response) -> Trouble {
        let (host, status, said) = (host(url), response.status, response.words(&self.hidden, LONGEST_WORDS));
        match status {
            401 | 403 if self.bearer.is_some() && self.bearer(url).is_none() => {
                Trouble::SecretElsewhere { from: crate::target::host(&self.url), host, status }
            }
            401 | 403 => Trouble::WrongSecret { host, status },
            404 | 410 => Trouble::NoEndpoint { host, status },
            400 | 406 | 413 | 415 | 422 => Trouble::Refused { host, status, said },
            429 | 502..=504 => {
                let retry_after = response.header(RETRY_AFTER).and_then(|seconds| seconds.trim().parse().ok());
                Trouble::Busy { host, status, said, retry_after: retry_after.map(Duration::from_secs) }
            }
            _ => Trouble::Status { host, status, said },
        }
    }

    fn session(&self, from: &Url, response: &Response) -> Option<Session> {
        // Without a session there is nobody to tell the end; the server notices by itself, as when the line breaks.
        let url = http::next(from, response.header(LOCATION)).ok();
        if url.is_none() {
            tracing::warn!("{} names no session that can be ended", host(from));
        }
        url.map(|url| Session { url, etag: response.headers.get(ETAG).cloned(), trickles: true })
    }

    async fn about_session(
        &self,
        method: Method,
        headers: Vec<(HeaderName, HeaderValue)>,
        body: String,
    ) -> Option<Response> {
        let url = &self.session.as_ref()?.url;
        let request = Request { method, url, bearer: self.bearer(url), headers, body };
        http::ask(&self.way, request).await.inspect_err(|trouble| tracing::debug!("{trouble}")).ok()
    }
}

#[async_trait]
impl ByPeer for Whip {
    async fn publish(&mut self, offer: &str, _: &Ssrcs) -> Result<Answered, Trouble> {
        let (url, response) = self.post(offer).await?;
        if response.status != 201 {
            return Err(self.refused(&url, &response));
        }
        self.session = self.session(&url, &response);
        let noise = |why: &str| Trouble::Noise { host: host(&url), why: why.to_owned() };
        let answer = String::from_utf8(response.body.to_vec()).map_err(|_| noise("it is no text"))?;
        let links = response.headers.get_all(LINK).into_iter().filter_map(|value| value.to_str().ok());
        let ice_servers: Vec<IceServer> = link::ice_servers(links);
        Ok(Answered { answer, ice_servers })
    }

    async fn trickle(&mut self, ways: &Ways) {
        let Some(session) = self.session.as_ref().filter(|session| session.trickles) else { return };
        let mut headers = vec![(CONTENT_TYPE, HeaderValue::from_static("application/trickle-ice-sdpfrag"))];
        headers.extend(session.etag.clone().map(|etag| (IF_MATCH, etag)));
        let response = self.about_session(Method::PATCH, headers, fragment::of(ways)).await;
        let taken = response.is_some_and(|response| matches!(response.status, 200 | 204));
        if let Some(session) = self.session.as_mut() {
            // It finds us by our checks then.
            session.trickles &= taken;
        }
    }
}

#[async_trait]
impl Engine for Whip {
    async fn end(&mut self) {
        let goodbye = self.about_session(Method::DELETE, Vec::new(), String::new());
        if tokio::time::timeout(GOODBYE, goodbye).await.is_err() {
            tracing::debug!("{} does not answer the goodbye", host(&self.url));
        }
        self.session = None;
    }

    fn wished(&mut self, wish: Wish) {
        if let Wish::Admit(viewer) | Wish::Answer(viewer, _) = wish {
            self.refused.push_back(viewer);
        }
    }

    async fn said(&mut self) -> Result<Heard, Trouble> {
        match self.refused.pop_front() {
            Some(viewer) => {
                let why = format!("{} takes a stream, and no viewers", host(&self.url));
                Ok(Heard::Viewer(viewer, Said::Refuses(why)))
            }
            // WHIP has no word from the server: what it says it says by the media's connection.
            None => pending().await,
        }
    }
}
