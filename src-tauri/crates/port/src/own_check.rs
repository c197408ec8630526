//! Checks that we send (RFC 8445 7.2, RFC 7675 5.1): whether an address receives what is sent there.
//!
//! A datagram's source address can be forged, by who holds the session's passwords too. An answer with the random transaction id of
//! a request that was sent to that address can come only from who received the request.

use crate::Credentials;
use crate::ice::is_whole;
use rtc_crypto::RTCCryptoProvider;
use rtc_crypto::providers::AwsLcRsProvider;
use rtc_stun::attributes::{ATTR_ICE_CONTROLLED, ATTR_PRIORITY, ATTR_USERNAME};
use rtc_stun::fingerprint::FINGERPRINT;
use rtc_stun::integrity::MessageIntegrity;
use rtc_stun::message::{BINDING_REQUEST, BINDING_SUCCESS, Message, Setter, TransactionId};
use rtc_stun::textattrs::TextAttribute;

/// Both sides' credentials of one ICE session: an ICE restart changes all four texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IceSession {
    /// The peer's checks are made with these.
    pub ours: Credentials,
    /// Our checks are made with these.
    pub theirs: Credentials,
}

/// The transaction id of a check of ours (RFC 8489 5): 96 random bits, which nobody guesses who did not receive the check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Transaction(pub(crate) [u8; 12]);

impl Transaction {
    fn random() -> Transaction {
        let mut id = [0; 12];
        getrandom::fill(&mut id).expect("the system gives random bytes");
        Transaction(id)
    }
}

/// A check of ours, to be sent.
#[derive(Debug)]
pub struct Request {
    /// What the answer is known by.
    pub transaction: Transaction,
    /// The STUN message.
    pub datagram: Vec<u8>,
}

/// What RFC 8445 5.1.2.1 gives a peer-reflexive candidate of highest preference. The peer keeps to the priorities of the answer;
/// it refuses a check without one.
const PRIORITY: u32 = 110 << 24 | 65_535 << 8 | 255;

impl Request {
    /// A check with a new transaction id. None where the peer's credentials cannot be used: an empty password makes no HMAC.
    pub fn new(session: &IceSession) -> Option<Request> {
        let transaction = Transaction::random();
        let (ours, theirs) = (&session.ours, &session.theirs);
        let username = TextAttribute { attr: ATTR_USERNAME, text: format!("{}:{}", theirs.ufrag, ours.ufrag) };
        let mut message = Message::new();
        message.write_header();
        for setter in [&TransactionId(transaction.0) as &dyn Setter, &BINDING_REQUEST, &username] {
            setter.add_to(&mut message).ok()?;
        }
        message.add(ATTR_PRIORITY, &PRIORITY.to_be_bytes());
        // A lite agent is always controlled (RFC 8445 6.1.1), so the tie-breaker in here decides nothing.
        message.add(ATTR_ICE_CONTROLLED, &transaction.0[..8]);
        let provider = AwsLcRsProvider::new();
        let integrity = MessageIntegrity::new_short_term_integrity_with_provider(theirs.pwd.clone(), provider.crypto());
        integrity.add_to(&mut message).ok()?;
        FINGERPRINT.add_to(&mut message).ok()?;
        Some(Request { transaction, datagram: message.raw })
    }
}

/// A success response to a check, not yet authenticated.
pub struct Response {
    message: Message,
}

impl Response {
    /// The first two bytes of a datagram that may be one: STUN's type of a binding success response.
    pub(crate) const TYPE: [u8; 2] = [1, 1];

    /// None for what is no binding success response, or has a false FINGERPRINT. An error response is none: consent is a success
    /// (RFC 7675 5.1).
    pub fn parse(datagram: &[u8]) -> Option<Response> {
        let mut message = Message::new();
        message.unmarshal_binary(datagram).ok()?;
        if message.typ != BINDING_SUCCESS || message.raw.len() != datagram.len() || !is_whole(&message) {
            return None;
        }
        FINGERPRINT.check(&message).ok()?;
        Some(Response { message })
    }

    /// Which check it says it answers.
    pub fn transaction(&self) -> Transaction {
        Transaction(self.message.transaction_id.0)
    }

    /// Whether its MESSAGE-INTEGRITY is made with the password that the request was made with. Any STUN server on the internet
    /// answers a binding request and repeats its transaction id; none of them has the password.
    pub fn is_authentic(mut self, session: &IceSession) -> bool {
        let pwd = session.theirs.pwd.as_bytes();
        MessageIntegrity::check(&mut self.message, pwd, AwsLcRsProvider::new().crypto()).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Check, Path};
    use rtc_stun::attributes::ATTR_MESSAGE_INTEGRITY;

    fn session() -> IceSession {
        IceSession { ours: Credentials::random(), theirs: Credentials::random() }
    }

    /// What a full agent answers: it reads our request as we read its checks.
    fn answered(request: &Request, theirs: &Credentials) -> Option<Vec<u8>> {
        let check = Check::parse(&request.datagram)?;
        assert_eq!(check.ufrag(), theirs.ufrag.as_bytes());
        let from = Path::udp("192.0.2.7:4000".parse().expect("an address"), None);
        Some(check.authenticate(theirs)?.response(theirs, &from))
    }

    #[test]
    fn a_peer_reads_our_check_and_we_read_its_answer() {
        let session = session();
        let request = Request::new(&session).expect("credentials");
        assert!(request.datagram.len() <= 120, "{} bytes go to who may never have asked", request.datagram.len());
        let answer = answered(&request, &session.theirs).expect("the password is the peer's");
        assert_eq!(answer[..2], Response::TYPE);
        let response = Response::parse(&answer).expect("a response");
        assert_eq!(response.transaction(), request.transaction);
        assert!(response.is_authentic(&session));
        let again = Request::new(&session).expect("credentials");
        assert_ne!(again.transaction, request.transaction);
    }

    #[test]
    fn what_is_changed_or_made_with_another_password_is_no_answer() {
        let session = session();
        let request = Request::new(&session).expect("credentials");
        let answer = answered(&request, &session.theirs).expect("the password is the peer's");
        for bit in 0..answer.len() * 8 {
            let mut changed = answer.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(Response::parse(&changed).is_none(), "FINGERPRINT covers bit {bit}");
        }
        let other = IceSession { theirs: Credentials { pwd: "another".into(), ..session.theirs.clone() }, ..session };
        assert!(!Response::parse(&answer).expect("a response").is_authentic(&other));
        assert!(Response::parse(&request.datagram).is_none(), "a request that is sent back is no answer");
    }

    #[test]
    fn a_stun_servers_answer_has_no_integrity_and_is_none() {
        let session = session();
        let request = Request::new(&session).expect("credentials");
        let mut message = Message::new();
        message.write_header();
        for setter in [&TransactionId(request.transaction.0) as &dyn Setter, &BINDING_SUCCESS, &FINGERPRINT] {
            setter.add_to(&mut message).expect("a small message can be encoded");
        }
        assert!(message.get(ATTR_MESSAGE_INTEGRITY).is_err());
        assert!(!Response::parse(&message.raw).expect("a response").is_authentic(&session));
    }

    #[test]
    fn credentials_of_any_length_make_a_check_or_none() {
        for len in [0, 1, 256] {
            let theirs = Credentials { ufrag: "u".repeat(len), pwd: "p".repeat(len) };
            let request = Request::new(&IceSession { ours: Credentials::random(), theirs });
            assert!(request.is_none_or(|request| request.datagram.len() < 400), "{len}");
        }
    }
}
