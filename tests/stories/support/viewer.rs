//! A story's viewer, on the crate `webrtc`: cookies, pages, an offer, and what is received.

use super::media::{Seen, Watching};
use super::relay::Relay;
use super::soon;
use reqwest::header::{CONTENT_TYPE, COOKIE, ETAG, HeaderName, IF_MATCH, LOCATION};
use reqwest::{Client, ClientBuilder, Response, StatusCode, Url};
use rtc::rtcp::payload_feedbacks::picture_loss_indication::PictureLossIndication;
use rtc::rtp_transceiver::rtp_sender::{RTCPFeedback, RTCRtpCodec, RTCRtpCodecParameters, RtpCodecKind};
use serde_json::Value;
use std::sync::Arc;
use webrtc::media_stream::track_remote::{TrackRemote, TrackRemoteEvent};
use webrtc::peer_connection::{
    MediaEngine, PeerConnection, PeerConnectionBuilder, PeerConnectionEventHandler, RTCPeerConnectionState,
    RTCSessionDescription, Registry, register_default_interceptors,
};
use webrtc::rtp_transceiver::{RTCRtpTransceiverDirection, RTCRtpTransceiverInit};
use webrtc::runtime::TokioRuntime;

/// Somebody's browser: keeps cookies, opens pages and joins.
pub(crate) struct Browser {
    http: Client,
}

/// A viewer who was let in. Dropping it is no goodbye.
pub(crate) struct Viewer {
    peer: Arc<dyn PeerConnection>,
    http: Client,
    /// The session's URL.
    pub(crate) session: Url,
    /// With its quotes.
    pub(crate) etag: String,
    /// SDP.
    pub(crate) answer: String,
    watching: Arc<Watching>,
}

/// What a join led to.
pub(crate) enum Joined {
    In(Viewer),
    /// The status, the `Retry-After` and the body.
    Refused(StatusCode, Option<String>, Value),
}

/// What the viewer's offer has for pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Codec {
    /// Constrained baseline.
    H264,
    /// Main and constrained baseline, as Chromium.
    H264Main,
    /// VP9 and VP8, as Debian's Firefox.
    Vp9,
    Vp8,
    /// Sound only.
    None,
}

impl Browser {
    /// A client that has no cookie until it opens a page.
    pub(crate) fn new() -> Browser {
        Browser::from(Client::builder().cookie_store(true))
    }

    /// A browser that has this cookie already: `name=value`.
    pub(crate) fn with_cookie(cookie: &str) -> Browser {
        Browser::with_header(COOKIE, cookie)
    }

    /// A client that sends this with each request.
    pub(crate) fn with_header(name: HeaderName, value: &str) -> Browser {
        let headers = [(name, value.parse().expect("a header's value"))].into_iter().collect();
        Browser::from(Client::builder().default_headers(headers))
    }

    /// A client that knows this name as loopback's, whatever the system knows.
    pub(crate) fn knowing(name: &str) -> Browser {
        Browser::from(Client::builder().cookie_store(true).resolve(name, ([127, 0, 0, 1], 0).into()))
    }

    fn from(client: ClientBuilder) -> Browser {
        let http = client.user_agent("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0");
        Browser { http: http.no_proxy().build().expect("without TLS there is nothing to fail") }
    }

    /// A browser that opened the watch page and so has its cookie.
    pub(crate) async fn at(watch: &str) -> Browser {
        let browser = Browser::new();
        let page = browser.get(watch).await;
        assert_eq!(page.status(), StatusCode::OK, "the watch page opens");
        browser
    }

    pub(crate) async fn get(&self, url: &str) -> Response {
        self.http.get(url).send().await.expect("the server answers")
    }

    /// Posts an offer as it is.
    pub(crate) async fn post(&self, whep: &str, content_type: &str, body: impl Into<reqwest::Body>) -> Response {
        let request = self.http.post(whep).header(CONTENT_TYPE, content_type).body(body);
        request.send().await.expect("the server answers")
    }

    /// Joins, as somebody who must be let in.
    pub(crate) async fn watch(&self, whep: &str) -> Viewer {
        self.watch_in(whep, Codec::H264).await
    }

    pub(crate) async fn watch_in(&self, whep: &str, codec: Codec) -> Viewer {
        self.join(whep, codec).await.viewer()
    }

    /// Joins with media on this local address.
    pub(crate) async fn watch_from(&self, whep: &str, address: &str) -> Viewer {
        self.join_from(whep, Codec::H264, address).await.viewer()
    }

