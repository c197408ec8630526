//! The settings as they change: what the file says, what is in effect, and what is meant. Decisions only.

use crate::Options;
use crate::settings::{SceneChoice, Settings, StripText, Written, Wrong};
use media::{CameraChoice, SourceChoice};
use protocol::{SettingsChange, StripId, StripSettings};
use words::Said;

/// The three values of every setting. They change together or not at all.
#[derive(Clone, Debug)]
pub(crate) struct Configuration {
    /// As the file says.
    written: Written,
    /// The same with what the command line said instead.
    in_effect: Written,
    /// What is meant by that.
    meant: Settings,
}

/// What a change of the settings leaves to be done.
#[derive(Debug)]
pub(crate) struct Changed {
    /// What was meant before.
    pub(crate) before: Settings,
    /// What the file is to say from now on; none where it says so already.
    pub(crate) to_write: Option<Written>,
}

impl Configuration {
    /// What the file says, and for this run of the program the command line instead.
    pub(crate) fn new(written: Written, options: &Options) -> Result<Configuration, Wrong> {
        let in_effect = written.with(&options.settings);
        let meant = Settings::from(&in_effect)?;
        Ok(Configuration { written, in_effect, meant })
    }

    /// What is meant.
    pub(crate) fn meant(&self) -> &Settings {
        &self.meant
    }

    /// A sentence about a key of before that is still written.
    pub(crate) fn outdated(&self) -> Option<Said> {
        self.in_effect.outdated()
    }

    /// Takes in what the panel changed; nothing changes where some of it is wrong.
    pub(crate) fn configure(&mut self, change: &SettingsChange) -> Result<Changed, Wrong> {
        self.adopt(self.written.changed(change)?, self.in_effect.changed(change)?)
    }

    /// Takes another camera, as a person writes it.
    pub(crate) fn set_camera(&mut self, camera: &str) -> Result<Changed, Wrong> {
        // Every text is a choice: one that is no word of ours names a device.
        let Ok(camera) = camera.parse::<CameraChoice>();
        self.change(|written| written.take_camera(camera.clone()))
    }

    /// Takes the picture from something else.
    pub(crate) fn set_source(&mut self, source: &SourceChoice) -> Result<Changed, Wrong> {
        self.change(|written| written.take_source(source.clone()))
    }

    /// Shows a screen and a camera together, or not any more.
    pub(crate) fn set_scene(&mut self, scene: SceneChoice) -> Result<Changed, Wrong> {
        self.change(|written| written.scene = Some(scene))
    }

    /// Takes another microphone, as a person writes it.
    pub(crate) fn set_microphone(&mut self, microphone: &str) -> Result<Changed, Wrong> {
        self.change(|written| written.microphone = microphone.parse().ok())
    }

    /// Has one of the microphones beside the first be this one, or none, which takes its strip along.
    pub(crate) fn set_more_microphone(&mut self, strip: StripId, microphone: Option<&str>) -> Result<Changed, Wrong> {
        self.change(|written| {
            let (name, settings) = match strip {
                StripId::Microphone2 => (&mut written.microphone2, &mut written.microphone2_strip),
                StripId::Microphone3 => (&mut written.microphone3, &mut written.microphone3_strip),
                StripId::Microphone4 => (&mut written.microphone4, &mut written.microphone4_strip),
                StripId::Microphone | StripId::Desktop | StripId::Tone => return,
            };
            *name = microphone.map(str::to_owned);
            if microphone.is_none() {
                *settings = None;
            }
        })
    }

    /// Has the strip of what this computer plays listen to this program alone, or to all.
    pub(crate) fn set_program(&mut self, program: Option<&str>) -> Result<Changed, Wrong> {
        self.change(|written| written.desktop_program = program.map(str::to_owned))
    }

    /// Has a strip of the mixer do this.
    pub(crate) fn set_strip(&mut self, strip: StripId, settings: &StripSettings) -> Result<Changed, Wrong> {
        let text = Some(StripText::of(strip, settings));
        self.change(|written| match strip {
            StripId::Microphone => written.microphone_strip = text,
            StripId::Microphone2 => written.microphone2_strip = text,
            StripId::Microphone3 => written.microphone3_strip = text,
            StripId::Microphone4 => written.microphone4_strip = text,
            StripId::Desktop => written.desktop_strip = text,
            StripId::Tone => written.tone_strip = text,
        })
    }

