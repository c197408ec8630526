//! What a viewer costs that gets nothing: its checks, its timers, its memory.

use super::scrape::Scrape;
use crate::proc::{self, Cpu};
use crate::program::Program;
use crate::table::Table;
use anyhow::Context;
use crowd::{Leave, Visitor, Wish};
use std::path::Path;
use std::time::{Duration, Instant};
use tokio::sync::watch;
use tokio::task::JoinSet;

const SETTLE: Duration = Duration::from_secs(3);
const MEASURE: Duration = Duration::from_secs(15);
/// Joins a second.
const RATE: f64 = 100.0;

pub(super) async fn run(program: &Path, crowds: &[u32]) -> anyhow::Result<()> {
    println!(
        "Idle viewers: connected, they ask for sound only and the broadcast has none, so nothing is sent to them; they check\n\
         consent. The picture is encoded all the while, so that walking past them is part of their cost\n"
    );
    let mut table = Table::new(&[
        "viewers",
        "us a viewer-s",
        "receive",
        "send",
        "rest",
        "checks a viewer-s",
        "packets",
        "KB a viewer",
    ]);
    for &viewers in crowds {
        table.row(measure(program, viewers).await?);
    }
    table.print();
    println!("CPU of all threads but capture and encoding, less what they cost with nobody there.\n");
    Ok(())
}

async fn measure(program: &Path, viewers: u32) -> anyhow::Result<Vec<String>> {
    let program = Program::start(program, false).await?;
    let http = reqwest::Client::builder().no_proxy().build()?;
    tokio::time::sleep(SETTLE).await;
    let empty_kb = proc::rss_kb(program.pid)?;
    let empty = Window::measure(&http, &program).await?;
    let (stop, stopped) = watch::channel(false);
    let mut crowd = JoinSet::new();
    let begin = Instant::now();
    for n in 0..viewers {
        tokio::time::sleep_until((begin + Duration::from_secs_f64(f64::from(n) / RATE)).into()).await;
        let (http, endpoint, stopped) = (http.clone(), program.whep.clone(), stopped.clone());
        crowd.spawn(async move {
            let mut visitor = Visitor::knock(&http, &endpoint, &format!("skylark-idle/{n}"), Wish::SoundOnly).await?;
            visitor.connect().await?;
            let packets = visitor.stay(stopped).await?;
            visitor.leave(Leave::CloseNotify).await?;
            anyhow::Ok(packets)
        });
    }
    tokio::time::sleep(SETTLE).await;
    let full = Window::measure(&http, &program).await?;
    let rss_kb = proc::rss_kb(program.pid)?;
    let there = Scrape::of(&http, &program.whep).await?.get("viewers")?;
    anyhow::ensure!(there == f64::from(viewers), "{there} of {viewers} idle viewers are there");
    stop.send(true).context("somebody still stays")?;
    let mut packets = 0;
    while let Some(done) = crowd.join_next().await {
        packets += done??;
    }
    program.quit().await?;
    let each = |value: f64| format!("{:.1}", value / f64::from(viewers));
    let us = |of: fn(&Window) -> f64| each((of(&full) - of(&empty)) * 1000.0);
    Ok(vec![
        viewers.to_string(),
        us(|w| w.receive + w.send + w.rest),
        us(|w| w.receive),
        us(|w| w.send),
        us(|w| w.rest),
        format!("{:.2}", (full.datagrams - empty.datagrams) / f64::from(viewers)),
        packets.to_string(),
        each(rss_kb - empty_kb),
    ])
}

/// CPU by kind of thread, milliseconds a second, and datagrams received a second.
struct Window {
    receive: f64,
    send: f64,
    rest: f64,
    datagrams: f64,
}

impl Window {
    async fn measure(http: &reqwest::Client, program: &Program) -> anyhow::Result<Window> {
        let datagrams = async || Scrape::of(http, &program.whep).await?.get("udp_datagrams_received_total");
        let (before, came, begin) = (Cpu::of(program.pid)?, datagrams().await?, Instant::now());
        tokio::time::sleep(MEASURE).await;
        let (after, seconds) = (Cpu::of(program.pid)?, begin.elapsed().as_secs_f64());
        let ms = |counts: fn(&str) -> bool| after.ms_since(&before, counts) / seconds;
        Ok(Window {
            receive: ms(|thread| thread == "receive"),
            send: ms(|thread| thread.starts_with("send-")),
            rest: ms(|thread| thread != "receive" && !thread.starts_with("send-") && !proc::is_media(thread)),
            datagrams: (datagrams().await? - came) / seconds,
        })
    }
}
