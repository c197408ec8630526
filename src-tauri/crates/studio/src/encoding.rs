//! What the owner asks of the devices and the encoders, and where their frames go.

use crate::happened::Happened;
use crate::outputs::Outputs;
use crate::recorders::Recorders;
use crate::recording::Reached;
use media::{
    Card, Cover, Glance, MicrophoneChoice, MoreMicrophones, Pipeline, Shown, TopLayer, TopPictures, VideoConfig,
};
use protocol::MixerSettings;
use record::{Checked, Split};
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;
use stream::{Frame, Profile, Rid, VideoCodec};
use tokio::sync::mpsc;
use words::Language;

/// Devices and encoders, as the owner sees them. No call waits for a device, nor for an encoder that has a picture at hand.
pub(crate) trait Encoding {
    /// Starts the encoders, once those of the broadcast before are done. [`Happened::FirstPicture`] follows with this number.
    fn go_live(&self, broadcast: u64);

    /// The same for a rehearsal: what is made goes to who watches, and to no other output before [`Encoding::open_up`].
    fn rehearse(&self, broadcast: u64);

    /// What was a rehearsal is live: all outputs are given what is made from now on.
    fn open_up(&self);

    /// What is sent now, at a glance.
    fn glance(&self) -> Glance;

    /// Stops the encoders. [`Happened::EncodersStopped`] follows, when the last of them is done with its picture.
    fn end(&self);

    /// Shows something else, live or not.
    fn set_shown(&self, shown: Shown);

    /// The screen that is shown was chosen once more: where the desktop asks which one that is, it asks again.
    fn choose_again(&self);

    /// Takes another microphone, live or not.
    fn set_microphone(&self, microphone: MicrophoneChoice);

    /// Sends a card in the place of the camera's picture, live or not.
    fn set_cover(&self, cover: Option<Cover>);

    /// Has the mixer's strips do this, live or not, from the next piece of sound on.
    fn set_mixer(&self, settings: MixerSettings);

    /// Listens to these microphones beside the first, live or not.
    fn set_more_microphones(&self, microphones: MoreMicrophones);

    /// Listens to this program alone of what this computer plays, or to all, live or not.
    fn set_program(&self, program: Option<String>);

    /// Plays what is heard for the broadcaster too, on this output, live or not.
    fn set_headphones(&self, output: Option<String>);

    /// Sends silence in the place of all sound, live or not, from its next piece on.
    fn set_silent(&self, silent: bool);

    /// Changes size, rate or bitrate, live or not.
    fn set_video(&self, video: VideoConfig);

    /// The pattern and the slates show another title.
    fn set_title(&self, title: &str);

    /// This image stands where the broadcaster chose that no picture does.
    fn set_card(&self, card: Option<Card>);

    /// The slates speak another language.
    fn set_language(&self, language: Language);

    /// The next picture of this layer becomes a keyframe.
    fn request_keyframe(&self, codec: VideoCodec, rid: Rid);

    /// A viewer needs a keyframe of this layer. [`Happened::KeyframeWanted`] follows, at most once a second for all outputs.
    fn wish_keyframe(&self, codec: VideoCodec, rid: Rid, now: Instant);

    /// Which layers of a codec on demand are encoded.
    fn set_layers(&self, codec: VideoCodec, rids: &[Rid]);

    /// How much of a codec may be used, from its next keyframes on, which come at once.
    fn set_profile(&self, codec: VideoCodec, profile: Profile);

    /// Whether senders can leave out pictures of the upper two layers, from each one's next regular keyframe on.
    fn set_thinned(&self, thinned: bool);

    /// How much of each codec's top layer is made, from the next picture on.
    fn set_top_layer(&self, top: TopLayer);

    /// Of the top layer that is always encoded, since the program started.
    fn top_pictures(&self) -> TopPictures;

    /// Records what is sent, from its next keyframe on. [`crate::recording::RecordingNews::Told`] follows with this number.
    fn record(&self, number: u64, target: Checked, split: Split) -> io::Result<()>;

    /// Gives the recording nothing more.
    fn stop_recording(&self);

    /// Marks this moment of the recording. False: its disk is behind.
    fn mark(&self, at: Instant, title: String) -> bool;

    /// How far the recording is, if there is one.
    fn recorded(&self) -> Option<Reached>;
}

/// The pipeline, and the way of what it makes.
pub(crate) struct Encoders {
    pub(crate) pipeline: Arc<Pipeline>,
    pub(crate) outputs: Arc<Outputs>,
    pub(crate) recorders: Recorders,
    pub(crate) tell: mpsc::UnboundedSender<Happened>,
    /// Whether the newest broadcast is a rehearsal.
    rehearses: Mutex<Arc<AtomicBool>>,
}

impl Encoders {
    pub(crate) fn new(
        pipeline: Arc<Pipeline>,
        outputs: Arc<Outputs>,
        recorders: Recorders,
        tell: mpsc::UnboundedSender<Happened>,
    ) -> Encoders {
        Encoders { pipeline, outputs, recorders, tell, rehearses: Mutex::default() }
    }

