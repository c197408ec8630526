//! One light viewer: what it does with a datagram, and every 50 ms.

use super::feedback::Feedback;
use super::header::{extension, header_len};
use super::keys::Keys;
use super::missing::Missing;
use super::report::{self, Source};
use super::sdp::Answer;
use super::stun::{self, Credentials, Message, Transaction};
use crate::loss::{Dice, is_rtp};
use crate::progress::Progress;
use crate::reception::Packet;
use crate::sequence::extend;
use crate::trace::Traced;
use dimpl::{Dtls, Output};
use std::net::SocketAddr;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Receives like a browser, but opens only what it must: packets until the first keyframe is whole, repairs, RTCP, and of
/// the rest a sample. Of all others the header is enough to count them and to tell the sender.
pub(super) struct Viewer {
    answer: Answer,
    ice: Credentials,
    dtls: Dtls,
    dtls_due: Option<Instant>,
    dice: Dice,
    /// The checks that an answer may come to, until one has come.
    asked: Vec<Transaction>,
    remote: Option<SocketAddr>,
    checked: Option<Instant>,
    keys: Option<Keys>,
    ssrc: u32,
    feedback: Feedback,
    missing: Missing,
    /// The picture and the sound.
    sources: [Source; 2],
    video_highest: Option<u64>,
    sound_highest: Option<u64>,
    timestamp: Option<u64>,
    keyframe_wanted: bool,
    asked_for_keyframe: Option<Instant>,
    reported: Option<Instant>,
    seen: u64,
    outgoing: Vec<(SocketAddr, Vec<u8>)>,
}

/// How old a picture was at `at` that the server says it captured then, in NTP's time (32 bits of seconds since 1900, 32 of their parts).
fn age(ntp: u64, at: Instant) -> Option<Duration> {
    const FROM_1900_TO_1970: f64 = 2_208_988_800.0;
    let captured = ntp as f64 / 4_294_967_296.0 - FROM_1900_TO_1970;
    let came = SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs_f64() - at.elapsed().as_secs_f64();
    Duration::try_from_secs_f64(came - captured).ok()
}

/// libwebrtc's `STRONG_AND_STABLE_WRITABLE_CONNECTION_PING_INTERVAL`; it keeps consent (RFC 7675) alive, too.
const CHECK_INTERVAL: Duration = Duration::from_millis(2500);
/// libwebrtc's interval for pictures.
const REPORT_INTERVAL: Duration = Duration::from_secs(1);
/// libwebrtc's `kMaxWaitForKeyFrame`.
const KEYFRAME_WAIT: Duration = Duration::from_millis(200);
/// One packet of so many is opened, to see that it is sealed right.
const SAMPLE: u64 = 64;

impl Viewer {
    pub(super) fn new(answer: Answer, ice: Credentials, mut dtls: Dtls, dice: Dice, n: u32, epoch: Instant) -> Viewer {
        dtls.set_active(!answer.server_begins);
        Viewer {
            answer,
            ice,
            dtls,
            dtls_due: None,
            dice,
            asked: Vec::new(),
            remote: None,
            checked: None,
            keys: None,
            ssrc: n + 1,
            feedback: Feedback::new(epoch),
            missing: Missing::default(),
            sources: Default::default(),
            video_highest: None,
            sound_highest: None,
            timestamp: None,
            keyframe_wanted: false,
            asked_for_keyframe: None,
            reported: None,
            seen: 0,
            outgoing: Vec::new(),
        }
    }

