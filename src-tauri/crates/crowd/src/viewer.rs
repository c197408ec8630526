//! A whole viewer: joins, watches by itself, and keeps an account of what it received.

use crate::loss::Dice;
use crate::peer::Peer;
use crate::plan::Plan;
use crate::progress::Progress;
use crate::reception::Packet;
use crate::signal::Session;
use crate::{janus, whep};
use anyhow::Context;
use std::sync::{Arc, Mutex};
use std::time::Instant;
use str0m::change::{SdpAnswer, SdpOffer};
use str0m::format::Codec;
use str0m::media::{Direction, MediaKind};
use str0m::{Event, Rtc, RtcConfig};
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
    let mut peer = Peer::bind(plan.local, build(plan.codec)).await?;
    let session = signal(&mut peer.rtc, &plan, &http).await?;
    if let Session::Whep(whep) = &session
        && whep.offered
    {
        // What was posted is of no more use: the offer is for a connection of its own.
        peer = Peer::bind(whep.facing().unwrap_or(plan.local), build(plan.codec)).await?;
        counter(&mut peer, &http, whep, &progress).await?;
    }
    update(&progress, |p| p.answered = Some(Instant::now()));

    let keep = session.keep(&http);
    tokio::pin!(keep);
    while peer.rtc.is_alive() {
        let on = |rtc: &Rtc, event| update(&progress, |p| count(rtc, event, p));
        tokio::select! {
            came = peer.step(usize::MAX, |datagram| dice.loses(datagram), on) => { came?; }
            _ = stop.changed() => break,
            over = &mut keep => return Err(over),
        }
    }
    session.leave(&http).await.ok();
    peer.rtc.disconnect();
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
    let session = whep::post(http, &plan.endpoint, &plan.name, offer.to_sdp_string(), true).await?;
    if session.offered {
        return Ok(Session::Whep(session));
    }
    let answer = SdpAnswer::from_sdp_string(&session.sdp).context("the answer is no SDP")?;
    rtc.sdp_api().accept_answer(pending, answer).context("the answer does not fit the offer")?;
    Ok(Session::Whep(session))
}

/// Answers what is offered until nothing more is. The connection goes on meanwhile: what is sent on it may be offered when it is there.
async fn counter(
    peer: &mut Peer,
    http: &reqwest::Client,
    session: &whep::Session,
    progress: &Mutex<Progress>,
) -> anyhow::Result<()> {
    let mut answering = whep::Answering::new(http, session);
    let mut offered = Some(session.sdp.clone());
    while let Some(offer) = offered.take() {
        // Whoever may choose begins the handshake, as browsers do (RFC 8842 section 5.3); str0m would wait for it.
        let offer = offer.replace("a=setup:actpass", "a=setup:passive");
        let offer = SdpOffer::from_sdp_string(&offer).context("the offer is no SDP")?;
        let answer = peer.rtc.sdp_api().accept_offer(offer).context("the offer cannot be taken")?;
        let bringing = answering.answer(answer.to_sdp_string());
        tokio::pin!(bringing);
        offered = loop {
            let on = |rtc: &Rtc, event| update(progress, |p| count(rtc, event, p));
            tokio::select! {
                next = &mut bringing => break next?,
                came = peer.step(usize::MAX, |_| false, on) => { came?; }
            }
        };
    }
    Ok(())
}

fn build(best: crate::Codec) -> Rtc {
    // Packets, not frames, and no waiting for reordered ones: what arrives is counted when it arrives.
    RtcConfig::new()
        .clear_codecs()
        .enable_h264(best == crate::Codec::H264)
        .enable_vp9(best == crate::Codec::Vp9)
        .enable_vp8(true)
        .enable_opus(true, false)
        .set_rtp_mode(true)
        .build(Instant::now())
}

/// Counts what an event says came.
fn count(rtc: &Rtc, event: Event, progress: &mut Progress) {
    let packet = match event {
        Event::Connected => {
            progress.connected = Some(Instant::now());
            return;
        }
        Event::RtpPacket(packet) => packet,
        _ => return,
    };
    let number = packet.header.payload_type;
    let codec = rtc.codec_config().params().iter().find(|p| p.pt() == number || p.resend() == Some(number));
    let Some(codec) = codec.map(|p| p.spec().codec) else { return };
    if codec == Codec::Opus {
        progress.sound(*packet.seq_no, Instant::now());
        return;
    }
    let codec = match codec {
        Codec::H264 => crate::Codec::H264,
        Codec::Vp9 => crate::Codec::Vp9,
        _ => crate::Codec::Vp8,
    };
    progress.codec = Some(codec.name());
    let packet = Packet {
        sequence: *packet.seq_no,
        timestamp: packet.time.numer(),
        marker: packet.header.marker,
        payload: &packet.payload,
        codec,
    };
    progress.video.packet(&packet, Instant::now());
}

fn update(progress: &Mutex<Progress>, change: impl FnOnce(&mut Progress)) {
    change(&mut progress.lock().expect("no viewer panics while it holds this"));
}
