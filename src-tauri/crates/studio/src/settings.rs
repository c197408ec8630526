//! The settings: what the file says, what the command line says instead, and what is meant by both.

mod file;

pub(crate) use file::{Written, read};

use crate::Options;
use media::{CameraChoice, MicrophoneChoice, VideoConfig, VideoConfigError};
use protocol::SettingsChange;
use reach::{Listen, Public};
use std::net::IpAddr;
use std::time::Duration;

/// What is meant: checked, with defaults in the place of what nobody said.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) camera: CameraChoice,
    pub(crate) microphone: MicrophoneChoice,
    pub(crate) video: VideoConfig,
    /// 0: no limit.
    pub(crate) max_viewers: u32,
    /// 0: no limit.
    pub(crate) max_upload_kbps: u32,
    pub(crate) public: Option<Public>,
    pub(crate) title: String,
    /// The host chosen for the link.
    pub(crate) address: Option<String>,
    pub(crate) listen: Listen,
    pub(crate) trusted_proxy: Option<IpAddr>,
    pub(crate) metrics_public: bool,
    /// None: one less than there are cores.
    pub(crate) sending_threads: Option<usize>,
    pub(crate) limits: server::Limits,
    pub(crate) join_timeout: Duration,
    pub(crate) viewer_timeout: Duration,
}

/// Longest title, characters: it is shown in one line.
const MAX_TITLE: usize = 120;

/// Each is given every picture and keeps a history: many more than there are cores only cost.
const MAX_SENDING_THREADS: u32 = 64;

/// What cannot be, and under which key it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wrong {
    pub(crate) key: &'static str,
    pub(crate) message: String,
}

impl Settings {
    /// What is meant by what is written.
    pub(crate) fn from(written: &Written) -> Result<Settings, Wrong> {
        let usual = VideoConfig::default();
        let size = written.size;
        let video = VideoConfig::new(
            size.map_or(usual.width, |size| size.width),
            size.map_or(usual.height, |size| size.height),
            written.fps.unwrap_or(usual.fps),
            written.bitrate_kbps.unwrap_or(usual.bitrate_kbps),
        );
        let title = written.title.clone().unwrap_or_default();
        if title.chars().count() > MAX_TITLE || title.chars().any(char::is_control) {
            return Err(Wrong {
                key: "title",
                message: format!("a title is one line of at most {MAX_TITLE} characters"),
            });
        }
        if written.sending_threads.is_some_and(|threads| threads > MAX_SENDING_THREADS) {
            return Err(Wrong { key: "sending_threads", message: format!("at most {MAX_SENDING_THREADS}") });
        }
        let limits = &written.limits;
        let forward = forward::Config::default();
        let seconds = |written: Option<u32>, usual| written.map_or(usual, |s| Duration::from_secs(s.into()));
        Ok(Settings {
            camera: parsed(written.camera.as_deref().unwrap_or(FIRST_CAMERA)),
            microphone: parsed(written.microphone.as_deref().unwrap_or(DEFAULT_MICROPHONE)),
            video: video.map_err(|error| Wrong { key: key_of(&error), message: error.to_string() })?,
            max_viewers: written.max_viewers.unwrap_or(0),
            max_upload_kbps: written.max_upload_kbps.unwrap_or(0),
            public: written.public.clone(),
            title,
            address: written.address.clone(),
            listen: written.listen.unwrap_or_default(),
            trusted_proxy: written.trusted_proxy,
            metrics_public: written.metrics_public.unwrap_or(false),
            sending_threads: written.sending_threads.filter(|threads| *threads > 0).map(|threads| threads as usize),
            limits: limits.meant(),
            join_timeout: seconds(limits.join_timeout_s, forward.join_timeout),
            viewer_timeout: seconds(limits.viewer_timeout_s, forward.consent_timeout),
        })
    }

    /// As the panel shows them.
    pub(crate) fn shown(&self) -> protocol::Settings {
        protocol::Settings {
            camera: self.camera.to_string(),
            microphone: self.microphone.to_string(),
            size: format!("{}x{}", self.video.width, self.video.height),
            fps: self.video.fps,
            bitrate_kbps: self.video.bitrate_kbps,
            max_viewers: self.max_viewers,
            max_upload_kbps: self.max_upload_kbps,
            public: self.public.as_ref().map(ToString::to_string).unwrap_or_default(),
            title: self.title.clone(),
        }
    }
}

/// The camera of a computer that has one.
const FIRST_CAMERA: &str = "0";

/// The one that the system uses for programs that do not choose.
const DEFAULT_MICROPHONE: &str = "default";

fn parsed<T: std::str::FromStr<Err = std::convert::Infallible>>(text: &str) -> T {
    match text.parse() {
        Ok(choice) => choice,
        Err(never) => match never {},
    }
}

