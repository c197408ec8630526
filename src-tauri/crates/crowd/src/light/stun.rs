//! The four STUN messages that a viewer's ICE needs (RFC 8489, RFC 8445), by hand.

use aws_lc_rs::hmac;
use std::net::{IpAddr, SocketAddr};

const MAGIC: [u8; 4] = [0x21, 0x12, 0xa4, 0x42];
const HEADER: usize = 20;
const REQUEST: u16 = 0x0001;
const SUCCESS: u16 = 0x0101;
const USERNAME: u16 = 0x0006;
const INTEGRITY: u16 = 0x0008;
const XOR_MAPPED_ADDRESS: u16 = 0x0020;
const PRIORITY: u16 = 0x0024;
const USE_CANDIDATE: u16 = 0x0025;
const FINGERPRINT: u16 = 0x8028;
const CONTROLLED: u16 = 0x8029;
const CONTROLLING: u16 = 0x802a;

/// What one message is told apart by.
pub(crate) type Transaction = [u8; 12];

/// One side's ICE user name and password.
#[derive(Clone, Debug, Default)]
pub(crate) struct Credentials {
    pub(crate) ufrag: String,
    pub(crate) pwd: String,
}

/// What came, if its integrity is right.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Message {
    /// The peer checks.
    Request(Transaction),
    /// The peer answered our check.
    Success(Transaction),
}

/// Who decides which path is taken (RFC 8445 6.1.1): who offers, but never who is a lite one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Role {
    /// The viewer does. It nominates at once, as it has one address only.
    #[default]
    Controlling,
    /// The server does. It answers nothing but an error to who claims the other role, unless that one's random number is the larger.
    Controlled,
}

/// A check of the path.
pub(crate) fn check(ours: &Credentials, theirs: &Credentials, transaction: Transaction, role: Role) -> Vec<u8> {
    let mut message = begin(REQUEST, transaction);
    attribute(&mut message, USERNAME, format!("{}:{}", theirs.ufrag, ours.ufrag).as_bytes());
    // RFC 8445 5.1.2.1: what a peer-reflexive candidate of this path would have.
    attribute(&mut message, PRIORITY, &((110u32 << 24) | (65_535 << 8) | 255).to_be_bytes());
    match role {
        Role::Controlling => {
            attribute(&mut message, CONTROLLING, &transaction[..8]);
            attribute(&mut message, USE_CANDIDATE, &[]);
        }
        Role::Controlled => attribute(&mut message, CONTROLLED, &transaction[..8]),
    }
    sealed(message, &theirs.pwd)
}

/// The answer to a peer's check.
pub(crate) fn response(ours: &Credentials, transaction: Transaction, from: SocketAddr) -> Vec<u8> {
    let mut message = begin(SUCCESS, transaction);
    let mut value = vec![0, if from.is_ipv4() { 1 } else { 2 }];
    value.extend_from_slice(&(from.port() ^ 0x2112).to_be_bytes());
    let mask = MAGIC.iter().chain(&transaction);
    match from.ip() {
        IpAddr::V4(ip) => value.extend(ip.octets().iter().zip(mask).map(|(a, b)| a ^ b)),
        IpAddr::V6(ip) => value.extend(ip.octets().iter().zip(mask).map(|(a, b)| a ^ b)),
    }
    attribute(&mut message, XOR_MAPPED_ADDRESS, &value);
    sealed(message, &ours.pwd)
}

/// None for what is no binding message, or is not made with the right password: requests with `ours`, responses with
/// `theirs`.
pub(crate) fn read(datagram: &[u8], ours: &Credentials, theirs: &Credentials) -> Option<Message> {
    let header = datagram.get(..HEADER)?;
    if header[4..8] != MAGIC {
        return None;
    }
    let transaction = header[8..20].try_into().expect("it has 12 bytes");
    let (pwd, message) = match u16::from_be_bytes([header[0], header[1]]) {
        REQUEST => (&ours.pwd, Message::Request(transaction)),
        SUCCESS => (&theirs.pwd, Message::Success(transaction)),
        _ => return None,
    };
    let mut at = HEADER;
    loop {
        let attribute = datagram.get(at..at + 4)?;
        let (kind, len) = (
            u16::from_be_bytes([attribute[0], attribute[1]]),
            usize::from(u16::from_be_bytes([attribute[2], attribute[3]])),
        );
        let value = datagram.get(at + 4..at + 4 + len)?;
        if kind == INTEGRITY {
            let mut signed = datagram[..at].to_vec();
            set_length(&mut signed, 24);
            return (hmac(pwd, &signed) == value).then_some(message);
        }
        at += 4 + len.next_multiple_of(4);
    }
}

