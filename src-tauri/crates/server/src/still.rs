//! The picture of the last minute, for whoever is shown a link that was pasted somewhere.

use bytes::Bytes;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Mutex;

/// How long one still is given to everybody who asks. It takes some milliseconds to make, which nobody can have us spend more often.
pub(crate) const KEPT: Duration = Duration::from_secs(30);

/// One picture of the stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Still {
    /// As it is sent.
    pub jpeg: Bytes,
    /// Pixels.
    pub width: u16,
    /// Pixels.
    pub height: u16,
}

/// What makes a still when asked, on a thread that may take its time.
#[derive(Clone)]
pub struct DrawStill(Arc<dyn Fn() -> Option<Still> + Send + Sync>);

impl DrawStill {
    /// `draw` gives none while there is no picture.
    pub fn new(draw: impl Fn() -> Option<Still> + Send + Sync + 'static) -> DrawStill {
        DrawStill(Arc::new(draw))
    }
}

impl Default for DrawStill {
    /// There never is one.
    fn default() -> DrawStill {
        DrawStill::new(|| None)
    }
}

impl fmt::Debug for DrawStill {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DrawStill")
    }
}

/// The newest still, for all who ask.
#[derive(Default)]
pub(crate) struct Newest(Mutex<Option<(Instant, Still)>>);

impl Newest {
    /// The one there is, or where that is too old another. Who asks meanwhile waits for the same.
    pub(crate) async fn get(&self, draw: &DrawStill) -> Option<Still> {
        let mut newest = self.0.lock().await;
        if let Some((_, still)) = newest.as_ref().filter(|(made, _)| made.elapsed() < KEPT) {
            return Some(still.clone());
        }
        let draw = draw.0.clone();
        let made = Instant::now();
        let still = tokio::task::spawn_blocking(threads::caught("still", move || draw())).await.ok()?.ok()?;
        *newest = still.clone().map(|still| (made, still));
        still
    }
}
