//! The RTCP that a viewer writes (RFC 3550, RFC 4585) and what it reads of the sender's.

use std::time::Instant;

/// What a receiver report says of one source (RFC 3550 6.4.1), kept packet by packet.
#[derive(Default)]
pub(super) struct Source {
    pub(super) ssrc: u32,
    first: u64,
    highest: u64,
    received: u64,
    told: (u64, u64),
    jitter: f64,
    transit: Option<f64>,
    /// The middle of the last sender report's NTP time, and when it came.
    report: Option<(u32, Instant)>,
    origin: Option<Instant>,
}

impl Source {
    /// A packet came by itself, not by a repair. `clock` is the RTP clock's rate.
    pub(super) fn came(&mut self, ssrc: u32, number: u64, timestamp: u32, clock: f64, at: Instant) {
        if self.received == 0 {
            (self.ssrc, self.first, self.highest) = (ssrc, number, number);
        }
        self.received += 1;
        self.highest = self.highest.max(number);
        let origin = *self.origin.get_or_insert(at);
        let transit = at.saturating_duration_since(origin).as_secs_f64() * clock - f64::from(timestamp);
        if let Some(last) = self.transit.replace(transit) {
            self.jitter += ((transit - last).abs().min(clock) - self.jitter) / 16.0;
        }
    }

    fn block(&mut self, now: Instant) -> [u8; 24] {
        let expected = self.highest + 1 - self.first;
        let (told_expected, told_received) = std::mem::replace(&mut self.told, (expected, self.received));
        let due = expected.saturating_sub(told_expected);
        let missing = due.saturating_sub(self.received - told_received);
        let fraction = (missing * 256).checked_div(due).unwrap_or(0).min(255) as u32;
        let lost = expected.saturating_sub(self.received).min(0x7f_ffff) as u32;
        let (ntp, delay) = self
            .report
            .map_or((0, 0), |(ntp, at)| (ntp, (now.saturating_duration_since(at).as_secs_f64() * 65_536.0) as u32));
        let mut block = [0; 24];
        let words = [self.ssrc, fraction << 24 | lost, self.highest as u32, self.jitter as u32, ntp, delay];
        for (bytes, word) in block.chunks_mut(4).zip(words) {
            bytes.copy_from_slice(&word.to_be_bytes());
        }
        block
    }
}

/// A receiver report of the sources of which something came, and a CNAME.
pub(super) fn receiver_report(sender: u32, sources: &mut [Source], now: Instant) -> Vec<u8> {
    let mut message = vec![0x80, 201, 0, 0];
    message.extend_from_slice(&sender.to_be_bytes());
    for source in sources.iter_mut().filter(|source| source.received > 0) {
        message[0] += 1;
        message.extend_from_slice(&source.block(now));
    }
    message[3] = (message.len() / 4 - 1) as u8;
    // CNAME of eight letters, its end, padding: 16 bytes after the header.
    message.extend_from_slice(&[0x81, 202, 0, 4]);
    message.extend_from_slice(&sender.to_be_bytes());
    message.extend_from_slice(&[1, 8]);
    message.extend_from_slice(format!("{sender:08x}").as_bytes());
    message.extend_from_slice(&[0, 0]);
    message
}

/// Asks for packets again (RFC 4585 6.2.1); `numbers` ascend.
pub(super) fn nack(sender: u32, media: u32, numbers: &[u16]) -> Vec<u8> {
    let mut pairs: Vec<(u16, u16)> = Vec::new();
    for &number in numbers {
        match pairs.last_mut() {
            Some((first, mask)) if (1..=16).contains(&number.wrapping_sub(*first)) => {
                *mask |= 1 << (number.wrapping_sub(*first) - 1);
            }
            _ => pairs.push((number, 0)),
        }
    }
    let mut message = feedback(0x81, 205, 2 + pairs.len() as u16, sender, media);
    for (first, mask) in pairs {
        message.extend_from_slice(&first.to_be_bytes());
        message.extend_from_slice(&mask.to_be_bytes());
    }
    message
}

/// Asks for a keyframe (RFC 4585 6.3.1).
pub(super) fn pli(sender: u32, media: u32) -> Vec<u8> {
    feedback(0x81, 206, 2, sender, media)
}

/// Asks for a keyframe in the other way (RFC 5104 4.3.1); `number` is another each time.
pub(super) fn fir(sender: u32, media: u32, number: u8) -> Vec<u8> {
    let mut message = feedback(0x84, 206, 4, sender, 0);
    message.extend_from_slice(&media.to_be_bytes());
    message.extend_from_slice(&[number, 0, 0, 0]);
    message
}

fn feedback(first: u8, kind: u8, words: u16, sender: u32, media: u32) -> Vec<u8> {
    let mut message = vec![first, kind];
    message.extend_from_slice(&words.to_be_bytes());
    message.extend_from_slice(&sender.to_be_bytes());
    message.extend_from_slice(&media.to_be_bytes());
    message
}

/// Reads what the sender says; true if it says goodbye.
pub(super) fn read(mut compound: &[u8], sources: &mut [Source], now: Instant) -> bool {
    let mut goodbye = false;
    while let [_, kind, high, low, ..] = *compound {
        let len = (usize::from(u16::from_be_bytes([high, low])) + 1) * 4;
        let Some(message) = compound.get(..len) else { break };
        if kind == 200 && len >= 28 {
            let word = |at: usize| u32::from_be_bytes([message[at], message[at + 1], message[at + 2], message[at + 3]]);
            if let Some(source) = sources.iter_mut().find(|source| source.ssrc == word(4)) {
                source.report = Some((word(10), now));
            }
        }
        goodbye |= kind == 203;
        compound = &compound[len..];
    }
    goodbye
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_report_tells_loss_since_the_last_one_and_in_all() {
        let base = Instant::now();
        let mut sources = [Source::default(), Source::default()];
        for number in (65_530..65_594u64).filter(|number| number % 4 != 0) {
            sources[0].came(7, number, 0, 90_000.0, base);
        }
        let sr = [&[0x80, 200, 0, 6, 0, 0, 0, 7, 0, 0, 0x12, 0x34, 0x56, 0x78, 0, 0][..], &[0; 12]].concat();
        assert!(!read(&sr, &mut sources, base));
        let report = receiver_report(9, &mut sources, base + Duration::from_millis(500));
        assert_eq!(report.len(), 8 + 24 + 20, "one source, as nothing came of the other");
        assert_eq!(report[..8], [0x81, 201, 0, 7, 0, 0, 0, 9]);
        assert_eq!(report[8..12], [0, 0, 0, 7]);
        assert_eq!(report[12..16], [64, 0, 0, 16], "a quarter of 64");
        assert_eq!(report[16..20], [0, 1, 0, 57]);
        assert_eq!(report[24..32], [0x12, 0x34, 0x56, 0x78, 0, 0, 0x80, 0]);
        sources[0].came(7, 65_594, 0, 90_000.0, base);
        assert_eq!(receiver_report(9, &mut sources, base)[12], 0, "nothing is missing since");
        assert!(read(&[0x81, 203, 0, 1, 0, 0, 0, 7], &mut sources, base));
    }

    #[test]
    fn neighbours_share_a_nack() {
        let message = nack(1, 2, &[65_535, 0, 14, 15, 40]);
        assert_eq!(message[..4], [0x81, 205, 0, 4]);
        assert_eq!(message[12..], [0xff, 0xff, 0xc0, 0x01, 0, 40, 0, 0]);
    }
}
