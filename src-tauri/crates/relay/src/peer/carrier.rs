//! Packets to a peer connection's tracks.

use super::offered::RIDS;
use crate::answer::name;
use crate::uplink::{Carrier, Packet, Source};
use bytes::Bytes;
use rtc::rtcp::sender_report::SenderReport;
use rtc::rtp::header::Header;
use rtc::rtp::packet::Packet as RtpPacket;
use std::sync::Arc;
use stream::Rid;
use tokio::runtime::Handle;
use webrtc::media_stream::track_local::TrackLocal;
use webrtc::media_stream::track_local::static_rtp::TrackLocalStaticRTP;

pub(super) const MID: &str = "urn:ietf:params:rtp-hdrext:sdes:mid";
pub(super) const RID: &str = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id";

/// What stands in each packet's header besides its numbers.
pub(super) struct Tags {
    /// The extension's number, and what the medium is called.
    pub(super) mid: Option<(u8, String)>,
    /// The number of the extension that names the layer.
    pub(super) rid: Option<u8>,
}

/// Two tracks of a connection.
pub(super) struct Tracks {
    runtime: Handle,
    picture: Arc<TrackLocalStaticRTP>,
    sound: Arc<TrackLocalStaticRTP>,
    mid: Option<(u8, Bytes)>,
    rids: Vec<(Rid, (u8, Bytes))>,
}

impl Tracks {
    /// Of a connection in the runtime that this is called in.
    pub(super) fn new(picture: Arc<TrackLocalStaticRTP>, sound: Arc<TrackLocalStaticRTP>, tags: Tags) -> Tracks {
        let rid = |rid: Rid| tags.rid.map(|id| (rid, (id, Bytes::from_static(name(rid).as_bytes()))));
        let rids = RIDS.into_iter().filter_map(rid).collect();
        let mid = tags.mid.map(|(id, mid)| (id, Bytes::from(mid)));
        Tracks { runtime: Handle::current(), picture, sound, mid, rids }
    }

    /// What each packet of a source has in its header.
    fn tags(&self, source: Source) -> Vec<(u8, Bytes)> {
        let Source::Layer(rid) = source else { return Vec::new() };
        let of_layer = self.rids.iter().find(|(known, _)| *known == rid).map(|(_, tag)| tag);
        self.mid.iter().chain(of_layer).cloned().collect()
    }
}

impl Carrier for Tracks {
    fn carry(&mut self, source: Source, packets: Vec<Packet>, report: Option<rtp::rtcp::SenderReport>) {
        let tags = self.tags(source);
        let track = if source == Source::Sound { &self.sound } else { &self.picture };
        let packets: Vec<RtpPacket> = packets.into_iter().map(|packet| tagged(packet, &tags)).collect();
        self.runtime.block_on(write(track, packets, report.map(written)));
    }
}

fn tagged(packet: Packet, tags: &[(u8, Bytes)]) -> RtpPacket {
    let Packet { ssrc, payload_type, number, timestamp, marker, payload } = packet;
    let sequence_number = number;
    let mut header = Header { version: 2, marker, payload_type, sequence_number, timestamp, ssrc, ..Header::default() };
    for (id, value) in tags {
        // A number that the engine answered, and a value of a few bytes: it fits.
        let _ = header.set_extension(*id, value.clone());
    }
    RtpPacket { header, payload }
}

fn written(report: rtp::rtcp::SenderReport) -> SenderReport {
    SenderReport {
        ssrc: report.ssrc,
        ntp_time: report.ntp,
        rtp_time: report.rtp,
        packet_count: report.packets,
        octet_count: report.octets,
        ..SenderReport::default()
    }
}

/// Hands packets to the connection, and before them the report that is due. Errors say that the connection is over.
async fn write(track: &TrackLocalStaticRTP, packets: Vec<RtpPacket>, report: Option<SenderReport>) {
    if let Some(report) = report {
        let _ = track.write_rtcp(vec![Box::new(report)]).await;
    }
    for packet in packets {
        if track.write_rtp(packet).await.is_err() {
            return;
        }
    }
}
