//! Transport-wide feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01, section 3.1).

use crate::sequence::extend;
use std::time::{Duration, Instant};

/// One viewer's record of what came since it last told.
pub(super) struct Feedback {
    received: Vec<(u64, Instant)>,
    highest: Option<u64>,
    /// The first number that was not yet told of.
    next: Option<u64>,
    count: u8,
    epoch: Instant,
}

/// The unit of deltas.
const TICK_US: i64 = 250;
/// The unit of the reference time: 64 ms.
const REFERENCE_US: i64 = 64_000;
const NOT_RECEIVED: u8 = 0;
const SMALL: u8 = 1;
const LARGE: u8 = 2;

impl Feedback {
    pub(super) fn new(epoch: Instant) -> Feedback {
        Feedback { received: Vec::with_capacity(32), highest: None, next: None, count: 0, epoch }
    }

    /// A packet with this transport-wide number came.
    pub(super) fn came(&mut self, number: u16, at: Instant) {
        // From the second round of numbers on, so that an earlier one than the first has an extended number, too.
        let number = self.highest.map_or(65_536 + u64::from(number), |highest| extend(number, highest));
        self.highest = self.highest.max(Some(number));
        self.received.push((number, at));
    }

    /// The message for everything that came since the last one; none if nothing came.
    pub(super) fn message(&mut self, sender: u32, media: u32) -> Option<Vec<u8>> {
        self.received.sort_unstable_by_key(|(number, _)| *number);
        self.received.dedup_by_key(|(number, _)| *number);
        let (&(first, first_at), &(last, _)) = (self.received.first()?, self.received.last()?);
        // What did not come since the last message is told as missing; a late one is told once more from there.
        let base = self.next.map_or(first, |next| next.min(first)).max(last.saturating_sub(MOST));
        self.next = self.next.max(Some(last + 1));
        let since_epoch = |at: Instant| at.saturating_duration_since(self.epoch).as_micros() as i64;
        let reference = since_epoch(first_at) / REFERENCE_US;
        let mut statuses = vec![NOT_RECEIVED; (last - base + 1) as usize];
        let mut deltas = Vec::with_capacity(self.received.len() + 8);
        let mut told = reference * REFERENCE_US;
        for &(number, at) in self.received.iter().filter(|(number, _)| *number >= base) {
            let ticks = (since_epoch(at) - told).div_euclid(TICK_US);
            let Ok(delta) = i16::try_from(ticks) else { continue };
            told += ticks * TICK_US;
            let status = &mut statuses[(number - base) as usize];
            if let Ok(small) = u8::try_from(delta) {
                *status = SMALL;
                deltas.push(small);
            } else {
                *status = LARGE;
                deltas.extend_from_slice(&delta.to_be_bytes());
            }
        }
        self.received.clear();
        let mut message = Vec::with_capacity(64);
        message.extend_from_slice(&[0x8f, 205, 0, 0]);
        message.extend_from_slice(&sender.to_be_bytes());
        message.extend_from_slice(&media.to_be_bytes());
        message.extend_from_slice(&(base as u16).to_be_bytes());
        message.extend_from_slice(&(statuses.len() as u16).to_be_bytes());
        message.extend_from_slice(&(reference as u32).to_be_bytes()[1..]);
        message.push(self.count);
        self.count = self.count.wrapping_add(1);
        chunks(&statuses, &mut message);
        message.extend_from_slice(&deltas);
        pad(&mut message);
        Some(message)
    }
}

/// More numbers than this are not told of in one message: a jump, not loss.
const MOST: u64 = 1000;

/// How often a viewer tells. libwebrtc (`TransportSequenceNumberFeedbackGenerator`) spends 5 % of the bandwidth on messages
/// that it takes for 68 bytes each, but never more than one in 50 ms, which it reaches at 218 kbit/s; str0m takes 50 ms, too.
pub(super) const INTERVAL: Duration = Duration::from_millis(50);

/// Sections 3.1.3 and 3.1.4: runs where they save something, else vectors of one bit or two.
fn chunks(mut statuses: &[u8], message: &mut Vec<u8>) {
    while let Some(&symbol) = statuses.first() {
        let run = statuses.iter().take(0x1fff).take_while(|s| **s == symbol).count();
        let one_bit = statuses.iter().take(14).take_while(|s| **s != LARGE).count();
        let (chunk, taken) = if run >= 14 || run == statuses.len() {
            (u16::from(symbol) << 13 | run as u16, run)
        } else if one_bit == statuses.len().min(14) {
            let bits = statuses.iter().take(14).enumerate();
            (0x8000 | bits.fold(0, |word, (n, s)| word | u16::from(*s) << (13 - n)), one_bit)
        } else {
            let bits = statuses.iter().take(7).enumerate();
            (0xc000 | bits.fold(0, |word, (n, s)| word | u16::from(*s) << (12 - 2 * n)), statuses.len().min(7))
        };
        message.extend_from_slice(&chunk.to_be_bytes());
        statuses = &statuses[taken..];
    }
}

/// RFC 3550 6.4.1 and the draft: to whole words, said by the padding bit, its length in the last byte.
fn pad(message: &mut Vec<u8>) {
    let padding = message.len().next_multiple_of(4) - message.len();
    if padding > 0 {
        message[0] |= 0x20;
        message.resize(message.len() + padding, 0);
        *message.last_mut().expect("it has a header") = padding as u8;
    }
    let words = (message.len() / 4 - 1) as u16;
    message[2..4].copy_from_slice(&words.to_be_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_and_what_did_not_is_told_once() {
        let epoch = Instant::now();
        let at = |us: u64| epoch + Duration::from_micros(64_000 * 3 + us);
        let mut feedback = Feedback::new(epoch);
        assert!(feedback.message(1, 2).is_none(), "nothing came");
        feedback.came(65_534, at(1000));
        feedback.came(65_535, at(1250));
        feedback.came(1, at(100_000)); // 0 is missing, 1 came 98.75 ms later: more than a small delta holds.
        let message = feedback.message(0x0a0b_0c0d, 0x0102_0304).expect("something came");
        assert_eq!(
            message,
            [
                0xaf, 205, 0, 6, 10, 11, 12, 13, 1, 2, 3, 4, // header with padding, both SSRCs
                0xff, 0xfe, 0, 4, 0, 0, 3, 0, // from 65534, four numbers, reference 3 x 64 ms, first message
                0xd4, 0x80, // two bits each: small, small, none, large
                4, 1, 0x01, 0x8b, // 1 ms, 0.25 ms, 98.75 ms
                0, 2 // padding
            ]
        );
        feedback.came(4, at(130_000));
        let message = feedback.message(1, 2).expect("something came");
        assert_eq!(message[12..16], [0, 2, 0, 3], "2 and 3 are told of as missing");
        assert_eq!(message[19], 1, "the second message");
        assert_eq!(message[20..22], [0x88, 0x00], "one bit each: none, none, small");
    }

    #[test]
    fn many_of_a_kind_are_one_run() {
        let epoch = Instant::now();
        let mut feedback = Feedback::new(epoch);
        for n in 0..40 {
            feedback.came(n, epoch + Duration::from_micros(u64::from(n) * 250));
        }
        let message = feedback.message(1, 2).expect("something came");
        assert_eq!(message[20..22], [0x20, 40]);
        assert_eq!(message.len(), 20 + 2 + 40 + 2, "with two bytes of padding");
    }
}