    /// Joins, as somebody who must be refused: the status and the code.
    pub(crate) async fn refused(&self, whep: &str) -> (u16, String) {
        match self.join(whep, Codec::H264).await {
            Joined::In(_) => panic!("the viewer was let in"),
            Joined::Refused(status, _, body) => (status.as_u16(), body["code"].as_str().unwrap_or_default().to_owned()),
        }
    }

    pub(crate) async fn join(&self, whep: &str, codec: Codec) -> Joined {
        self.join_from(whep, codec, "127.0.0.1:0").await
    }

    /// Joins with its media through this relay, in whose name the program knows it.
    pub(crate) async fn watch_through(&self, whep: &str, relay: &Relay) -> Viewer {
        let through = |answer: String| relay.instead_of_the_program(&answer);
        self.join_changed(whep, Codec::H264, "127.0.0.1:0", |offer| offer, through).await.viewer()
    }

    /// Joins with another offer than its peer made.
    pub(crate) async fn watch_with_offer(&self, whep: &str, change: impl Fn(String) -> String) -> Viewer {
        self.join_changed(whep, Codec::H264, "127.0.0.1:0", change, |answer| answer).await.viewer()
    }

    async fn join_from(&self, whep: &str, codec: Codec, address: &str) -> Joined {
        self.join_changed(whep, codec, address, |offer| offer, |answer| answer).await
    }

    async fn join_changed(
        &self,
        whep: &str,
        codec: Codec,
        address: &str,
        change_offer: impl Fn(String) -> String,
        change_answer: impl Fn(String) -> String,
    ) -> Joined {
        let watching = Arc::new(Watching::default());
        let peer = peer(codec, address, watching.clone()).await;
        let offer = peer.create_offer(None).await.expect("an offer can be made");
        peer.set_local_description(offer.clone()).await.expect("our own offer fits");
        let response = self.post(whep, "application/sdp", change_offer(offer.sdp)).await;
        if response.status() != StatusCode::CREATED {
            let retry = response.headers().get("retry-after").map(|value| value.to_str().unwrap().to_owned());
            let (status, body) = (response.status(), response.json().await.unwrap_or(Value::Null));
            peer.close().await.expect("it can be closed");
            return Joined::Refused(status, retry, body);
        }
        let header = |name| response.headers().get(name).expect("a 201 carries it").to_str().unwrap().to_owned();
        let session = Url::parse(whep).unwrap().join(&header(LOCATION)).expect("a URL");
        let etag = header(ETAG);
        let answer = response.text().await.expect("a body");
        let description = RTCSessionDescription::answer(change_answer(answer.clone())).expect("the answer is SDP");
        peer.set_remote_description(description).await.expect("the answer fits the offer");
        Joined::In(Viewer { peer, http: self.http.clone(), session, etag, answer, watching })
    }
}

impl Joined {
    fn viewer(self) -> Viewer {
        match self {
            Joined::In(viewer) => viewer,
            Joined::Refused(status, _, body) => panic!("the viewer was refused: {status} {body}"),
        }
    }
}

impl Viewer {
    /// Waits until this holds of what was seen and heard, and hands it out.
    pub(crate) async fn sees(&self, what: &str, holds: impl Fn(&Seen) -> bool) -> Seen {
        soon(what, self.watching.until(holds)).await
    }

    /// What was seen and heard so far.
    pub(crate) fn look(&self) -> Seen {
        self.watching.look(Seen::clone)
    }

    /// Waits until pictures and sound flow: a second of both, more than was there before.
    pub(crate) async fn plays(&self) -> Seen {
        let (pictures, sounds) = self.watching.look(|seen| (seen.pictures.len(), seen.sounds));
        self.sees("a viewer sees and hears", |seen| seen.pictures.len() >= pictures + 30 && seen.sounds >= sounds + 50)
            .await
    }

    /// Waits until the other side closed the connection.
    pub(crate) async fn is_dropped(&self) {
        self.sees("the connection is closed", |seen| seen.closed).await;
    }

    /// Ends the session as a page does that is closed.
    pub(crate) async fn leave(self) -> StatusCode {
        let status = self.delete().await;
        self.peer.close().await.expect("it can be closed");
        status
    }

    /// DELETE of the session, and nothing else.
    pub(crate) async fn delete(&self) -> StatusCode {
        self.http.delete(self.session.clone()).send().await.expect("the server answers").status()
    }

    /// Closes the connection without a word over HTTP.
    pub(crate) async fn hang_up(self) {
        self.peer.close().await.expect("it can be closed");
    }

    /// PATCH of the session.
    pub(crate) async fn patch(&self, if_match: Option<&str>, fragment: &str) -> Response {
        let mut request = self.http.patch(self.session.clone()).header(CONTENT_TYPE, "application/trickle-ice-sdpfrag");
        if let Some(if_match) = if_match {
            request = request.header(IF_MATCH, if_match);
        }
        request.body(fragment.to_owned()).send().await.expect("the server answers")
    }
}

