//! Whether a screen and a camera are shown together, as the setting has it.

use media::{NoScene, Scene};
use std::fmt;
use std::str::FromStr;

/// A screen and a camera together, or one of them. Written as [`Scene`] is, or as `off`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SceneChoice(Option<Scene>);

impl SceneChoice {
    pub(crate) fn shown(self) -> Option<Scene> {
        self.0
    }
}

impl From<Scene> for SceneChoice {
    fn from(scene: Scene) -> SceneChoice {
        SceneChoice(Some(scene))
    }
}

impl FromStr for SceneChoice {
    type Err = NoScene;

    fn from_str(s: &str) -> Result<Self, NoScene> {
        if s.trim() == "off" { Ok(SceneChoice(None)) } else { s.parse().map(|scene| SceneChoice(Some(scene))) }
    }
}

impl fmt::Display for SceneChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(scene) => scene.fmt(f),
            None => f.write_str("off"),
        }
    }
}
