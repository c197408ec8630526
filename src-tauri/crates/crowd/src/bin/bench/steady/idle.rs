//! What a viewer costs that gets nothing: its checks, its timers, its memory.

use crate::proc::{self, Cpu};
use crate::table::Table;
use anyhow::{Context, bail};
use crowd::{Leave, Visitor};
use std::net::Ipv4Addr;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::watch;
use tokio::task::JoinSet;

const SETTLE: Duration = Duration::from_secs(3);
const MEASURE: Duration = Duration::from_secs(20);
/// Joins a second.
const RATE: f64 = 100.0;

pub(super) async fn run(forwarder: &Path, crowds: &[u32]) -> anyhow::Result<()> {
    println!(
        "Idle viewers: a forwarder alone, given no picture and no sound; the viewers are connected and check consent\n"
    );
    let mut table = Table::new(&[
        "viewers",
        "us a viewer-s",
        "receive",
        "send",
        "rest",
        "datagrams a viewer-s",
        "us a datagram",
        "KB a viewer",
    ]);
    for &viewers in crowds {
        table.row(measure(forwarder, viewers).await?);
    }
    table.print();
    println!("CPU of all its threads by kind; datagrams: what a viewer sends, all kinds.\n");
    Ok(())
}

async fn measure(forwarder: &Path, viewers: u32) -> anyhow::Result<Vec<String>> {
    let mut forwarder = Forwarder::start(forwarder)?;
    let empty_kb = proc::rss_kb(forwarder.pid)?;
    let (stop, stopped) = watch::channel(false);
    let (sent, connected) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let mut crowd = JoinSet::new();
    let begin = Instant::now();
    for n in 0..viewers {
        tokio::time::sleep_until((begin + Duration::from_secs_f64(f64::from(n) / RATE)).into()).await;
        let (mut visitor, offer) = Visitor::offer(Ipv4Addr::LOCALHOST.into()).await?;
        visitor.accept(&forwarder.answer(&offer).await?)?;
        let (stopped, sent, connected) = (stopped.clone(), sent.clone(), connected.clone());
        crowd.spawn(async move {
            visitor.connect().await?;
            connected.fetch_add(1, Ordering::Relaxed);
            visitor.stay(stopped, &sent).await?;
            let packets = visitor.packets();
            visitor.leave(Leave::CloseNotify).await?;
            anyhow::Ok(packets)
        });
    }
    tokio::time::sleep(SETTLE).await;
    let there = connected.load(Ordering::Relaxed);
    anyhow::ensure!(there == u64::from(viewers), "{there} of {viewers} idle viewers are connected");

    let (before, came, begin) = (Cpu::of(forwarder.pid)?, sent.load(Ordering::Relaxed), Instant::now());
    tokio::time::sleep(MEASURE).await;
    let (after, seconds) = (Cpu::of(forwarder.pid)?, begin.elapsed().as_secs_f64());
    let datagrams = (sent.load(Ordering::Relaxed) - came) as f64 / seconds / f64::from(viewers);
    let rss_kb = proc::rss_kb(forwarder.pid)?;

    stop.send(true).context("somebody still stays")?;
    while let Some(done) = crowd.join_next().await {
        anyhow::ensure!(done?? == 0, "nothing was to be sent");
    }
    let us = |counts: fn(&str) -> bool| after.ms_since(&before, counts) / seconds * 1000.0 / f64::from(viewers);
    let all = us(|_| true);
    Ok(vec![
        viewers.to_string(),
        format!("{all:.1}"),
        format!("{:.1}", us(|thread| thread == "receive")),
        format!("{:.1}", us(|thread| thread.starts_with("send-"))),
        format!("{:.1}", us(|thread| thread != "receive" && !thread.starts_with("send-"))),
        format!("{datagrams:.2}"),
        format!("{:.1}", all / datagrams),
        format!("{:.1}", (rss_kb - empty_kb) / f64::from(viewers)),
    ])
}

/// The forwarder alone, a child process: offers in on stdin, answers out on stdout, an empty line after each.
struct Forwarder {
    pid: u32,
    offers: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
    _child: Child,
}

impl Forwarder {
    fn start(program: &Path) -> anyhow::Result<Forwarder> {
        let mut child = Command::new(program)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("cannot start {}", program.display()))?;
        let pid = child.id().context("it has ended at once")?;
        let offers = child.stdin.take().expect("it is piped");
        let answers = BufReader::new(child.stdout.take().expect("it is piped")).lines();
        Ok(Forwarder { pid, offers, answers, _child: child })
    }

    async fn answer(&mut self, offer: &str) -> anyhow::Result<String> {
        self.offers.write_all(format!("{}\r\n\r\n", offer.trim_end()).as_bytes()).await?;
        let mut answer = String::new();
        loop {
            match self.answers.next_line().await? {
                Some(line) if line.trim().is_empty() => return Ok(answer),
                Some(line) => answer += &format!("{}\r\n", line.trim_end()),
                None => bail!("the forwarder has ended"),
            }
        }
    }
}
