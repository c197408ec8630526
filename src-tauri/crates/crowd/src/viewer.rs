//! One viewer: str0m's state machine, its socket, and what it received.

use crate::loss::Dice;
use crate::plan::Plan;
use crate::progress::Progress;
use crate::reception::Packet;
use crate::signal::Session;
use crate::{janus, whep};
use anyhow::Context;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use str0m::change::{SdpAnswer, SdpOffer};
use str0m::format::Codec;
use str0m::media::{Direction, MediaKind};
use str0m::net::{Protocol, Receive};
use str0m::{Candidate, Event, Input, Output, Rtc, RtcConfig};
use tokio::net::UdpSocket;
use tokio::sync::watch;

/// Watches until `stop`, then leaves with a DELETE. An error is the join's: the endpoint refused, or its answer is no answer.
pub(crate) async fn watch(
    plan: Plan,
    http: reqwest::Client,
    progress: Arc<Mutex<Progress>>,
    mut dice: Dice,
    mut stop: watch::Receiver<bool>,
) -> anyhow::Result<()> {
    let started = Instant::now();
    update(&progress, |p| p.started = Some(started));
    let socket = UdpSocket::bind(SocketAddr::new(plan.local, 0)).await.context("no UDP socket")?;
    let local = socket.local_addr()?;
    let mut rtc = build(plan.vp8);
    rtc.add_local_candidate(Candidate::host(local, "udp")?);
    let session = signal(&mut rtc, &plan, &http).await?;
    update(&progress, |p| p.answered = Some(Instant::now()));

    let mut buffer = vec![0; 2048];
    while rtc.is_alive() {
        let deadline = drain(&mut rtc, &socket, &progress)?;
        tokio::select! {
            ready = socket.readable() => {
                ready?;
                // Everything that has arrived, then once through the outputs.
                while let Ok((size, source)) = socket.try_recv_from(&mut buffer) {
                    if dice.loses(&buffer[..size]) {
                        continue;
                    }
                    let now = Instant::now();
                    if let Ok(contents) = buffer[..size].try_into() {
                        rtc.handle_input(Input::Receive(now, Receive { proto: Protocol::Udp, source, destination: local, contents }))?;
                        drain(&mut rtc, &socket, &progress)?;
                    }
                }
            }
            () = tokio::time::sleep_until(deadline.into()) => rtc.handle_input(Input::Timeout(Instant::now()))?,
            _ = stop.changed() => break,
        }
    }
    session.leave(&http).await.ok();
    rtc.disconnect();
    Ok(())
}

async fn signal(rtc: &mut Rtc, plan: &Plan, http: &reqwest::Client) -> anyhow::Result<Session> {
    if let Some((base, mountpoint)) = janus::endpoint(&plan.endpoint) {
        let session = janus::watch(http, base, mountpoint).await?;
        let offer = SdpOffer::from_sdp_string(&session.offer).context("the offer is no SDP")?;
        let answer = rtc.sdp_api().accept_offer(offer).context("the offer cannot be taken")?;
        session.start(http, &answer.to_sdp_string()).await?;
        return Ok(Session::Janus(session));
    }
    let mut change = rtc.sdp_api();
    change.add_media(MediaKind::Video, Direction::RecvOnly, None, None, None);
    if plan.sound {
        change.add_media(MediaKind::Audio, Direction::RecvOnly, None, None, None);
    }
    let (offer, pending) = change.apply().expect("adding media asks for a negotiation");
    let session = whep::post(http, &plan.endpoint, &plan.name, offer.to_sdp_string()).await?;
    let answer = SdpAnswer::from_sdp_string(&session.answer).context("the answer is no SDP")?;
    rtc.sdp_api().accept_answer(pending, answer).context("the answer does not fit the offer")?;
    Ok(Session::Whep(session))
}

fn build(vp8: bool) -> Rtc {
    // Packets, not frames, and no waiting for reordered ones: what arrives is counted when it arrives.
    RtcConfig::new()
        .clear_codecs()
        .enable_h264(!vp8)
        .enable_vp8(true)
        .enable_opus(true, false)
        .set_rtp_mode(true)
        .build(Instant::now())
}

/// Carries out what the state machine asks until it has nothing but a time to wait for.
fn drain(rtc: &mut Rtc, socket: &UdpSocket, progress: &Mutex<Progress>) -> anyhow::Result<Instant> {
    loop {
        match rtc.poll_output()? {
            Output::Timeout(when) => return Ok(when.max(Instant::now() + Duration::from_millis(1))),
            Output::Transmit(transmit) => {
                // A full socket buffer loses a packet as a network would.
                socket.try_send_to(&transmit.contents, transmit.destination).ok();
            }
            Output::Event(Event::Connected) => update(progress, |p| p.connected = Some(Instant::now())),
            Output::Event(Event::RtpPacket(packet)) => {
                let codec =
                    rtc.codec_config().params().iter().find(|p| {
                        p.pt() == packet.header.payload_type || p.resend() == Some(packet.header.payload_type)
                    });
                let Some(codec) = codec.map(|p| p.spec().codec) else { continue };
                update(progress, |p| {
                    if codec == Codec::Opus {
                        p.sound.insert(*packet.seq_no);
                        return;
                    }
                    let h264 = codec == Codec::H264;
                    p.codec = Some(if h264 { "h264" } else { "vp8" });
                    let packet = Packet {
                        sequence: *packet.seq_no,
                        timestamp: packet.time.numer(),
                        marker: packet.header.marker,
                        payload: &packet.payload,
                        h264,
                    };
                    p.video.packet(&packet, Instant::now());
                });
            }
            Output::Event(_) => {}
        }
    }
}

fn update(progress: &Mutex<Progress>, change: impl FnOnce(&mut Progress)) {
    change(&mut progress.lock().expect("no viewer panics while it holds this"));
}
