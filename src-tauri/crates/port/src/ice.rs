//! ICE-lite (RFC 8445 2.5): the peer checks, we answer. Nothing is kept of a check before its integrity passed. What we check
//! ourselves, for its answer to show that an address receives, stands in `own_check.rs`.

use crate::Path;
use rtc_crypto::RTCCryptoProvider;
use rtc_crypto::providers::AwsLcRsProvider;
use rtc_stun::attributes::{ATTR_MESSAGE_INTEGRITY, ATTR_USE_CANDIDATE, ATTR_USERNAME, AttrType, RawAttribute};
use rtc_stun::fingerprint::FINGERPRINT;
use rtc_stun::integrity::MessageIntegrity;
use rtc_stun::message::{BINDING_REQUEST, BINDING_SUCCESS, Message, Setter, TransactionId};
use rtc_stun::xoraddr::XorMappedAddress;

/// One side's user name fragment and password of one ICE session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    /// The user name fragment: by it a check finds its session.
    pub ufrag: String,
    /// The password: a check that was made with it is authentic.
    pub pwd: String,
}

impl Credentials {
    /// 72 bits of user name, 144 bits of password (RFC 8445 5.3 asks for 24 and 128).
    pub fn random() -> Credentials {
        Credentials { ufrag: random_text(12), pwd: random_text(24) }
    }
}

fn random_text(len: usize) -> String {
    const ICE_CHARS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut bytes = vec![0; len];
    getrandom::fill(&mut bytes).expect("the system gives random bytes");
    bytes.iter().map(|b| char::from(ICE_CHARS[usize::from(b % 64)])).collect()
}

/// A binding request, not yet authenticated.
pub struct Check {
    message: Message,
    /// Our user name fragment, the first part of USERNAME.
    ufrag_len: usize,
    username: Vec<u8>,
}

/// A binding request from somebody who knows the password of the session.
pub struct Authentic {
    /// The transaction id (RFC 8489 5), which is random: who sees it again sees a check again.
    pub transaction: [u8; 12],
    /// USE-CANDIDATE: the peer chose this path.
    pub nominates: bool,
}

/// No check is longer, bytes: its USERNAME has at most 513 (RFC 8445 5.3: two names of 256, RFC 8489 14.3), all else of it some 150. All
/// attributes are taken apart before the FINGERPRINT is looked at, and a datagram has room for 350 empty ones.
const LONGEST: usize = 1000;

impl Check {
    /// None for what is no binding request, or has no USERNAME of an ICE check before its MESSAGE-INTEGRITY, or a false
    /// FINGERPRINT.
    pub fn parse(datagram: &[u8]) -> Option<Check> {
        if datagram.len() > LONGEST {
            return None;
        }
        let mut message = Message::new();
        message.unmarshal_binary(datagram).ok()?;
        if message.typ != BINDING_REQUEST || message.raw.len() != datagram.len() || !is_whole(&message) {
            return None;
        }
        FINGERPRINT.check(&message).ok()?;
        let username = protected(&message).find(|a| a.typ == ATTR_USERNAME)?.value.clone();
        let ufrag_len = username.iter().position(|b| *b == b':')?;
        Some(Check { message, ufrag_len, username })
    }

    /// How long the datagram was, bytes.
    pub fn datagram_len(&self) -> usize {
        self.message.raw.len()
    }

    /// Its transaction id (RFC 8489 5).
    pub(crate) fn transaction(&self) -> [u8; 12] {
        self.message.transaction_id.0
    }

    /// Which session it says it is for.
    pub fn ufrag(&self) -> &[u8] {
        &self.username[..self.ufrag_len]
    }

    /// None if its MESSAGE-INTEGRITY is not made with the session's password.
    pub fn authenticate(mut self, ice: &Credentials) -> Option<Authentic> {
        MessageIntegrity::check(&mut self.message, ice.pwd.as_bytes(), AwsLcRsProvider::new().crypto()).ok()?;
        let nominates = protected(&self.message).any(|attribute| attribute.typ == ATTR_USE_CANDIDATE);
        Some(Authentic { transaction: self.message.transaction_id.0, nominates })
    }
}

