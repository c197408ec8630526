//! What the engine reports of what is sent to it: what is lost, and which keyframes it needs.

use super::line::Line;
use super::{LONGEST, Places, REST, lock};
use crate::uplink::{Source, Ssrcs};
use bytes::Bytes;
use rtp::rtcp::{Message, messages};
use rtp::srtp::Opener;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use stream::Rid;
use tokio::net::UdpSocket;
use tokio::sync::oneshot;

/// Hears what the engine reports.
pub(super) struct Listener {
    pub(super) socket: Arc<UdpSocket>,
    pub(super) places: Arc<Places>,
    pub(super) line: Arc<Mutex<Line>>,
    pub(super) ssrcs: Ssrcs,
    /// None: what comes is not sealed.
    pub(super) opener: Option<Opener>,
    pub(super) wish: Box<dyn Fn(Rid) + Send + Sync>,
}

impl Listener {
    pub(super) async fn listen(mut self, mut over: oneshot::Receiver<()>) {
        let mut buffer = [0; LONGEST];
        loop {
            let received = tokio::select! {
                _ = &mut over => return,
                received = self.socket.recv_from(&mut buffer) => received,
            };
            match received {
                Ok((length, from)) if self.is_it(from) => {
                    for (datagram, to) in self.heard(&mut buffer[..length]) {
                        let _ = self.socket.send_to(&datagram, to).await;
                    }
                }
                Ok(_) => {}
                // Nobody was there for what was sent before: the engine's signalling says so, if it is for good.
                Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {}
                Err(_) => tokio::time::sleep(REST).await,
            }
        }
    }

    fn is_it(&self, from: SocketAddr) -> bool {
        self.places.all().any(|(_, place)| place.ip().to_canonical() == from.ip().to_canonical())
    }

    /// What is to be sent again, and where to.
    fn heard(&mut self, datagram: &mut [u8]) -> Vec<(Bytes, SocketAddr)> {
        // RTP and RTCP come on one port (RFC 5761 section 4).
        if !datagram.get(1).is_some_and(|kind| (192..=223).contains(kind)) {
            return Vec::new();
        }
        let Some(opener) = &mut self.opener else {
            self.heard_in_the_clear(datagram);
            return Vec::new();
        };
        let Ok(compound) = opener.rtcp(datagram) else { return Vec::new() };
        let (mut again, mut wished) = (Vec::new(), Vec::new());
        for message in messages(compound) {
            match message {
                Message::Nack { ssrc, lost } => {
                    let Some(source) = self.ssrcs.source(ssrc) else { continue };
                    let to = self.places.of(source);
                    again.extend(lock(&self.line).again(ssrc, lost).into_iter().map(|datagram| (datagram, to)));
                }
                Message::Pli { ssrc } => {
                    if let Some(Source::Layer(rid)) = self.ssrcs.source(ssrc) {
                        wished.push(rid);
                    }
                }
                Message::Fir(fir) => wished.extend(Rid::ALL.into_iter().filter(|rid| fir.asks(self.ssrcs.layer(*rid)))),
                _ => {}
            }
        }
        // A datagram has room for many of the same.
        Rid::ALL.into_iter().filter(|rid| wished.contains(rid)).for_each(|rid| (self.wish)(rid));
        again
    }

    /// Janus asks by the smallest layer's number, whichever it needs.
    fn heard_in_the_clear(&self, compound: &[u8]) {
        if messages(compound).any(|message| matches!(message, Message::Pli { .. } | Message::Fir(_))) {
            Rid::ALL.into_iter().for_each(|rid| (self.wish)(rid));
        }
    }
}
