//! Why a datagram of a viewer was dropped, as it is counted.

/// Why a datagram was dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DropReason {
    /// It is of no protocol that is expected, or not at this time.
    Unknown,
    /// It is a check, or a response to one, with a false MESSAGE-INTEGRITY.
    Forged,
    /// It is a replayed check, from an address from which no check has passed.
    ReplayedCheck,
    /// It is DTLS that cannot be the viewer's, or more of it than a handshake takes.
    Dtls,
    /// It is SRTCP that is not encrypted with the viewer's keys.
    Unauthenticated,
    /// It is replayed SRTCP.
    Replayed,
    /// It is SRTCP whose work is above the viewer's allowance, or one more check than is answered.
    Flood,
    /// The certificate does not match the offer's fingerprint.
    Fingerprint,
}
