//! A crowd's report as one line for people.

use crate::percentile::percentile;
use crate::{Report, ViewerReport};

impl Report {
    /// One paragraph: how many got in, how fast, what was lost.
    pub fn summary(&self) -> String {
        let joined = self.viewers.iter().filter(|v| v.first_keyframe_ms.is_some()).count();
        let joins = self.sorted(|v| v.first_keyframe_ms);
        let rates = self.sorted(|v| Some(v.pictures_per_second));
        let mut text = format!(
            "{joined} of {} joined; first keyframe p50 {:.1} ms, p95 {:.1} ms; lost {} of {} packets, {} repaired; pictures a second p5 {:.1}, p50 {:.1}; {:.0} kbit/s each",
            self.viewers.len(),
            percentile(&joins, 50.0),
            percentile(&joins, 95.0),
            self.lost(),
            self.viewers.iter().map(|v| v.packets).sum::<u64>(),
            self.viewers.iter().map(|v| v.repaired).sum::<u64>(),
            percentile(&rates, 5.0),
            percentile(&rates, 50.0),
            self.viewers.iter().map(|v| v.kbps).sum::<f64>() / self.viewers.len().max(1) as f64,
        );
        let unauthentic: u64 = self.viewers.iter().map(|v| v.unauthentic).sum();
        if unauthentic > 0 {
            text += &format!("; {unauthentic} packets sealed wrong");
        }
        if let Some(error) = self.viewers.iter().find_map(|v| v.error.as_ref()) {
            text += &format!("; first error: {error}");
        }
        text
    }

    /// Video packets that never came, of all viewers together.
    pub fn lost(&self) -> u64 {
        self.viewers.iter().map(|v| v.lost).sum()
    }

    /// One value of every viewer that has it, sorted.
    pub fn sorted(&self, value: impl Fn(&ViewerReport) -> Option<f64>) -> Vec<f64> {
        let mut values: Vec<f64> = self.viewers.iter().filter_map(value).collect();
        values.sort_by(f64::total_cmp);
        values
    }
}
