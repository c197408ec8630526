//! The worst of each RTCP kind that a viewer may send with its own keys: as small as can be for the work that it asks for.

/// What a message may be about: an attacker uses what it has seen.
#[derive(Clone, Copy, Debug, Default)]
pub struct Known {
    /// The SSRC that the attacker reports as.
    pub ours: u32,
    /// The SSRC of the pictures.
    pub video: u32,
    /// The SSRC of the sound.
    pub audio: u32,
    /// The highest sequence number of the pictures.
    pub video_highest: u16,
    /// The highest transport-wide number.
    pub wide_highest: u16,
}

/// One kind of message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Transport-wide feedback of 24 bytes: 4,096 packets not received, and each message is half the numbers away from the last.
    WideJumping,
    /// Transport-wide feedback about the last 512 packets, in turn none and all of them received.
    WideRemembered,
    /// Transport-wide feedback in vectors of one bit, of which each second packet came.
    WideVectors,
    /// A NACK of all that was sent lately, over and over.
    Nack,
    /// A NACK that names one packet in each of its entries.
    NackSame,
    /// Picture loss.
    Pli,
    /// Full intra requests, of the same source.
    Fir,
    /// REMB, in turn nothing and everything.
    Remb,
    /// A receiver report with as many blocks as there may be, all of the pictures, and all lost.
    Reports,
    /// A sender report with as many blocks.
    SenderReports,
    /// A source description.
    Sdes,
    /// Application-defined, RFC 3550 6.7.
    App,
    /// An extended report (RFC 3611).
    Xr,
    /// Goodbye of 31 sources that there are none of.
    Bye,
    /// Transport feedback of a kind that nobody knows.
    Unknown,
}

impl Kind {
    /// Each of them.
    pub const ALL: [Kind; 15] = [
        Kind::WideJumping,
        Kind::WideRemembered,
        Kind::WideVectors,
        Kind::Nack,
        Kind::NackSame,
        Kind::Pli,
        Kind::Fir,
        Kind::Remb,
        Kind::Reports,
        Kind::SenderReports,
        Kind::Sdes,
        Kind::App,
        Kind::Xr,
        Kind::Bye,
        Kind::Unknown,
    ];

    /// The `n`th of its kind.
    pub fn message(self, known: &Known, n: u32) -> Vec<u8> {
        match self {
            Kind::WideJumping => {
                let base = (n.wrapping_mul(32_767)) as u16;
                wide(known, base, 4096, n, &run(0, 4096))
            }
            Kind::WideRemembered => {
                let (symbol, deltas) = if n.is_multiple_of(2) { (0, 0) } else { (1, 512) };
                let told = [&run(symbol, 512)[..], &vec![0; deltas]].concat();
                wide(known, known.wide_highest.wrapping_sub(511), 512, n, &told)
            }
            Kind::WideVectors => {
                // 28 vectors of 14 symbols, 0101...; each 1 has a delta of one byte.
                let told = [&[0x95, 0x55].repeat(28)[..], &[1; 196]].concat();
                wide(known, known.wide_highest.wrapping_sub(391), 392, n, &told)
            }
            Kind::Nack => nack(known, (0..30).map(|entry| (known.video_highest.wrapping_sub(17 * entry), 0xffff))),
            Kind::NackSame => nack(known, (0..200).map(|_| (known.video_highest, 0))),
            Kind::Pli => feedback(1, 206, known.ours, known.video, &[]),
            Kind::Fir => {
                let entry = [&known.video.to_be_bytes()[..], &[n as u8, 0, 0, 0]].concat();
                feedback(4, 206, known.ours, 0, &entry.repeat(8))
            }
            Kind::Remb => {
                let bits: [u8; 4] = if n.is_multiple_of(2) { [1, 0, 0, 0] } else { [1, 0xff, 0xff, 0xff] };
                let told = [&b"REMB"[..], &bits, &known.video.to_be_bytes()].concat();
                feedback(15, 206, known.ours, 0, &told)
            }
            Kind::Reports => packet(31, 201, &[&known.ours.to_be_bytes()[..], &blocks(known, n)].concat()),
            Kind::SenderReports => {
                packet(31, 200, &[&known.ours.to_be_bytes()[..], &[n as u8; 20], &blocks(known, n)].concat())
            }
            Kind::Sdes => {
                let item = [&[1, 255][..], &[b'a'; 255], &[0; 3]].concat();
                packet(1, 202, &[&known.ours.to_be_bytes()[..], &item].concat())
            }
            Kind::App => packet(31, 204, &[&known.ours.to_be_bytes()[..], b"harm", &[n as u8; 64]].concat()),
            Kind::Xr => {
                // Receiver reference time, and DLRR of 16 sources (RFC 3611 4.4, 4.5).
                let dlrr = [&known.video.to_be_bytes()[..], &[n as u8; 8]].concat().repeat(16);
                let told = [&[4, 0, 0, 2][..], &[n as u8; 8], &[5, 0, 0, 48], &dlrr].concat();
                packet(0, 207, &[&known.ours.to_be_bytes()[..], &told].concat())
            }
            Kind::Bye => {
                let others = (0..31).flat_map(|other| n.wrapping_mul(31).wrapping_add(other).to_be_bytes());
                packet(31, 203, &others.collect::<Vec<_>>())
            }
            Kind::Unknown => feedback(9 + (n % 6) as u8, 205, known.ours, known.video, &[n as u8; 16]),
        }
    }
}