    fn start(&self, broadcast: u64, rehearses: bool) {
        let rehearses = Arc::new(AtomicBool::new(rehearses));
        *self.newest() = rehearses.clone();
        let way = Way {
            outputs: self.outputs.clone(),
            broadcast,
            rehearses,
            waiting: AtomicBool::new(true),
            tell: Stopped(self.tell.clone()),
        };
        self.pipeline.go_live(move |frame| way.take(&frame));
    }

    /// It is changed by single assignments, so a panic elsewhere left it whole.
    fn newest(&self) -> MutexGuard<'_, Arc<AtomicBool>> {
        self.rehearses.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Encoding for Encoders {
    fn go_live(&self, broadcast: u64) {
        self.start(broadcast, false);
    }

    fn rehearse(&self, broadcast: u64) {
        self.start(broadcast, true);
    }

    fn open_up(&self) {
        self.newest().store(false, Ordering::Relaxed);
    }

    fn glance(&self) -> Glance {
        self.pipeline.glance()
    }

    fn end(&self) {
        self.pipeline.end();
    }

    fn set_shown(&self, shown: Shown) {
        self.pipeline.set_shown(shown);
    }

    fn choose_again(&self) {
        self.pipeline.choose_again();
    }

    fn set_microphone(&self, microphone: MicrophoneChoice) {
        self.pipeline.set_microphone(microphone);
    }

    fn set_cover(&self, cover: Option<Cover>) {
        self.pipeline.set_cover(cover);
    }

    fn set_mixer(&self, settings: MixerSettings) {
        self.pipeline.set_mixer(settings);
    }

    fn set_more_microphones(&self, microphones: MoreMicrophones) {
        self.pipeline.set_more_microphones(microphones);
    }

    fn set_program(&self, program: Option<String>) {
        self.pipeline.set_program(program);
    }

    fn set_headphones(&self, output: Option<String>) {
        self.pipeline.set_headphones(output);
    }

    fn set_silent(&self, silent: bool) {
        self.pipeline.set_silent(silent);
    }

    fn set_video(&self, video: VideoConfig) {
        self.pipeline.set_video(video);
    }

    fn set_title(&self, title: &str) {
        self.pipeline.set_title(title);
    }

    fn set_card(&self, card: Option<Card>) {
        self.pipeline.set_card(card);
    }

    fn set_language(&self, language: Language) {
        self.pipeline.set_language(language);
    }

    fn request_keyframe(&self, codec: VideoCodec, rid: Rid) {
        self.pipeline.request_keyframe(codec, rid);
    }

    fn wish_keyframe(&self, codec: VideoCodec, rid: Rid, now: Instant) {
        self.outputs.wish(codec, rid, now);
    }

    fn set_layers(&self, codec: VideoCodec, rids: &[Rid]) {
        self.pipeline.set_layers(codec, rids);
    }

    fn set_profile(&self, codec: VideoCodec, profile: Profile) {
        self.pipeline.set_profile(codec, profile);
    }

    fn set_thinned(&self, thinned: bool) {
        self.pipeline.set_thinned(thinned);
    }

    fn set_top_layer(&self, top: TopLayer) {
        self.pipeline.set_top_layer(top);
    }

    fn top_pictures(&self) -> TopPictures {
        self.pipeline.top_pictures()
    }

    fn record(&self, number: u64, target: Checked, split: Split) -> io::Result<()> {
        self.recorders.start(number, target, split)
    }

    fn stop_recording(&self) {
        self.recorders.stop();
    }

    fn mark(&self, at: Instant, title: String) -> bool {
        self.recorders.mark(at, title)
    }

    fn recorded(&self) -> Option<Reached> {
        self.recorders.reached()
    }
}

/// The way of one broadcast's frames, on the encoders' threads: no packet passes the control plane. It is dropped when the
/// last encoder has stopped, and before those of the next broadcast start.
struct Way {
    outputs: Arc<Outputs>,
    broadcast: u64,
    /// It is for the viewers alone.
    rehearses: Arc<AtomicBool>,
    /// For the first picture.
    waiting: AtomicBool,
    /// The last field, so that the owner hears of it when all the others are dropped.
    tell: Stopped,
}

impl Way {
    fn take(&self, frame: &Frame) {
        match self.rehearses.load(Ordering::Relaxed) {
            true => self.outputs.rehearse(frame),
            false => self.outputs.take(frame),
        }
        if matches!(frame, Frame::Video(_)) && self.waiting.swap(false, Ordering::Relaxed) {
            // The owner is gone only when the program ends.
            let _ = self.tell.0.send(Happened::FirstPicture(self.broadcast));
        }
    }
}

impl Drop for Way {
    fn drop(&mut self) {
        // Behind this broadcast's last picture, and before the next one's first.
        match self.rehearses.load(Ordering::Relaxed) {
            true => self.outputs.rehearsed(),
            false => self.outputs.ended(),
        }
    }
}

struct Stopped(mpsc::UnboundedSender<Happened>);

impl Drop for Stopped {
    fn drop(&mut self) {
        // As above.
        let _ = self.0.send(Happened::EncodersStopped);
    }
}
