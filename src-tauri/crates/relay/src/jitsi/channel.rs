//! The channel of an endpoint at a bridge: a WebSocket at a URL that the bridge names. It is opened anew whenever it breaks, and nobody loses
//! the stream by that.

use super::Bridge;
use super::messages::{self, Says};
use super::pulse::{Beat, Pulse};
use crate::http::{next, same_origin};
use crate::target::host;
use crate::trouble::Trouble;
use crate::websocket::{self, Bounds, WebSocket};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::http::{HeaderName, HeaderValue, header};
use url::Url;

/// It must be open after this.
const OPENED: Duration = Duration::from_secs(8);

/// The longest message that is read, bytes: of a conference with one source none has more than some hundred.
const LONGEST: usize = 16 * 1024;

/// Messages that wait to be sent: two at a time.
const MOST_WAITING: usize = 16;

/// How long it waits after the first failure, each further one doubling that, and the longest.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Who held for so long begins to wait anew.
const SETTLED: Duration = Duration::from_secs(20);

/// Which of the URLs that a bridge names is gone to, the first that may be. It names a host as it names the addresses of its media, but by rules: with
/// TLS any whose certificate holds, as a redirect may lead to; without TLS the one that the broadcaster wrote, and never from TLS to none.
pub(super) fn place(api: &Url, named: &[String]) -> Result<Url, Trouble> {
    let mut wrong = Trouble::Redirect { host: host(api), why: "it names no WebSocket for its channels" };
    for written in named {
        match leads(api, written) {
            Ok(url) => return Ok(url),
            Err(why) => wrong = why,
        }
    }
    Err(wrong)
}

fn leads(api: &Url, written: &str) -> Result<Url, Trouble> {
    let wrong = |why| Trouble::Redirect { host: host(api), why };
    let rest = written.strip_prefix("ws").filter(|rest| rest.starts_with("://") || rest.starts_with("s://"));
    let rest = rest.ok_or_else(|| wrong("what it names for its channel is no WebSocket"))?;
    // What a WebSocket begins with is HTTP.
    let to = next(api, Some(&format!("http{rest}")))?;
    if to.scheme() == "http" && to.host() != api.host() {
        return Err(wrong("it names a channel without TLS on another host"));
    }
    Ok(to)
}

/// Opens one and listens to it, for good, or until that would fail the same again. From when `wants` is true the bridge is told what the endpoint is
/// to be sent. `tell` hears what the bridge says; None: the channel is lost.
pub(super) async fn hold(bridge: &Bridge, url: &Url, mut wants: watch::Receiver<bool>, tell: impl Fn(Option<Says>)) {
    let mut failures = 0;
    loop {
        let since = Instant::now();
        let why = match open(bridge, url).await {
            Ok(socket) => listen(socket, url, &mut wants, &tell).await,
            Err(why) => why,
        };
        tell(None);
        if why.is_final() {
            tracing::warn!("a channel of a videobridge is given up: {why}");
            return;
        }
        tracing::debug!("a channel of a videobridge is opened anew: {why}");
        failures = if since.elapsed() >= SETTLED { 1 } else { failures + 1 };
        sleep(pause(failures, rand::random())).await;
    }
}

/// How long it waits after so many failures in a row. `chance`, from 0 to 1, keeps all channels of a bridge that was away from coming back at once.
fn pause(failures: u32, chance: f64) -> Duration {
    let longest = FIRST_PAUSE.saturating_mul(1 << failures.saturating_sub(1).min(16)).min(LONGEST_PAUSE);
    longest.mul_f64(0.5 + chance / 2.0)
}

async fn open(bridge: &Bridge, url: &Url) -> Result<WebSocket, Trouble> {
    let bounds = Bounds { opened: OPENED, message: LONGEST, waiting: MOST_WAITING, of_a_viewer: 0 };
    WebSocket::open(&bridge.way, url, header(bridge, url)?, bounds, websocket::refused).await
}

/// The secret goes to the origin that it was given for. The channel's own is in its URL.
fn header(bridge: &Bridge, url: &Url) -> Result<(HeaderName, HeaderValue), Trouble> {
    let Some(bearer) = bridge.bearer.as_ref().filter(|_| same_origin(&bridge.url, url)) else {
        return Ok((header::USER_AGENT, HeaderValue::from_static(concat!("Skylark/", env!("CARGO_PKG_VERSION")))));
    };
    let value = HeaderValue::from_str(&format!("Bearer {}", bearer.reveal()));
    let mut value = value.map_err(|error| Trouble::Ours(error.to_string()))?;
    value.set_sensitive(true);
    Ok((header::AUTHORIZATION, value))
}

/// What ended it.
async fn listen(
    mut socket: WebSocket,
    url: &Url,
    wants: &mut watch::Receiver<bool>,
    tell: impl Fn(Option<Says>),
) -> Trouble {
    let (mut told, mut pulse) = (false, Pulse::new(Instant::now()));
    loop {
        if !told && *wants.borrow_and_update() {
            told = true;
            socket.post(&messages::wants());
        }
        tokio::select! {
            said = hear(&mut socket) => match said {
                Ok(said) => {
                    pulse.heard();
                    tell(Some(said));
                }
                Err(why) => return why,
            },
            // Whoever says so holds the other end as long as this is to go on.
            Ok(()) = wants.changed(), if !told => {}
            () = sleep_until(pulse.timeout()) => match pulse.time(Instant::now()) {
                Some(Beat::Ask) => socket.post(&messages::hello()),
                Some(Beat::Leave) => return Trouble::Lost { host: host(url) },
                None => {}
            },
        }
    }
}

/// The next message; what waits is sent before. It may be called anew whenever it is not waited for any more.
async fn hear(socket: &mut WebSocket) -> Result<Says, Trouble> {
    socket.flush().await?;
    match socket.hear(0).await? {
        Message::Text(text) => messages::read(&text).ok_or_else(|| socket.noise("it is no JSON")),
        _ => Ok(Says::Other),
    }
}

#[cfg(test)]
mod tests;
