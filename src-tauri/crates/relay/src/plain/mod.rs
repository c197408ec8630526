//! The stream as RTP, sealed with keys that the signalling carries (SRTP, RFC 3711 and RFC 7714): for engines that take it so. There is no ICE: the
//! engine says where to, and learns from what arrives where we are.

mod line;
mod listener;
mod places;

pub(crate) use line::CNAME;
pub(crate) use places::{Places, Reports, is_place};

use crate::answer::Taken;
use crate::trouble::Trouble;
use crate::uplink::{Carrier, Packet, Source, Ssrcs, Uplink};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use line::Line;
use listener::Listener;
use rtp::rtcp::{SenderReport, sender_reports};
use rtp::srtp::{MasterKey, Opener, Profile};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use stream::{CODECS, Clock, Profile as CodecProfile, Rid};
use threads::After;
use tokio::net::UdpSocket;
use tokio::runtime::Handle;
use tokio::sync::oneshot;

/// How it is numbered here, as on a peer connection.
const PICTURE: u8 = 102;
const SOUND: u8 = 111;

/// What is known of the picture beside its codec's name.
pub(crate) const PICTURE_FORMAT: &str = "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f";

/// A datagram that is read, bytes: reports are far shorter.
const LONGEST: usize = 2048;

/// What cannot be received now may be a moment later.
const REST: Duration = Duration::from_millis(50);

/// What an engine is told of the stream, and nobody else.
pub(crate) struct Offer {
    pub(crate) profile: Profile,
    /// What we seal with: key and salt.
    pub(crate) key: Vec<u8>,
    pub(crate) ssrcs: Ssrcs,
    pub(crate) picture: u8,
    pub(crate) sound: u8,
}

/// A key as it is written.
pub(crate) fn written(key: &[u8]) -> String {
    STANDARD.encode(key)
}

/// A key as it was written.
pub(crate) fn read(key: &str) -> Option<Vec<u8>> {
    STANDARD.decode(key).ok()
}

/// What is sent to every engine of this kind.
pub(crate) fn taken() -> Taken {
    Taken {
        // The one that is encoded anyway.
        codec: CODECS[0].codec,
        profile: CodecProfile::Baseline,
        payload_type: PICTURE,
        layers: Rid::ALL.to_vec(),
        simulcast: true,
        sound: Some(SOUND),
    }
}

/// The stream on its way to an engine.
pub(crate) struct Plain {
    offer: Offer,
    line: Arc<Mutex<Line>>,
    wish: Option<Box<dyn Fn(Rid) + Send + Sync>>,
    way: Option<Way>,
}

struct Way {
    socket: Arc<UdpSocket>,
    places: Arc<Places>,
    /// Who listens ends with it.
    _listens: oneshot::Sender<()>,
}

impl Plain {
    /// With keys of its own. `wish` is called with the layer that somebody there needs a keyframe of; it must not block.
    pub(crate) fn new(profile: Profile, wish: impl Fn(Rid) + Send + Sync + 'static) -> Plain {
        let mut key: Vec<u8> = rand::random::<[u8; 64]>().to_vec();
        key.truncate(profile.master_len());
        let line = Line::new(&MasterKey::new(profile, &key).expect("it has the profile's length"));
        let offer = Offer { profile, key, ssrcs: Ssrcs::fresh(), picture: PICTURE, sound: SOUND };
        Plain { offer, line: Arc::new(Mutex::new(line)), wish: Some(Box::new(wish)), way: None }
    }

    /// What the engine is to be told.
    pub(crate) fn offer(&self) -> &Offer {
        &self.offer
    }

