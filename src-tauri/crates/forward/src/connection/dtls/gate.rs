//! What of a viewer's DTLS rtc-dtls gets to see. Until the handshake's end nothing is authenticated but the address, and
//! rtc-dtls 0.21 keeps without a bound what it cannot use yet: records of the next epoch, fragments of messages to come, and on
//! a live association handshake messages in the clear. And a record that is broken, or of application data in the clear, ends
//! its handshake, where RFC 6347 section 4.1.2.7 has it discarded.

/// What one association may still take in. It is never given more: a handshake that needs more has failed.
pub(super) struct Gate {
    bytes: usize,
    fragments: usize,
}

/// A browser's handshake is 3 kB in ten fragments or so. This is room for its repeats on a path that loses half of them.
const MAX_BYTES: usize = 64 * 1024;
/// For each fragment rtc-dtls looks again for each of those that are there, among all of them: ten times as many cost a thousand times as
/// much. So many, each in a datagram of its own, cost less than the handshake's keys.
const MAX_FRAGMENTS: usize = 128;

const CHANGE_CIPHER_SPEC: u8 = 20;
const ALERT: u8 = 21;
const HANDSHAKE: u8 = 22;
const RECORD_HEADER: usize = 13;
const FRAGMENT_HEADER: usize = 12;

impl Default for Gate {
    fn default() -> Gate {
        Gate { bytes: MAX_BYTES, fragments: MAX_FRAGMENTS }
    }
}

impl Gate {
    /// Whether the datagram may be read. One that may not is to be dropped.
    pub(super) fn admits(&mut self, datagram: &[u8], connected: bool) -> bool {
        let Some(contents) = Contents::read(datagram) else { return false };
        if connected && contents.is_alert {
            // One in the clear cannot be the viewer's any more. One that is sealed is believed when it opens, and not kept.
            return contents.is_sealed;
        }
        let (bytes, fragments) =
            (self.bytes.checked_sub(datagram.len()), self.fragments.checked_sub(contents.fragments));
        let (Some(bytes), Some(fragments)) = (bytes, fragments) else { return false };
        (self.bytes, self.fragments) = (bytes, fragments);
        true
    }
}

/// What the headers of a datagram's records tell, which are in the clear.
struct Contents {
    /// There is nothing in it but alerts.
    is_alert: bool,
    /// None of its records is in the clear.
    is_sealed: bool,
    fragments: usize,
}

impl Contents {
    /// Reads a datagram that is whole records, from first to last, of the kinds that a viewer sends; of anything else nothing is told.
    fn read(datagram: &[u8]) -> Option<Contents> {
        let mut contents = Contents { is_alert: true, is_sealed: true, fragments: 0 };
        let mut rest = datagram;
        while !rest.is_empty() {
            let (header, after) = rest.split_at_checked(RECORD_HEADER)?;
            let len = usize::from(u16::from_be_bytes([header[11], header[12]]));
            let (body, after) = after.split_at_checked(len)?;
            rest = after;
            let sealed = match [header[3], header[4]] {
                [0, 0] => false,
                [0, 1] => true,
                _ => return None,
            };
            contents.is_alert &= header[0] == ALERT;
            contents.is_sealed &= sealed;
            contents.fragments += match (header[0], sealed) {
                (_, _) if body.is_empty() => return None,
                (CHANGE_CIPHER_SPEC, false) if body == [1] => 0,
                (ALERT, false) if body.len() == 2 => 0,
                (HANDSHAKE, false) => fragments(body)?,
                // It cannot be looked into, so it counts as if it held as many as could be in it.
                (HANDSHAKE, true) => body.len() / FRAGMENT_HEADER,
                (CHANGE_CIPHER_SPEC | ALERT, true) => 0,
                _ => return None,
            };
        }
        (!datagram.is_empty()).then_some(contents)
    }
}

/// How many fragments of handshake messages a record in the clear holds; none if it is not whole fragments.
fn fragments(mut record: &[u8]) -> Option<usize> {
    let mut count = 0;
    while !record.is_empty() {
        let (header, rest) = record.split_at_checked(FRAGMENT_HEADER)?;
        let number = |at: usize| u32::from_be_bytes([0, header[at], header[at + 1], header[at + 2]]) as usize;
        let (len, offset, here) = (number(1), number(6), number(9));
        if offset + here > len {
            return None;
        }
        record = rest.get(here..)?;
        count += 1;
    }
    Some(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(kind: u8, epoch: u8, body: &[u8]) -> Vec<u8> {
        [&[kind, 0xfe, 0xfd, 0, epoch, 0, 0, 0, 0, 0, 0], &(body.len() as u16).to_be_bytes()[..], body].concat()
    }

    /// A whole handshake message of `len` bytes.
    fn message(len: u8) -> Vec<u8> {
        [&[11, 0, 0, len, 0, 1, 0, 0, 0, 0, 0, len][..], &vec![0; usize::from(len)]].concat()
    }

    #[test]
    fn whole_records_of_a_handshake_pass_and_others_do_not() {
        let handshake = record(HANDSHAKE, 0, &message(20));
        let flight = [handshake.clone(), record(CHANGE_CIPHER_SPEC, 0, &[1]), record(HANDSHAKE, 1, &[7; 48])].concat();
        let admits = |datagram: &[u8]| Gate::default().admits(datagram, false);
        assert!(admits(&flight) && admits(&record(ALERT, 0, &[2, 40])));
        for len in (0..flight.len()).filter(|len| ![handshake.len(), handshake.len() + 14].contains(len)) {
            assert!(!admits(&flight[..len]), "cut to {len} bytes");
        }
        for broken in [
            record(23, 0, b"data"),
            record(23, 1, b"data"),
            record(ALERT, 0, &[2]),
            record(CHANGE_CIPHER_SPEC, 0, &[2]),
            record(HANDSHAKE, 0, &[]),
            record(HANDSHAKE, 2, &[7; 48]),
            record(HANDSHAKE, 0, &[11, 0, 0, 1, 0, 1, 0, 0, 1, 0, 0, 1, 0]),
        ] {
            assert!(!admits(&broken), "{broken:?}");
        }
    }

    #[test]
    fn on_a_live_association_only_sealed_alerts_are_free() {
        let mut gate = Gate::default();
        for _ in 0..100_000 {
            assert!(gate.admits(&record(ALERT, 1, &[7; 26]), true));
        }
        assert!(!gate.admits(&record(ALERT, 0, &[1, 0]), true), "a close_notify in the clear is nobody's");
        assert!(gate.admits(&record(HANDSHAKE, 0, &message(20)), true), "a repeat of the last flight");
    }

    #[test]
    fn one_association_takes_in_so_much_and_no_more() {
        let taken = |datagram: &[u8]| {
            let mut gate = Gate::default();
            (0..100_000).filter(|_| gate.admits(datagram, false)).map(|_| datagram.len()).sum::<usize>()
        };
        assert!(taken(&record(HANDSHAKE, 0, &message(200))) <= MAX_BYTES);
        assert!(taken(&record(CHANGE_CIPHER_SPEC, 1, &[1; 1000])) <= MAX_BYTES);
        let crumbs = record(HANDSHAKE, 0, &message(0).repeat(100));
        assert_eq!(taken(&crumbs) / crumbs.len(), MAX_FRAGMENTS / 100);
        let sealed = record(HANDSHAKE, 1, &[0; 1200]);
        assert_eq!(taken(&sealed) / sealed.len(), MAX_FRAGMENTS / 100);
    }
}