/// The attributes that MESSAGE-INTEGRITY covers: those before it. What follows it is ignored (RFC 8489 14.5), as anybody on the
/// way may have put it there: FINGERPRINT, which comes last, needs no password.
fn protected(message: &Message) -> impl Iterator<Item = &RawAttribute> {
    let is = |wanted: AttrType| move |attribute: &RawAttribute| attribute.typ == wanted;
    let all = &message.attributes.0;
    all[..all.iter().position(is(ATTR_MESSAGE_INTEGRITY)).unwrap_or(0)].iter()
}

/// The length in the header is that of the datagram: what the checks are computed over is what came.
pub(crate) fn is_whole(message: &Message) -> bool {
    message.raw.len() == message.length as usize + rtc_stun::message::MESSAGE_HEADER_SIZE
}

impl Authentic {
    /// The answer, which tells the peer the address it came from.
    pub fn response(&self, ice: &Credentials, from: &Path) -> Vec<u8> {
        let from = from.remote();
        let provider = AwsLcRsProvider::new();
        let integrity = MessageIntegrity::new_short_term_integrity_with_provider(ice.pwd.clone(), provider.crypto());
        let mapped = XorMappedAddress { ip: from.ip(), port: from.port() };
        let setters: [&dyn Setter; 5] =
            [&TransactionId(self.transaction), &BINDING_SUCCESS, &mapped, &integrity, &FINGERPRINT];
        let mut message = Message::new();
        message.write_header();
        for setter in setters {
            setter.add_to(&mut message).expect("a response of four small attributes can be encoded");
        }
        message.raw
    }
}

/// The checking side of ICE, which tests are viewers with.
#[cfg(any(test, feature = "checker"))]
pub mod checker {
    use super::*;
    use rtc_stun::attributes::{ATTR_ICE_CONTROLLING, ATTR_PRIORITY};
    use rtc_stun::message::MessageType;
    use rtc_stun::textattrs::TextAttribute;

    /// A check in a session; it nominates its path or not.
    pub fn check(ice: &Credentials, nominate: bool) -> Vec<u8> {
        message(BINDING_REQUEST, ice, nominate)
    }

    /// What somebody on the way can make of a genuine check without its password: attributes behind the integrity, and a
    /// FINGERPRINT over them.
    #[cfg(test)]
    pub(crate) fn appended(genuine: &[u8], attribute: AttrType) -> Vec<u8> {
        const FINGERPRINT_LEN: usize = 8;
        let mut message = Message::new();
        message.unmarshal_binary(genuine).expect("a check of ours");
        message.raw.truncate(genuine.len() - FINGERPRINT_LEN);
        message.length -= FINGERPRINT_LEN as u32;
        message.attributes.0.pop();
        message.write_length();
        message.add(attribute, &[]);
        FINGERPRINT.add_to(&mut message).expect("a small message can be encoded");
        message.raw
    }

