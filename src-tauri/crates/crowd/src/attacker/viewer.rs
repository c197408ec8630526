//! A viewer that joins as any other does and then says what no viewer says, on a thread of its own.

use super::http::{Target, say};
use super::rtcp::{self, Kind, Known};
use crate::light::DTLS_TIMER;
use crate::light::header::{extension, header_len};
use crate::light::keys::Keys;
use crate::light::sdp::{self, Answer};
use crate::light::stun::{self, Credentials, Message, Transaction};
use crate::loss::is_rtp;
use anyhow::{Context, bail};
use dimpl::{Dtls, Output};
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// A viewer with keys of its own. Dropped, it falls silent.
pub struct Viewer {
    shared: Arc<Shared>,
    ours: Credentials,
    theirs: Credentials,
    address: SocketAddr,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    end: AtomicBool,
    media: AtomicU64,
    /// When the last packet of it came.
    media_last: Mutex<Option<Instant>>,
    sent: AtomicU64,
    flood: Mutex<Option<Flood>>,
}

/// What is sent without pause.
struct Flood {
    /// What datagrams are made of, and how large they are at the most: each for a [`STRETCH`], one after the other.
    turns: Vec<(Vec<Kind>, usize)>,
    bits_per_second: f64,
    begin: Instant,
    bits: f64,
    messages: u32,
}

/// libwebrtc's interval between checks, which keeps consent alive.
const CHECK: Duration = Duration::from_millis(2500);
/// How long a datagram is waited for before what is due is sent.
const TURN: Duration = Duration::from_millis(1);
/// How long one kind of datagram is sent before it is the next one's turn: what costs more than ten times the time that it takes to
/// send is seen by then.
const STRETCH: Duration = Duration::from_millis(100);
/// What IPv4 and UDP put in front of a datagram.
const HEADERS: usize = 28;
/// More than a handshake over loopback takes on a machine that does much else.
const PATIENCE: Duration = Duration::from_secs(10);

impl Viewer {
    /// Joins by this WHEP endpoint from this address of ours, and is done when the keys are there.
    ///
    /// # Errors
    /// It was refused, or the handshake did not come to an end.
    pub async fn join(endpoint: &str, from: IpAddr, name: &str) -> anyhow::Result<Viewer> {
        let target = Target::of(endpoint)?;
        let socket = UdpSocket::bind(SocketAddr::new(from, 0))?;
        socket.set_read_timeout(Some(TURN))?;
        let address = socket.local_addr()?;
        let ours = credentials();
        let certificate = dimpl::certificate::generate_self_signed_certificate()?;
        let offer = sdp::offer(&ours, &certificate.fingerprint_str(), address, true, crate::Codec::H264, false);
        let response = say(target.address, from, &target.post(name, None, &offer)).await?;
        if response.status != 201 {
            bail!("the endpoint answered {}: {}", response.status, response.body);
        }
        let answer = Answer::parse(&response.body)?;
        let theirs = answer.ice.clone();
        let dtls = Arc::new(dimpl::Config::builder().flight_start_rto(DTLS_TIMER).build()?);
        let mut dtls = Dtls::new_12(dtls, certificate, Instant::now());
        dtls.set_active(!answer.server_begins);
        let shared = Arc::<Shared>::default();
        let (connected, waiting) = oneshot::channel();
        let [a, b, c, d, ..] = transaction();
        let known = Known { ours: u32::from_be_bytes([a, b, c, d]), ..Known::default() };
        let session = Session {
            shared: shared.clone(),
            socket,
            ours: ours.clone(),
            answer,
            dtls,
            connected: Some(connected),
            known,
            asked: Vec::new(),
            remote: None,
            checked: None,
            dtls_due: None,
            keys: None,
        };
        let thread = std::thread::Builder::new().name("attacker".into()).spawn(move || session.run())?;
        let viewer = Viewer { shared, ours, theirs, address, thread: Some(thread) };
        tokio::time::timeout(PATIENCE, waiting).await.context("no handshake")?.context("its thread ended")?;
        Ok(viewer)
    }

    /// Where its datagrams come from.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Sends RTCP from now on, beside what keeps consent, at this rate, headers of IP and UDP included. A turn is a tenth of a second
    /// of datagrams of these kinds, each up to this size in bytes.
    pub fn flood(&self, turns: Vec<(Vec<Kind>, usize)>, bits_per_second: f64) {
        let flood = Flood { turns, bits_per_second, begin: Instant::now(), bits: 0.0, messages: 0 };
        *self.shared.flood.lock().unwrap_or_else(PoisonError::into_inner) = Some(flood);
    }

