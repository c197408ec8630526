/// A verdict covers at least so many packets and so much time.
const LEAST_PACKETS: u32 = 20;
const LEAST_US: u64 = 300_000;

/// The loss-based controller's eyes.
#[derive(Default)]
pub(super) struct Loss {
    lost: u32,
    told: u32,
    since_us: u64,
}

impl Loss {
    pub(super) fn packet(&mut self, arrived: bool) {
        self.told += 1;
        self.lost += u32::from(!arrived);
    }

    /// The fraction lost since the last verdict, once enough is known.
    pub(super) fn take(&mut self, now_us: u64) -> Option<f32> {
        if self.told < LEAST_PACKETS || now_us.saturating_sub(self.since_us) < LEAST_US {
            return None;
        }
        let fraction = self.lost as f32 / self.told as f32;
        *self = Self { since_us: now_us, ..Self::default() };
        Some(fraction)
    }
}