    /// What it wants to send.
    pub(super) fn outgoing(&mut self) -> std::vec::Drain<'_, (SocketAddr, Vec<u8>)> {
        self.outgoing.drain(..)
    }

    /// A datagram arrived.
    pub(super) fn datagram(
        &mut self,
        datagram: &mut [u8],
        from: impl FnOnce() -> Option<SocketAddr>,
        at: Instant,
        progress: &mut Progress,
    ) {
        match datagram {
            [0..=3, ..] => self.stun(datagram, from(), progress),
            [20..=63, ..] => {
                let result = self.dtls.handle_timeout(Instant::now()).and_then(|()| self.dtls.handle_packet(datagram));
                self.dtls(result.err(), progress);
            }
            _ if is_rtp(datagram) => self.rtp(datagram, at, progress),
            [128..=191, ..] => self.rtcp(datagram, at, progress),
            _ => {}
        }
    }

    /// After a batch of datagrams: a gap is asked for at once.
    pub(super) fn after(&mut self, now: Instant) {
        if self.missing.is_empty() {
            return;
        }
        let (numbers, given_up) = self.missing.ask(now);
        self.keyframe_wanted |= given_up;
        if !numbers.is_empty() {
            self.rtcp_out(report::nack(self.ssrc, self.sources[0].ssrc, &numbers));
        }
    }

    /// Every [`super::feedback::INTERVAL`].
    pub(super) fn tick(&mut self, now: Instant, progress: &mut Progress) {
        if progress.error.is_some() {
            return;
        }
        let pause = if self.remote.is_some() { CHECK_INTERVAL } else { Duration::ZERO };
        if self.checked.is_none_or(|checked| now.saturating_duration_since(checked) >= pause) {
            self.check(now);
        }
        if self.keys.is_none() {
            if self.dtls_due.is_some_and(|due| due <= now) {
                let result = self.dtls.handle_timeout(now);
                self.dtls(result.err(), progress);
            }
            return;
        }
        if let Some(message) = self.feedback.message(self.ssrc, self.sources[0].ssrc) {
            self.rtcp_out(message);
        }
        self.after(now);
        self.keyframe(now, progress);
        if let Some(highest) = self.video_highest.filter(|_| self.dice.is_greedy()) {
            let lately: Vec<u16> = (0..100).rev().map(|n| highest.wrapping_sub(n) as u16).collect();
            let (ours, theirs) = (self.ssrc, self.sources[0].ssrc);
            let all = [
                report::nack(ours, theirs, &lately),
                report::pli(ours, theirs),
                report::fir(ours, theirs, self.seen as u8),
            ];
            self.rtcp_out(all.concat());
        }
        if self.reported.is_none_or(|reported| now.saturating_duration_since(reported) >= REPORT_INTERVAL) {
            self.reported = Some(now);
            let message = report::receiver_report(self.ssrc, &mut self.sources, now);
            self.rtcp_out(message);
        }
    }

    /// Checks the server's candidates, or the one that answered.
    pub(super) fn check(&mut self, now: Instant) {
        self.checked = Some(now);
        // Each check is a transaction of its own, and random (RFC 8489 section 5): one that was seen before proves nobody alive.
        let mut transaction = Transaction::default();
        aws_lc_rs::rand::fill(&mut transaction).expect("the system gives random bytes");
        if self.remote.is_none() {
            self.asked.push(transaction);
        }
        let check = stun::check(&self.ice, &self.answer.ice, transaction, self.answer.role);
        let to = self.remote.map_or_else(|| self.answer.candidates.clone(), |remote| vec![remote]);
        self.outgoing.extend(to.into_iter().map(|to| (to, check.clone())));
    }

    fn stun(&mut self, datagram: &[u8], from: Option<SocketAddr>, progress: &mut Progress) {
        let Some(from) = from else { return };
        match stun::read(datagram, &self.ice, &self.answer.ice) {
            Some(Message::Request(transaction)) => {
                self.outgoing.push((from, stun::response(&self.ice, transaction, from)));
            }
            Some(Message::Success(transaction)) if self.asked.contains(&transaction) => {
                self.asked.clear();
                self.remote = Some(from);
                let result = self.dtls.handle_timeout(Instant::now());
                self.dtls(result.err(), progress);
            }
            _ => {}
        }
    }

    /// Carries out what DTLS asks.
    fn dtls(&mut self, error: Option<dimpl::Error>, progress: &mut Progress) {
        let mut buffer = [0; 4096];
        let Some(remote) = self.remote else { return };
        loop {
            match self.dtls.poll_output(&mut buffer) {
                Output::Packet(packet) => self.outgoing.push((remote, packet.to_vec())),
                Output::Timeout(due) => {
                    self.dtls_due = Some(due);
                    break;
                }
                Output::PeerCert(certificate) => {
                    let fingerprint = dimpl::certificate::calculate_fingerprint(certificate);
                    if dimpl::certificate::format_fingerprint(&fingerprint) != self.answer.fingerprint {
                        progress.error = Some("the certificate is not the answer's".into());
                    }
                }
                // The certificate was told of before.
                Output::KeyingMaterial(exported, profile) if progress.error.is_none() => {
                    self.keys = Some(Keys::new(&exported, profile, self.dtls.is_active()));
                    progress.connected = Some(Instant::now());
                }
                Output::CloseNotify => progress.error = Some("the server closed the connection".into()),
                _ => {}
            }
        }
        if let Some(error) = error {
            progress.error = Some(format!("DTLS: {error}"));
        }
    }

    fn rtp(&mut self, packet: &mut [u8], at: Instant, progress: &mut Progress) {
        let Some(keys) = &mut self.keys else { return };
        if packet.len() <= 12 || self.dice.loses(packet) {
            return;
        }
        let pt = packet[1] & 0x7f;
        let short = u16::from_be_bytes([packet[2], packet[3]]);
        let timestamp = u32::from_be_bytes([packet[4], packet[5], packet[6], packet[7]]);
        let ssrc = u32::from_be_bytes([packet[8], packet[9], packet[10], packet[11]]);
        let Some(header) = header_len(packet).filter(|len| len + keys.tag <= packet.len()) else { return };
        if let Some(number) = self.answer.twcc.and_then(|id| extension(&packet[..header], id)) {
            self.feedback.came(u16::from_be_bytes([number[0], *number.get(1).unwrap_or(&0)]), at);
        }
        let repair = Some(pt) == self.answer.rtx;
        let sound = Some(pt) == self.answer.audio;
        if !repair && let Some(trace) = &mut progress.trace {
            trace.push(Traced { at, timestamp, sound, bytes: packet.len() as u16 });
        }
        self.seen += 1;
        let padded = packet[0] & 0x20 != 0;
        let to_open =
            repair || padded || (!sound && !progress.video.has_keyframe()) || self.seen.is_multiple_of(SAMPLE);
        let opened = if to_open {
            match keys.open.decrypt_rtp(packet) {
                Ok(opened) => Some(opened),
                Err(_) => {
                    progress.unauthentic += 1;
                    return;
                }
            }
        } else {
            None
        };
        let mut payload = match &opened {
            Some(opened) => &opened[header..],
            None => &packet[header..packet.len() - keys.tag],
        };
        if padded {
            let padding = usize::from(*payload.last().unwrap_or(&0));
            payload = &payload[..payload.len().saturating_sub(padding)];
        }
        if sound {
            let number = extend(short, *self.sound_highest.get_or_insert(65_536 + u64::from(short)));
            self.sound_highest = self.sound_highest.max(Some(number));
            self.sources[1].came(ssrc, number, timestamp, 48_000.0, at);
            progress.sound(number, at);
            return;
        }
        let number = if repair {
            progress.rtx += 1;
            let (Some(original), Some(highest)) = (payload.first_chunk(), self.video_highest) else { return };
            payload = &payload[2..];
            extend(u16::from_be_bytes(*original), highest)
        } else if pt == self.answer.video {
            let number = extend(short, *self.video_highest.get_or_insert(65_536 + u64::from(short)));
            self.sources[0].came(ssrc, number, timestamp, 90_000.0, at);
            number
        } else {
            return;
        };
        self.video_highest = self.video_highest.max(Some(number));
        self.missing.came(number);
        progress.codec = Some(self.answer.codec.name());
        // From the second round on, so that an earlier one than the first has an extended timestamp, too.
        let newest = self.timestamp.unwrap_or((1 << 32) + u64::from(timestamp));
        let extended = newest.wrapping_add_signed(i64::from(timestamp.wrapping_sub(newest as u32) as i32));
        self.timestamp = Some(newest.max(extended));
        let marker = packet[1] & 0x80 != 0;
        let stamp = self.answer.capture_time.and_then(|id| extension(&packet[..header], id)?.first_chunk().copied());
        if let Some(age) = stamp.filter(|_| !repair).and_then(|stamp| age(u64::from_be_bytes(stamp), at)) {
            progress.video.stamped(extended, age, at);
        }
        let packet = Packet { sequence: number, timestamp: extended, marker, payload, codec: self.answer.codec };
        let new = progress.video.packet(&packet, at);
        progress.twice += u64::from(!new && !repair);
    }

    fn rtcp(&mut self, packet: &[u8], at: Instant, progress: &mut Progress) {
        let Some(keys) = &mut self.keys else { return };
        match keys.open.decrypt_rtcp(packet) {
            Ok(compound) => {
                if report::read(&compound, &mut self.sources, at) {
                    progress.error.get_or_insert("the server said goodbye".into());
                }
            }
            Err(_) => progress.unauthentic += 1,
        }
    }

    /// Asks for a keyframe when there was none, or a packet was given up.
    fn keyframe(&mut self, now: Instant, progress: &Progress) {
        let video = progress.video.totals(0);
        let waits = video.first_keyframe.is_none()
            && video.first_packet.is_some_and(|first| now.saturating_duration_since(first) >= KEYFRAME_WAIT);
        let lately = self.asked_for_keyframe.is_some_and(|at| now.saturating_duration_since(at) < KEYFRAME_WAIT);
        if (waits || self.keyframe_wanted) && !lately {
            self.keyframe_wanted = false;
            self.asked_for_keyframe = Some(now);
            self.rtcp_out(report::pli(self.ssrc, self.sources[0].ssrc));
        }
    }

    fn rtcp_out(&mut self, message: Vec<u8>) {
        if let (Some(keys), Some(remote)) = (&mut self.keys, self.remote) {
            let sealed = keys.seal.encrypt_rtcp(&message).expect("a message of ours has a header");
            self.outgoing.push((remote, sealed.to_vec()));
        }
    }
}
