//! A peer connection that sends: what is common to all engines that speak WebRTC. It is the crate `webrtc`.

mod carrier;
mod offered;
mod runtime;
mod wishes;

pub(crate) use offered::{FEEDBACK, H264, OPUS, for_people};

use crate::answer::Taken;
use crate::engine::{IceServer, Ways};
use crate::trouble::Trouble;
use crate::uplink::{Source, Ssrcs, Uplink};
use rtc::ice::mdns::MulticastDnsMode;
use rtc::interceptor::{NackResponderBuilder, Slot};
use rtc::media_stream::MediaStreamTrack;
use rtc::rtp_transceiver::rtp_sender::{RTCRtpEncodingParameters, RtpCodecKind};
use std::future::Future;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::time::Duration;
use stream::{Clock, Rid};
use tokio::sync::{mpsc, watch};
use webrtc::media_stream::track_local::TrackLocal;
use webrtc::media_stream::track_local::static_rtp::TrackLocalStaticRTP;
use webrtc::peer_connection::{
    PeerConnection, PeerConnectionBuilder, PeerConnectionEventHandler, RTCConfigurationBuilder, RTCIceGatheringState,
    RTCIceServer, RTCPeerConnectionIceEvent, RTCPeerConnectionState, RTCSessionDescription, Registry,
    SettingEngineBuilder, configure_simulcast_extension_headers,
};
use webrtc::rtp_transceiver::{RTCRtpTransceiverDirection, RTCRtpTransceiverInit, RtpSender};

/// Nothing came from the engine for so long: the line is doubtful; and so much longer: it is gone. An engine that was killed is to be
/// left well within ten seconds, and a line that stumbles is to be waited for.
const DOUBTFUL: Duration = Duration::from_secs(2);
const GONE: Duration = Duration::from_secs(3);

/// How often we ask whether the engine is there.
const ASK: Duration = Duration::from_millis(700);

/// Packets of one layer that can be sent again: two seconds of the largest bitrate that can be set. A power of two.
const HISTORY: u16 = 4096;

/// Candidates that wait to be told to the engine: more than a machine has.
const CANDIDATES: usize = 64;

/// One connection to an engine.
pub(crate) struct Peer {
    connection: Arc<dyn PeerConnection>,
    picture: Arc<TrackLocalStaticRTP>,
    sound: Arc<TrackLocalStaticRTP>,
    picture_sender: Arc<dyn RtpSender>,
    ssrcs: Ssrcs,
    offer: String,
    state: watch::Receiver<RTCPeerConnectionState>,
    found: mpsc::Receiver<Found>,
    ways: Ways,
}

/// What was found of ways to us.
enum Found {
    Candidate(String),
    All,
}

impl Peer {
    /// One that reaches an engine at this address. `wish` is called with the layer that somebody there needs a keyframe of; it must not
    /// block.
    pub(crate) async fn new(engine: IpAddr, wish: impl Fn(Rid) + Send + Sync + 'static) -> Result<Peer, Trouble> {
        Peer::make(engine, wish).await.map_err(ours)
    }

    async fn make(engine: IpAddr, wish: impl Fn(Rid) + Send + Sync + 'static) -> webrtc::error::Result<Peer> {
        let ssrcs = Ssrcs::fresh();
        let mut codecs = offered::engine()?;
        configure_simulcast_extension_headers(&mut codecs)?;
        let wish = wishes::Wishes::new(move |ssrc| {
            if let Some(Source::Layer(rid)) = ssrcs.source(ssrc) {
                wish(rid);
            }
        });
        let interceptors = Registry::new()
            .with(Slot::NackResponder, NackResponderBuilder::new().with_size(HISTORY).build())
            .with(Slot::from(wishes::SLOT), wish);
        let settings = SettingEngineBuilder::new()
            // A machine without a route for multicast has no peer connection otherwise.
            .with_multicast_dns_mode(MulticastDnsMode::Disabled)
            .with_ice_timeouts(Some(DOUBTFUL), Some(GONE), Some(ASK))
            .build();
        let (tell_state, state) = watch::channel(RTCPeerConnectionState::New);
        let (tell_found, found) = mpsc::channel(CANDIDATES);
        let connection = PeerConnectionBuilder::new()
            .with_media_engine(codecs)
            .with_setting_engine(settings)
            .with_interceptor_registry(interceptors)
            .with_runtime(Arc::new(runtime::OwnRuntime))
            .with_handler(Arc::new(Handler { state: tell_state, found: tell_found }))
            .with_udp_addrs(local_addresses(engine))
            .build()
            .await?;
        let connection: Arc<dyn PeerConnection> = Arc::new(connection);
        let (sound, _) = send(&*connection, RtpCodecKind::Audio, offered::sounds(ssrcs.sound)).await?;
        let (picture, picture_sender) = send(&*connection, RtpCodecKind::Video, offered::layers(&ssrcs)).await?;
        let offer = connection.create_offer(None).await?.sdp;
        let ways = Ways {
            ufrag: value(&offer, "a=ice-ufrag:"),
            password: value(&offer, "a=ice-pwd:"),
            mid: value(&offer, "a=mid:"),
            ..Ways::default()
        };
        Ok(Peer { connection, picture, sound, picture_sender, ssrcs, offer, state, found, ways })
    }

