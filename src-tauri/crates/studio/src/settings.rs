//! The settings: what the file says, what the command line says instead, and what is meant by both.
//!
//! All settings are described in one table, `protocol::settings!`; `forms` makes the types from it. Here is what concerns
//! several settings together.

mod document;
mod file;
mod forms;
mod found;
mod mixer;
pub(crate) mod relay_secrets;
mod scene;
mod strip;
mod types;
mod value;

pub(crate) use file::SettingsFile;
#[cfg(test)]
pub(crate) use file::read;
pub(crate) use forms::Written;
pub(crate) use found::{Found, Unfit};
pub(crate) use scene::SceneChoice;
pub(crate) use strip::{StripText, possible_gain, possible_gate};
pub use types::HardwareAcceleration;
pub(crate) use types::MetricsAccess;

use forms::{Limits, Values};
use media::{CameraChoice, Shown, SourceChoice, VideoConfig, VideoConfigError};
use protocol::SettingsChange;
use std::ops::Deref;
use words::{Said, said};

/// One setting, as it is described: for whoever has to know all of them.
#[derive(Debug)]
pub struct Setting {
    /// The table of the settings file in which it stands; none: at the top.
    pub table: Option<&'static str>,
    /// Its key there.
    pub key: &'static str,
    /// What it is, one sentence or two.
    pub doc: &'static str,
    /// What holds if nobody says; none: nothing does.
    pub default: Option<&'static str>,
    /// Its option on the command line, with the two dashes.
    pub option: Option<&'static str>,
    /// What is written after the option.
    pub value: Option<&'static str>,
    /// How its value is written in the file.
    example: &'static str,
    /// Takes the value as it is written on the command line.
    set: fn(&mut Written, &str) -> Result<(), Said>,
    /// What is to stand in the file.
    written: fn(&Written) -> Option<toml_edit::Value>,
}

impl Setting {
    /// Every setting there is, in the order of the description.
    pub fn all() -> impl Iterator<Item = &'static Setting> {
        Values::KEYS.iter().chain(Limits::KEYS)
    }

    /// The setting of this key, at the top of the file or in one of its tables: no key is in two.
    fn of(key: &str) -> Option<&'static Setting> {
        Setting::all().find(|setting| setting.key == key)
    }
}

/// The settings that were given on the command line.
#[derive(Clone, Debug, Default)]
pub struct Given(Written);

impl Given {
    /// These, by key, each as a person writes it on the command line. The error says which cannot be, and what can.
    pub fn these(settings: &[(&str, &str)]) -> Result<Given, Said> {
        let mut given = Given::default();
        for (key, text) in settings {
            let setting = Setting::of(key).ok_or_else(|| said!("start.no_setting", key = *key))?;
            given.set(setting, text).map_err(|why| said!("setting.of", key = *key, why))?;
        }
        Ok(given)
    }

    /// Takes the value of a setting, as a person writes it. The error says what can be written.
    pub fn set(&mut self, setting: &Setting, text: &str) -> Result<(), Said> {
        (setting.set)(&mut self.0, text)
    }
}

/// What is meant: each setting, with defaults in the place of what nobody said, and what follows from several of them.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    values: Values,
    /// Of `size`, `fps` and `bitrate_kbps`, which can be together.
    pub(crate) video: VideoConfig,
}

impl Deref for Settings {
    type Target = Values;

    fn deref(&self) -> &Values {
        &self.values
    }
}

/// What cannot be, and under which key it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wrong {
    pub(crate) key: &'static str,
    pub(crate) message: Said,
}

impl Settings {
    /// What is meant by what is written.
    pub(crate) fn from(written: &Written) -> Result<Settings, Wrong> {
        let mut values = written.meant();
        match &values.source {
            // A camera that is not named is the one that is set.
            SourceChoice::Camera(CameraChoice::Default) => values.source = SourceChoice::Camera(values.camera.clone()),
            SourceChoice::Camera(camera) => values.camera = camera.clone(),
            _ => {}
        }
        if written.metrics.is_none() && written.metrics_public == Some(true) {
            values.metrics = MetricsAccess::Token;
        }
        let video = VideoConfig::new(values.size.width, values.size.height, values.fps, values.bitrate_kbps.kbps)
            .map_err(|error| Wrong { key: key_of(&error), message: error.said() })?;
        Ok(Settings { values, video })
    }
}

impl Settings {
    /// What the picture shows.
    pub(crate) fn picture(&self) -> Shown {
        Shown { source: self.source.clone(), camera: self.camera.clone(), scene: self.scene.shown() }
    }
}

fn key_of(error: &VideoConfigError) -> &'static str {
    match error {
        VideoConfigError::Size(..) | VideoConfigError::Odd(..) => "size",
        VideoConfigError::Fps(_) => "fps",
        VideoConfigError::Bitrate(_) => "bitrate_kbps",
    }
}

impl Limits {
    /// Those that the server holds.
    pub(crate) fn of_server(&self) -> server::Limits {
        server::Limits {
            header_time: self.header_s.into(),
            body_time: self.body_s.into(),
            idle_time: self.idle_s.into(),
            body_bytes: self.body_bytes as usize,
            connections: self.connections as usize,
            connections_per_address: self.connections_per_address as usize,
            joins_per_second: self.joins_per_second,
            joins_burst: self.joins_burst,
        }
    }

