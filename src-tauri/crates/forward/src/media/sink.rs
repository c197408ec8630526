//! Where an egress puts its packets.

/// Takes the packets of one viewer, encrypts and sends them.
pub(crate) trait PacketSink {
    /// Takes one RTP packet: its whole header with extensions, and its payload in pieces that follow each other.
    fn rtp(&mut self, header: &[u8], payload: &[&[u8]]);

    /// Takes one compound RTCP packet.
    fn rtcp(&mut self, compound: &[u8]);

    /// Sends what came since the last call, in one system call where the sizes allow it.
    fn flush_picture(&mut self);
}