    /// SDP, without candidates: how they are to be found is what the answer says.
    pub(crate) fn offer(&self) -> &str {
        &self.offer
    }

    /// The numbers of what is sent.
    pub(crate) fn ssrcs(&self) -> &Ssrcs {
        &self.ssrcs
    }

    /// Goes on with what the engine answered.
    pub(crate) async fn answered(&self, answer: &str, ice_servers: Vec<IceServer>) -> Result<(), Trouble> {
        if !ice_servers.is_empty() {
            let of = |IceServer { url, username, credential }| RTCIceServer { urls: vec![url], username, credential };
            let servers = ice_servers.into_iter().map(of).collect();
            let configuration = RTCConfigurationBuilder::default().with_ice_servers(servers).build();
            if let Err(error) = self.connection.set_configuration(configuration).await {
                tracing::warn!("an engine names STUN or TURN servers that cannot be used: {error}");
            }
        }
        let ours_is = RTCSessionDescription::offer(self.offer.clone()).map_err(ours)?;
        self.connection.set_local_description(ours_is).await.map_err(ours)?;
        let theirs = RTCSessionDescription::answer(answer.to_owned()).map_err(ours)?;
        self.connection.set_remote_description(theirs).await.map_err(ours)
    }

    /// What takes the frames, of what the answer takes.
    pub(crate) async fn uplink(&self, taken: &Taken, clock: Clock) -> Result<Uplink, Trouble> {
        let parameters = self.picture_sender.get_parameters().await.map_err(ours)?;
        let extensions = parameters.rtp_parameters.header_extensions;
        let id = |uri: &str| extensions.iter().find(|extension| extension.uri == uri).map(|found| found.id as u8);
        let mid = value_in(&self.offer, "m=video", "a=mid:");
        let rid = id(carrier::RID).filter(|_| taken.simulcast);
        let tags = carrier::Tags { mid: id(carrier::MID).zip(Some(mid)), rid };
        let tracks = carrier::Tracks::new(self.picture.clone(), self.sound.clone(), tags);
        Ok(Uplink::new(Box::new(tracks), taken, self.ssrcs, clock))
    }

    /// Waits until ways to us were found, and says all that there are so far.
    pub(crate) async fn found(&mut self) -> &Ways {
        let Some(first) = self.found.recv().await else { return std::future::pending().await };
        self.note(first);
        // They come in one go: those that are there already are told with it.
        while let Ok(next) = self.found.try_recv() {
            self.note(next);
        }
        &self.ways
    }

    fn note(&mut self, found: Found) {
        match found {
            Found::Candidate(candidate) => self.ways.candidates.push(candidate),
            Found::All => self.ways.last = true,
        }
    }

    /// Waits until media can flow. False: it never will.
    pub(crate) fn connected(&self) -> impl Future<Output = bool> + use<> {
        use RTCPeerConnectionState::{Closed, Connected, Failed};
        let mut state = self.state.clone();
        async move {
            let settled = state.wait_for(|state| matches!(state, Connected | Closed | Failed)).await;
            settled.is_ok_and(|state| *state == Connected)
        }
    }

    /// Waits until it cannot any more. True: the engine closed it; false: nothing was heard of it.
    pub(crate) async fn over(&self) -> bool {
        use RTCPeerConnectionState::{Closed, Failed};
        let mut state = self.state.clone();
        let settled = state.wait_for(|state| matches!(state, Closed | Failed)).await;
        settled.is_ok_and(|state| *state == Closed)
    }

    /// Ends it.
    pub(crate) async fn close(&self) {
        if let Err(error) = self.connection.close().await {
            tracing::debug!("a relay's connection could not be closed: {error}");
        }
    }
}

