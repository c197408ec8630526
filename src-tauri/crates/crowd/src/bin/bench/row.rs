//! One measured row, whichever server it is of, and the table of many.

use crate::table::Table;
use crowd::{Report, percentile};

/// One server with one crowd.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    /// Who sends: "Skylark", "Janus".
    pub(crate) server: &'static str,
    pub(crate) viewers: u32,
    pub(crate) sound: bool,
    /// Of the RTP packets, how many of a hundred the viewers throw away unseen.
    pub(crate) loss_percent: f64,
    /// CPU of what forwards, ms a viewer-second.
    pub(crate) cost_ms: Spread,
    /// The floor beside it, ms a viewer-second; none where it was not measured.
    pub(crate) floor_ms: Option<Spread>,
    /// Times the cost of the same crowd without loss; none in the row without.
    pub(crate) over_clean: Option<f64>,
    /// Packets a viewer and second, sound included.
    pub(crate) packets_per_second: f64,
    /// Resident memory, kilobytes a viewer; none where it was not measured.
    pub(crate) kb_a_viewer: Option<f64>,
    /// How many cores the whole machine kept busy, crowd and encoder included.
    pub(crate) cores_busy: f64,
    /// What the viewers saw in this row's time.
    pub(crate) report: Report,
}

/// A figure that was measured several times.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Spread {
    pub(crate) mean: f64,
    pub(crate) least: f64,
    pub(crate) most: f64,
}

impl Spread {
    /// Of at least one value.
    pub(crate) fn of(values: &[f64]) -> Spread {
        Spread {
            mean: values.iter().sum::<f64>() / values.len() as f64,
            least: values.iter().copied().fold(f64::INFINITY, f64::min),
            most: values.iter().copied().fold(0.0, f64::max),
        }
    }
}

impl std::fmt::Display for Spread {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:.3} ({:.2}-{:.2})", self.mean, self.least, self.most)
    }
}

impl Row {
    /// Times the floor.
    pub(crate) fn ratio(&self) -> Option<f64> {
        Some(self.cost_ms.mean / self.floor_ms?.mean)
    }

    /// Viewers that saw at least 28 of 30 pictures a second and lost nothing for good.
    pub(crate) fn held(&self) -> usize {
        let holds = |v: &&crowd::ViewerReport| v.error.is_none() && v.lost == 0 && v.pictures_per_second > 28.0;
        self.report.viewers.iter().filter(holds).count()
    }

    /// It still serves: what it costs says something.
    pub(crate) fn holds_half(&self) -> bool {
        self.held() * 2 >= self.viewers as usize
    }
}

/// The rows in the order they were measured.
pub(crate) fn table(rows: &[Row]) -> Table {
    let mut table = Table::new(&[
        "server",
        "viewers",
        "sound",
        "loss",
        "held",
        "ms a viewer-s",
        "floor",
        "ratio",
        "over clean",
        "us a packet",
        "lost",
        "repaired",
        "RTX",
        "join p50",
        "join p95",
        "fps p5",
        "kbit/s",
        "KB a viewer",
        "cores",
    ]);
    for row in rows {
        let joins = row.report.sorted(|v| v.first_keyframe_ms);
        let number = |value: Option<f64>, digits: usize| value.map_or("-".into(), |v| format!("{v:.digits$}"));
        table.row(vec![
            row.server.into(),
            row.viewers.to_string(),
            if row.sound { "yes" } else { "no" }.into(),
            format!("{} %", row.loss_percent),
            row.held().to_string(),
            row.cost_ms.to_string(),
            row.floor_ms.map_or("-".into(), |f| f.to_string()),
            number(row.ratio(), 2),
            number(row.over_clean, 2),
            format!("{:.2}", row.cost_ms.mean * 1000.0 / row.packets_per_second),
            row.report.lost().to_string(),
            row.report.viewers.iter().map(|v| v.repaired).sum::<u64>().to_string(),
            row.report.viewers.iter().map(|v| v.rtx).sum::<u64>().to_string(),
            format!("{:.1} ms", percentile(&joins, 50.0)),
            format!("{:.1} ms", percentile(&joins, 95.0)),
            format!("{:.1}", percentile(&row.report.sorted(|v| Some(v.pictures_per_second)), 5.0)),
            format!("{:.0}", percentile(&row.report.sorted(|v| Some(v.kbps)), 50.0)),
            number(row.kb_a_viewer, 0),
            format!("{:.2}", row.cores_busy),
        ]);
    }
    table
}