fn key_of(error: &VideoConfigError) -> &'static str {
    match error {
        VideoConfigError::Size(..) | VideoConfigError::Odd(..) => "size",
        VideoConfigError::Fps(_) | VideoConfigError::Pace { .. } => "fps",
        VideoConfigError::Bitrate(_) => "bitrate_kbps",
    }
}

impl Written {
    /// The same, with what the command line says instead.
    pub(crate) fn with(&self, options: &Options) -> Written {
        let given = options.clone();
        let mut written = self.clone();
        written.camera = given.camera.or(written.camera);
        written.microphone = given.microphone.or(written.microphone);
        written.size = given.size.or(written.size);
        written.fps = given.fps.or(written.fps);
        written.bitrate_kbps = given.bitrate.map(|bitrate| bitrate.kbps).or(written.bitrate_kbps);
        written.listen = given.listen.or(written.listen);
        if given.public.is_some() {
            written.name_in_public(given.public);
        }
        written
    }

    /// A public name is given to stand in the link: it takes the place of the address that was chosen before.
    fn name_in_public(&mut self, public: Option<Public>) {
        self.public = public;
        self.address = None;
    }

    /// The same, with what the panel changed.
    pub(crate) fn changed(&self, change: &SettingsChange) -> Result<Written, Wrong> {
        let wrong = |key| move |error: &dyn std::fmt::Display| Wrong { key, message: error.to_string() };
        let mut written = self.clone();
        if let Some(size) = &change.size {
            written.size = Some(size.parse().map_err(|error| wrong("size")(&error))?);
        }
        if let Some(public) = &change.public {
            written.name_in_public(match public.trim() {
                "" => None,
                name => Some(name.parse().map_err(|error| wrong("public")(&error))?),
            });
        }
        written.fps = change.fps.or(written.fps);
        written.bitrate_kbps = change.bitrate_kbps.or(written.bitrate_kbps);
        written.max_viewers = change.max_viewers.or(written.max_viewers);
        written.max_upload_kbps = change.max_upload_kbps.or(written.max_upload_kbps);
        written.title = change.title.clone().or(written.title);
        Ok(written)
    }
}

/// An option of the command line that stands for a key, for messages.
pub(crate) fn option_of(key: &str) -> Option<&'static str> {
    Some(match key {
        "size" => "--size",
        "fps" => "--fps",
        "bitrate_kbps" => "--bitrate",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_written_is_fine() {
        let settings = Settings::from(&Written::default()).expect("defaults hold");
        assert_eq!(settings.shown().size, "1280x720");
        assert_eq!(settings.shown().bitrate_kbps, 2500);
        assert_eq!(settings.viewer_timeout, Duration::from_secs(10));
    }

    #[test]
    fn the_command_line_goes_before_the_file() {
        let written = Written { fps: Some(25), title: Some("x".into()), ..Written::default() };
        let options = Options { fps: Some(15), camera: Some("pattern".into()), ..Options::default() };
        let settings = Settings::from(&written.with(&options)).unwrap();
        assert_eq!((settings.video.fps, settings.title.as_str()), (15, "x"));
        assert_eq!(settings.camera, CameraChoice::Pattern);
    }

    #[test]
    fn a_public_name_goes_before_an_address_chosen_earlier() {
        let written = Written { address: Some("10.0.0.1".into()), ..Written::default() };
        let options = Options { public: "a.example".parse().ok(), ..Options::default() };
        assert_eq!(written.with(&options).address, None);
        assert_eq!(written.with(&Options::default()).address, written.address);
        let change = SettingsChange { public: Some("a.example".into()), ..SettingsChange::default() };
        assert_eq!(written.changed(&change).unwrap().address, None);
    }

    #[test]
    fn a_change_changes_what_it_names_and_nothing_when_it_is_wrong() {
        let written = Written { fps: Some(25), public: "a.example".parse().ok(), ..Written::default() };
        let change = SettingsChange { size: Some("640x360".into()), public: Some(String::new()), ..Default::default() };
        let changed = written.changed(&change).unwrap();
        assert_eq!((changed.fps, changed.size.unwrap().width, changed.public), (Some(25), 640, None));
        for (key, bad) in [
            ("size", SettingsChange { size: Some("big".into()), ..Default::default() }),
            ("fps", SettingsChange { fps: Some(500), ..Default::default() }),
            ("bitrate_kbps", SettingsChange { bitrate_kbps: Some(1), ..Default::default() }),
            ("public", SettingsChange { public: Some("no spaces please".into()), ..Default::default() }),
            ("title", SettingsChange { title: Some("two\nlines".into()), ..Default::default() }),
        ] {
            let wrong = written.changed(&bad).and_then(|written| Settings::from(&written)).unwrap_err();
            assert_eq!(wrong.key, key);
        }
    }
}
