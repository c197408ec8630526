//! How many joins were refused, and why.

use protocol::RefusalCode;
use std::collections::BTreeMap;

/// Refused joins by code, since the program started.
#[derive(Clone, Debug, Default)]
pub struct Refusals(BTreeMap<String, u64>);

impl Refusals {
    /// Counts one.
    pub fn count(&mut self, code: RefusalCode) {
        self.add(code, 1);
    }

    /// These, and others that were refused elsewhere.
    pub fn and(&self, others: &[(RefusalCode, u64)]) -> Refusals {
        let mut all = self.clone();
        others.iter().filter(|(_, count)| *count > 0).for_each(|(code, count)| all.add(*code, *count));
        all
    }

    /// The codes as they are written in JSON, and how often each was the answer.
    pub fn iter(&self) -> impl Iterator<Item = (&str, u64)> {
        self.0.iter().map(|(code, count)| (code.as_str(), *count))
    }

    fn add(&mut self, code: RefusalCode, count: u64) {
        let name = serde_json::to_value(code).ok().and_then(|name| name.as_str().map(str::to_owned));
        *self.0.entry(name.unwrap_or_default()).or_default() += count;
    }
}