    /// Those of the chat.
    pub(crate) fn of_chat(&self) -> chat::Limits {
        let messages = chat::Rate { most: self.chat_messages, within: self.chat_window_s.into() };
        chat::Limits { messages, mute: self.chat_mute_s.into() }
    }
}

impl Written {
    /// A sentence about each key that has become another.
    pub(crate) fn outdated(&self) -> Option<Said> {
        let public = self.metrics_public?;
        let now = match (self.metrics, public) {
            (Some(access), _) => said!("start.metrics_said", access = access.to_string()),
            (None, true) => said!("start.metrics_on"),
            (None, false) => said!("start.metrics_off"),
        };
        Some(said!("start.metrics", now))
    }

    /// The same, with what the command line says instead.
    pub(crate) fn with(&self, given: &Given) -> Written {
        let mut written = self.clone().overlaid(given.0.clone());
        match (&given.0.source, &given.0.camera) {
            (Some(source), None) => {
                written.source.clone_from(&self.source);
                written.take_source(source.clone());
            }
            // It was called so before there was anything else.
            (None, Some(camera)) => written.take_camera(camera.clone()),
            _ => {}
        }
        match given.0.public {
            Some(_) => written.with_name_in_link(),
            None => written,
        }
    }

    /// The same, with what the panel changed.
    pub(crate) fn changed(&self, change: &SettingsChange) -> Result<Written, Wrong> {
        let mut written = self.clone();
        written.take(change)?;
        Ok(match change.public {
            Some(_) => written.with_name_in_link(),
            None => written,
        })
    }

    /// Takes this as what is shown. A camera is kept as the camera, as it was before there was anything else; and it stays that while
    /// something else is shown.
    pub(crate) fn take_source(&mut self, source: SourceChoice) {
        match source {
            SourceChoice::Camera(CameraChoice::Default) => {
                let set = self.camera.take();
                let set = set.filter(|camera| !matches!(camera, CameraChoice::Off | CameraChoice::Pattern));
                self.take_camera(set.unwrap_or(CameraChoice::Default));
            }
            SourceChoice::Camera(camera) => self.take_camera(camera),
            other => self.source = Some(other),
        }
    }

    /// Takes this camera. In a scene the screen stays; but who wants no picture wants no screen either.
    pub(crate) fn take_camera(&mut self, camera: CameraChoice) {
        if camera == CameraChoice::Off {
            self.scene = None;
        }
        if self.scene.is_none_or(|scene| scene.shown().is_none()) {
            self.source = None;
        }
        self.camera = Some(camera);
    }

    /// A public name is given to stand in the link: it takes the place of the address that was chosen before.
    fn with_name_in_link(self) -> Written {
        Written { address: None, ..self }
    }
}

