//! Skylark's own stream, recorded once and sent as plain RTP in a loop: the other server gets the same pictures.

use crate::program::Program;
use anyhow::ensure;
use crowd::{Recorded, Visitor};
use std::net::UdpSocket;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// A keyframe and what follows, two seconds of it.
pub(crate) struct Feed {
    pictures: Arc<Vec<Vec<Recorded>>>,
}

const PICTURES: usize = 60;
const PER_SECOND: u32 = 30;
/// Ticks of the RTP clock between two pictures.
const TICKS: u32 = 90_000 / PER_SECOND;
const PAYLOAD_TYPE: u8 = 102;
/// Until a viewer on loopback has climbed to the top layer.
const CLIMB: Duration = Duration::from_secs(6);
/// Of the 2500 that are asked for: less is another layer.
const LEAST_KBPS: f64 = 2000.0;

impl Feed {
    /// Records a viewer of this program.
    pub(crate) async fn record(program: &Path) -> anyhow::Result<Feed> {
        let program = Program::start(program, false).await?;
        let http = reqwest::Client::builder().no_proxy().build()?;
        let mut visitor = Visitor::knock(&http, &program.whep, "skylark-bench-feed").await?;
        visitor.connect().await?;
        let (_stay, stop) = watch::channel(false);
        if let Ok(ended) = tokio::time::timeout(CLIMB, visitor.stay(stop, &AtomicU64::new(0))).await {
            ended?;
        }
        let recorded = visitor.record(PICTURES).await?;
        program.quit().await?;
        let feed = Feed { pictures: Arc::new(recorded.chunk_by(|a, _| !a.marker).map(<[_]>::to_vec).collect()) };
        ensure!(feed.kbps() > LEAST_KBPS, "the recorded stream has {:.0} kbit/s: not the top layer", feed.kbps());
        Ok(feed)
    }

    /// Payload, kilobits a second.
    pub(crate) fn kbps(&self) -> f64 {
        let bytes: usize = self.pictures.iter().flatten().map(|packet| packet.payload.len()).sum();
        bytes as f64 * 8.0 / 1000.0 * f64::from(PER_SECOND) / self.pictures.len() as f64
    }

    /// RTP packets a picture.
    pub(crate) fn packets(&self) -> f64 {
        self.pictures.iter().map(Vec::len).sum::<usize>() as f64 / self.pictures.len() as f64
    }

    /// Sends it to a port on loopback until the result is dropped.
    pub(super) fn play(&self, port: u16) -> anyhow::Result<Feeding> {
        let socket = UdpSocket::bind("127.0.0.1:0")?;
        socket.connect(("127.0.0.1", port))?;
        let stop = Arc::new(AtomicBool::new(false));
        let (pictures, stopped) = (self.pictures.clone(), stop.clone());
        let thread =
            std::thread::Builder::new().name("feed".into()).spawn(move || send_all(&socket, &pictures, &stopped))?;
        Ok(Feeding { stop, thread: Some(thread) })
    }
}

/// The thread that sends; it ends when this is dropped.
pub(super) struct Feeding {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Feeding {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

fn send_all(socket: &UdpSocket, pictures: &[Vec<Recorded>], stop: &AtomicBool) {
    let begin = Instant::now();
    let mut number = 0u16;
    let mut packet = Vec::new();
    for (n, picture) in (0u32..).zip(pictures.iter().cycle()) {
        std::thread::sleep((begin + n * Duration::from_secs(1) / PER_SECOND).saturating_duration_since(Instant::now()));
        if stop.load(Ordering::Relaxed) {
            return;
        }
        for recorded in picture {
            packet.clear();
            packet.extend([0x80, u8::from(recorded.marker) << 7 | PAYLOAD_TYPE]);
            packet.extend(number.to_be_bytes());
            packet.extend(n.wrapping_mul(TICKS).to_be_bytes());
            packet.extend(1u32.to_be_bytes());
            packet.extend(&recorded.payload);
            number = number.wrapping_add(1);
            // A receiver that has gone is seen by who measures it.
            socket.send(&packet).ok();
        }
    }
}
