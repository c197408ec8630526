//! Those whom the owner asks, which only write down what they are asked.

use crate::background::Background;
use crate::encoding::Encoding;
use crate::forwarding::Forwarding;
use crate::public_name::Question;
use crate::recording::Reached;
use crate::settings::Written;
use audience::Persisted;
use forward::{NoViewer, OfferError, Totals};
use media::{Card, Cover, Glance, MicrophoneChoice, MoreMicrophones, Shown, TopLayer, TopPictures, VideoConfig};
use protocol::{
    ChatFormat, HistoryPoint, MixerSettings, RejectedMedia, RelayId, SharedMessage, StripId, StripSettings, ViewerId,
    ViewerStats,
};
use record::{Checked, Split, Target};
use sdp::{Fragment, Offer};
use std::cell::{Cell, RefCell};
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::{Duration, Instant};
use stream::{H264Level, Profile, Rid, VideoCodec};
use words::Language;

/// What the others were asked, in order.
#[derive(Clone, Default)]
pub(super) struct Asks(Rc<RefCell<Vec<String>>>, Rc<Cell<Option<Reached>>>, Rc<Cell<Duration>>, Rc<Cell<TopPictures>>);

impl Asks {
    /// What they were asked since the last call.
    pub(super) fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.borrow_mut())
    }

    /// How far the recorder says from now on that the recording is.
    pub(super) fn recorded_is(&self, reached: Option<Reached>) {
        self.1.set(reached);
    }

    /// The program took so much more of all processors.
    pub(super) fn worked(&self, more: Duration) {
        self.2.set(self.2.get() + more);
    }

    /// So many pictures more of the top layer were due, and made.
    pub(super) fn encoded(&self, due: u64, made: u64) {
        let before = self.3.get();
        self.3.set(TopPictures { due: before.due + due, made: before.made + made });
    }

    fn note(&self, what: String) {
        self.0.borrow_mut().push(what);
    }
}

impl Forwarding for Asks {
    fn join(
        &self,
        viewer: ViewerId,
        offer: &Offer,
        max: Rid,
        may_encode: &dyn Fn(VideoCodec) -> bool,
    ) -> Result<forward::Answered, OfferError> {
        let codec = match offer.transport.ice_ufrag.as_str() {
            "nothing" => return Err(OfferError::NoMedia("it has no media that is sent here".into())),
            "unfit" => return Err(OfferError::Unfit("it has no rtcp-mux".into())),
            // As Debian's Firefox offers it.
            "vp9" if may_encode(VideoCodec::Vp9) => Some(VideoCodec::Vp9),
            "vp8" | "vp9" if may_encode(VideoCodec::Vp8) => Some(VideoCodec::Vp8),
            "vp8" | "vp9" => return Err(OfferError::NoEncoder),
            _ => Some(VideoCodec::H264),
        };
        let on_demand = codec.filter(|codec| *codec != VideoCodec::H264);
        let screens = Some(VideoCodec::Av1).filter(|codec| may_encode(*codec));
        let said: String = on_demand.into_iter().chain(screens).map(|codec| format!(" {codec:?}")).collect();
        self.note(format!("join {viewer} {max:?}{said}"));
        let rejected = match offer.transport.ice_ufrag.as_str() {
            "silent" => vec![RejectedMedia {
                media: "audio".into(),
                mid: "1".into(),
                reason: "it has no Opus".into(),
                by: words::Key::default(),
            }],
            _ => vec![],
        };
        let audio = rejected.is_empty();
        let takes = if offer.transport.ice_ufrag == "baseline" { Profile::Baseline } else { Profile::Main };
        let (answer, ice_ufrag) = ("v=0 answer".into(), "first".into());
        Ok(forward::Answered { answer, codec, takes, audio, ice_ufrag, rejected })
    }

    fn patch(&self, _: ViewerId, _: &Fragment) -> Result<Option<String>, NoViewer> {
        Ok(None)
    }

    fn close(&self, viewer: ViewerId) {
        self.note(format!("close {viewer}"));
    }

    fn cap(&self, viewer: ViewerId, max: Rid) {
        self.note(format!("cap {viewer} {max:?}"));
    }

    fn hold(&self, viewer: ViewerId, held: Option<Rid>) {
        self.note(format!("hold {viewer} {held:?}"));
    }

    fn set_candidates(&self, candidates: Vec<SocketAddr>) {
        self.note(format!("candidates {candidates:?}"));
    }

    fn set_level(&self, level: H264Level) {
        self.note(format!("level {}", level.idc()));
    }

    fn totals(&self) -> Totals {
        Totals::default()
    }

    fn ask_stats(&self, _: impl FnOnce(Option<Vec<(ViewerId, ViewerStats)>>) + Send + 'static) {
        self.note("stats".into());
    }
}

impl Encoding for Asks {
    fn go_live(&self, broadcast: u64) {
        self.note(format!("encode {broadcast}"));
    }

    fn rehearse(&self, broadcast: u64) {
        self.note(format!("rehearse {broadcast}"));
    }

    fn open_up(&self) {
        self.note("open up".into());
    }

    fn glance(&self) -> Glance {
        Glance::default()
    }

    fn end(&self) {
        self.note("stop encoding".into());
    }

    fn set_shown(&self, shown: Shown) {
        self.note(format!("show {}", shown.source));
    }

    fn choose_again(&self) {
        self.note("choose the screen again".into());
    }

