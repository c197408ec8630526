/// Where an egress puts what one viewer is to get: the transport seals it and sends it.
pub(crate) trait PacketSink {
    /// One RTP packet: its whole header with extensions, and its payload in pieces to be put one after the other.
    fn rtp(&mut self, header: &[u8], payload: &[&[u8]]);

    /// One compound RTCP packet.
    fn rtcp(&mut self, compound: &[u8]);

    /// What came since the last call belongs together and goes out now, in one system call where sizes allow.
    fn flush_picture(&mut self);
}