    /// Sends no more.
    pub fn rest(&self) {
        *self.shared.flood.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Packets of pictures and sound that came so far.
    pub fn media(&self) -> u64 {
        self.shared.media.load(Ordering::Relaxed)
    }

    /// When the last of them came.
    pub fn media_last(&self) -> Option<Instant> {
        *self.shared.media_last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Datagrams of RTCP sent so far.
    pub fn sent(&self) -> u64 {
        self.shared.sent.load(Ordering::Relaxed)
    }

    /// A check with USE-CANDIDATE, made with what only the two sides of its session know; whoever sends it.
    pub fn check(&self) -> Vec<u8> {
        stun::check(&self.ours, &self.theirs, transaction(), stun::Role::Controlling)
    }
}

impl Drop for Viewer {
    fn drop(&mut self) {
        self.shared.end.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

/// What the thread has.
struct Session {
    shared: Arc<Shared>,
    socket: UdpSocket,
    ours: Credentials,
    answer: Answer,
    dtls: Dtls,
    /// Told once, when the keys are there.
    connected: Option<oneshot::Sender<()>>,
    known: Known,
    asked: Vec<Transaction>,
    remote: Option<SocketAddr>,
    checked: Option<Instant>,
    dtls_due: Option<Instant>,
    keys: Option<Keys>,
}

impl Session {
    fn run(mut self) {
        let mut buffer = [0; 2048];
        while !self.shared.end.load(Ordering::Relaxed) {
            // An error is the end of the wait, or a refusal by ICMP, which says nothing that silence would not.
            if let Ok((len, from)) = self.socket.recv_from(&mut buffer) {
                self.datagram(&mut buffer[..len], from);
            }
            let now = Instant::now();
            self.tick(now);
            self.flood(now);
        }
    }

    fn datagram(&mut self, datagram: &mut [u8], from: SocketAddr) {
        match datagram {
            [0..=3, ..] => match stun::read(datagram, &self.ours, &self.answer.ice) {
                Some(Message::Request(transaction)) => self.send(&stun::response(&self.ours, transaction, from), from),
                Some(Message::Success(transaction)) if self.asked.contains(&transaction) => {
                    self.asked.clear();
                    self.remote = Some(from);
                    self.dtls.handle_timeout(Instant::now()).ok();
                    self.handshake();
                }
                _ => {}
            },
            [20..=63, ..] => {
                // What cannot be read ends the handshake by its deadline, or is somebody else's.
                self.dtls.handle_timeout(Instant::now()).and_then(|()| self.dtls.handle_packet(datagram)).ok();
                self.handshake();
            }
            _ if is_rtp(datagram) => self.rtp(datagram),
            _ => {}
        }
    }

    /// Carries out what DTLS asks.
    fn handshake(&mut self) {
        let mut buffer = [0; 4096];
        let Some(remote) = self.remote else { return };
        loop {
            match self.dtls.poll_output(&mut buffer) {
                Output::Packet(packet) => {
                    self.socket.send_to(packet, remote).ok();
                }
                Output::Timeout(due) => {
                    self.dtls_due = Some(due);
                    return;
                }
                Output::KeyingMaterial(exported, profile) => {
                    self.keys = Some(Keys::new(&exported, profile, self.dtls.is_active()));
                    if let Some(connected) = self.connected.take() {
                        // Who waited may have given up.
                        connected.send(()).ok();
                    }
                }
                _ => {}
            }
        }
    }

    fn rtp(&mut self, packet: &[u8]) {
        self.shared.media.fetch_add(1, Ordering::Relaxed);
        *self.shared.media_last.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        let Some(header) = header_len(packet).and_then(|len| packet.get(..len)) else { return };
        let (pt, number) = (header[1] & 0x7f, u16::from_be_bytes([header[2], header[3]]));
        let ssrc = u32::from_be_bytes([header[8], header[9], header[10], header[11]]);
        if pt == self.answer.video {
            (self.known.video, self.known.video_highest) = (ssrc, number);
        } else if Some(pt) == self.answer.audio {
            self.known.audio = ssrc;
        }
        if let Some(&[high, low, ..]) = self.answer.twcc.and_then(|id| extension(header, id)) {
            self.known.wide_highest = u16::from_be_bytes([high, low]);
        }
    }

    /// Checks, and what DTLS has waited long enough for.
    fn tick(&mut self, now: Instant) {
        let pause = if self.remote.is_some() { CHECK } else { DTLS_TIMER };
        if self.checked.is_none_or(|checked| now.saturating_duration_since(checked) >= pause) {
            self.checked = Some(now);
            let transaction = transaction();
            if self.remote.is_none() {
                self.asked.push(transaction);
            }
            let check = stun::check(&self.ours, &self.answer.ice, transaction, stun::Role::Controlling);
            let to = self.remote.map_or_else(|| self.answer.candidates.clone(), |remote| vec![remote]);
            to.into_iter().for_each(|to| self.send(&check, to));
        }
        if self.keys.is_none() && self.dtls_due.is_some_and(|due| due <= now) {
            self.dtls.handle_timeout(now).ok();
            self.handshake();
        }
    }

    /// Sends what the rate gives.
    fn flood(&mut self, now: Instant) {
        let shared = self.shared.clone();
        let mut flood = shared.flood.lock().unwrap_or_else(PoisonError::into_inner);
        let (Some(flood), Some(keys), Some(remote)) = (flood.as_mut(), &mut self.keys, self.remote) else { return };
        let elapsed = now.saturating_duration_since(flood.begin);
        let due = elapsed.as_secs_f64() * flood.bits_per_second;
        let (kinds, most) = &flood.turns[(elapsed.as_millis() / STRETCH.as_millis()) as usize % flood.turns.len()];
        while flood.bits < due {
            let compound = rtcp::compound(kinds, *most, &self.known, &mut flood.messages);
            let sealed = keys.seal.encrypt_rtcp(&compound).expect("it begins with a header");
            flood.bits += ((sealed.len() + HEADERS) * 8) as f64;
            shared.sent.fetch_add(1, Ordering::Relaxed);
            self.socket.send_to(&sealed, remote).ok();
        }
    }

    fn send(&self, datagram: &[u8], to: SocketAddr) {
        // A full buffer loses a datagram as a network would.
        self.socket.send_to(datagram, to).ok();
    }
}

/// Of a session of ours.
pub(super) fn credentials() -> Credentials {
    let mut random = [0; 20];
    aws_lc_rs::rand::fill(&mut random).expect("the system gives random bytes");
    let hex: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
    Credentials { ufrag: hex[..8].to_owned(), pwd: hex[8..].to_owned() }
}

pub(super) fn transaction() -> Transaction {
    let mut transaction = Transaction::default();
    aws_lc_rs::rand::fill(&mut transaction).expect("the system gives random bytes");
    transaction
}