fn begin(kind: u16, transaction: Transaction) -> Vec<u8> {
    let mut message = Vec::with_capacity(128);
    message.extend_from_slice(&kind.to_be_bytes());
    message.extend_from_slice(&[0, 0]);
    message.extend_from_slice(&MAGIC);
    message.extend_from_slice(&transaction);
    message
}

fn attribute(message: &mut Vec<u8>, kind: u16, value: &[u8]) {
    message.extend_from_slice(&kind.to_be_bytes());
    message.extend_from_slice(&(value.len() as u16).to_be_bytes());
    message.extend_from_slice(value);
    message.resize(message.len().next_multiple_of(4), 0);
}

/// MESSAGE-INTEGRITY and FINGERPRINT; each counts itself in the length it is computed over.
fn sealed(mut message: Vec<u8>, pwd: &str) -> Vec<u8> {
    set_length(&mut message, 24);
    let tag = hmac(pwd, &message);
    attribute(&mut message, INTEGRITY, &tag);
    set_length(&mut message, 8);
    let crc = crc32(&message) ^ 0x5354_554e;
    attribute(&mut message, FINGERPRINT, &crc.to_be_bytes());
    message
}

fn set_length(message: &mut [u8], more: usize) {
    let length = (message.len() - HEADER + more) as u16;
    message[2..4].copy_from_slice(&length.to_be_bytes());
}

fn hmac(pwd: &str, message: &[u8]) -> Vec<u8> {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, pwd.as_bytes());
    hmac::sign(&key, message).as_ref().to_vec()
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes
        .iter()
        .fold(!0u32, |crc, &byte| (0..8).fold(crc ^ u32::from(byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 * (crc & 1))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn credentials(ufrag: &str, pwd: &str) -> Credentials {
        Credentials { ufrag: ufrag.into(), pwd: pwd.into() }
    }

    /// RFC 5769 2.1: a request, its integrity and its fingerprint, by others.
    #[test]
    fn the_sample_request_of_rfc_5769_is_read_and_its_fingerprint_is_ours() {
        let sample = hex(concat!(
            "000100582112a442b7e7a701bc34d686fa87dfae802200105354554e207465737420636c69656e74",
            "002400046e0001ff80290008932ff9b151263b36000600096576746a3a68367659202020",
            "000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a280280004e57a3bcf"
        ));
        let ours = credentials("evtj", "VOkJxbRl1RmTxUk/WvJxBt");
        let transaction = sample[8..20].try_into().expect("12 bytes");
        assert_eq!(read(&sample, &ours, &Credentials::default()), Some(Message::Request(transaction)));
        assert_eq!(crc32(&sample[..sample.len() - 8]) ^ 0x5354_554e, 0xe57a_3bcf);
        assert_eq!(read(&sample, &credentials("evtj", "another"), &Credentials::default()), None);
    }

    #[test]
    fn a_check_and_its_answer_are_read_by_the_other_side() {
        let (ours, theirs) = (credentials("a", "aaaaaaaa"), credentials("b", "bbbbbbbb"));
        let check = check(&ours, &theirs, [7; 12], Role::Controlling);
        assert_eq!(read(&check, &theirs, &ours), Some(Message::Request([7; 12])));
        let answer = response(&theirs, [7; 12], "192.0.2.1:5".parse().expect("an address"));
        assert_eq!(read(&answer, &ours, &theirs), Some(Message::Success([7; 12])));
        assert_eq!(read(&answer[..30], &ours, &theirs), None);
    }

    fn hex(text: &str) -> Vec<u8> {
        (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).expect("hex")).collect()
    }
}
