//! What a viewer asks a WHEP endpoint: POST its offer, answer a counter-offer (draft-ietf-wish-whep 4.3.2), DELETE its session.

use crate::address::address_towards;
use anyhow::{Context, bail};
use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, LOCATION, USER_AGENT};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

const SDP: &str = "application/sdp";

/// By which a POST says that an offer may be answered by another (docs/protocol.md).
const COUNTER_OFFER: &str = "Skylark-Counter-Offer";

/// How often a page asks whether a session is still there whose media comes from elsewhere.
const ASK_INTERVAL: Duration = Duration::from_secs(15);

/// As many offers as a page answers (docs/protocol.md).
const MOST_OFFERS: usize = 5;

/// A session that the endpoint made.
pub(crate) struct Session {
    /// The endpoint's answer, or its offer.
    pub(crate) sdp: String,
    /// It is an offer, and what was posted is of no more use.
    pub(crate) offered: bool,
    pub(crate) url: reqwest::Url,
}

impl Session {
    /// Its name, by which a watch page says on its socket which session it holds.
    pub(crate) fn name(&self) -> Option<String> {
        Some(self.url.path_segments()?.next_back()?.to_owned())
    }

    /// The address from which what is offered is reached, which may be another than the endpoint is reached from.
    pub(crate) fn facing(&self) -> Option<IpAddr> {
        let place = |line: &str| {
            let words: Vec<&str> = line.trim_end().strip_prefix("a=candidate:")?.split(' ').collect();
            let [_, "1", transport, _, ip, port, ..] = words[..] else { return None };
            let there = SocketAddr::new(ip.parse().ok()?, port.parse().ok()?);
            transport.eq_ignore_ascii_case("udp").then_some(there)
        };
        address_towards(self.sdp.lines().find_map(place)?).ok()
    }
}

/// Posts an offer. `name` goes into the User-Agent: viewers without a cookie are told apart by it. Only who `counters` may be offered something.
pub(crate) async fn post(
    http: &reqwest::Client,
    endpoint: &str,
    name: &str,
    offer: String,
    counters: bool,
) -> anyhow::Result<Session> {
    let mut request = http.post(endpoint).header(CONTENT_TYPE, SDP).header(USER_AGENT, name);
    if counters {
        request = request.header(COUNTER_OFFER, "1");
    }
    let response = request.body(offer).send().await.context("the WHEP endpoint cannot be reached")?;
    let status = response.status();
    let offered = counters && status == StatusCode::NOT_ACCEPTABLE && is_sdp(&response);
    if status != StatusCode::CREATED && !offered {
        bail!("the WHEP endpoint answered {status}: {}", response.text().await.unwrap_or_default());
    }
    let location = response.headers().get(LOCATION).context("there is no Location")?.to_str()?.to_owned();
    let url = response.url().join(&location)?;
    Ok(Session { sdp: response.text().await?, offered, url })
}

/// What a session that was offered something is to be told until nothing more is offered.
pub(crate) struct Answering<'a> {
    http: &'a reqwest::Client,
    session: &'a Session,
    left: usize,
}

impl<'a> Answering<'a> {
    pub(crate) fn new(http: &'a reqwest::Client, session: &'a Session) -> Answering<'a> {
        Answering { http, session, left: MOST_OFFERS }
    }

    /// Brings the answer to the newest offer; the next offer of the same connection, if there is one.
    pub(crate) async fn answer(&mut self, answer: String) -> anyhow::Result<Option<String>> {
        let Some(left) = self.left.checked_sub(1) else { bail!("the WHEP endpoint offers something again and again") };
        self.left = left;
        let request = self.http.patch(self.session.url.clone()).header(CONTENT_TYPE, SDP).body(answer);
        let response = request.send().await.context("the WHEP endpoint cannot be reached")?;
        match response.status() {
            StatusCode::NO_CONTENT => Ok(None),
            StatusCode::OK if is_sdp(&response) => Ok(Some(response.text().await?)),
            status => bail!("the WHEP endpoint answered {status}: {}", response.text().await.unwrap_or_default()),
        }
    }
}

/// Asks for a session whose media comes from elsewhere, as a page does, until it is no more.
pub(crate) async fn keep(http: &reqwest::Client, session: &Session) -> anyhow::Error {
    loop {
        tokio::time::sleep(ASK_INTERVAL).await;
        // One question that is not answered ends nothing.
        let answer = http.head(session.url.clone()).send().await;
        if answer.is_ok_and(|answer| answer.status() == StatusCode::NOT_FOUND) {
            return anyhow::anyhow!("the session is over");
        }
    }
}

fn is_sdp(response: &reqwest::Response) -> bool {
    response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind == SDP)
}

/// Ends the session, as a page does that is closed.
pub(crate) async fn delete(http: &reqwest::Client, session: &Session) -> anyhow::Result<()> {
    http.delete(session.url.clone()).send().await?.error_for_status()?;
    Ok(())
}