    fn set_microphone(&self, microphone: MicrophoneChoice) {
        self.note(format!("microphone {microphone}"));
    }

    fn set_cover(&self, cover: Option<Cover>) {
        self.note(format!("cover {cover:?}"));
    }

    fn set_card(&self, card: Option<Card>) {
        self.note(format!("card {card:?}"));
    }

    fn set_mixer(&self, settings: MixerSettings) {
        let strip = |strip: StripId| {
            let StripSettings { gain_db, channels, noise_suppression, gate, .. } = settings.of(strip);
            let mute = settings.is_muted(strip);
            let noise = if *noise_suppression { " no noise" } else { "" };
            let noise = format!("{noise}{}", if *gate { " gate" } else { "" });
            format!("{} {gain_db} {} {channels}{noise}", strip.name(), if mute { "muted" } else { "heard" })
        };
        // Nobody has more microphones unless a test says so.
        let unused = |strip: &StripId| {
            StripId::MORE_MICROPHONES.contains(strip) && *settings.of(*strip) == StripSettings::usual(*strip)
        };
        let strips = StripId::ALL.into_iter().filter(|strip| !unused(strip)).map(strip).collect::<Vec<_>>();
        self.note(format!("mixer {}", strips.join(", ")));
    }

    fn set_more_microphones(&self, microphones: MoreMicrophones) {
        let names = microphones.map(|name| name.unwrap_or("none".into()));
        self.note(format!("more microphones {}", names.join(", ")));
    }

    fn set_program(&self, program: Option<String>) {
        self.note(format!("program {program:?}"));
    }

    fn set_headphones(&self, output: Option<String>) {
        self.note(format!("headphones {output:?}"));
    }

    fn set_silent(&self, silent: bool) {
        self.note(format!("silent {silent}"));
    }

    fn set_video(&self, video: VideoConfig) {
        self.note(format!("video {}x{} {}", video.width, video.height, video.fps));
    }

    fn set_title(&self, title: &str) {
        self.note(format!("title {title}"));
    }

    fn set_language(&self, language: Language) {
        self.note(format!("language {language}"));
    }

    fn request_keyframe(&self, codec: VideoCodec, rid: Rid) {
        self.note(format!("keyframe {codec:?} {rid:?}"));
    }

    fn wish_keyframe(&self, codec: VideoCodec, rid: Rid, _: Instant) {
        self.note(format!("wish {codec:?} {rid:?}"));
    }

    fn set_layers(&self, codec: VideoCodec, rids: &[Rid]) {
        self.note(format!("layers {codec:?} {rids:?}"));
    }

    fn set_profile(&self, codec: VideoCodec, profile: Profile) {
        self.note(format!("profile {codec:?} {profile:?}"));
    }

    fn set_thinned(&self, thinned: bool) {
        self.note(format!("thinned {thinned}"));
    }

    fn set_top_layer(&self, top: TopLayer) {
        self.note(format!("top {top:?}"));
    }

    fn top_pictures(&self) -> TopPictures {
        self.3.get()
    }

    fn record(&self, number: u64, _: Checked, split: Split) -> io::Result<()> {
        self.note(format!("record {number} {split:?}"));
        Ok(())
    }

    fn stop_recording(&self) {
        self.note("stop recording".into());
    }

    fn mark(&self, _: Instant, title: String) -> bool {
        self.note(format!("mark {title}"));
        true
    }

    fn recorded(&self) -> Option<Reached> {
        self.1.get()
    }
}

impl Background for Asks {
    fn look_around(&self) {
        self.note("look around".into());
    }

    fn list_devices(&self) {
        self.note("list devices".into());
    }

    fn resolve(&self, question: Question) {
        self.note(format!("resolve {} {}", question.number, question.name.host));
    }

    fn keep_audience(&self, persisted: Persisted) {
        self.note(format!("keep {} bans", persisted.bans.len()));
    }

    fn keep_settings(&self, _: Written) {
        self.note("keep settings".into());
    }

    fn keep_screen_token(&self, token: Option<media::ScreenToken>) {
        self.note(format!("keep screen token {}", token.as_ref().map_or("none", media::ScreenToken::as_str)));
    }

    fn look_at_image(&self, file: PathBuf) {
        self.note(format!("look at {}", file.display()));
    }

    fn read_card(&self, file: PathBuf) {
        self.note(format!("read card {}", file.display()));
    }

    fn check_recording(&self, number: u64, target: Target, bytes_a_second: u64) {
        self.note(format!("check recording {number} {target:?} {bytes_a_second}"));
    }

    fn mend_recording(&self, file: PathBuf) {
        self.note(format!("mend {}", file.display()));
    }

    fn open_relay(&mut self, relay: RelayId, target: relay::Target) {
        self.note(format!("open relay {relay} {}", target.host()));
    }

    fn close_relay(&mut self, relay: RelayId) {
        self.note(format!("close relay {relay}"));
    }

    fn ask_relay(&mut self, relay: RelayId, wish: relay::Wish) {
        self.note(format!("relay {relay} {wish:?}"));
    }

    fn save_chat(&self, path: Option<PathBuf>, format: ChatFormat, messages: Vec<SharedMessage>) {
        self.note(format!("save {} messages as {format:?} {path:?}", messages.len()));
    }

    fn save_history(&self, path: Option<PathBuf>, points: Vec<HistoryPoint>) {
        self.note(format!("save {} points {path:?}", points.len()));
    }

    fn processor_time(&self) -> Duration {
        self.2.get()
    }
}
