//! What there is to see in /dev, and how each camera behaves: the JSON of `tests/support/cameras`.

use serde::Deserialize;
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// A machine's cameras, and what else is in its /dev.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kind {
    /// Whose cameras these are like, in a sentence.
    pub about: String,
    /// In the order of their nodes.
    pub cameras: Vec<Camera>,
    /// Other names in /dev, made as plain files.
    #[serde(default)]
    pub others: Vec<Name>,
    /// Links in /dev, by their names below it, with what they point to.
    #[serde(default)]
    pub links: BTreeMap<String, String>,
}

/// One node of a camera, and how it behaves.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Camera {
    /// Its name in /dev.
    pub node: String,
    /// What it calls itself; 31 bytes at most.
    #[serde(default = "usual_name")]
    pub name: Name,
    /// Its driver's name.
    #[serde(default = "usual_driver")]
    pub driver: String,
    /// Where it is plugged in, as drivers write it.
    #[serde(default = "usual_bus")]
    pub bus: String,
    /// Of its USB device, as /sys says it.
    #[serde(default)]
    pub serial: Option<String>,
    /// `device_caps`: what this node can do. A camera's second node has metadata only.
    #[serde(default = "capture")]
    pub capabilities: u32,
    /// In the order in which it lists them.
    pub formats: Vec<Format>,
    /// Four letters, width and height that the last program left behind; the first that it lists where nothing is said.
    #[serde(default)]
    pub left_in: Option<(String, u32, u32)>,
    /// How long its first picture takes, milliseconds; as long as any other where nothing is said.
    #[serde(default)]
    pub first_picture_ms: Option<u64>,
    /// Pictures come this far apart, whatever rate was agreed.
    #[serde(default)]
    pub picture_ms: Option<u64>,
    /// What is wrong with its JPEGs.
    #[serde(default)]
    pub jpeg: Jpeg,
    /// It answers each size that is asked for with this one.
    #[serde(default)]
    pub only_size: Option<(u32, u32)>,
    /// Its JPEGs have this size, whatever was agreed.
    #[serde(default)]
    pub delivers: Option<(u32, u32)>,
    /// A file of one picture in its first format and size, without padding, which it delivers in the place of the usual scene. A path stands as
    /// it is, or is one in the folder of the kind.
    #[serde(default)]
    pub shows: Option<PathBuf>,
    /// What stands in that file.
    #[serde(skip)]
    pub(crate) shown: Vec<u8>,
    /// Raw pictures are shorter than agreed: this many of 100 parts come.
    #[serde(default)]
    pub percent: Option<u32>,
    /// Calls that never return: `open`, or the name of an ioctl, as in `VIDIOC_S_FMT`.
    #[serde(default)]
    pub hangs: Vec<String>,
    /// Calls that fail, with the number of the error.
    #[serde(default)]
    pub fails: BTreeMap<String, i32>,
    /// Ioctls that take so long, milliseconds.
    #[serde(default)]
    pub slow: BTreeMap<String, u64>,
    /// What it says of the bytes from one row to the next, whatever they are.
    #[serde(default)]
    pub says_bytes_per_line: Option<u32>,
    /// Its line carries pictures of so many bytes and no larger ones: streaming those fails with ENOSPC.
    #[serde(default)]
    pub line_carries: Option<usize>,
    /// The even rows of its pictures and the odd ones come apart, as of television. Packed formats only.
    #[serde(default)]
    pub fields: Option<Fields>,
    /// So many formats of no meaning are listed before its own.
    #[serde(default)]
    pub lists_before: u32,
    /// So many buffers it has memory for at most, and gives no more.
    #[serde(default)]
    pub most_buffers: Option<u32>,
    /// It refuses who asks for more buffers, in the place of giving fewer.
    #[serde(default)]
    pub refuses_more_buffers: bool,
    /// Calls that fail now and then.
    #[serde(default)]
    pub fails_at_times: BTreeMap<String, AtTimes>,
    /// After so many pictures it goes over to another size by itself, as one does to whose input another signal comes.
    #[serde(default)]
    pub becomes: Option<(u32, (u32, u32))>,
    /// /sys says nothing of it, as in a container that has none.
    #[serde(default)]
    pub not_in_sys: bool,
}

/// How the rows of television are handed over.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fields {
    /// Where they are.
    pub lie: Lie,
    /// Also where somebody asks for both at once.
    #[serde(default)]
    pub always: bool,
}

/// Where the even rows and the odd ones are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lie {
    /// All even ones before the odd ones.
    EvenFirst,
    /// The other way round.
    OddFirst,
    /// In pictures of their own, in turn.
    Alternate,
}

