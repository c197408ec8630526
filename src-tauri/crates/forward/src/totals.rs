/// Counters since the forwarder started, for `/metrics`. All only ever grow, but for `viewers`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Viewers held now, connected or still joining.
    pub viewers: u64,
    /// Offers answered.
    pub joins: u64,
    /// Viewers whose DTLS was done.
    pub connected: u64,
    /// Viewers gone because DTLS failed or was not done in time.
    pub failed: u64,
    /// Viewers gone because nothing authenticated came for too long.
    pub timed_out: u64,
    /// RTP packets handed to the kernel, repairs included.
    pub packets_sent: u64,
    /// Bytes of UDP payload handed to the kernel.
    pub bytes_sent: u64,
    /// Calls that handed them over.
    pub sends: u64,
    /// RTP packets sent again because a viewer asked.
    pub retransmitted: u64,
    /// RTP packets the kernel did not take: its send buffer was full.
    pub dropped_unsent: u64,
    /// Pictures that a viewer was not sent because its thread was more than 250 ms behind.
    pub dropped_late: u64,
    /// Datagrams received.
    pub datagrams_received: u64,
    /// Datagrams from addresses that passed no STUN check, or that are no protocol of ours.
    pub dropped_unknown: u64,
    /// STUN requests with an unknown ufrag, a false MESSAGE-INTEGRITY or a false FINGERPRINT.
    pub dropped_stun: u64,
    /// SRTCP that failed authentication.
    pub dropped_unauthenticated: u64,
    /// SRTCP that was seen before.
    pub dropped_replayed: u64,
    /// DTLS handshakes whose certificate did not have the fingerprint of the offer.
    pub dropped_fingerprint: u64,
    /// Viewers whose packets began to come from another address.
    pub paths_changed: u64,
}
