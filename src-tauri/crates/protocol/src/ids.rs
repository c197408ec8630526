//! Numbers that name things.

use serde::{Deserialize, Serialize};
use std::fmt;

/// One viewer of one broadcast: a browser tab that was let in. Never used twice while the program runs; a page that is
/// loaded again is a new viewer, and what it may do follows from who it is (its cookie), not from this number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(transparent)]
pub struct ViewerId(pub u32);

impl fmt::Display for ViewerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
