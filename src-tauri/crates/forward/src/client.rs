//! A viewer for tests, without a socket or a clock. Its DTLS is dimpl, which shares no code with what is tested and repeats
//! its flights as browsers do, or the client half of rtc-dtls where a test chooses the protection profiles.

use bytes::BytesMut;
use port::{Check, Credentials, Path, checker};
use rtc_crypto::RTCCryptoProvider;
use rtc_crypto::providers::AwsLcRsProvider;
use rtc_dtls::config::{ConfigBuilder, ExtendedMasterSecretType};
use rtc_dtls::crypto::Certificate;
use rtc_dtls::endpoint::{Endpoint, EndpointEvent};
use rtc_dtls::extension::extension_use_srtp::SrtpProtectionProfile;
use rtc_shared::TransportProtocol;
use rtc_srtp::context::Context;
use rtc_srtp::option::{srtcp_no_replay_protection, srtp_no_replay_protection};
use rtc_srtp::protection_profile::ProtectionProfile;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

pub(crate) const CHROMIUM: &str = include_str!("../tests/offers/chromium-156.sdp");
/// This is Debian's Firefox, which has no H.264.
pub(crate) const FIREFOX: &str = include_str!("../tests/offers/firefox-153.sdp");

pub(crate) struct Client {
    dtls: ClientDtls,
    fingerprint: String,
    /// Its own, which its offers name.
    own_ice: Credentials,
    /// The server's, which its checks are made with.
    ice: Option<Credentials>,
    /// What it sends is sealed with the first, what it receives opened with the second.
    srtp: Option<(Context, Context)>,
    /// What it wants to send, for the test to carry or to lose.
    pub(crate) outgoing: Vec<Vec<u8>>,
    /// RTP and RTCP that it opened, in the order in which they came.
    pub(crate) rtp: Vec<BytesMut>,
    pub(crate) rtcp: Vec<BytesMut>,
    /// How many STUN responses came.
    pub(crate) responses: usize,
    /// Checks of the server's that came, each of which it answers as a browser does.
    pub(crate) checks: usize,
    pub(crate) closed: bool,
    pub(crate) profile: Option<ProtectionProfile>,
}

/// Which library shakes hands for it.
enum ClientDtls {
    Dimpl { dtls: Box<dimpl::Dtls>, timeout: Option<Instant>, started: bool },
    Rtc { endpoint: Endpoint, config: Arc<rtc_dtls::config::HandshakeConfig> },
}

const PEER: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 9);

impl Client {
    /// A client whose handshake is dimpl's. A small `mtu` cuts its ClientHello into pieces.
    pub(crate) fn new(seed: u64, mtu: usize, now: Instant) -> Client {
        let certificate = dimpl::certificate::generate_self_signed_certificate().expect("a certificate");
        let fingerprint = certificate.fingerprint_str();
        let config = dimpl::Config::builder().mtu(mtu).dangerously_set_rng_seed(seed).build().expect("a configuration");
        let mut dtls = dimpl::Dtls::new_12(Arc::new(config), certificate, now);
        dtls.set_active(true);
        Client::with(ClientDtls::Dimpl { dtls: Box::new(dtls), timeout: None, started: false }, fingerprint)
    }

