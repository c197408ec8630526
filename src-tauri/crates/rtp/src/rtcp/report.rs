//! Report blocks, which sender and receiver reports carry.

/// One report block (RFC 3550 section 6.4.1): how one source arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReportBlock {
    /// The source that is reported on.
    pub ssrc: u32,
    /// Lost since the last report, in 1/256.
    pub fraction_lost: u8,
    /// The highest sequence number that came, and how often they began anew.
    pub highest: u32,
    /// How unevenly it arrives, in units of its RTP clock.
    pub jitter: u32,
    /// The middle 32 bits of the NTP time of the source's last sender report; 0 when none came.
    pub last_report: u32,
    /// How long ago it came, in 1/65536 s.
    pub delay: u32,
}

impl ReportBlock {
    pub(super) const SIZE: usize = 24;

    /// The round trip in 1/65536 s: from the sender report to the answer, the time it lay there left out. `now_ntp`
    /// is 32.32 fixed point seconds, by the clock of the sender report. `None`: no sender report came.
    pub fn round_trip(&self, now_ntp: u64) -> Option<u32> {
        let now = (now_ntp >> 16) as u32;
        let trip = now.wrapping_sub(self.last_report).wrapping_sub(self.delay);
        // A clock that runs a little differently may make it negative, by far less than half the circle.
        (self.last_report != 0).then_some(if trip > 1 << 31 { 0 } else { trip })
    }
}

/// The blocks of one report.
#[derive(Clone, Debug)]
pub struct ReportBlocks<'a>(&'a [u8]);

impl<'a> ReportBlocks<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }
}

impl Iterator for ReportBlocks<'_> {
    type Item = ReportBlock;

    #[inline]
    fn next(&mut self) -> Option<ReportBlock> {
        let (block, rest) = self.0.split_first_chunk::<{ ReportBlock::SIZE }>()?;
        self.0 = rest;
        let word = |at: usize| u32::from_be_bytes([block[at], block[at + 1], block[at + 2], block[at + 3]]);
        Some(ReportBlock {
            ssrc: word(0),
            fraction_lost: block[4],
            highest: word(8),
            jitter: word(12),
            last_report: word(16),
            delay: word(20),
        })
    }
}
