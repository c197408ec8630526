//! Reading the protection profiles that a client offers, before a handshake is begun with it.

use super::flight::handshake_fragments;

/// Collects a ClientHello from its fragments (RFC 6347 section 4.2.3). Chromium's comes in two datagrams, because its post-quantum key
/// share does not fit into one.
#[derive(Default)]
pub(super) struct ClientHello {
    datagrams: Vec<Vec<u8>>,
    /// The message without its header, as far as it came, and which of its bytes did.
    message: Vec<u8>,
    came: Vec<bool>,
}

/// A ClientHello with a post-quantum key share has less than 2 kB. This is room for all its repeats until one is whole.
const MAX_DATAGRAMS: usize = 16;
const MAX_MESSAGE: usize = 8 * 1024;
const CLIENT_HELLO: u8 = 1;
const USE_SRTP: u16 = 14;

impl ClientHello {
    /// Takes a datagram, and says whether the message is whole.
    pub(super) fn push(&mut self, datagram: &[u8]) -> bool {
        if self.datagrams.len() == MAX_DATAGRAMS {
            self.take();
        }
        let mut of_use = false;
        for fragment in handshake_fragments(datagram) {
            if fragment.kind != CLIENT_HELLO || fragment.message != 0 || fragment.len > MAX_MESSAGE {
                continue;
            }
            if self.message.len() != fragment.len {
                (self.message, self.came) = (vec![0; fragment.len], vec![false; fragment.len]);
            }
            let range = fragment.offset..fragment.offset + fragment.data.len();
            if let (Some(to), Some(came)) = (self.message.get_mut(range.clone()), self.came.get_mut(range)) {
                to.copy_from_slice(fragment.data);
                came.fill(true);
                of_use = true;
            }
        }
        if of_use {
            self.datagrams.push(datagram.to_vec());
        }
        !self.message.is_empty() && self.came.iter().all(|came| *came)
    }

    /// The profiles of the use_srtp extension (RFC 5764 section 4.1.1); there are none without the extension. What is no ClientHello
    /// gives no list at all.
    pub(super) fn use_srtp(&self) -> Option<Vec<u16>> {
        let mut rest = Reader(&self.message);
        // The version and the random.
        rest.take(2 + 32)?;
        // The session id, the cookie, the cipher suites and the compression methods.
        for len_of_len in [1, 1, 2, 1] {
            rest.vector(len_of_len)?;
        }
        if rest.0.is_empty() {
            return Some(Vec::new());
        }
        let mut extensions = Reader(rest.vector(2)?);
        while !extensions.0.is_empty() {
            let kind = extensions.number(2)?;
            let mut value = Reader(extensions.vector(2)?);
            if kind == usize::from(USE_SRTP) {
                let profiles = value.vector(2)?;
                return Some(profiles.chunks_exact(2).map(|p| u16::from_be_bytes([p[0], p[1]])).collect());
            }
        }
        Some(Vec::new())
    }

    /// Gives the datagrams that brought it, for the endpoint to read them again, and starts afresh.
    pub(super) fn take(&mut self) -> Vec<Vec<u8>> {
        std::mem::take(self).datagrams
    }
}

/// Reads big-endian numbers, and vectors behind their length (RFC 5246 section 4).
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(taken)
    }

    fn number(&mut self, bytes: usize) -> Option<usize> {
        Some(self.take(bytes)?.iter().fold(0, |n, b| n << 8 | usize::from(*b)))
    }

    fn vector(&mut self, len_of_len: usize) -> Option<&'a [u8]> {
        let len = self.number(len_of_len)?;
        self.take(len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A ClientHello message without its header, with or without use_srtp.
    fn message(profiles: Option<&[u16]>) -> Vec<u8> {
        let mut m = vec![0xfe, 0xfd];
        m.extend([7; 32]);
        m.extend([0, 0, 0, 2, 0xc0, 0x2b, 1, 0]);
        let mut extensions = vec![0, 23, 0, 0];
        if let Some(profiles) = profiles {
            let list: Vec<u8> = profiles.iter().flat_map(|p| p.to_be_bytes()).collect();
            extensions.extend([0, 14, 0, list.len() as u8 + 3, 0, list.len() as u8]);
            extensions.extend(list);
            extensions.push(0);
        }
        m.extend((extensions.len() as u16).to_be_bytes());
        m.extend(extensions);
        m
    }

    fn record(message: &[u8], offset: usize, len: usize) -> Vec<u8> {
        let mut r = vec![22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0];
        r.extend((len as u16 + 12).to_be_bytes());
        r.push(CLIENT_HELLO);
        r.extend(&(message.len() as u32).to_be_bytes()[1..]);
        r.extend([0, 0]);
        r.extend(&(offset as u32).to_be_bytes()[1..]);
        r.extend(&(len as u32).to_be_bytes()[1..]);
        r.extend(&message[offset..offset + len]);
        r
    }

    #[test]
    fn profiles_are_read_from_fragments_in_any_order() {
        let message = message(Some(&[8, 7, 1]));
        for cut in 1..message.len() {
            let (first, second) = (record(&message, 0, cut), record(&message, cut, message.len() - cut));
            let mut hello = ClientHello::default();
            assert!(!hello.push(&second) && !hello.push(&second), "a repeat does not make it whole");
            assert!(hello.push(&first));
            assert_eq!(hello.use_srtp(), Some(vec![8, 7, 1]));
            assert_eq!(hello.take().len(), 3);
        }
    }

    #[test]
    fn a_hello_without_the_extension_offers_nothing() {
        let message = message(None);
        let mut hello = ClientHello::default();
        assert!(hello.push(&record(&message, 0, message.len())));
        assert_eq!(hello.use_srtp(), Some(vec![]));
    }

    #[test]
    fn what_does_not_become_whole_is_bounded() {
        let message = message(Some(&[1]));
        let mut hello = ClientHello::default();
        for _ in 0..1000 {
            assert!(!hello.push(&record(&message, 1, 5)));
        }
        assert!(hello.datagrams.len() <= MAX_DATAGRAMS);
    }

    proptest! {
        #[test]
        fn noise_is_harmless(mut bytes in proptest::collection::vec(any::<u8>(), 0..300), whole in any::<bool>()) {
            let mut hello = ClientHello::default();
            if whole && bytes.len() > 40 {
                let record = record(&bytes, 0, bytes.len());
                prop_assert!(hello.push(&record));
            } else {
                if bytes.len() > 13 { bytes[0] = 22; bytes[3] = 0; bytes[4] = 0; }
                hello.push(&bytes);
            }
            let _ = hello.use_srtp();
        }
    }
}
