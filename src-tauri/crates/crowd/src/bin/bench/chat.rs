//! The chat: what a message costs for each page that is told it, and how late it comes, beside a bare loop that writes the same frames.

mod floor;
mod frame;
mod pages;
mod tally;

use crate::load::SETTLE;
use crate::proc::{self, Cpu};
use crate::program::Program;
use crate::table::Table;
use anyhow::{Context, ensure};
use crowd::attacker::page::Page;
use crowd::{Crowd, Options, percentile};
use floor::Floor;
use pages::Pages;
use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, TcpStream};
use std::path::Path;
use std::time::{Duration, Instant};

/// What to measure.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// How many pages show the chat
    #[arg(long, default_value_t = 1000)]
    pages: u32,
    /// How many messages a second, a row each
    #[arg(long, value_delimiter = ',', default_values_t = [1.0, 10.0, 100.0])]
    messages_per_second: Vec<f64>,
    /// How many percent of the pages read nothing at all, in a second round
    #[arg(long, default_value_t = 10)]
    deaf_percent: u32,
    /// How long a row's messages go on, in seconds; twice
    #[arg(long, default_value_t = 6.0)]
    seconds: f64,
    /// How many watch the picture whose cost is looked at while others write
    #[arg(long, default_value_t = 200)]
    watching: u32,
}

/// A picture that costs next to nothing, so that the chat is what is measured.
const SMALL_PICTURE: &[&str] =
    &["--camera", "pattern", "--microphone", "off", "--size", "320x180", "--fps", "10", "--bitrate", "200k"];
const USUAL_PICTURE: &[&str] = &["--camera", "pattern", "--microphone", "off"];
/// Who writes does so at most once in this time: less often than the chat would mind.
const PAUSE: Duration = Duration::from_secs(2);
/// Sockets that are opened in a second.
const OPENED: f64 = 200.0;
/// How long the last message may take before it counts as lost.
const LATEST: Duration = Duration::from_secs(5);

pub(crate) async fn run(program: &Path, arguments: &Arguments) -> anyhow::Result<()> {
    println!("{} pages show the chat; a small picture, so that it is the chat that is measured\n", arguments.pages);
    let mut table = Table::new(&[
        "messages a second",
        "read nothing",
        "us a message and page",
        "floor",
        "ratio",
        "delivered p50",
        "p95",
        "p99",
        "floor p95",
        "ratio",
        "lost",
        "twice",
        "refused",
        "sockets closed",
    ]);
    for deaf_percent in [0, arguments.deaf_percent] {
        let hall = Hall::fill(program, SMALL_PICTURE, arguments.pages, deaf_percent).await?;
        if deaf_percent == 0 {
            println!("{}", hall.memory);
        }
        for &rate in &arguments.messages_per_second {
            table.row(hall.row(rate, Duration::from_secs_f64(arguments.seconds)).await?);
        }
        hall.empty().await?;
    }
    table.print();
    println!(
        "us: CPU of the threads that serve pages, less what they take while nobody writes, for each message and page that is told\n\
         it. floor: a bare loop that writes the same frames at the same times to as many sockets of this machine. Delivered: from\n\
         the writing on the sender's socket to the reading on each page; a moment's messages come in one frame, at most one in 50 ms.\n"
    );
    picture(program, arguments).await
}

/// A broadcast, its viewers, and the pages that show the chat.
struct Hall {
    program: Program,
    crowd: Crowd,
    pages: Pages,
    /// The other halves of the pages' sockets, by which they write.
    writers: Vec<TcpStream>,
    /// Pages that read nothing.
    _deaf: Vec<TcpStream>,
    epoch: Instant,
    memory: String,
}

