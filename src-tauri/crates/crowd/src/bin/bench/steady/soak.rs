//! Thousands of joins and leaves: memory, file descriptors and threads stay what they were.

use super::scrape::{Scrape, nobody_left};
use crate::proc;
use crate::program::Program;
use crate::table::Table;
use crowd::{Leave, Visitor};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// Joins before the first reading: allocator and tables grow once to the size of a crowd, and to that of those who left silently
/// and are held until they time out; and the audience knows the last 16,384 visitors of a broadcast, to let them in again.
const WARM_UP: u32 = 17_000;
/// Joins between two readings.
const STRIDE: u32 = 1_000;

/// What the kernel accounts to the program at one moment.
#[derive(Clone, Copy)]
struct Reading {
    joins: u32,
    seconds: f64,
    rss_kb: f64,
    descriptors: usize,
    threads: usize,
    sessions: f64,
}

pub(super) async fn run(program: &Path, joins: u32, at_once: u32) -> anyhow::Result<()> {
    println!(
        "Soak: {joins} viewers join and leave, {at_once} at one time, after {WARM_UP} to warm up. Of 20, 12 leave by DELETE, 5 by close_notify,\n\
         1 silently, 1 after its offer was answered, 1 in the middle of the handshake\n"
    );
    let program = Program::start(program, false).await?;
    let soak = Soak { program: &program, begin: Instant::now(), failures: RefCell::default() };
    soak.wave(0..WARM_UP, at_once).await?;
    let before = soak.at_rest(0).await?;
    let mut table = Table::new(&["joins", "seconds", "RSS KB", "descriptors", "threads", "sessions"]);
    let mut under_load = Vec::new();
    table.row(before.cells("before, at rest"));
    let mut done = 0;
    while done < joins {
        let next = (done + STRIDE).min(joins);
        under_load.push(soak.wave(WARM_UP + done..WARM_UP + next, at_once).await?.at(next));
        done = next;
    }
    for reading in &under_load {
        table.row(reading.cells(&reading.joins.to_string()));
    }
    let after = soak.at_rest(joins).await?;
    table.row(after.cells("after, at rest"));
    table.print();
    let took = under_load.last().map_or(0.0, |last| last.seconds) - before.seconds;
    println!("{joins} joins in {took:.0} s, {:.0} a second", f64::from(joins) / took);
    println!(
        "slope of RSS over the joins: {:+.0} bytes a join, over their second half: {:+.0}",
        slope(&under_load) * 1024.0,
        slope(&under_load[under_load.len() / 2..]) * 1024.0
    );
    println!(
        "at rest: RSS {:+.0} KB ({:+.1} bytes a join), descriptors {:+}, threads {:+}\n",
        after.rss_kb - before.rss_kb,
        (after.rss_kb - before.rss_kb) * 1024.0 / f64::from(joins),
        after.descriptors as i64 - before.descriptors as i64,
        after.threads as i64 - before.threads as i64,
    );
    for (what, count) in soak.failures.borrow().iter() {
        println!("{count} visits failed: {what}\n");
    }
    program.quit().await
}

struct Soak<'a> {
    program: &'a Program,
    begin: Instant,
    /// Visits that did not go as meant, by what was wrong.
    failures: RefCell<BTreeMap<String, u32>>,
}

impl Soak<'_> {
    /// Sends these visitors through, and reads when the last has left. Each wave has connections of its own.
    async fn wave(&self, numbers: std::ops::Range<u32>, at_once: u32) -> anyhow::Result<Reading> {
        let http = reqwest::Client::builder().no_proxy().build()?;
        let places = Arc::new(Semaphore::new(at_once as usize));
        let mut visits = JoinSet::new();
        for n in numbers {
            let place = places.clone().acquire_owned().await?;
            let (http, endpoint) = (http.clone(), self.program.whep.clone());
            visits.spawn(async move {
                let result = visit(&http, &endpoint, n).await;
                drop(place);
                result
            });
            while let Some(done) = visits.try_join_next() {
                self.count(done?);
            }
        }
        while let Some(done) = visits.join_next().await {
            self.count(done?);
        }
        self.read(&http).await
    }

    fn count(&self, visit: anyhow::Result<()>) {
        if let Err(error) = visit {
            *self.failures.borrow_mut().entry(format!("{error:#}")).or_default() += 1;
        }
    }

    /// Waits until nobody is left and nothing moves, and reads.
    async fn at_rest(&self, joins: u32) -> anyhow::Result<Reading> {
        // One connection, the same before and after.
        let http = reqwest::Client::builder().no_proxy().build()?;
        nobody_left(&http, &self.program.whep).await?;
        tokio::time::sleep(Duration::from_secs(3)).await;
        Ok(self.read(&http).await?.at(joins))
    }

    async fn read(&self, http: &reqwest::Client) -> anyhow::Result<Reading> {
        let pid = self.program.pid;
        Ok(Reading {
            joins: 0,
            seconds: self.begin.elapsed().as_secs_f64(),
            sessions: Scrape::of(http, &self.program.whep).await?.get("sessions")?,
            rss_kb: proc::rss_kb(pid)?,
            descriptors: std::fs::read_dir(format!("/proc/{pid}/fd"))?.count(),
            threads: std::fs::read_dir(format!("/proc/{pid}/task"))?.count(),
        })
    }
}

impl Reading {
    fn at(self, joins: u32) -> Reading {
        Reading { joins, ..self }
    }

    fn cells(&self, first: &str) -> Vec<String> {
        vec![
            first.to_owned(),
            format!("{:.0}", self.seconds),
            format!("{:.0}", self.rss_kb),
            self.descriptors.to_string(),
            self.threads.to_string(),
            format!("{:.0}", self.sessions),
        ]
    }
}

/// One life, by its number.
async fn visit(http: &reqwest::Client, endpoint: &str, n: u32) -> anyhow::Result<()> {
    let mut visitor = Visitor::knock(http, endpoint, &format!("skylark-soak/{n}")).await?;
    let leave = match n % 20 {
        0 => {
            silence(visitor);
            return Ok(());
        }
        1 => {
            // After the answer to its check, or in one of the server's flights of DTLS.
            visitor.exchange(2 + (n / 20 % 3) as usize).await?;
            silence(visitor);
            return Ok(());
        }
        2 => None,
        3..8 => Some(Leave::CloseNotify),
        _ => Some(Leave::Delete),
    };
    visitor.connect().await?;
    visitor.watch_begin().await?;
    if let Some(leave) = leave {
        return visitor.leave(leave).await;
    }
    silence(visitor);
    Ok(())
}

/// Longer than the server holds somebody who is silent.
const SILENCE: Duration = Duration::from_secs(15);

fn silence(visitor: Visitor) {
    let silent = visitor.fall_silent();
    tokio::spawn(async move {
        tokio::time::sleep(SILENCE).await;
        drop(silent);
    });
}

/// KB a join, by least squares.
fn slope(readings: &[Reading]) -> f64 {
    let n = readings.len() as f64;
    let mean = |value: fn(&Reading) -> f64| readings.iter().map(value).sum::<f64>() / n;
    let (x, y) = (mean(|r| f64::from(r.joins)), mean(|r| r.rss_kb));
    let covariance: f64 = readings.iter().map(|r| (f64::from(r.joins) - x) * (r.rss_kb - y)).sum();
    let variance: f64 = readings.iter().map(|r| (f64::from(r.joins) - x).powi(2)).sum();
    covariance / variance
}
