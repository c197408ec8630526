//! DTLS, as server (RFC 5764): one rtc-dtls endpoint a viewer, and what it leaves undone.
//!
//! - The protection profile is chosen by us, not by the client's order: the ClientHello is read before the endpoint is made
//!   (`client_hello.rs`), and a configuration with that one profile is used.
//! - rtc-dtls 0.21 never sends its ServerHello flight a second time once any handshake datagram came after it: its timer is
//!   cleared and not armed again, so a lost flight would end the join. The flight is kept and sent again by us (`flight.rs`).
//! - It keeps what it cannot use yet without a bound, and what is broken ends its handshake: it is not shown that (`gate.rs`).
//! - It reports no error for a handshake that stalls; the owner of the viewer has a deadline.

mod client_hello;
mod fingerprint;
mod flight;
mod gate;
mod handshake_rtt;
mod server;

pub(crate) use server::Server;

use bytes::BytesMut;
use client_hello::ClientHello;
use flight::Flight;
use gate::Gate;
use handshake_rtt::HandshakeRtt;
use rtc_dtls::endpoint::{Endpoint, EndpointEvent};
use rtc_dtls::extension::extension_use_srtp::SrtpProtectionProfile;
use rtc_shared::TransportProtocol;
use rtp::srtp::{KeyingMaterial, Opener, Profile, Sealer};
use sdp::Fingerprint;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The endpoint knows its one peer by this address, whatever path the datagrams take: a path change is none to DTLS.
const PEER: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 1);

/// One viewer's DTLS association.
pub(crate) struct Dtls {
    server: Arc<Server>,
    /// The offer names the certificate that the viewer must show (RFC 8122 section 5).
    fingerprint: Fingerprint,
    gate: Gate,
    state: State,
    rtt: HandshakeRtt,
}

enum State {
    /// Nothing came, or not yet the whole of the ClientHello.
    Hello(ClientHello),
    Handshake {
        endpoint: Endpoint,
        profile: Profile,
        flight: Flight,
    },
    Connected(Endpoint),
    Ended,
}

/// What a datagram led to.
pub(crate) enum Progress {
    /// Nothing to tell.
    None,
    /// The datagram was dropped unread.
    Refused,
    /// The handshake is done, and the certificate is the offer's.
    Connected(Box<(Sealer, Opener)>),
    /// The viewer sent close_notify.
    Closed,
    /// The handshake cannot succeed any more.
    Failed(Failure),
}

/// Why a handshake failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The certificate is not the one of the offer.
    Fingerprint,
    /// The two sides did not agree, or what came was broken.
    Handshake,
}

impl Dtls {
    pub(crate) fn new(server: Arc<Server>, fingerprint: Fingerprint) -> Dtls {
        let (gate, rtt) = (Gate::default(), HandshakeRtt::default());
        Dtls { server, fingerprint, gate, rtt, state: State::Hello(ClientHello::default()) }
    }

    /// Takes a datagram from an address that ICE has checked. What is to be sent goes to `transmit`.
    pub(crate) fn read(&mut self, datagram: &[u8], now: Instant, transmit: &mut impl FnMut(&[u8])) -> Progress {
        if !self.gate.admits(datagram, matches!(self.state, State::Connected(_))) {
            return Progress::Refused;
        }
        match &mut self.state {
            State::Hello(hello) => {
                if !hello.push(datagram) {
                    return Progress::None;
                }
                let Some(offered) = hello.use_srtp() else { return Progress::None };
                let Some(profile) = Profile::choose(offered.iter().copied()) else {
                    return self.fail(Failure::Handshake);
                };
                let datagrams = hello.take();
                let endpoint = Endpoint::new(PEER, TransportProtocol::UDP, Some(self.server.config(profile)));
                self.state = State::Handshake { endpoint, profile, flight: Flight::default() };
                for datagram in datagrams {
                    match self.handshake(&datagram, now, transmit) {
                        Progress::None => {}
                        end => return end,
                    }
                }
                Progress::None
            }
            State::Handshake { .. } => self.handshake(datagram, now, transmit),
            State::Connected(endpoint) => {
                // An error after the handshake is a record that is not authentic: it changes nothing.
                let events = endpoint.read(now, PEER, None, BytesMut::from(datagram)).unwrap_or_default();
                drain(endpoint, transmit);
                if events.iter().any(|e| matches!(e, EndpointEvent::PeerClosed)) {
                    self.state = State::Ended;
                    return Progress::Closed;
                }
                Progress::None
            }
            State::Ended => Progress::None,
        }
    }