    /// Puts another host into the link.
    pub(crate) fn set_address(&mut self, host: &str) -> Result<Changed, Wrong> {
        self.change(|written| written.address = Some(host.to_owned()))
    }

    /// Changes what is in effect and what the file says alike. What the command line said instead of the file stays in
    /// effect, and out of the file.
    fn change(&mut self, change: impl Fn(&mut Written)) -> Result<Changed, Wrong> {
        let (mut written, mut in_effect) = (self.written.clone(), self.in_effect.clone());
        change(&mut written);
        change(&mut in_effect);
        self.adopt(written, in_effect)
    }

    fn adopt(&mut self, written: Written, in_effect: Written) -> Result<Changed, Wrong> {
        let before = std::mem::replace(&mut self.meant, Settings::from(&in_effect)?);
        self.in_effect = in_effect;
        let is_new = written != self.written;
        self.written = written;
        Ok(Changed { before, to_write: is_new.then(|| self.written.clone()) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Given;

    /// A file that says 25 frames a second, and what the command line says instead.
    fn configuration(given: &[(&str, &str)]) -> Configuration {
        let options = Options { settings: Given::these(given).expect("each can be"), ..Options::default() };
        let written = Written { fps: Some(25), ..Written::default() };
        Configuration::new(written, &options).expect("25 frames a second can be")
    }

    #[test]
    fn what_the_command_line_said_is_meant_and_stays_out_of_the_file() {
        let mut configuration = configuration(&[("fps", "15")]);
        assert_eq!(configuration.meant().video.fps, 15);
        let change = SettingsChange { title: Some("Match".into()), ..SettingsChange::default() };
        let changed = configuration.configure(&change).expect("a title can be");
        assert_eq!((&*changed.before.title, &*configuration.meant().title), ("", "Match"));
        let file = changed.to_write.expect("the title is new to the file");
        assert_eq!((file.fps, file.title.as_deref()), (Some(25), Some("Match")));
        assert_eq!(configuration.meant().video.fps, 15, "the command line holds for the whole run");
    }

    #[test]
    fn what_the_panel_changes_is_in_effect_and_in_the_file() {
        let mut configuration = configuration(&[("camera", "pattern")]);
        let changed = configuration.set_camera("off").expect("there may be no camera");
        assert_eq!(configuration.meant().camera, CameraChoice::Off);
        assert_eq!(changed.before.camera, CameraChoice::Pattern);
        assert_eq!(changed.to_write.expect("new").camera, Some(CameraChoice::Off));
        assert_eq!(configuration.set_camera("off").expect("again").to_write, None, "the file says so already");
    }

    #[test]
    fn nothing_changes_where_some_of_it_is_wrong() {
        let mut configuration = configuration(&[]);
        let wrong = SettingsChange { title: Some("Match".into()), fps: Some(500), ..SettingsChange::default() };
        assert_eq!(configuration.configure(&wrong).expect_err("too fast").key, "fps");
        assert_eq!(&*configuration.meant().title, "");
        let right = SettingsChange { max_viewers: Some(3), ..SettingsChange::default() };
        let file = configuration.configure(&right).expect("a limit can be").to_write.expect("new");
        assert_eq!((file.title, file.fps, file.max_viewers), (None, Some(25), Some(3)));
    }

    #[test]
    fn a_public_name_takes_the_place_of_the_address_that_was_chosen() {
        let mut configuration = configuration(&[]);
        configuration.set_address("10.0.0.1").expect("whether it is here is asked elsewhere");
        assert_eq!(configuration.meant().address.as_deref(), Some("10.0.0.1"));
        let change = SettingsChange { public: Some("a.example".into()), ..SettingsChange::default() };
        configuration.configure(&change).expect("a name can be");
        assert_eq!(configuration.meant().address, None);
    }
}
