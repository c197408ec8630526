//! The worst that each kind of RTCP can be, a datagram each: what gives its reader the most to do. For tests.

/// Bytes of a compound that leave room for SRTCP and UDP in a datagram of 1,280 bytes.
const DATAGRAM: usize = 1200;

/// What the worst reports are about.
#[derive(Clone, Copy)]
pub(crate) struct About {
    /// The picture's source.
    pub(crate) ssrc: u32,
    /// The last sequence number of it that was sent.
    pub(crate) sequence: u16,
    /// The last transport-wide number that was sent.
    pub(crate) transport: u16,
    /// The how-manieth this is: what can be different in each is.
    pub(crate) turn: u16,
}

/// Each kind of RTCP at its worst, by name.
pub(crate) fn worst_reports(about: About) -> Vec<(&'static str, Vec<u8>)> {
    let About { ssrc, sequence, transport, turn } = about;
    let ssrc = ssrc.to_be_bytes();
    // Each jumps as far ahead as counts as ahead.
    let jumps = |from: u16, count| {
        let step = |n: u16| turn.wrapping_mul(50).wrapping_add(from + n);
        let base = |n: u16| transport.wrapping_add(step(n).wrapping_mul(32_767));
        (0..50).flat_map(|n| wide(base(n), count, &(count & 0x1fff).to_be_bytes())).collect::<Vec<u8>>()
    };
    let nack = |entries: &[(u16, u16)]| {
        let entries = entries.iter().flat_map(|(number, mask)| [number.to_be_bytes(), mask.to_be_bytes()].concat());
        packet(1, 205, &[&[0, 0, 0, 1][..], &ssrc, &entries.collect::<Vec<_>>()].concat())
    };
    let sent = |n: u16| (sequence.wrapping_sub(16 + 17 * n), 0xffff);
    let never_sent = |n: u16| (sequence.wrapping_add(1000 + 17 * n), 0xffff);
    let block = [&ssrc[..], &[7, 0, 0, 9], &u32::from(turn).to_be_bytes(), &[1; 12]].concat();
    let report = |count: usize| packet(count as u8, 201, &[&[0, 0, 0, 1][..], &block.repeat(count)].concat());
    let remb = |bits: u8, sources: usize| {
        let head = [&[0, 0, 0, 1, 0, 0, 0, 0][..], b"REMB", &[sources as u8, bits << 2, 0xff, 0xff]].concat();
        packet(15, 206, &[&head[..], &ssrc.repeat(sources)].concat())
    };
    let pli = packet(1, 206, &[&[0, 0, 0, 1][..], &ssrc].concat());
    let fir = |sources: usize| {
        let entries = [&[0, 0, 0, 8, 1, 0, 0, 0].repeat(sources - 1)[..], &ssrc, &[turn as u8, 0, 0, 0]].concat();
        packet(4, 206, &[&[0, 0, 0, 1, 0, 0, 0, 0][..], &entries].concat())
    };
    let filled = |first: u8, kind: u8| packet(first, kind, &[1; DATAGRAM - 4]);
    let full = |compound: Vec<u8>| compound.repeat(DATAGRAM / compound.len());
    let late = [&0x3fffu16.to_be_bytes()[..], &[1; 1100]].concat();
    let one_of_each = || {
        [
            report(2),
            wide(transport.wrapping_sub(511), 512, &[0x02, 0x00]),
            nack(&[sent(0), sent(1), never_sent(0)]),
            pli.clone(),
            fir(3),
            remb(2, 3),
            packet(1, 202, &[0, 0, 0, 1, 1, 2, 65, 65]),
            packet(0, 204, &[1; 16]),
            packet(0, 207, &[1; 16]),
            packet(9, 222, &[]),
        ]
        .concat()
    };
    vec![
        ("feedback that claims 4,096 lost packets and jumps, fifty times", jumps(0, 4096)),
        ("feedback on all that is remembered", wide(transport.wrapping_sub(511), 512, &[0x02, 0x00])),
        ("feedback of no packets that jumps, fifty times", jumps(1, 0)),
        ("feedback in vectors", wide(transport.wrapping_sub(4000), 4088, &[0x80, 0].repeat(292))),
        ("feedback on 1,100 arrivals", wide(transport.wrapping_sub(1000), 1100, &late)),
        ("feedback of runs that are empty", wide(transport.wrapping_sub(400), 4096, &[0x20, 0].repeat(580))),
        ("a NACK of what was sent", nack(&(0..290).map(|n| sent(n % 30)).collect::<Vec<_>>())),
        ("a NACK of what was never sent", nack(&(0..290).map(never_sent).collect::<Vec<_>>())),
        ("NACKs of 17 numbers", (0..75).flat_map(|n| nack(&[sent(n)])).collect()),
        ("reports of 31 blocks", [report(31), report(15)].concat()),
        ("sender reports of 31 blocks", packet(31, 200, &[&[1; 24][..], &block.repeat(31)].concat())),
        ("goodbyes of others", full(packet(31, 203, &[9; 124]))),
        ("REMB of many sources", remb(1 + (turn % 8) as u8, 255)),
        ("REMB after REMB, up and down", (0..49).flat_map(|n| remb(if n % 2 == 0 { 1 } else { 9 }, 1)).collect()),
        ("PLI after PLI", full(pli.clone())),
        ("FIR of many sources", fir(140)),
        ("FIR after FIR", full(fir(1))),
        ("descriptions", filled(31, 202)),
        ("applications' own", filled(31, 204)),
        ("extended reports", filled(0, 207)),
        ("packets of no known kind", full(packet(3, 222, &[]))),
        ("feedback of nothing", full(packet(15, 205, &[]))),
        ("NACKs of nothing", full(packet(1, 205, &[]))),
        ("empty reports", full(packet(0, 201, &[0, 0, 0, 1]))),
        ("everything", full(one_of_each())),
    ]
}

/// Transport-wide feedback on `count` packets from `base` on, with these chunks and what follows them.
fn wide(base: u16, count: u16, chunks: &[u8]) -> Vec<u8> {
    let head = [&[0, 0, 0, 1, 0, 0, 0, 2][..], &base.to_be_bytes(), &count.to_be_bytes(), &[0, 0, 1, 0]].concat();
    let mut body = [&head[..], chunks].concat();
    body.resize(body.len().next_multiple_of(4), 0);
    packet(15, 205, &body)
}

fn packet(first: u8, kind: u8, body: &[u8]) -> Vec<u8> {
    [&[0x80 | first, kind][..], &((body.len() / 4) as u16).to_be_bytes(), body].concat()
}