async fn peer(codec: Codec, address: &str, watching: Arc<Watching>) -> Arc<dyn PeerConnection> {
    let mut engine = MediaEngine::default();
    engine.register_codec(opus(), RtpCodecKind::Audio).expect("a codec of its own number");
    for video in video(codec) {
        engine.register_codec(video, RtpCodecKind::Video).expect("a codec of its own number");
    }
    let interceptors = register_default_interceptors(Registry::new(), &mut engine).expect("the usual ones");
    let peer = PeerConnectionBuilder::new()
        .with_media_engine(engine)
        .with_interceptor_registry(interceptors)
        .with_runtime(Arc::new(TokioRuntime))
        .with_handler(Arc::new(Handler { watching, offered: codec }))
        .with_udp_addrs(vec![address.to_owned()])
        .build()
        .await
        .expect("a peer can be made");
    let receive = || {
        let direction = RTCRtpTransceiverDirection::Recvonly;
        Some(RTCRtpTransceiverInit { direction, ..Default::default() })
    };
    if codec != Codec::None {
        peer.add_transceiver_from_kind(RtpCodecKind::Video, receive()).await.expect("pictures can be asked for");
    }
    peer.add_transceiver_from_kind(RtpCodecKind::Audio, receive()).await.expect("sound can be asked for");
    Arc::new(peer)
}

fn opus() -> RTCRtpCodecParameters {
    coded(111, "audio/opus", 48_000, 2, "minptime=10;useinbandfec=1;stereo=1", &[])
}

/// The payload type of VP8 where it is offered beside another codec.
const VP8_TOO: u8 = 96;

fn video(codec: Codec) -> Vec<RTCRtpCodecParameters> {
    let feedback = [("nack", ""), ("nack", "pli"), ("ccm", "fir")];
    let (name, format) = match codec {
        Codec::H264 => ("video/H264", "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"),
        Codec::H264Main => ("video/H264", "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=4d001f"),
        Codec::Vp9 => ("video/VP9", "profile-id=0"),
        Codec::Vp8 => ("video/VP8", ""),
        Codec::None => return Vec::new(),
    };
    let mut offered =
        vec![coded(102, name, 90_000, 0, format, &feedback), coded(103, "video/rtx", 90_000, 0, "apt=102", &[])];
    if codec == Codec::Vp9 {
        offered.insert(0, coded(VP8_TOO, "video/VP8", 90_000, 0, "", &feedback));
    }
    offered
}

fn coded(
    payload_type: u8,
    name: &str,
    clock_rate: u32,
    channels: u16,
    format: &str,
    feedback: &[(&str, &str)],
) -> RTCRtpCodecParameters {
    let rtcp_feedback =
        feedback.iter().map(|(typ, of)| RTCPFeedback { typ: (*typ).into(), parameter: (*of).into() }).collect();
    let rtp_codec =
        RTCRtpCodec { mime_type: name.into(), clock_rate, channels, sdp_fmtp_line: format.into(), rtcp_feedback };
    RTCRtpCodecParameters { rtp_codec, payload_type }
}

struct Handler {
    watching: Arc<Watching>,
    offered: Codec,
}

#[async_trait::async_trait]
impl PeerConnectionEventHandler for Handler {
    async fn on_connection_state_change(&self, state: RTCPeerConnectionState) {
        use RTCPeerConnectionState::{Closed, Disconnected, Failed};
        if matches!(state, Closed | Disconnected | Failed) {
            self.watching.change(|seen| seen.closed = true);
        }
    }

    async fn on_track(&self, track: Arc<dyn TrackRemote>) {
        let (watching, offered) = (self.watching.clone(), self.offered);
        tokio::spawn(async move {
            let sound = track.kind().await == RtpCodecKind::Audio;
            while let Some(event) = track.poll().await {
                let TrackRemoteEvent::OnRtpPacket(packet) = event else { continue };
                let header = &packet.header;
                if sound {
                    watching.change(|seen| seen.sound(header.sequence_number, &packet.payload));
                    continue;
                }
                let codec = if header.payload_type == VP8_TOO { Codec::Vp8 } else { offered };
                let (sequence, timestamp, last) = (header.sequence_number, header.timestamp, header.marker);
                if watching.change(|seen| seen.video(codec, sequence, timestamp, last, &packet.payload)) {
                    let lost = PictureLossIndication { sender_ssrc: 0, media_ssrc: header.ssrc };
                    // A peer that is being closed takes no feedback any more.
                    let _ = track.write_rtcp(vec![Box::new(lost)]).await;
                }
            }
        });
    }
}
