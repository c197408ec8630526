use super::packet_train::PacketTrain;

/// What is sent so soon after a viewer's first packet is its first train: the start out of the history goes at 50 Mbit/s.
const LENGTH_US: u64 = 10_000;
/// Feedback that has not come by then will not.
const PATIENCE_US: u64 = 1_000_000;

/// The first packets to a viewer whose path nobody knows, and what they tell of it.
#[derive(Debug)]
pub(crate) struct InitialProbe {
    train: PacketTrain,
    began_us: u64,
    /// Something sent later was told of.
    complete: bool,
}

impl InitialProbe {
    /// The first packet goes now.
    pub(crate) fn new(now_us: u64) -> Self {
        Self { train: PacketTrain::default(), began_us: now_us, complete: false }
    }

    /// Feedback on a packet.
    pub(crate) fn feedback(&mut self, sent_us: u64, arrived_us: Option<i64>, bytes: u32) {
        if sent_us > self.began_us + LENGTH_US {
            self.complete = true;
        } else if let Some(arrived_us) = arrived_us.filter(|_| sent_us >= self.began_us) {
            self.train.packet(sent_us, arrived_us, bytes);
        }
    }

    /// The whole train is told, or its feedback is lost.
    pub(crate) fn is_complete(&self, now_us: u64) -> bool {
        self.complete || now_us.saturating_sub(self.began_us) > PATIENCE_US
    }

    /// What the path carried, bits a second; `None`: there was too little to tell.
    pub(crate) fn result(&self) -> Option<f32> {
        self.train.rate()
    }
}
