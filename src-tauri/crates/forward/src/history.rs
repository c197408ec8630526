use crate::packetise::Picture;
use std::sync::Arc;

/// What was sent lately, of every layer: pictures are shared, each shard keeps a history of its own.
pub(crate) struct History {}

impl History {
    pub(crate) fn new() -> Self {
        Self {}
    }

    /// Add a picture BEFORE giving it to the viewers.
    pub(crate) fn add(&mut self, _picture: Arc<Picture>) {
        todo!()
    }

    /// The broadcast ended.
    pub(crate) fn clear(&mut self) {
        todo!()
    }
}
