//! Recording: what the broadcaster asks, and what its threads tell.

use super::Owner;
use crate::background::Background;
use crate::encoding::Encoding;
use crate::forwarding::Forwarding;
use crate::recording::RecordingNews;
use crate::studio::CommandError;
use audience::Now;
use protocol::{ErrorCode, Event};
use record::{Split, Target, Told};
use std::time::Duration;
use stream::Rid;
use words::{Said, said};

impl<F: Forwarding, E: Encoding, B: Background> Owner<F, E, B> {
    /// Each broadcast is to be recorded there.
    pub(crate) fn record_always(&mut self, target: Target, now: Now) {
        self.recording.always(target);
        self.record_if_wanted(now);
    }

    /// Looks at the place; the recording begins when that is done, and the broadcast with it.
    pub(super) fn record(&mut self, path: Option<String>) -> Result<(), CommandError> {
        let target = match path.filter(|path| !path.trim().is_empty()) {
            Some(path) if path.len() > MAX_PATH => {
                return Err(bad(said!("record.path_long", most = MAX_PATH)));
            }
            Some(path) => Target::new(path),
            None => self.usual_target()?,
        };
        self.start_recording(target)
    }

    /// Ends it; what is left of it is written meanwhile.
    pub(super) fn stop_recording(&mut self) -> Result<(), CommandError> {
        self.count_recording();
        self.recording.stop()?;
        self.encoders.stop_recording();
        self.tell_recording();
        Ok(())
    }

    pub(super) fn mark(&mut self, text: Option<String>, now: Now) -> Result<(), CommandError> {
        self.recording.can_mark()?;
        let text = text.unwrap_or_default();
        let title: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
        match self.encoders.mark(now.instant, title) {
            true => Ok(()),
            false => Err(CommandError { code: ErrorCode::WrongState, message: said!("now.marks") }),
        }
    }

    pub(super) fn mend_recording(&mut self, file: Option<String>) -> Result<(), CommandError> {
        for file in self.recording.to_mend(file)? {
            self.background.mend_recording(file);
        }
        Ok(())
    }

    pub(super) fn recording_news(&mut self, news: RecordingNews, now: Now) {
        match news {
            RecordingNews::Checked(number, Ok(checked)) => {
                if !self.recording.can_begin(number, checked.warning.clone()) {
                    return;
                }
                let meant = self.configuration.meant();
                let split = Split {
                    after: Some(meant.recording_minutes)
                        .filter(|minutes| *minutes > 0)
                        .map(|minutes| Duration::from_secs(60 * u64::from(minutes))),
                    bytes: Some(meant.recording_megabytes)
                        .filter(|size| *size > 0)
                        .map(|size| 1_000_000 * u64::from(size)),
                };
                if let Err(error) = self.encoders.record(number, checked, split) {
                    self.recording_failed(number, said!("record.unstarted", error = error.to_string()), now);
                }
                self.tell_recording();
            }
            RecordingNews::Checked(number, Err(message)) => self.recording_failed(number, message, now),
            RecordingNews::Told(number, Told::Began(file, message)) => {
                self.recording.began(number, file.display().to_string(), message);
                self.tell_recording();
            }
            RecordingNews::Told(number, Told::Note(message)) => {
                if self.recording.noted(number, message.clone()) {
                    self.events.complain(ErrorCode::Storage, message, now.instant);
                    self.tell_recording();
                }
            }
            RecordingNews::Told(number, Told::Finished(duration, bytes)) => {
                if self.recording.finished(number, duration, bytes) {
                    self.encoders.stop_recording();
                    self.tell_recording();
                    if !self.is_quitting() {
                        self.record_if_wanted(now);
                    }
                }
            }
            RecordingNews::Told(number, Told::Stopped(message, duration, bytes)) => {
                self.recording.ended(number, duration, bytes);
                self.recording_failed(number, message, now);
            }
            RecordingNews::Unfinished(found) => {
                let event = self.recording.found(found);
                self.events.tell(event);
            }
            RecordingNews::Mended(file, result) => {
                let (events, error) = self.recording.mended(&file, result);
                events.into_iter().for_each(|event| self.events.tell(event));
                if let Some(message) = error {
                    self.events.complain(ErrorCode::Storage, message, now.instant);
                }
            }
        }
    }

    /// A second went by.
    pub(super) fn second_of_recording(&mut self) {
        if self.count_recording() {
            self.tell_recording();
        }
    }

    /// No encoder has a picture at hand any more, and what was recorded is on the disk.
    pub(crate) fn is_silent(&self) -> bool {
        self.encoding == 0 && !self.recording.is_busy()
    }

    /// The program ends: what waits to be recorded will not be, and what is being recorded ends with the broadcast.
    pub(crate) fn quit_recording(&mut self) {
        if self.recording.is_on() && !self.recording.is_busy() {
            // It is on, so it can be stopped.
            let _ = self.stop_recording();
        }
    }

    fn start_recording(&mut self, target: Target) -> Result<(), CommandError> {
        if !media::CODECS.contains(&record::CODEC) {
            return Err(bad(said!("record.no_h264")));
        }
        let number = self.recording.start()?;
        let rate = 1000 / 8 * u64::from(self.configuration.meant().video.layer_kbps(Rid::F));
        self.background.check_recording(number, target, rate);
        self.tell_recording();
        Ok(())
    }

    /// Records the broadcast where each is to be, and this one is not yet: the last one failed, say.
    pub(super) fn record_if_wanted(&mut self, now: Now) {
        if let Some(target) = self.recording.wanted()
            && let Err(CommandError { code, message }) = self.start_recording(target)
        {
            self.events.complain(code, message, now.instant);
        }
    }

    fn recording_failed(&mut self, number: u64, message: Said, now: Now) {
        if self.recording.failed(number, message.clone()) {
            self.encoders.stop_recording();
            self.events.complain(ErrorCode::Storage, message, now.instant);
            self.tell_recording();
        }
    }

    /// Takes over what the recorder counted. True where it is something new.
    fn count_recording(&mut self) -> bool {
        self.encoders.recorded().is_some_and(|reached| self.recording.reached(reached))
    }

    fn tell_recording(&mut self) {
        let recording = self.recording.shown();
        self.events.tell(Event::Recording { recording });
    }

    /// The settings' folder, or the user's for videos.
    fn usual_target(&self) -> Result<Target, CommandError> {
        // A folder, whatever its name looks like.
        let set = self.configuration.meant().recordings.as_ref().map(|folder| Target::new(folder.path().join("")));
        set.or_else(|| self.recordings.clone().map(Target::new)).ok_or_else(|| bad(said!("record.no_home")))
    }
}

/// The longest path of a recording, bytes: no system has longer ones.
const MAX_PATH: usize = 4096;

fn bad(message: Said) -> CommandError {
    CommandError { code: ErrorCode::BadSetting, message }
}
