//! The initial probe: a viewer's first packets show what its path carries.

use super::packet_train::PacketTrain;

/// Packets sent within this time of the first one are the train: the start from the history is sent in bursts.
const LENGTH_US: u64 = 10_000;
/// Feedback that has not come by then was lost.
const PATIENCE_US: u64 = 1_000_000;

/// The first packets to a viewer, as a packet train that measures an unknown path.
#[derive(Debug)]
pub(crate) struct InitialProbe {
    train: PacketTrain,
    began_us: u64,
    /// Feedback on a later packet came, so all there is on the train has come.
    complete: bool,
}

impl InitialProbe {
    /// The first packet is sent now.
    pub(crate) fn new(now_us: u64) -> Self {
        Self { train: PacketTrain::default(), began_us: now_us, complete: false }
    }

    /// Takes feedback on a packet of any kind.
    pub(crate) fn feedback(&mut self, sent_us: u64, arrived_us: Option<i64>, bytes: u32) {
        if sent_us > self.began_us + LENGTH_US {
            self.complete = true;
        } else if let Some(arrived_us) = arrived_us.filter(|_| sent_us >= self.began_us) {
            self.train.packet(sent_us, arrived_us, bytes);
        }
    }

    /// All feedback on the train has come, or it was lost.
    pub(crate) fn is_complete(&self, now_us: u64) -> bool {
        self.complete || now_us.saturating_sub(self.began_us) > PATIENCE_US
    }

    /// What the path carried, bits a second; `None` if too few packets were reported.
    pub(crate) fn result(&self) -> Option<f32> {
        self.train.rate()
    }
}