    /// A client whose handshake is rtc-dtls's, which offers these profiles in this order.
    pub(crate) fn offering(profiles: &[SrtpProtectionProfile]) -> Client {
        let provider: Arc<dyn RTCCryptoProvider> = Arc::new(AwsLcRsProvider::new());
        let certificate =
            Certificate::generate_self_signed(vec!["viewer".to_owned()], provider.crypto()).expect("a certificate");
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &certificate.certificate[0]);
        let hex: Vec<String> = digest.as_ref().iter().map(|b| format!("{b:02X}")).collect();
        let config = ConfigBuilder::default()
            .with_crypto_provider(provider)
            .with_certificates(vec![certificate])
            .with_srtp_protection_profiles(profiles.to_vec())
            .with_insecure_skip_verify(true)
            .with_extended_master_secret(ExtendedMasterSecretType::Require)
            .build(true, Some(PEER))
            .expect("a configuration");
        let endpoint = Endpoint::new(PEER, TransportProtocol::UDP, None);
        Client::with(ClientDtls::Rtc { endpoint, config: Arc::new(config) }, hex.join(":"))
    }

    fn with(dtls: ClientDtls, fingerprint: String) -> Client {
        Client {
            dtls,
            fingerprint,
            own_ice: Credentials::random(),
            ice: None,
            srtp: None,
            outgoing: Vec::new(),
            rtp: Vec::new(),
            rtcp: Vec::new(),
            responses: 0,
            checks: 0,
            closed: false,
            profile: None,
        }
    }

    /// A browser's offer with this client's certificate and credentials.
    pub(crate) fn offer(&self, template: &str) -> String {
        let line = |l: &str| match l.split_once(':') {
            Some(("a=fingerprint", _)) => format!("a=fingerprint:sha-256 {}\r\n", self.fingerprint),
            Some(("a=ice-ufrag", _)) => format!("a=ice-ufrag:{}\r\n", self.own_ice.ufrag),
            Some(("a=ice-pwd", _)) => format!("a=ice-pwd:{}\r\n", self.own_ice.pwd),
            _ => format!("{}\r\n", l.trim_end()),
        };
        template.lines().map(line).collect()
    }

    /// An ICE restart: new credentials, and the fragment that tells of them.
    pub(crate) fn restart(&mut self) -> String {
        self.own_ice = Credentials::random();
        let Credentials { ufrag, pwd } = &self.own_ice;
        format!("a=ice-ufrag:{ufrag}\r\na=ice-pwd:{pwd}\r\nm=video 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\n")
    }

    /// What the server's checks are made with.
    pub(crate) fn own_ice(&self) -> &Credentials {
        &self.own_ice
    }

    pub(crate) fn accept(&mut self, answer: &str) {
        let value = |name: &str| {
            let line = answer.lines().find_map(|line| line.strip_prefix(name));
            line.unwrap_or_else(|| panic!("{name} is missing in the answer")).trim().to_owned()
        };
        self.ice = Some(Credentials { ufrag: value("a=ice-ufrag:"), pwd: value("a=ice-pwd:") });
    }

    pub(crate) fn use_ice(&mut self, ice: Credentials) {
        self.ice = Some(ice);
    }

    pub(crate) fn check(&mut self, nominate: bool) {
        let ice = self.ice.as_ref().expect("an answer was accepted");
        self.outgoing.push(checker::check(ice, nominate));
    }

    /// Begins DTLS.
    pub(crate) fn begin(&mut self, now: Instant) {
        match &mut self.dtls {
            ClientDtls::Dimpl { started, .. } => *started = true,
            ClientDtls::Rtc { endpoint, config } => {
                endpoint.connect(now, PEER, config.clone(), None).expect("a client can begin");
            }
        }
        self.handle_timeout(now);
    }

    pub(crate) fn is_connected(&self) -> bool {
        self.srtp.is_some()
    }

    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        match &self.dtls {
            ClientDtls::Dimpl { timeout, started, .. } => timeout.filter(|_| *started),
            ClientDtls::Rtc { endpoint, .. } => endpoint.poll_timeout(&PEER),
        }
    }

    pub(crate) fn handle_timeout(&mut self, now: Instant) {
        match &mut self.dtls {
            ClientDtls::Dimpl { dtls, started: true, .. } => dtls.handle_timeout(now).expect("the handshake goes on"),
            ClientDtls::Rtc { endpoint, .. } => {
                let _ = endpoint.handle_timeout(PEER, now);
            }
            ClientDtls::Dimpl { .. } => {}
        }
        self.poll();
    }

    pub(crate) fn handle(&mut self, datagram: &[u8], now: Instant) {
        match datagram[0] {
            0..=3 => self.stun(datagram),
            20..=63 => {
                match &mut self.dtls {
                    ClientDtls::Dimpl { dtls, .. } => {
                        dtls.handle_timeout(now).expect("the handshake goes on");
                        dtls.handle_packet(datagram).expect("the server speaks DTLS");
                    }
                    ClientDtls::Rtc { endpoint, .. } => {
                        for event in endpoint.read(now, PEER, None, BytesMut::from(datagram)).unwrap_or_default() {
                            match event {
                                EndpointEvent::PeerClosed => self.closed = true,
                                EndpointEvent::HandshakeComplete => {
                                    let state = endpoint.get_connection_state(PEER).expect("it is complete");
                                    let profile = match state.srtp_protection_profile() {
                                        SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm => {
                                            ProtectionProfile::AeadAes128Gcm
                                        }
                                        SrtpProtectionProfile::Srtp_Aead_Aes_256_Gcm => {
                                            ProtectionProfile::AeadAes256Gcm
                                        }
                                        _ => ProtectionProfile::Aes128CmHmacSha1_80,
                                    };
                                    let len = 2 * (profile.key_len() + profile.salt_len());
                                    let keys = state
                                        .export_keying_material("EXTRACTOR-dtls_srtp", &[], len)
                                        .expect("it is complete");
                                    self.srtp = Some(contexts(profile, keys.as_ref()));
                                    self.profile = Some(profile);
                                }
                                _ => {}
                            }
                        }
                    }
                }
                self.poll();
            }
            _ => {
                let Some((_, open)) = &mut self.srtp else { return };
                if (192..=223).contains(&datagram[1]) {
                    self.rtcp.push(open.decrypt_rtcp(datagram).expect("RTCP is sealed for this client"));
                } else {
                    self.rtp.push(open.decrypt_rtp(datagram).expect("RTP is sealed for this client"));
                }
            }
        }
    }

    fn stun(&mut self, datagram: &[u8]) {
        let Some(check) = Check::parse(datagram) else {
            self.responses += 1;
            return;
        };
        self.checks += 1;
        if let Some(authentic) = check.authenticate(&self.own_ice) {
            self.outgoing.push(authentic.response(&self.own_ice, &Path::udp(PEER, None)));
        }
    }

    /// Seals a compound packet with its keys.
    pub(crate) fn sealed(&mut self, compound: &[u8]) -> Vec<u8> {
        let (seal, _) = self.srtp.as_mut().expect("the client is connected");
        seal.encrypt_rtcp(compound).expect("a compound packet").to_vec()
    }

    pub(crate) fn close(&mut self) {
        match &mut self.dtls {
            ClientDtls::Dimpl { dtls, .. } => dtls.close().expect("the client is connected"),
            ClientDtls::Rtc { endpoint, .. } => {
                endpoint.stop(Instant::now(), PEER);
            }
        }
        self.poll();
    }

    fn poll(&mut self) {
        match &mut self.dtls {
            ClientDtls::Dimpl { dtls, timeout, started } => {
                let mut buffer = vec![0; 4096];
                if !*started {
                    return;
                }
                loop {
                    match dtls.poll_output(&mut buffer) {
                        dimpl::Output::Packet(packet) => self.outgoing.push(packet.to_vec()),
                        dimpl::Output::Timeout(at) => {
                            *timeout = Some(at);
                            return;
                        }
                        dimpl::Output::KeyingMaterial(keys, profile) => {
                            let profile = match profile {
                                dimpl::SrtpProfile::AEAD_AES_128_GCM => ProtectionProfile::AeadAes128Gcm,
                                dimpl::SrtpProfile::AEAD_AES_256_GCM => ProtectionProfile::AeadAes256Gcm,
                                _ => ProtectionProfile::Aes128CmHmacSha1_80,
                            };
                            self.srtp = Some(contexts(profile, &keys));
                            self.profile = Some(profile);
                        }
                        dimpl::Output::CloseNotify => self.closed = true,
                        _ => {}
                    }
                }
            }
            ClientDtls::Rtc { endpoint, .. } => {
                while let Some(out) = endpoint.poll_transmit() {
                    self.outgoing.push(out.message.to_vec());
                }
            }
        }
    }
}

fn contexts(profile: ProtectionProfile, exported: &[u8]) -> (Context, Context) {
    let (key, salt) = (profile.key_len(), profile.salt_len());
    let provider = AwsLcRsProvider::new();
    let context = |side: usize| {
        Context::new(
            &exported[side * key..][..key],
            &exported[2 * key + side * salt..][..salt],
            profile,
            Some(srtp_no_replay_protection()),
            Some(srtcp_no_replay_protection()),
            provider.crypto(),
        )
        .expect("the keys have the profile's lengths")
    };
    (context(0), context(1))
}