/// An option of the command line that stands for a key, for messages.
pub(crate) fn option_of(key: &str) -> Option<&'static str> {
    Setting::of(key).and_then(|setting| setting.option)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;
    use std::time::Duration;

    fn given(settings: &[(&str, &str)]) -> Given {
        Given::these(settings).expect("each can be")
    }

    fn written(settings: &[(&str, &str)]) -> Written {
        given(settings).0
    }

    #[test]
    fn nothing_written_is_fine() {
        let settings = Settings::from(&Written::default()).expect("defaults hold");
        assert_eq!(settings.shown().size, "1280x720");
        assert_eq!(settings.shown().bitrate_kbps, 2500);
        assert_eq!(Duration::from(settings.limits.viewer_timeout_s), Duration::from_secs(10));
    }

    #[test]
    fn the_defaults_are_those_of_the_parts_that_they_are_for() {
        let settings = Settings::from(&Written::default()).expect("defaults hold");
        assert_eq!(settings.video, VideoConfig::default());
        assert_eq!(settings.listen, reach::Listen::default());
        assert_eq!(format!("{:?}", settings.limits.of_server()), format!("{:?}", server::Limits::default()));
        assert_eq!(settings.mixer(), protocol::MixerSettings::default());
        let forward = forward::Config::default();
        assert_eq!(Duration::from(settings.limits.join_timeout_s), forward.join_timeout);
        assert_eq!(Duration::from(settings.limits.viewer_timeout_s), forward.consent_timeout);
        assert_eq!(settings.sending_threads.count(), forward.shards);
    }

    #[test]
    fn no_key_is_in_two_tables() {
        let mut keys: Vec<_> = Setting::all().map(|setting| setting.key).collect();
        let all = keys.len();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), all, "a message about a key finds it without its table");
    }

    #[test]
    fn the_command_line_goes_before_the_file() {
        let file = written(&[("fps", "25"), ("title", "x")]);
        let settings = Settings::from(&file.with(&given(&[("fps", "15"), ("camera", "pattern")]))).unwrap();
        assert_eq!((settings.video.fps, &*settings.title), (15, "x"));
        assert_eq!(settings.camera, CameraChoice::Pattern);
    }

    #[test]
    fn a_value_that_cannot_be_is_refused_in_the_same_words_everywhere() {
        for (key, text, file) in [
            ("size", "big", "size = \"big\""),
            ("source", "screens", "source = \"screens\""),
            ("fps", "fast", "fps = \"fast\""),
            ("listen", "here", "listen = \"here\""),
            ("public", "a b", "public = \"a b\""),
            ("trusted_proxy", "me", "trusted_proxy = \"me\""),
            ("metrics", "everybody", "metrics = \"everybody\""),
            ("language", "tlh", "language = \"tlh\""),
            ("hardware_acceleration", "maybe", "hardware_acceleration = \"maybe\""),
            ("metrics_public", "maybe", "metrics_public = \"maybe\""),
            ("sending_threads", "65", "sending_threads = 65"),
            ("microphone_strip", "loud", "microphone_strip = \"loud\""),
            ("desktop_strip", "50 dB", "desktop_strip = \"50 dB\""),
            ("title", "two\tparts", "title = \"two\\tparts\""),
        ] {
            let said = Given::default().set(Setting::of(key).expect(key), text).expect_err(text);
            let of_file = read(Path::new("x"), file).expect_err(file);
            assert!(of_file.contains(&*said), "{said} in: {of_file}");
        }
    }

    #[test]
    fn a_camera_and_a_source_are_told_apart() {
        let meant = |file: &[(&str, &str)], given_: &[(&str, &str)]| {
            let settings = Settings::from(&written(file).with(&given(given_))).expect("it can be");
            (settings.source.to_string(), settings.camera.to_string())
        };
        let pair = |source: &str, camera: &str| (source.to_owned(), camera.to_owned());
        for (file, given, source, camera) in [
            (vec![], vec![], "camera", "default"),
            (vec![("camera", "pattern")], vec![], "pattern", "pattern"),
            (vec![("camera", "HD")], vec![("source", "screen:2")], "screen:2", "HD"),
            (vec![("source", "screen")], vec![("camera", "HD")], "camera:HD", "HD"),
            (vec![("source", "screen")], vec![("source", "camera:HD")], "camera:HD", "HD"),
            (vec![("camera", "HD"), ("source", "screen")], vec![("source", "camera")], "camera:HD", "HD"),
            (vec![("camera", "off")], vec![("source", "camera")], "camera", "default"),
            (vec![("source", "pattern")], vec![], "pattern", "pattern"),
            (vec![], vec![("source", "screen"), ("camera", "pattern")], "screen", "pattern"),
        ] {
            assert_eq!(meant(&file, &given), pair(source, camera), "{file:?} {given:?}");
        }
    }

    #[test]
    fn metrics_are_off_and_the_key_of_before_says_what_it_became() {
        let meant = |settings: &[(&str, &str)]| {
            let written = written(settings);
            (Settings::from(&written).expect("it can be").metrics, written.outdated())
        };
        assert_eq!(meant(&[]), (MetricsAccess::Off, None));
        for (public, access) in [("true", MetricsAccess::Token), ("false", MetricsAccess::Off)] {
            let (means, said) = meant(&[("metrics_public", public)]);
            assert_eq!(means, access, "metrics_public = {public} opens /metrics to nobody without a token");
            assert!(said.expect("it says so").contains("metrics = \"off\", \"loopback\" or \"token\""));
        }
        let (means, said) = meant(&[("metrics_public", "true"), ("metrics", "loopback")]);
        assert_eq!(means, MetricsAccess::Loopback, "the new key holds");
        assert!(said.expect("it says so").contains("says metrics = loopback, and that holds"));
    }

    #[test]
    fn a_public_name_goes_before_an_address_chosen_earlier() {
        let file = written(&[("address", "10.0.0.1")]);
        assert_eq!(file.with(&given(&[("public", "a.example")])).address, None);
        assert_eq!(file.with(&Given::default()).address, file.address);
        let change = SettingsChange { public: Some("a.example".into()), ..SettingsChange::default() };
        assert_eq!(file.changed(&change).unwrap().address, None);
    }

    #[test]
    fn a_change_changes_what_it_names_and_nothing_when_it_is_wrong() {
        let file = written(&[("fps", "25"), ("public", "a.example")]);
        let change = SettingsChange { size: Some("640x360".into()), public: Some(String::new()), ..Default::default() };
        let changed = file.changed(&change).unwrap();
        assert_eq!((changed.fps, changed.size.unwrap().width, changed.public), (Some(25), 640, None));
        for (key, bad) in [
            ("size", SettingsChange { size: Some("big".into()), ..Default::default() }),
            ("fps", SettingsChange { fps: Some(500), ..Default::default() }),
            ("bitrate_kbps", SettingsChange { bitrate_kbps: Some(1), ..Default::default() }),
            ("public", SettingsChange { public: Some("no spaces please".into()), ..Default::default() }),
            ("title", SettingsChange { title: Some("two\nlines".into()), ..Default::default() }),
        ] {
            let wrong = file.changed(&bad).and_then(|written| Settings::from(&written)).unwrap_err();
            assert_eq!(wrong.key, key);
        }
    }
}