    /// Any other kind of message in a session, made as a check is.
    pub(crate) fn message(typ: MessageType, ice: &Credentials, nominate: bool) -> Vec<u8> {
        let provider = AwsLcRsProvider::new();
        let mut message = Message::new();
        message.write_header();
        let username = TextAttribute::new(ATTR_USERNAME, format!("{}:theirs", ice.ufrag));
        let integrity = MessageIntegrity::new_short_term_integrity_with_provider(ice.pwd.clone(), provider.crypto());
        for setter in [&TransactionId::new() as &dyn Setter, &typ, &username] {
            setter.add_to(&mut message).expect("a small message can be encoded");
        }
        // What RFC 8445 7.1 has in every check; none of it is read here.
        message.add(ATTR_PRIORITY, &[110, 127, 30, 255]);
        message.add(ATTR_ICE_CONTROLLING, &[7; 8]);
        if nominate {
            message.add(ATTR_USE_CANDIDATE, &[]);
        }
        integrity.add_to(&mut message).expect("a small message can be encoded");
        FINGERPRINT.add_to(&mut message).expect("a small message can be encoded");
        message.raw
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rtc_stun::message::Getter;

    #[test]
    fn a_check_is_answered_with_the_address_it_came_from() {
        let ice = Credentials::random();
        let check = Check::parse(&checker::check(&ice, true)).expect("a check");
        assert_eq!(check.ufrag(), ice.ufrag.as_bytes());
        let authentic = check.authenticate(&ice).expect("the password is the session's");
        assert!(authentic.nominates);

        let from = Path::udp("[::ffff:192.0.2.7]:4000".parse().expect("an address"), None);
        let mut response = Message::new();
        response.unmarshal_binary(&authentic.response(&ice, &from)).expect("a message");
        assert_eq!(response.typ, BINDING_SUCCESS);
        assert_eq!(response.transaction_id.0, authentic.transaction);
        FINGERPRINT.check(&response).expect("the fingerprint is right");
        MessageIntegrity::check(&mut response, ice.pwd.as_bytes(), AwsLcRsProvider::new().crypto())
            .expect("the integrity is right");
        let mut mapped = XorMappedAddress::default();
        mapped.get_from(&response).expect("the address is told");
        assert_eq!(mapped.to_string(), "192.0.2.7:4000", "a mapped address is told as what it is");
    }

    #[test]
    fn forged_checks_do_not_pass() {
        let ice = Credentials::random();
        let genuine = checker::check(&ice, false);
        for bit in 0..genuine.len() * 8 {
            let mut forged = genuine.clone();
            forged[bit / 8] ^= 1 << (bit % 8);
            assert!(Check::parse(&forged).is_none(), "FINGERPRINT covers bit {bit}");
        }
        let other = Credentials { ufrag: ice.ufrag.clone(), pwd: random_text(24) };
        let forged = Check::parse(&checker::check(&other, true)).expect("a check");
        assert!(forged.authenticate(&ice).is_none(), "another password must not pass");
        assert!(Check::parse(&checker::message(BINDING_SUCCESS, &ice, false)).is_none(), "no request");
        let mut longer = genuine.clone();
        longer.push(0);
        assert!(Check::parse(&longer).is_none(), "bytes after the message");
    }

    #[test]
    fn what_stands_behind_the_integrity_is_not_believed() {
        let ice = Credentials::random();
        let genuine = checker::check(&ice, false);
        let altered = checker::appended(&genuine, ATTR_USE_CANDIDATE);
        assert_eq!(altered.len(), genuine.len() + 4);
        let authentic =
            Check::parse(&altered).expect("a check").authenticate(&ice).expect("its integrity is untouched");
        assert!(!authentic.nominates, "who has no password chooses no path");
        let none = checker::appended(&genuine, ATTR_MESSAGE_INTEGRITY);
        assert!(Check::parse(&none).expect("a check").authenticate(&ice).is_some(), "the first integrity is the one");
    }

    #[test]
    fn what_is_longer_than_any_check_is_not_taken_apart() {
        let ice = Credentials { ufrag: "u".repeat(256), pwd: random_text(24) };
        let mut check = checker::check(&ice, true);
        assert!(Check::parse(&check).is_some(), "the longest name that there is");
        while check.len() <= LONGEST {
            assert!(Check::parse(&check).is_some());
            check = checker::appended(&check, ATTR_USE_CANDIDATE);
        }
        assert!(Check::parse(&check).is_none());
    }

    proptest! {
        #[test]
        fn noise_is_no_check(mut bytes in proptest::collection::vec(any::<u8>(), 0..200), at in 0usize..100, v in any::<u8>()) {
            prop_assert!(Check::parse(&bytes).is_none());
            let ice = Credentials { ufrag: "ufrag".into(), pwd: "password".into() };
            if bytes.len() >= 20 {
                // A header that leads further into the parser.
                let len = (bytes.len() - 20) as u16;
                bytes[..2].copy_from_slice(&[0, 1]);
                bytes[2..4].copy_from_slice(&len.to_be_bytes());
                bytes[4..8].copy_from_slice(&rtc_stun::message::MAGIC_COOKIE.to_be_bytes());
                let _ = Check::parse(&bytes).and_then(|c| c.authenticate(&ice));
            }
            let mut check = checker::check(&ice, true);
            let at = at % check.len();
            check[at] = v;
            let _ = Check::parse(&check).and_then(|c| c.authenticate(&ice));
        }
    }
}
