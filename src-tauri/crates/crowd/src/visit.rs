//! A viewer that is asked to do one thing at a time, so that it can leave in every way that real ones do.

use crate::address::local_address;
use crate::codec::h264_keyframe_starts;
use crate::peer::Peer;
use crate::whep;
use anyhow::{Context, bail};
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use str0m::change::{SdpAnswer, SdpPendingOffer};
use str0m::media::{Direction, KeyframeRequestKind, MediaKind, Mid};
use str0m::{Event, RtcConfig};
use tokio::sync::watch;

/// How a visitor that is in leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leave {
    /// By DELETE, as a page that is closed.
    Delete,
    /// By BYE and close_notify.
    CloseNotify,
}

/// One viewer, from its offer on.
pub struct Visitor {
    peer: Peer,
    mid: Mid,
    received: Received,
    pending: Option<SdpPendingOffer>,
    /// Where it knocked, if it did.
    session: Option<(reqwest::Client, whep::Session)>,
}

#[derive(Default)]
struct Received {
    connected: bool,
    /// Packets of media that came.
    packets: u64,
    /// Some: packets of media are kept.
    recording: Option<Vec<Recorded>>,
}

/// One packet of a recorded stream.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// RTP timestamp, extended.
    pub timestamp: u64,
    /// The last of its picture.
    pub marker: bool,
    /// The RTP payload.
    pub payload: Vec<u8>,
}

fn from_keyframe(packets: &[Recorded]) -> &[Recorded] {
    let first = packets.iter().position(|packet| h264_keyframe_starts(&packet.payload));
    &packets[first.unwrap_or(packets.len())..]
}

/// Longer than any join may take; the server gives up earlier.
const PATIENCE: Duration = Duration::from_secs(30);

impl Visitor {
    /// Binds a socket and makes an offer to see the picture, which is brought to the server by other means.
    ///
    /// # Errors
    /// There is no socket to be had.
    pub async fn offer(local: IpAddr) -> anyhow::Result<(Visitor, String)> {
        let rtc = RtcConfig::new().clear_codecs().enable_h264(true).set_rtp_mode(true).build(Instant::now());
        let mut peer = Peer::bind(local, rtc).await?;
        let mut change = peer.rtc.sdp_api();
        let mid = change.add_media(MediaKind::Video, Direction::RecvOnly, None, None, None);
        let (offer, pending) = change.apply().expect("adding media asks for a negotiation");
        let received = Received::default();
        let visitor = Visitor { peer, mid, received, pending: Some(pending), session: None };
        Ok((visitor, offer.to_sdp_string()))
    }

    /// Takes the server's answer.
    ///
    /// # Errors
    /// It is no answer to this offer.
    pub fn accept(&mut self, answer: &str) -> anyhow::Result<()> {
        let answer = SdpAnswer::from_sdp_string(answer).context("the answer is no SDP")?;
        let pending = self.pending.take().context("the offer was answered already")?;
        self.peer.rtc.sdp_api().accept_answer(pending, answer).context("the answer does not fit the offer")
    }

    /// Posts an offer. `name` goes into the User-Agent: viewers without a cookie are told apart by it.
    ///
    /// # Errors
    /// The endpoint refused or is not there, or its answer is none.
    pub async fn knock(http: &reqwest::Client, endpoint: &str, name: &str) -> anyhow::Result<Visitor> {
        let (mut visitor, offer) = Visitor::offer(local_address(endpoint)?).await?;
        let session = whep::post(http, endpoint, name, offer, false).await?;
        visitor.accept(&session.sdp)?;
        visitor.session = Some((http.clone(), session));
        Ok(visitor)
    }

    /// Goes on until ICE and DTLS are done.
    ///
    /// # Errors
    /// That took too long.
    pub async fn connect(&mut self) -> anyhow::Result<()> {
        self.until("to be connected", |visitor, _| visitor.received.connected).await
    }

    /// Goes on until media flows.
    ///
    /// # Errors
    /// That took too long.
    pub async fn watch_begin(&mut self) -> anyhow::Result<()> {
        self.until("a packet of media", |visitor, _| visitor.received.packets > 0).await
    }

