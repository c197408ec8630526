//! Any bytes for the DTLS handshake.

use super::{SOMEBODY, pieces};
use crate::connection::dtls::{Dtls, Progress, Server};
use bytes::BytesMut;
use rtc_crypto::RTCCryptoProvider;
use rtc_crypto::providers::AwsLcRsProvider;
use rtc_dtls::config::{ConfigBuilder, HandshakeConfig};
use rtc_dtls::crypto::Certificate;
use rtc_dtls::endpoint::Endpoint;
use rtc_dtls::extension::extension_use_srtp::SrtpProtectionProfile;
use rtc_shared::TransportProtocol;
use sdp::Offer;
use std::collections::VecDeque;
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

/// Datagrams to the reader of the ClientHello: as they are, and as fragments of one that is whole.
pub fn client_hello(data: &[u8]) {
    crate::connection::dtls::read_client_hello(pieces(data));
    let Some((cut, message)) = data.split_first_chunk::<2>() else { return };
    let cut = usize::from(u16::from_be_bytes(*cut)).min(message.len());
    let record = |offset: usize, part: &[u8]| {
        let number = |n: usize| (n as u32).to_be_bytes()[1..].to_vec();
        let fragment = [&[1][..], &number(message.len()), &[0, 0], &number(offset), &number(part.len()), part].concat();
        let header = [22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0];
        [&header[..], &(fragment.len() as u16).to_be_bytes(), &fragment].concat()
    };
    let (first, second) = (record(0, &message[..cut]), record(cut, &message[cut..]));
    crate::connection::dtls::read_client_hello([second.as_slice(), &first].into_iter());
}

/// A client whose datagrams somebody on the way changes, drops and repeats. What is done to each is told by the input.
pub fn dtls(data: &[u8]) {
    let world = &*WORLD;
    let mut now = Instant::now();
    let Ok(offer) = Offer::parse(&world.offer) else { panic!("the offer is well-formed") };
    let mut server = Dtls::new(world.server.clone(), offer.transport.fingerprint);
    let mut client = Endpoint::new(SOMEBODY, TransportProtocol::UDP, None);
    client.connect(now, SOMEBODY, world.client.clone(), None).expect("a client can begin");
    let mut orders = pieces(data);
    let mut to_client = VecDeque::new();
    // A handshake is four datagrams and a few repeats; what goes on longer is told nothing new.
    for _ in 0..24 {
        let mut to_server: Vec<Vec<u8>> = Vec::new();
        while let Some(out) = client.poll_transmit() {
            to_server.extend(on_the_way(&out.message, orders.next().unwrap_or_default()));
        }
        for datagram in to_server {
            match server.read(&datagram, now, &mut |out| to_client.push_back(BytesMut::from(out))) {
                Progress::None | Progress::Refused => {}
                // The last records may be changed and yet the same; then it is connected, which only the true client can be.
                Progress::Connected(_) => {}
                Progress::Closed | Progress::Failed(_) => return,
            }
        }
        while let Some(datagram) = to_client.pop_front() {
            let _ = client.read(now, SOMEBODY, None, datagram);
        }
        now += Duration::from_millis(150);
        server.handle_timeout(now, &mut |out| to_client.push_back(BytesMut::from(out)));
        if client.handle_timeout(SOMEBODY, now).is_err() {
            return;
        }
    }
}

/// An order's first byte says what: leave it, drop it, send the order's bytes instead, send it twice, cut it, or change bytes.
fn on_the_way(datagram: &[u8], order: &[u8]) -> Vec<Vec<u8>> {
    let mut datagram = datagram.to_vec();
    let Some((kind, rest)) = order.split_first() else { return vec![datagram] };
    match kind % 6 {
        0 => {}
        1 => return Vec::new(),
        2 => return vec![rest.to_vec(), datagram],
        3 => return vec![datagram.clone(), datagram],
        4 => datagram.truncate(rest.first().map_or(0, |len| usize::from(*len) * 8)),
        _ => {
            for change in rest.chunks_exact(3) {
                let at = usize::from(u16::from_be_bytes([change[0], change[1]])) % datagram.len().max(1);
                if let Some(byte) = datagram.get_mut(at) {
                    *byte = change[2];
                }
            }
        }
    }
    vec![datagram]
}

struct World {
    server: Arc<Server>,
    client: Arc<HandshakeConfig>,
    offer: String,
}

/// Keys are made once, for all inputs.
static WORLD: LazyLock<World> = LazyLock::new(|| {
    let provider: Arc<dyn RTCCryptoProvider> = Arc::new(AwsLcRsProvider::new());
    let certificate =
        Certificate::generate_self_signed(vec!["viewer".to_owned()], provider.crypto()).expect("a certificate");
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &certificate.certificate[0]);
    let hex: Vec<String> = digest.as_ref().iter().map(|b| format!("{b:02X}")).collect();
    let client = ConfigBuilder::default()
        .with_crypto_provider(provider)
        .with_certificates(vec![certificate])
        .with_srtp_protection_profiles(vec![SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm])
        .with_insecure_skip_verify(true)
        .with_flight_interval(Duration::from_millis(100))
        .build(true, Some(SOMEBODY))
        .expect("a configuration");
    World {
        server: Arc::new(Server::new().expect("a server")),
        client: Arc::new(client),
        offer: format!("v=0\na=ice-ufrag:u\na=ice-pwd:p\na=fingerprint:sha-256 {}\n", hex.join(":")),
    }
});