/// Something that is sent, in these encodings.
async fn send(
    connection: &dyn PeerConnection,
    kind: RtpCodecKind,
    encodings: Vec<RTCRtpEncodingParameters>,
) -> webrtc::error::Result<(Arc<TrackLocalStaticRTP>, Arc<dyn RtpSender>)> {
    let name = kind.to_string();
    let track = MediaStreamTrack::new("skylark".into(), name.clone(), name, kind, encodings.clone());
    let track = Arc::new(TrackLocalStaticRTP::new(track));
    let init = RTCRtpTransceiverInit {
        direction: RTCRtpTransceiverDirection::Sendonly,
        streams: vec!["skylark".into()],
        send_encodings: encodings,
    };
    let transceiver = connection.add_transceiver_from_track(track.clone() as Arc<dyn TrackLocal>, Some(init)).await?;
    // Else only that of the encodings would be offered.
    transceiver.set_codec_preferences(offered::codecs(kind)).await?;
    let sender = transceiver.sender().await?;
    Ok((track, sender.ok_or(webrtc::error::Error::ErrRTPSenderNotExisted)?))
}

/// Where packets may come from: each address of this machine that leads out of it, and where the engine is on this machine too,
/// the one from which it is reached.
fn local_addresses(engine: IpAddr) -> Vec<SocketAddr> {
    const ANY: [IpAddr; 2] = [IpAddr::V4(Ipv4Addr::UNSPECIFIED), IpAddr::V6(Ipv6Addr::UNSPECIFIED)];
    // Addresses for documentation (RFC 5737, RFC 3849), which are routed as any other.
    const ELSEWHERE: [IpAddr; 2] =
        [IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1))];
    let engine = engine.to_canonical();
    let own = if engine.is_loopback() { from(engine) } else { None };
    // What is told of an address that leads nowhere is nothing that anybody could send to.
    let leads_out = |(_, elsewhere): &(IpAddr, IpAddr)| own.is_none() || from(*elsewhere).is_some();
    let outside = ANY.into_iter().zip(ELSEWHERE).filter(leads_out).map(|(any, _)| any);
    own.into_iter().chain(outside).map(|address| SocketAddr::new(address, 0)).collect()
}

/// The address that this machine's packets to another have. Nothing is sent.
fn from(to: IpAddr) -> Option<IpAddr> {
    let any: IpAddr = if to.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    let socket = UdpSocket::bind((any, 0)).ok()?;
    socket.connect((to, 9)).ok()?;
    socket.local_addr().ok().map(|address| address.ip())
}

/// What follows an attribute's name where it stands first.
fn value(sdp: &str, attribute: &str) -> String {
    sdp.lines().find_map(|line| line.strip_prefix(attribute)).unwrap_or_default().trim().to_owned()
}

/// The same behind the first line of a medium.
fn value_in(sdp: &str, medium: &str, attribute: &str) -> String {
    sdp.find(medium).map(|at| value(&sdp[at..], attribute)).unwrap_or_default()
}

fn ours(error: webrtc::error::Error) -> Trouble {
    Trouble::Ours(error.to_string())
}

struct Handler {
    state: watch::Sender<RTCPeerConnectionState>,
    found: mpsc::Sender<Found>,
}

#[async_trait::async_trait]
impl PeerConnectionEventHandler for Handler {
    async fn on_connection_state_change(&self, state: RTCPeerConnectionState) {
        self.state.send_replace(state);
    }

    async fn on_ice_candidate(&self, event: RTCPeerConnectionIceEvent) {
        if let Ok(candidate) = event.candidate.to_json() {
            // The engine finds us by our checks where it is not told.
            let _ = self.found.try_send(Found::Candidate(candidate.candidate));
        }
    }

    async fn on_ice_gathering_state_change(&self, state: RTCIceGatheringState) {
        if state == RTCIceGatheringState::Complete {
            // As above.
            let _ = self.found.try_send(Found::All);
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use std::time::Instant;

    /// What the process has open, and the tasks of this test.
    fn held() -> (usize, usize) {
        let open = std::fs::read_dir("/proc/self/fd").expect("Linux tells").count();
        (open, tokio::runtime::Handle::current().metrics().num_alive_tasks())
    }

    #[tokio::test]
    async fn nothing_is_left_of_a_connection_that_was_closed() {
        let attempt = async || {
            let mut peer = Peer::new(Ipv4Addr::LOCALHOST.into(), |_| ()).await.expect("there is room for one");
            // What is no answer: ways were looked for already.
            assert!(peer.answered("noise", Vec::new()).await.is_err());
            assert!(!peer.found().await.candidates.is_empty());
            peer.close().await;
        };
        attempt().await;
        let before = held();
        for _ in 0..20 {
            attempt().await;
        }
        // Tasks end when they are woken, and other tests have sockets too.
        let well = |(open, tasks): (usize, usize)| open <= before.0 + 2 && tasks <= before.1;
        let until = Instant::now() + Duration::from_secs(10);
        while !well(held()) && Instant::now() < until {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert!(well(held()), "{:?} of files and tasks, and not {before:?}", held());
    }
}