/// What fits a datagram beside the seal.
pub const FULL: usize = 1200;

/// A compound of these kinds in turn, one at least, and more as long as they fit into so many bytes. `n` counts the messages of all
/// compounds.
pub fn compound(kinds: &[Kind], most: usize, known: &Known, n: &mut u32) -> Vec<u8> {
    // The sender's SSRC stands first, by which its index goes.
    let mut compound = packet(0, 201, &known.ours.to_be_bytes());
    let mut any = false;
    for kind in kinds.iter().cycle() {
        let message = kind.message(known, *n);
        if any && compound.len() + message.len() > most {
            break;
        }
        any = true;
        *n = n.wrapping_add(1);
        compound.extend(message);
    }
    compound
}

fn packet(count: u8, kind: u8, body: &[u8]) -> Vec<u8> {
    let words = (body.len() / 4) as u16;
    [&[0x80 | count, kind][..], &words.to_be_bytes(), body].concat()
}

fn feedback(format: u8, kind: u8, sender: u32, media: u32, told: &[u8]) -> Vec<u8> {
    packet(format, kind, &[&sender.to_be_bytes()[..], &media.to_be_bytes(), told].concat())
}

/// draft-holmer-rmcat-transport-wide-cc-extensions-01, section 3.1.
fn wide(known: &Known, base: u16, count: u16, n: u32, told: &[u8]) -> Vec<u8> {
    let reference = (n & 0xff_ffff).to_be_bytes();
    let head = [&base.to_be_bytes()[..], &count.to_be_bytes(), &reference[1..], &[n as u8]].concat();
    let mut told = [&head[..], told].concat();
    told.resize(told.len().next_multiple_of(4), 0);
    feedback(15, 205, known.ours, known.video, &told)
}

/// A run of so many packets with the same symbol.
fn run(symbol: u16, len: u16) -> [u8; 2] {
    (symbol << 13 | len).to_be_bytes()
}

fn nack(known: &Known, entries: impl Iterator<Item = (u16, u16)>) -> Vec<u8> {
    let entries: Vec<u8> =
        entries.flat_map(|(first, mask)| [first.to_be_bytes(), mask.to_be_bytes()].concat()).collect();
    feedback(1, 205, known.ours, known.video, &entries)
}

fn blocks(known: &Known, n: u32) -> Vec<u8> {
    let block = [&known.video.to_be_bytes()[..], &[255, 0x7f, 0xff, 0xff], &[n as u8; 16]].concat();
    block.repeat(31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_message_has_the_length_that_it_says_and_fits() {
        let known = Known { ours: 1, video: 2, audio: 3, video_highest: 5, wide_highest: 7 };
        for kind in Kind::ALL {
            for n in 0..4 {
                let message = kind.message(&known, n);
                let words = usize::from(u16::from_be_bytes([message[2], message[3]]));
                assert_eq!(message.len(), 4 * (words + 1), "{kind:?}");
                let mut sent = n;
                let compound = compound(&[kind], FULL, &known, &mut sent);
                assert!(sent > n && compound.len() <= FULL, "at least one fits: {kind:?}");
            }
        }
    }

    #[test]
    fn the_worst_feedback_is_24_bytes_and_fifty_fit() {
        let known = Known::default();
        let message = Kind::WideJumping.message(&known, 3);
        assert_eq!(message.len(), 24);
        assert_eq!(message[12..16], [0x7f, 0xfd, 0x10, 0], "3 times 32,767, and 4,096 of them");
        assert_eq!(message[20..22], [0x10, 0], "none received");
        let mut n = 0;
        compound(&[Kind::WideJumping], FULL, &known, &mut n);
        assert_eq!(n, 49, "beside the empty report in front");
    }
}