    /// Goes on with what the engine answered.
    pub(crate) async fn answered(&mut self, places: Places) -> Result<(), Trouble> {
        let any: IpAddr =
            if places.sound.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
        let socket = UdpSocket::bind((any, 0)).await.map_err(|error| Trouble::Ours(error.to_string()))?;
        let (socket, places) = (Arc::new(socket), Arc::new(places));
        let (listens, over) = oneshot::channel();
        let opener = match &places.reports {
            Reports::Sealed(key) => {
                let key = MasterKey::new(self.offer.profile, key);
                Some(Opener::new(&key.ok_or_else(|| Trouble::Ours("its key has another length".into()))?))
            }
            Reports::InTheClear(_) => None,
        };
        if let Some(wish) = self.wish.take() {
            let (line, ssrcs) = (self.line.clone(), self.offer.ssrcs);
            let listener = Listener { socket: socket.clone(), places: places.clone(), line, ssrcs, opener, wish };
            tokio::spawn(threads::task("relay-reports", After::Lost, listener.listen(over)));
        }
        self.way = Some(Way { socket, places, _listens: listens });
        Ok(())
    }

    /// Shows the engine where we are.
    pub(crate) async fn knock(&self) {
        let Some(Way { socket, places, .. }) = &self.way else { return };
        let knocks: Vec<(Bytes, SocketAddr)> = {
            let mut line = lock(&self.line);
            match places.reports {
                Reports::Sealed(_) => {
                    let knock = line.report(None, &self.offer.ssrcs);
                    let mut all: Vec<SocketAddr> = places.all().map(|(_, place)| place).collect();
                    all.dedup();
                    all.into_iter().map(|place| (knock.clone(), place)).collect()
                }
                // It counts RTP alone.
                Reports::InTheClear(reports) => {
                    vec![(line.knock(SOUND, &self.offer.ssrcs), places.sound), (nothing(&self.offer.ssrcs), reports)]
                }
            }
        };
        for (knock, place) in knocks {
            // It knocks again.
            let _ = socket.send_to(&knock, place).await;
        }
    }

    /// What takes the frames.
    pub(crate) fn uplink(&self, clock: Clock) -> Result<Uplink, Trouble> {
        let Some(Way { socket, places, .. }) = &self.way else {
            return Err(Trouble::Ours("there is no place for it".into()));
        };
        let carrier = Datagrams {
            runtime: Handle::current(),
            socket: socket.clone(),
            places: places.clone(),
            line: self.line.clone(),
            ssrcs: self.offer.ssrcs,
        };
        Ok(Uplink::new(Box::new(carrier), &taken(), self.offer.ssrcs, clock))
    }
}

/// Packets to datagrams.
struct Datagrams {
    runtime: Handle,
    socket: Arc<UdpSocket>,
    places: Arc<Places>,
    line: Arc<Mutex<Line>>,
    ssrcs: Ssrcs,
}

impl Carrier for Datagrams {
    fn carry(&mut self, source: Source, packets: Vec<Packet>, report: Option<SenderReport>) {
        let place = self.places.of(source);
        let datagrams: Vec<(Bytes, SocketAddr)> = {
            let mut line = lock(&self.line);
            let report = report.map(|report| match self.places.reports {
                Reports::Sealed(_) => (line.report(Some(report), &self.ssrcs), place),
                // It keeps the way back open.
                Reports::InTheClear(reports) => (nothing(&self.ssrcs), reports),
            });
            let packets = packets.into_iter().map(|packet| (line.packet(&packet), place));
            report.into_iter().chain(packets).collect()
        };
        self.runtime.block_on(async {
            for (datagram, to) in datagrams {
                // What this machine cannot send now is lost as on any line, and is asked for again.
                let _ = self.socket.send_to(&datagram, to).await;
            }
        });
    }
}

/// A report of nothing.
fn nothing(ssrcs: &Ssrcs) -> Bytes {
    let mut compound = Vec::new();
    sender_reports(&mut compound, &[], &[ssrcs.layer(Rid::F)], CNAME);
    compound.into()
}