    /// Goes on until this many datagrams of the server came: 2 are the server's check and its answer to this one's, the following DTLS.
    ///
    /// # Errors
    /// That took too long.
    pub async fn exchange(&mut self, datagrams: usize) -> anyhow::Result<()> {
        self.until("the server's datagrams", |_, came| came >= datagrams).await
    }

    /// Stays until told to stop, checking consent. Every datagram it sends is counted in `sent`.
    ///
    /// # Errors
    /// The connection broke.
    pub async fn stay(&mut self, mut stop: watch::Receiver<bool>, sent: &AtomicU64) -> anyhow::Result<()> {
        while !*stop.borrow() {
            let before = self.peer.sent;
            tokio::select! {
                came = self.step(usize::MAX) => { came?; }
                changed = stop.changed() => if changed.is_err() { break },
            }
            sent.fetch_add(self.peer.sent - before, Ordering::Relaxed);
        }
        Ok(())
    }

    /// Asks for a keyframe and keeps it and what follows, so many pictures in all.
    ///
    /// # Errors
    /// They did not come.
    pub async fn record(&mut self, pictures: usize) -> anyhow::Result<Vec<Recorded>> {
        self.received.recording = Some(Vec::new());
        let mut api = self.peer.rtc.direct_api();
        let stream = api.stream_rx_by_mid(self.mid, None).context("no picture came yet")?;
        stream.request_keyframe(KeyframeRequestKind::Pli);
        let pictures_of = |packets: &[Recorded]| packets.iter().filter(|packet| packet.marker).count();
        let enough = |visitor: &Visitor, _| {
            visitor.received.recording.as_deref().is_some_and(|kept| pictures_of(from_keyframe(kept)) >= pictures)
        };
        self.until("a keyframe and what follows", enough).await?;
        let mut recorded = from_keyframe(self.received.recording.as_deref().unwrap_or_default()).to_vec();
        let last = recorded.iter().enumerate().filter(|(_, packet)| packet.marker).nth(pictures - 1);
        recorded.truncate(last.map_or(0, |(at, _)| at + 1));
        self.received.recording = None;
        Ok(recorded)
    }

    /// Packets of media that came so far.
    pub fn packets(&self) -> u64 {
        self.received.packets
    }

    /// Leaves.
    ///
    /// # Errors
    /// The endpoint did not take the DELETE.
    pub async fn leave(mut self, how: Leave) -> anyhow::Result<()> {
        match how {
            Leave::Delete => {
                let (http, session) = self.session.as_ref().context("it did not knock")?;
                whep::delete(http, session).await?;
            }
            Leave::CloseNotify => {
                self.peer.rtc.close()?;
                let received = &mut self.received;
                self.peer.drain(&mut |_, event| received.take(event))?;
            }
        }
        Ok(())
    }

    /// Falls silent, as a machine that is switched off. Its port stays taken while this lives, so that no other visitor gets what
    /// the server still sends there: each machine has an address of its own.
    pub fn fall_silent(self) -> impl Send + 'static {
        self.peer.into_socket()
    }

    async fn until(&mut self, what: &str, done: impl Fn(&Visitor, usize) -> bool) -> anyhow::Result<()> {
        let end = Instant::now() + PATIENCE;
        let mut came = 0;
        while !done(self, came) {
            if !self.peer.rtc.is_alive() || Instant::now() > end {
                bail!("a visitor waited for {what} in vain");
            }
            came += self.step(1).await?;
        }
        Ok(())
    }

    /// Waits for datagrams, at most this many, or for the next timeout. How many came.
    async fn step(&mut self, most: usize) -> anyhow::Result<usize> {
        let received = &mut self.received;
        self.peer.step(most, |_| false, |_, event| received.take(event)).await
    }
}

impl Received {
    fn take(&mut self, event: Event) {
        match event {
            Event::Connected => self.connected = true,
            Event::RtpPacket(packet) => {
                self.packets += 1;
                if let Some(recording) = self.recording.as_mut().filter(|_| !packet.payload.is_empty()) {
                    let (timestamp, marker) = (packet.time.numer(), packet.header.marker);
                    recording.push(Recorded { timestamp, marker, payload: packet.payload.to_vec() });
                }
            }
            _ => {}
        }
    }
}
