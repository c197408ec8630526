//! What the program says of itself at `/metrics`.

use anyhow::Context;
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// One reading.
pub(crate) struct Scrape(HashMap<String, f64>);

impl Scrape {
    /// From the program that has this WHEP endpoint.
    pub(crate) async fn of(http: &reqwest::Client, whep: &str) -> anyhow::Result<Scrape> {
        let url = reqwest::Url::parse(whep)?.join("/metrics")?;
        let page = http.get(url).send().await?.error_for_status()?.text().await?;
        let samples = page.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.rsplit_once(' '));
        Ok(Scrape(samples.filter_map(|(name, value)| Some((name.to_owned(), value.parse().ok()?))).collect()))
    }

    /// One value, by its name without `skylark_`.
    pub(crate) fn get(&self, name: &str) -> anyhow::Result<f64> {
        let value = self.0.get(&format!("skylark_{name}")).copied();
        value.with_context(|| format!("/metrics has no {name}: the program is older than this benchmark"))
    }
}

/// Waits until the program holds no session any more.
pub(crate) async fn nobody_left(http: &reqwest::Client, whep: &str) -> anyhow::Result<()> {
    let end = Instant::now() + Duration::from_secs(60);
    while Scrape::of(http, whep).await?.get("sessions")? > 0.0 {
        anyhow::ensure!(Instant::now() < end, "sessions are left a minute after the last viewer went");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    Ok(())
}