fn lock(line: &Mutex<Line>) -> MutexGuard<'_, Line> {
    line.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rtp::srtp::{RTCP_OVERHEAD, Sealer};
    use std::sync::mpsc;
    use tokio::time::timeout;

    const PROFILE: Profile = Profile::Gcm256;
    const PATIENCE: Duration = Duration::from_secs(10);

    /// An engine: a socket, and the key that it seals with.
    struct Engine {
        socket: UdpSocket,
        key: Vec<u8>,
        sealer: Sealer<4>,
    }

    impl Engine {
        async fn new() -> Engine {
            let key = vec![7; PROFILE.master_len()];
            let sealer = Sealer::new(&MasterKey::new(PROFILE, &key).expect("its length"));
            Engine { socket: UdpSocket::bind("127.0.0.1:0").await.expect("a free port"), key, sealer }
        }

        fn places(&self) -> Places {
            let place = self.socket.local_addr().expect("it is bound");
            Places { layers: [place; 3], sound: place, reports: Reports::Sealed(self.key.clone()) }
        }

        async fn receive(&self) -> (Vec<u8>, SocketAddr) {
            let mut buffer = [0; LONGEST];
            let received = timeout(PATIENCE, self.socket.recv_from(&mut buffer)).await.expect("something comes");
            let (length, from) = received.expect("it is bound");
            (buffer[..length].to_vec(), from)
        }

        async fn report(&mut self, compound: &[u8], to: SocketAddr) {
            let mut sealed = vec![0; compound.len() + RTCP_OVERHEAD];
            let length = self.sealer.rtcp(compound, &mut sealed);
            self.socket.send_to(&sealed[..length], to).await.expect("it is sent");
        }
    }

    fn packet(ssrc: u32, number: u16) -> Packet {
        let payload = Bytes::from(vec![number as u8; 300]);
        Packet { ssrc, payload_type: PICTURE, number, timestamp: 9, marker: true, payload }
    }

    /// A NACK of one number, or a PLI.
    fn feedback(kind: u8, ssrc: u32, number: Option<u16>) -> Vec<u8> {
        let words = 2 + u16::from(number.is_some());
        let mut out = vec![0x81, kind];
        out.extend(words.to_be_bytes());
        out.extend([0, 0, 0, 1]);
        out.extend(ssrc.to_be_bytes());
        out.extend(number.into_iter().flat_map(|number| [number.to_be_bytes(), [0, 0]].concat()));
        out
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn what_is_lost_is_sent_again_to_the_byte_and_a_wish_is_heard() {
        let mut engine = Engine::new().await;
        let (tell, wishes) = mpsc::channel();
        let mut plain = Plain::new(PROFILE, move |rid| tell.send(rid).expect("the test listens"));
        plain.answered(engine.places()).await.expect("there is a port");
        plain.knock().await;
        let (mut knock, from) = engine.receive().await;
        let key = plain.offer().key.clone();
        let mut opener = Opener::new(&MasterKey::new(PROFILE, &key).expect("its length"));
        let opened = opener.rtcp(&mut knock).expect("it is sealed with what was offered");
        assert_eq!(opened[1], 201, "a report of nothing, before there is anything");

        let ssrcs = plain.offer().ssrcs;
        let Way { socket, places, .. } = plain.way.as_ref().expect("it was answered");
        let (socket, places, line) = (socket.clone(), places.clone(), plain.line.clone());
        let mut datagrams = Datagrams { runtime: Handle::current(), socket, places, line, ssrcs };
        let top = ssrcs.layer(Rid::F);
        let packets = (65_534..=65_535).chain(0..2).map(|number| packet(top, number)).collect();
        let report = SenderReport { ssrc: top, ntp: 1, rtp: 2, packets: 3, octets: 4 };
        tokio::task::spawn_blocking(move || datagrams.carry(Source::Layer(Rid::F), packets, Some(report)))
            .await
            .expect("it is carried");
        let (mut report, _) = engine.receive().await;
        assert_eq!(opener.rtcp(&mut report).expect("sealed as well")[1], 200);
        let mut sent = Vec::new();
        for _ in 0..4 {
            sent.push(engine.receive().await.0);
        }
        assert_eq!(sent[1][2..4], 65_535u16.to_be_bytes());
        assert!(!sent[1].windows(8).any(|bytes| bytes == [255; 8]), "nobody on the way reads it");

        for (at, number) in [(1, 65_535), (2, 0)] {
            engine.report(&feedback(205, top, Some(number)), from).await;
            assert_eq!(engine.receive().await.0, sent[at], "the same to the byte");
        }
        // Of somebody else, of what was never sent, and not sealed: nothing comes of it.
        engine.report(&feedback(205, 1, Some(0)), from).await;
        engine.report(&feedback(205, top, Some(700)), from).await;
        engine.socket.send_to(&feedback(206, top, None), from).await.expect("it is sent");
        engine.report(&[feedback(206, ssrcs.layer(Rid::Q), None), feedback(206, top, None)].concat(), from).await;
        let heard = tokio::task::spawn_blocking(move || {
            [wishes.recv_timeout(PATIENCE), wishes.recv_timeout(PATIENCE)].map(|wish| wish.expect("it is heard"))
        });
        assert_eq!(heard.await.expect("it is listened to"), [Rid::Q, Rid::F]);
        engine.report(&feedback(205, top, Some(1)), from).await;
        assert_eq!(engine.receive().await.0, sent[3], "and nothing came before it");
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn who_seals_no_reports_is_told_nothing_and_believed_a_wish_alone() {
        let profile = Profile::CmSha1;
        let bound = || async { UdpSocket::bind("127.0.0.1:0").await.expect("a free port") };
        let (layers, sound, reports) = ([bound().await, bound().await, bound().await], bound().await, bound().await);
        let place = |socket: &UdpSocket| socket.local_addr().expect("it is bound");
        let places = Places {
            layers: [place(&layers[0]), place(&layers[1]), place(&layers[2])],
            sound: place(&sound),
            reports: Reports::InTheClear(place(&reports)),
        };
        let (tell, wishes) = mpsc::channel();
        let mut plain = Plain::new(profile, move |rid| tell.send(rid).expect("the test listens"));
        plain.answered(places).await.expect("there is a port");
        let mut buffer = [0; LONGEST];
        async fn receive(socket: &UdpSocket, buffer: &mut [u8]) -> (usize, SocketAddr) {
            timeout(PATIENCE, socket.recv_from(buffer)).await.expect("something comes").expect("it is bound")
        }

        let ssrcs = plain.offer().ssrcs;
        for number in 0..2 {
            plain.knock().await;
            let (length, _) = receive(&sound, &mut buffer).await;
            assert_eq!((length, buffer[1], buffer[3]), (12 + 3 + 10, SOUND, number), "a sound, sealed, and none twice");
            let ssrc = u32::from_be_bytes(buffer[8..12].try_into().expect("four"));
            assert_eq!(ssrcs.source(ssrc), None, "of no source of the stream");
            let (length, _) = receive(&reports, &mut buffer).await;
            assert_eq!((buffer[1], buffer[0] & 31, length % 4), (201, 0, 0), "a report of nothing, in the clear");
        }

        let Way { socket, places, .. } = plain.way.as_ref().expect("it was answered");
        let (socket, places, line) = (socket.clone(), places.clone(), plain.line.clone());
        let mut datagrams = Datagrams { runtime: Handle::current(), socket, places, line, ssrcs };
        let top = ssrcs.layer(Rid::F);
        let report = SenderReport { ssrc: top, ntp: 1, rtp: 2, packets: 3, octets: 4 };
        tokio::task::spawn_blocking(move || datagrams.carry(Source::Layer(Rid::F), vec![packet(top, 7)], Some(report)))
            .await
            .expect("it is carried");
        let (length, from) = receive(&layers[2], &mut buffer).await;
        assert_eq!((length, buffer[3]), (12 + 300 + 10, 7), "the largest comes to the last");
        let (_, back) = receive(&reports, &mut buffer).await;
        assert_eq!((buffer[1], back), (201, from), "of nothing still");

        // What was lost is sent again to nobody: anybody could have asked.
        for feedback in [feedback(205, top, Some(7)), feedback(206, ssrcs.layer(Rid::Q), None)] {
            reports.send_to(&feedback, from).await.expect("it is sent");
        }
        let heard =
            tokio::task::spawn_blocking(move || [(); 3].map(|()| wishes.recv_timeout(PATIENCE).expect("it is heard")));
        assert_eq!(heard.await.expect("it is listened to"), Rid::ALL);
        assert!(layers[2].try_recv_from(&mut buffer).is_err(), "nothing came again");
    }
}
