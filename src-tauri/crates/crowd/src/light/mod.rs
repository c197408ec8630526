//! Light viewers: thousands of them on one thread.
//!
//! To the server they are browsers: WHEP, ICE with its checks and consent, DTLS, SRTP, and the RTCP that Chromium sends,
//! when it sends it. What they leave out is what no server sees: they open and look into only as many packets as they need.

mod feedback;
pub(crate) mod header;
pub(crate) mod keys;
mod missing;
mod reader;
mod report;
pub(crate) mod sdp;
mod socket;
pub(crate) mod stun;
mod viewer;

pub use reader::Discard;

use crate::loss::Dice;
use crate::plan::Plan;
use crate::progress::Progress;
use crate::signal::Session;
use crate::{janus, whep};
use anyhow::Context;
use reader::{Reader, Seat};
use std::net::{SocketAddr, UdpSocket};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use stun::Credentials;
use tokio::sync::watch;

/// libwebrtc's first DTLS retransmission (`kInitialTimeoutMs`). A server may not be ready for a ClientHello when it answers the check
/// before it: Janus drops it then, and with the library's second of patience its joins took a second.
pub(crate) const DTLS_TIMER: Duration = Duration::from_millis(50);

/// Where the light viewers of one crowd are.
pub(crate) struct Light {
    reader: Reader,
    dtls: Arc<dimpl::Config>,
    certificate: dimpl::DtlsCertificate,
    epoch: Instant,
}

impl Light {
    pub(crate) fn start() -> anyhow::Result<Light> {
        Ok(Light {
            reader: Reader::start()?,
            dtls: Arc::new(dimpl::Config::builder().flight_start_rto(DTLS_TIMER).build()?),
            certificate: dimpl::certificate::generate_self_signed_certificate()?,
            epoch: Instant::now(),
        })
    }

    /// Joins, is looked after by the thread, and leaves with a DELETE after `stop`. Errors as of [`crate::viewer::watch`].
    pub(crate) async fn watch(
        &self,
        plan: Plan,
        http: reqwest::Client,
        progress: Arc<Mutex<Progress>>,
        dice: Dice,
        mut stop: watch::Receiver<bool>,
    ) -> anyhow::Result<()> {
        progress.lock().expect("no viewer panics while it holds this").started = Some(Instant::now());
        let ice = Credentials { ufrag: format!("{:08x}", plan.n), pwd: format!("{:032x}", rand(plan.n)) };
        let (answer, session, socket) = self.signal(&plan, &http, &ice).await?;
        {
            let mut progress = progress.lock().expect("as above");
            progress.answered = Some(Instant::now());
            progress.session = session.name();
        }
        let dtls = dimpl::Dtls::new_12(self.dtls.clone(), self.certificate.clone(), Instant::now());
        let viewer = viewer::Viewer::new(answer, ice, dtls, dice, plan.n, self.epoch);
        self.reader.take(Seat { viewer, socket: mio::net::UdpSocket::from_std(socket), progress });
        tokio::select! {
            _ = stop.changed() => {}
            over = session.keep(&http) => return Err(over),
        }
        session.leave(&http).await.ok();
        Ok(())
    }

    /// What the server agreed to, and the socket that it was told of.
    async fn signal(
        &self,
        plan: &Plan,
        http: &reqwest::Client,
        ice: &Credentials,
    ) -> anyhow::Result<(sdp::Answer, Session, UdpSocket)> {
        let open = |address| socket::open(SocketAddr::new(address, 0)).context("no UDP socket");
        let socket = open(plan.local)?;
        let local = socket.local_addr()?;
        let fingerprint = self.certificate.fingerprint_str();
        if let Some((base, mountpoint)) = janus::endpoint(&plan.endpoint) {
            let session = janus::watch(http, base, mountpoint).await?;
            // An offer tells the same as an answer, and this one leaves it to the viewer to begin.
            let theirs = sdp::Answer::of_offer(&session.offer)?;
            session.start(http, &sdp::answer(ice, &fingerprint, local, plan.sound, &session.offer)).await?;
            return Ok((theirs, Session::Janus(session), socket));
        }
        let offer = sdp::offer(ice, &fingerprint, local, plan.sound, plan.codec, plan.stamps);
        let session = whep::post(http, &plan.endpoint, &plan.name, offer, true).await?;
        if session.offered {
            let socket = open(session.facing().unwrap_or(plan.local))?;
            let local = socket.local_addr()?;
            let mut newest = session.sdp.clone();
            let mut answering = whep::Answering::new(http, &session);
            let answer = |offer: &str| sdp::answer(ice, &fingerprint, local, plan.sound, offer);
            while let Some(next) = answering.answer(answer(&newest)).await? {
                newest = next;
            }
            return Ok((sdp::Answer::of_offer(&newest)?, Session::Whep(session), socket));
        }
        Ok((sdp::Answer::parse(&session.sdp)?, Session::Whep(session), socket))
    }
}

/// Nothing here is secret: all of it stays on this machine, and a password only has to be long enough.
fn rand(n: u32) -> u128 {
    u128::from(n).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)
}