impl Hall {
    async fn fill(program: &Path, picture: &[&str], pages: u32, deaf_percent: u32) -> anyhow::Result<Hall> {
        let program = Program::start_with(program, picture, None, false).await?;
        tokio::time::sleep(SETTLE).await;
        let crowd = Crowd::join(&Options {
            endpoint: program.whep.clone(),
            viewers: pages,
            whole: 0,
            joins_per_second: 100.0,
            ..Options::default()
        })
        .await?;
        tokio::time::sleep(SETTLE).await;
        let joined = crowd.report().viewers.iter().filter(|viewer| viewer.first_keyframe_ms.is_some()).count();
        ensure!(joined == pages as usize, "{joined} of {pages} viewers have a picture");
        let watching_kb = proc::rss_kb(program.pid)?;
        let mut streams = Vec::new();
        for (n, session) in crowd.sessions().into_iter().enumerate() {
            tokio::time::sleep(Duration::from_secs_f64(1.0 / OPENED)).await;
            // Addresses of their own, as people have.
            let from = IpAddr::V4(Ipv4Addr::new(127, 0, 1 + (n / 250) as u8, 1 + (n % 250) as u8));
            let mut page = Page::open(&program.watch, from).await.context("a page's socket")?;
            page.hears("\r\n\r\n").await.context("the end of the answer's header")?;
            page.send(&frame::text(&format!(r#"{{"type":"watching","session":"{session}"}}"#))).await?;
            streams.push(page.into_stream()?);
        }
        tokio::time::sleep(SETTLE).await;
        let open_kb = proc::rss_kb(program.pid)?;
        let deaf_from = streams.len() - streams.len() * deaf_percent as usize / 100;
        let epoch = Instant::now();
        for stream in &mut streams {
            stream.write_all(&frame::text(r#"{"type":"chat_since","message":null}"#))?;
        }
        let deaf = streams.split_off(deaf_from);
        let writers = streams.iter().map(TcpStream::try_clone).collect::<Result<_, _>>()?;
        let pages = Pages::read(streams, epoch)?;
        tokio::time::sleep(SETTLE).await;
        let shown_kb = proc::rss_kb(program.pid)?;
        let a_page = |kb: f64| kb / f64::from(crowd.report().viewers.len() as u32);
        let memory = format!(
            "A page's open socket takes {:.1} KB, and showing the chat {:.1} KB more.",
            a_page(open_kb - watching_kb),
            a_page(shown_kb - open_kb)
        );
        Ok(Hall { program, crowd, pages, writers, _deaf: deaf, epoch, memory })
    }

    /// The chat, the floor of the same frames, and both again.
    async fn row(&self, rate: f64, time: Duration) -> anyhow::Result<Vec<String>> {
        let (mut cpu_us, mut floor_us) = (Vec::new(), Vec::new());
        let (mut late, mut floor_late) = (Vec::new(), Vec::new());
        let (mut lost, mut doubled, mut refused, mut closed) = (0, 0, 0, 0);
        for _ in 0..2 {
            let quiet = self.quiet(time / 2).await?;
            self.pages.tally().begin();
            let before = Cpu::of(self.program.pid)?;
            let begin = Instant::now();
            let said = self.say(rate, time).await?;
            let pages = self.writers.len() as u64;
            until(LATEST, || {
                let tally = self.pages.tally();
                tally.delivered() as u64 >= (said - tally.refused.min(said)) * pages.saturating_sub(tally.closed)
            });
            let spent = Cpu::of(self.program.pid)?.ms_since(&before, serves_pages) * 1000.0;
            let idle = quiet * begin.elapsed().as_secs_f64();
            let trace = {
                let mut tally = self.pages.tally();
                let expected = (said - tally.refused.min(said)) * pages.saturating_sub(tally.closed);
                // What a page never had because nothing came after it is lost, too.
                lost += tally.lost.max(expected.saturating_sub(tally.delivered() as u64));
                (doubled, refused, closed) = (doubled + tally.doubled, refused + tally.refused, tally.closed);
                cpu_us.push((spent - idle) / tally.delivered().max(1) as f64);
                late.append(&mut tally.late);
                std::mem::take(&mut tally.trace)
            };
            let (count, epoch) = (self.writers.len(), self.epoch);
            let Floor { cpu_us: floor, late: mut more } =
                tokio::task::spawn_blocking(move || floor::measure(count, trace, epoch)).await??;
            floor_us.push(floor);
            floor_late.append(&mut more);
        }
        let mean = |all: &[f64]| all.iter().sum::<f64>() / all.len() as f64;
        let (late, floor_late) = (sorted_ms(&late), sorted_ms(&floor_late));
        let (cost, floor) = (mean(&cpu_us), mean(&floor_us));
        let (p95, floor_p95) = (percentile(&late, 95.0), percentile(&floor_late, 95.0));
        Ok(vec![
            rate.to_string(),
            format!("{} of {}", self._deaf.len(), self._deaf.len() + self.writers.len()),
            format!("{cost:.1} ({:.1}, {:.1})", cpu_us[0], cpu_us[1]),
            format!("{floor:.1} ({:.1}, {:.1})", floor_us[0], floor_us[1]),
            format!("{:.2}", cost / floor),
            format!("{:.1} ms", percentile(&late, 50.0)),
            format!("{p95:.1} ms"),
            format!("{:.1} ms", percentile(&late, 99.0)),
            format!("{floor_p95:.1} ms"),
            format!("{:.2}", p95 / floor_p95),
            lost.to_string(),
            doubled.to_string(),
            refused.to_string(),
            closed.to_string(),
        ])
    }

    /// CPU of the threads that serve pages while nobody writes, microseconds a second.
    async fn quiet(&self, time: Duration) -> anyhow::Result<f64> {
        let (before, begin) = (Cpu::of(self.program.pid)?, Instant::now());
        tokio::time::sleep(time).await;
        Ok(Cpu::of(self.program.pid)?.ms_since(&before, serves_pages) * 1000.0 / begin.elapsed().as_secs_f64())
    }

    /// The pages write in turn, as many as it takes; how many messages that were.
    async fn say(&self, rate: f64, time: Duration) -> anyhow::Result<u64> {
        let authors = ((rate * PAUSE.as_secs_f64()).ceil() as usize).max(1);
        ensure!(
            authors <= self.writers.len(),
            "{rate} messages a second take {authors} pages that write in turn, and {} can: give more --pages",
            self.writers.len()
        );
        let begin = tokio::time::Instant::now();
        let count = (rate * time.as_secs_f64()).round() as u64;
        for n in 0..count {
            tokio::time::sleep_until(begin + Duration::from_secs_f64(n as f64 / rate)).await;
            let said = format!(r#"{{"type":"say","text":"{}"}}"#, frame::stamp(micros(self.epoch)));
            // Who cannot write has been closed, and is counted so.
            (&self.writers[n as usize % authors]).write_all(&frame::text(&said)).ok();
        }
        Ok(count)
    }

    async fn empty(self) -> anyhow::Result<()> {
        drop(self.pages);
        self.crowd.leave().await?;
        self.program.quit().await
    }
}

/// What the picture's viewers notice of it: the senders' CPU and the latest pictures, with a quiet chat and with a loud one, in turn.
async fn picture(program: &Path, arguments: &Arguments) -> anyhow::Result<()> {
    println!("{} viewers of the usual picture, all of them with the chat\n", arguments.watching);
    let hall = Hall::fill(program, USUAL_PICTURE, arguments.watching, 0).await?;
    let mut table =
        Table::new(&["messages a second", "sending, ms a viewer-second", "late p50", "late p95", "pictures lost"]);
    let time = Duration::from_secs_f64(arguments.seconds);
    for rate in [0.0, 100.0, 0.0, 100.0, 0.0] {
        tokio::time::sleep(SETTLE).await;
        hall.crowd.begin_window();
        let (before, begin) = (Cpu::of(hall.program.pid)?, Instant::now());
        if rate > 0.0 {
            hall.say(rate, time).await?;
        } else {
            tokio::time::sleep(time).await;
        }
        let spent = Cpu::of(hall.program.pid)?.ms_since(&before, sends);
        let report = hall.crowd.report();
        let late = report.sorted(|viewer| Some(viewer.late_p95_ms));
        table.row(vec![
            rate.to_string(),
            format!("{:.3}", spent / begin.elapsed().as_secs_f64() / f64::from(arguments.watching)),
            format!("{:.1} ms", percentile(&late, 50.0)),
            format!("{:.1} ms", percentile(&late, 95.0)),
            report.lost().to_string(),
        ]);
    }
    hall.empty().await?;
    table.print();
    println!("late: each viewer's latest but one in twenty of its pictures, beside its fastest; over the viewers.");
    Ok(())
}

/// The threads that serve HTTP and sockets, and those that decide.
fn serves_pages(thread: &str) -> bool {
    !proc::is_media(thread) && !sends(thread)
}

/// The threads that the picture passes.
fn sends(thread: &str) -> bool {
    thread.starts_with("send-") || thread == "receive"
}

/// Microseconds since the bench began.
fn micros(epoch: Instant) -> u64 {
    epoch.elapsed().as_micros() as u64
}

/// Waits until it is so, or until this time has passed.
fn until(most: Duration, so: impl Fn() -> bool) {
    let end = Instant::now() + most;
    while !so() && Instant::now() < end {
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn sorted_ms(micros: &[u32]) -> Vec<f64> {
    let mut all: Vec<f64> = micros.iter().map(|&micros| f64::from(micros) / 1000.0).collect();
    all.sort_by(f64::total_cmp);
    all
}
