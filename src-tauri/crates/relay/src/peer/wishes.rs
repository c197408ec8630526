//! Wishes for keyframes, as they come in: the peer connection keeps them to itself otherwise.

use rtc::interceptor::{Interceptor, Packet, StreamInfo, TaggedPacket};
use rtc::rtcp::payload_feedbacks::full_intra_request::FullIntraRequest;
use rtc::rtcp::payload_feedbacks::picture_loss_indication::PictureLossIndication;
use rtc::sansio::Protocol;
use std::collections::VecDeque;
use std::time::Instant;

/// Nothing that it does depends on what others make of a packet.
pub(super) const SLOT: usize = 10_500;

/// Stands among those that read RTCP, and calls with the SSRC of each PLI (RFC 4585) and FIR (RFC 5104). All else goes through.
pub(super) struct Wishes<W> {
    wish: W,
    reads: VecDeque<TaggedPacket>,
    writes: VecDeque<TaggedPacket>,
}

impl<W: FnMut(u32)> Wishes<W> {
    pub(super) fn new(wish: W) -> Wishes<W> {
        Wishes { wish, reads: VecDeque::new(), writes: VecDeque::new() }
    }
}

impl<W: FnMut(u32) + Send + Sync> Protocol<TaggedPacket, TaggedPacket, ()> for Wishes<W> {
    type Rout = TaggedPacket;
    type Wout = TaggedPacket;
    type Eout = ();
    type Error = webrtc::error::Error;
    type Time = Instant;

    fn handle_read(&mut self, packet: TaggedPacket) -> Result<(), Self::Error> {
        if let Packet::Rtcp(parts) = &packet.message.packet {
            for part in parts {
                if let Some(pli) = part.as_any().downcast_ref::<PictureLossIndication>() {
                    (self.wish)(pli.media_ssrc);
                } else if let Some(fir) = part.as_any().downcast_ref::<FullIntraRequest>() {
                    fir.fir.iter().for_each(|entry| (self.wish)(entry.ssrc));
                }
            }
        }
        self.reads.push_back(packet);
        Ok(())
    }

    fn poll_read(&mut self) -> Option<TaggedPacket> {
        self.reads.pop_front()
    }

    fn handle_write(&mut self, packet: TaggedPacket) -> Result<(), Self::Error> {
        self.writes.push_back(packet);
        Ok(())
    }

    fn poll_write(&mut self) -> Option<TaggedPacket> {
        self.writes.pop_front()
    }
}

impl<W: FnMut(u32) + Send + Sync> Interceptor for Wishes<W> {
    fn bind_local_stream(&mut self, _: &StreamInfo) {}
    fn unbind_local_stream(&mut self, _: &StreamInfo) {}
    fn bind_remote_stream(&mut self, _: &StreamInfo) {}
    fn unbind_remote_stream(&mut self, _: &StreamInfo) {}
}