/// How often a call fails.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AtTimes {
    /// The number of the error.
    pub error: i32,
    /// Of so many calls …
    pub of: u32,
    /// … the first so many fail.
    pub fail: u32,
}

/// A format, its sizes and its rates.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Format {
    /// Its four letters.
    pub fourcc: String,
    /// Which it has, and how it says so.
    pub sizes: Sizes,
    /// Which it has, at each size, and how it says so.
    #[serde(default)]
    pub rates: Rates,
    /// Bytes that stand after each row.
    #[serde(default)]
    pub padding: u32,
}

/// Width and height in pixels.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sizes {
    /// One by one.
    Listed(Vec<(u32, u32)>),
    /// Smallest, largest, step.
    Stepwise((u32, u32), (u32, u32), (u32, u32)),
    /// Smallest and largest: any between.
    Continuous((u32, u32), (u32, u32)),
    /// It has these and does not say so.
    Unlisted(Vec<(u32, u32)>),
}

/// Seconds from picture to picture, as fractions.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rates {
    /// One by one.
    Listed(Vec<(u32, u32)>),
    /// Shortest, longest, step.
    Stepwise((u32, u32), (u32, u32), (u32, u32)),
    /// Shortest and longest: any between.
    Continuous((u32, u32), (u32, u32)),
    /// It has these and does not say so.
    Unlisted(Vec<(u32, u32)>),
}

impl Default for Rates {
    fn default() -> Rates {
        Rates::Listed(vec![(1, 30)])
    }
}

/// What is wrong with a camera's JPEGs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Jpeg {
    /// Nothing.
    #[default]
    Whole,
    /// The marker at the end is missing.
    NoEnd,
    /// 1088 rows where 1080 were agreed.
    Rows1088,
    /// The last third is missing, as after a lost packet of USB.
    Cut,
    /// Stray bytes stand before the marker at the start.
    LateStart,
    /// Bytes of no meaning, from the first on.
    Garbage,
    /// The tables of codes are left out: they are the usual ones.
    NoTables,
    /// A marker stands between rows of blocks.
    Restarts,
    /// Coefficients would come in several passes.
    Progressive,
    /// Bytes stand before and behind it in which there are markers.
    Between,
}

/// Letters, or bytes that are none, in hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Name {
    /// UTF-8.
    Text(String),
    /// Any bytes.
    Bytes {
        /// Two digits a byte.
        hex: String,
    },
}

impl Name {
    /// As it is.
    pub fn bytes(&self) -> Vec<u8> {
        match self {
            Name::Text(text) => text.as_bytes().to_vec(),
            Name::Bytes { hex } => hex
                .as_bytes()
                .chunks(2)
                .filter_map(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok())
                .collect(),
        }
    }
}

impl Kind {
    /// Reads a kind's file.
    pub fn read(path: &Path) -> Result<Kind, String> {
        let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        let mut kind: Kind = serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
        for camera in &mut kind.cameras {
            if let Some(shows) = &camera.shows {
                let file = path.parent().unwrap_or(Path::new("")).join(shows);
                camera.shown = fs::read(&file).map_err(|error| format!("{}: {error}", file.display()))?;
            }
        }
        Ok(kind)
    }

    /// The same, whose cameras offer these formats only, by their four letters.
    pub fn offering(mut self, formats: &[&str]) -> Kind {
        for camera in &mut self.cameras {
            camera.formats.retain(|format| formats.contains(&format.fourcc.as_str()));
            camera.left_in = None;
        }
        self
    }
}

/// `V4L2_CAP_VIDEO_CAPTURE` and `V4L2_CAP_STREAMING`.
fn capture() -> u32 {
    0x0400_0001
}

fn usual_name() -> Name {
    Name::Text("HD Webcam".into())
}

fn usual_driver() -> String {
    "uvcvideo".into()
}

fn usual_bus() -> String {
    "usb-0000:00:14.0-1".into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_can_be_read_and_says_whose_it_is() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/support/cameras");
        let mut count = 0;
        for entry in fs::read_dir(folder).expect("the kinds are there") {
            let path = entry.expect("it can be listed").path();
            let kind = Kind::read(&path).unwrap_or_else(|error| panic!("{error}"));
            assert!(kind.about.ends_with('.'), "{}: a sentence", path.display());
            count += 1;
        }
        assert!(count > 20, "these are all kinds: {count}");
    }

    #[test]
    fn a_name_may_be_no_text() {
        let name: Name = serde_json::from_str(r#"{"hex": "4bff"}"#).expect("bytes");
        assert_eq!(name.bytes(), [0x4b, 0xff]);
        assert_eq!(Name::Text("é".into()).bytes(), "é".as_bytes());
    }
}
