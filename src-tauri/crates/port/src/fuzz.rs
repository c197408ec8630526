//! What reads datagrams of strangers, as the fuzzer calls it (src-tauri/fuzz). Only with the feature `fuzzing`.

use crate::{Check, Credentials, Path};
use rtc_crypto::RTCCryptoProvider;
use rtc_crypto::providers::AwsLcRsProvider;
use rtc_stun::fingerprint::FINGERPRINT;
use rtc_stun::integrity::MessageIntegrity;
use rtc_stun::message::{Message, Setter};
use std::net::{Ipv4Addr, SocketAddr};

/// A datagram as a check: as it is, and as attributes of one that is signed with the password.
pub fn stun(data: &[u8]) {
    let ice = Credentials { ufrag: "ufrag".to_owned(), pwd: "a password of twenty-four".to_owned() };
    if let Some(check) = Check::parse(data) {
        assert!(check.ufrag().len() < data.len());
        let _ = check.authenticate(&ice);
    }
    let attributes = &data[..data.len().min(1400) / 4 * 4];
    let mut message = Message::new();
    let header = [&[0, 1][..], &(attributes.len() as u16).to_be_bytes(), &[0x21, 0x12, 0xa4, 0x42], &[7; 12]].concat();
    if message.unmarshal_binary(&[&header, attributes].concat()).is_err() {
        return;
    }
    let provider = AwsLcRsProvider::new();
    let integrity = MessageIntegrity::new_short_term_integrity_with_provider(ice.pwd.clone(), provider.crypto());
    if integrity.add_to(&mut message).is_err() || FINGERPRINT.add_to(&mut message).is_err() {
        return;
    }
    if let Some(authentic) = Check::parse(&message.raw).and_then(|check| check.authenticate(&ice)) {
        let from = Path::udp(SocketAddr::from((Ipv4Addr::LOCALHOST, 4000)), None);
        let response = authentic.response(&ice, &from);
        assert!(response.len() < 120, "an answer that is longer than a check invites to amplify");
    }
}
