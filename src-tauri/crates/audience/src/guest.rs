//! One guest's own link, as it is made and kept.

use crate::Token;
use serde::{Deserialize, Serialize};

/// One guest's link, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guest {
    /// What the broadcaster calls the guest; no two have the same.
    pub name: String,
    /// Of the link.
    pub token: Token,
    /// When it ends, milliseconds since the Unix epoch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<u64>,
    /// So many devices may watch by it at one time; none: any number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub devices: Option<u32>,
}
