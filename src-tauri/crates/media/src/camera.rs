//! Cameras.

use crate::{
    VideoConfig,
    source::{PictureSource, SourceError},
};

pub(crate) fn open(name: &str, _wanted: &VideoConfig) -> Result<Box<dyn PictureSource>, SourceError> {
    Err(SourceError::NotFound(format!("The camera \"{name}\"")))
}

pub(crate) fn list() -> Vec<protocol::Source> {
    Vec::new()
}
