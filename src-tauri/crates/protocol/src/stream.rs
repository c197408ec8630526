//! What the stream consists of and where it can be watched.

use serde::{Deserialize, Serialize};
use words::Key;

/// A video codec that viewers are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum VideoCodec {
    /// H.264, main where all who watch take that, else constrained baseline: three spatial layers from one encoder.
    H264,
    /// VP9, profile 0: encoded only while a viewer without H.264 is watching.
    Vp9,
    /// VP8: encoded only while a viewer with neither is watching, or one whose VP9 the machine has no time for.
    Vp8,
    /// AV1, main profile: the top layer while a screen is shown, encoded only while a viewer who takes it is watching.
    Av1,
}

/// Names a spatial layer, by the field's usual letters. Ordered from the smallest up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Rid {
    /// A quarter of the width and of the height.
    Q,
    /// Half of the width and of the height.
    H,
    /// The full picture.
    F,
}

impl Rid {
    /// All layers, the smallest first.
    pub const ALL: [Rid; 3] = [Rid::Q, Rid::H, Rid::F];

    /// 0 for the smallest.
    pub fn index(self) -> usize {
        self as usize
    }
}

/// What a viewer is being sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Layer {
    /// How it is encoded.
    pub codec: VideoCodec,
    /// Which spatial layer.
    pub rid: Rid,
    /// The highest temporal layer sent: 2 is every frame, 1 half of them, 0 a quarter.
    pub temporal: u8,
    /// Pixels.
    pub height: u16,
}

/// A layer that a viewer may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct LayerChoice {
    /// Which.
    pub rid: Rid,
    /// Pixels.
    pub height: u16,
}

/// From where an address can be reached; in the order in which people want them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// The public name that was given.
    Public,
    /// The network at home, at school, at work.
    #[default]
    Network,
    /// Everywhere.
    Internet,
    /// The provider's own network: an address that customers share.
    Provider,
    /// The other end of a cable.
    Cable,
    /// A VPN.
    Vpn,
    /// Containers and virtual machines on this computer.
    Guests,
    /// This computer.
    Computer,
}

/// One address of this machine that a link may name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Address {
    /// The address or name, without brackets or port: what `set_address` takes.
    pub host: String,
    /// The interface it is on, or "public name" for the one given by `--public`.
    pub interface: String,
    /// What people call that network: the name that it has, "Wi-Fi", "Cable", "VPN".
    pub network: String,
    /// What is not a name in that, by its key; none where all of it was given by people.
    #[serde(flatten)]
    pub by: Key,
    /// One sentence for people: who can open a link with this address.
    pub reach: String,
    /// One sentence for people: who cannot.
    pub cannot: String,
    /// From where, as a program tells it.
    pub scope: Scope,
}

/// The links of the broadcast. They hold as long as the watch token does: across End, Go Live and restarts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Links {
    /// The link to share: the watch page.
    pub watch: String,
    /// The WHEP endpoint, for players that are not a browser.
    pub whep: String,
    /// The port, TCP and UDP.
    pub port: u16,
    /// The link as a QR code: an SVG document.
    pub qr_svg: String,
    /// The host of [`Links::watch`], one of `addresses`.
    pub host: String,
    /// The addresses that could stand in the link.
    pub addresses: Vec<Address>,
}

/// What is given up of the top layer while this computer has too little time to encode all of it. It is taken back by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum GivenUp {
    /// Every second picture.
    Rate,
    /// That, and a quarter of each side.
    Size,
}

/// The stream as a whole, once a second while live.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct StreamStats {
    /// Since going live.
    pub elapsed_ms: u32,
    /// Encoded bitrate of the top layer and the sound.
    pub encoded_kbps: u32,
    /// Sent to all viewers together.
    pub sent_kbps: u32,
    /// Frames a second that the encoder made of the top layer.
    pub fps: f32,
    /// Width of the top layer, pixels.
    pub width: u16,
    /// Height of the top layer, pixels.
    pub height: u16,
    /// A second encoder runs, for viewers who take no H.264: it costs about a third of a core.
    pub second_encoder: bool,
    /// Pictures that were left out for a viewer in the last second, as a thread that sends did not keep up.
    #[serde(default)]
    pub left_out: u32,
    /// What is given up of the top layer, as this computer is too busy for all of it; null: nothing.
    #[serde(default)]
    pub given_up: Option<GivenUp>,
}