    fn handshake(&mut self, datagram: &[u8], now: Instant, transmit: &mut impl FnMut(&[u8])) -> Progress {
        let State::Handshake { endpoint, profile, flight } = &mut self.state else { return Progress::None };
        let profile = *profile;
        let read = endpoint.read(now, PEER, None, BytesMut::from(datagram));
        let mut sent = Vec::new();
        drain(endpoint, &mut |out| {
            transmit(out);
            sent.push(out.to_vec());
        });
        self.rtt.after(datagram, !sent.is_empty(), now);
        flight.after(datagram, sent, now, transmit);
        match read {
            Ok(events) if events.iter().any(|e| matches!(e, EndpointEvent::PeerClosed)) => {
                self.state = State::Ended;
                Progress::Closed
            }
            Ok(events) if events.iter().any(|e| matches!(e, EndpointEvent::HandshakeComplete)) => {
                self.complete(profile)
            }
            Ok(_) => Progress::None,
            Err(error) => {
                tracing::debug!(%error, "a DTLS handshake failed");
                self.fail(Failure::Handshake)
            }
        }
    }

    /// Looks at the certificate first and makes the keys only then, so that nobody else's packets are ever sealed or opened.
    fn complete(&mut self, profile: Profile) -> Progress {
        let State::Handshake { endpoint, .. } = std::mem::replace(&mut self.state, State::Ended) else {
            return Progress::None;
        };
        let Some(state) = endpoint.get_connection_state(PEER) else { return self.fail(Failure::Handshake) };
        if !state
            .peer_certificates
            .first()
            .is_some_and(|certificate| fingerprint::is_of(&self.fingerprint, certificate))
        {
            return self.fail(Failure::Fingerprint);
        }
        if state.srtp_protection_profile() != srtp_protection_profile(profile) {
            return self.fail(Failure::Handshake);
        }
        let exported = state.export_keying_material("EXTRACTOR-dtls_srtp", &[], profile.exported_len());
        let Some(keys) = exported.ok().and_then(|exported| {
            let material = KeyingMaterial::new(profile, exported.as_ref())?;
            Some(Box::new((Sealer::new(&material.server()), Opener::new(&material.client()))))
        }) else {
            return self.fail(Failure::Handshake);
        };
        self.state = State::Connected(endpoint);
        Progress::Connected(keys)
    }

    fn fail(&mut self, failure: Failure) -> Progress {
        self.state = State::Ended;
        Progress::Failed(failure)
    }

    /// The round trip is at most this. It is known once the handshake is through.
    pub(crate) fn round_trip(&self) -> Option<Duration> {
        self.rtt.round_trip()
    }

    /// When [`Dtls::handle_timeout`] is due.
    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        match &self.state {
            State::Handshake { flight, .. } => flight.poll_timeout(),
            _ => None,
        }
    }

    pub(crate) fn handle_timeout(&mut self, now: Instant, transmit: &mut impl FnMut(&[u8])) {
        if let State::Handshake { flight, .. } = &mut self.state {
            flight.handle_timeout(now, transmit);
        }
    }

    /// Says close_notify (RFC 5246 section 7.2.1) to a viewer that has finished its handshake; before that there are no keys to say it
    /// with.
    pub(crate) fn close(&mut self, now: Instant, transmit: &mut impl FnMut(&[u8])) {
        if let State::Connected(endpoint) = &mut self.state {
            endpoint.stop(now, PEER);
            drain(endpoint, transmit);
        }
        self.state = State::Ended;
    }
}

fn drain(endpoint: &mut Endpoint, transmit: &mut impl FnMut(&[u8])) {
    while let Some(out) = endpoint.poll_transmit() {
        transmit(&out.message);
    }
}

/// The reader of the ClientHello alone, for the fuzzer.
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) fn read_client_hello<'a>(datagrams: impl Iterator<Item = &'a [u8]>) {
    let mut hello = ClientHello::default();
    for datagram in datagrams {
        if hello.push(datagram) {
            let _ = hello.use_srtp();
        }
    }
}

/// What rtc-dtls calls a protection profile (RFC 5764 section 4.1.2, RFC 7714 section 14.2).
fn srtp_protection_profile(profile: Profile) -> SrtpProtectionProfile {
    match profile {
        Profile::Gcm128 => SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm,
        Profile::Gcm256 => SrtpProtectionProfile::Srtp_Aead_Aes_256_Gcm,
        Profile::CmSha1 => SrtpProtectionProfile::Srtp_Aes128_Cm_Hmac_Sha1_80,
    }
}
