//! Microphones.

use crate::source::{SoundSource, SourceError};

pub(crate) fn open(name: &str) -> Result<Box<dyn SoundSource>, SourceError> {
    Err(SourceError::NotFound(format!("The microphone \"{name}\"")))
}

pub(crate) fn list() -> Vec<protocol::Source> {
    Vec::new()
}
