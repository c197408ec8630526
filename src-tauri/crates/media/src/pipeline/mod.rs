//! The threads between the devices and whoever takes the encoded stream.

mod beside;
mod camera;
mod codecs;
mod encoders;
mod headphones;
mod hush;
mod mixing;
mod opener;
mod orders;
mod slot;
mod sound;
mod sound_output;
mod stage;
mod timeline;
mod video;
mod wanted;

use crate::{
    Card, Cover, Event, Glance, Levels, MicrophoneChoice, MoreMicrophones, PreviewPicture, ScreenToken, Seen, Shown,
    SourceChoice, Still, TopLayer, VideoConfig,
    preview::Preview,
    scene::{Plan, Role},
    screen::Permission,
    still,
    title::Title,
};
use camera::{SourceThread, Wish};
pub use codecs::CODECS;
use encoders::{Broadcast, Encoders};
use mixing::Mixing;
use orders::Orders;
use protocol::{MixerSettings, StripLevels};
use slot::Slot;
use sound::SoundThread;
use stage::Stage;
use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};
use stream::{Frame, Profile, Rid, VideoCodec};
use video::Kept;
pub use video::TopPictures;
use wanted::Wanted;
use words::Language;

type Events = Arc<dyn Fn(Event) + Send + Sync>;
type Sink = Arc<dyn Fn(Frame) + Send + Sync>;

/// A device that failed is tried again this often.
const RETRY: Duration = Duration::from_secs(2);

/// A screen, a window or an image that is away is looked for this often: nobody waits for a driver there.
const LOOK: Duration = Duration::from_millis(500);

/// A camera, a screen, a microphone and the encoders behind them. Dropping it closes all, within about a second.
pub struct Pipeline {
    picture: Mutex<Asked>,
    camera: Arc<Wanted<Wish>>,
    screen: Arc<Wanted<Wish>>,
    permission: Arc<Permission>,
    stage: Arc<Stage>,
    title: Arc<Title>,
    microphone: Arc<Wanted<MicrophoneChoice>>,
    mixing: Arc<Mixing>,
    /// The sound is withheld.
    silent: Arc<AtomicBool>,
    slot: Arc<Slot>,
    orders: Arc<Orders>,
    kept: Arc<Kept>,
    levels: Arc<Mutex<Levels>>,
    preview: Mutex<Preview>,
    encoders: Arc<Wanted<encoders::Wish>>,
    /// Counts broadcasts.
    broadcasts: AtomicU64,
    threads: Vec<JoinHandle<()>>,
}

/// What is asked of the picture.
struct Asked {
    shown: Shown,
    video: VideoConfig,
    cover: Option<Cover>,
}

impl Asked {
    /// What the camera's and the screen's threads are to do, and what becomes of their pictures.
    fn wishes(&self) -> ([Wish; 2], Plan) {
        let plan = self.shown.plan(self.cover);
        let wish = |source, cover| Wish { source, video: self.video, cover };
        let camera = wish(plan.camera.clone().map(SourceChoice::Camera), plan.cover);
        ([camera, wish(plan.screen.clone(), None)], plan)
    }
}

impl Pipeline {
    /// Opens the devices: from here on there are a preview and levels. Never fails: a device that does is an [`Event`], its
    /// place is taken by a slate or by silence, and it is tried again every two seconds. `title` is shown in the pattern and in slates.
    /// `events` is called from the pipeline's threads and must not block.
    pub fn open(
        shown: impl Into<Shown>,
        microphone: MicrophoneChoice,
        video: VideoConfig,
        title: String,
        events: impl Fn(Event) + Send + Sync + 'static,
    ) -> Pipeline {
        Self::open_knowing(None, shown, microphone, video, title, events)
    }

    /// The same; `screen`: which screen or window people chose before, as an [`Event`] told it.
    pub fn open_knowing(
        screen: Option<ScreenToken>,
        shown: impl Into<Shown>,
        microphone: MicrophoneChoice,
        video: VideoConfig,
        title: String,
        events: impl Fn(Event) + Send + Sync + 'static,
    ) -> Pipeline {
        let events: Events = Arc::new(events);
        let keep = events.clone();
        let permission = Arc::new(Permission::new(screen, move |token| keep(Event::ScreenToken(token))));
        let asked = Asked { shown: shown.into(), video, cover: None };
        let ([camera, screen], plan) = asked.wishes();
        let (camera, screen) = (Arc::new(Wanted::new(camera)), Arc::new(Wanted::new(screen)));
        let (microphone, silent) = (Arc::new(Wanted::new(microphone)), Arc::<AtomicBool>::default());
        let mixing = Arc::<Mixing>::default();
        let (slot, levels, sound) = (Arc::<Slot>::default(), Arc::<Mutex<Levels>>::default(), Arc::default());
        let title = Arc::new(Title::new(&title));
        let stage = Arc::new(Stage::new(Arc::clone(&slot), plan.layout, (video.width, video.height), video.fps));
        let [pictures, screens] =
            [(Role::Camera, &camera, RETRY), (Role::Screen, &screen, LOOK)].map(|(role, wanted, retry)| SourceThread {
                role,
                wanted: wanted.clone(),
                stage: stage.clone(),
                events: events.clone(),
                open: opener::real(title.clone(), permission.clone()),
                retry,
                title: title.clone(),
            });
        let sounds = SoundThread {
            wanted: microphone.clone(),
            mixing: mixing.clone(),
            silent: silent.clone(),
            levels: levels.clone(),
            output: Arc::clone(&sound),
            events: events.clone(),
            open: Box::new(sound::open),
            open_beside: beside::open,
            retry: RETRY,
        };
        let (orders, wanted) = (Arc::new(Orders::new(video, codecs::least)), Arc::new(Wanted::new(None)));
        let kept = Arc::<Kept>::default();
        let encoders = Encoders {
            wanted: wanted.clone(),
            slot: slot.clone(),
            orders: orders.clone(),
            kept: kept.clone(),
            sound,
            events,
        };
        let threads = [
            threads::restarted("media-camera", move || pictures.run()),
            threads::restarted("media-screen", move || screens.run()),
            threads::restarted("media-sound", move || sounds.run()),
            threads::restarted("media-encoders", move || encoders.run()),
        ];
        let threads = threads.into_iter().map(|thread| thread.expect("the system has room for a thread")).collect();
        let preview = Mutex::new(Preview::new());
        let (encoders, broadcasts) = (wanted, AtomicU64::new(0));
        Pipeline {
            picture: Mutex::new(asked),
            camera,
            screen,
            permission,
            stage,
            title,
            microphone,
            mixing,
            silent,
            slot,
            orders,
            kept,
            levels,
            preview,
            encoders,
            broadcasts,
            threads,
        }
    }

    /// Shows something else, live or not. What is shown before and after goes on running.
    pub fn set_shown(&self, shown: impl Into<Shown>) {
        let shown = shown.into();
        let screen = |shown: &Shown| shown.plan(None).screen;
        let (before, after) = (screen(&lock(&self.picture).shown), screen(&shown));
        if after != before
            && let Some(SourceChoice::Screen(_)) = after
        {
            self.permission.chosen(matches!(before, Some(SourceChoice::Screen(_))));
        }
        self.ask(|asked| asked.shown = shown);
    }

    /// What is shown was chosen once more: where the system asks people which screen or window that is, it asks again.
    pub fn choose_again(&self) {
        if self.permission.choose_again() {
            // It is opened anew.
            self.screen.change(|_| ());
        }
    }

    fn ask(&self, change: impl FnOnce(&mut Asked)) {
        let mut asked = lock(&self.picture);
        change(&mut asked);
        let ([camera, screen], plan) = asked.wishes();
        let VideoConfig { width, height, fps, .. } = asked.video;
        // What is to be closed is told first, so that nothing of it is shown whole for a moment.
        self.camera.set(camera);
        self.screen.set(screen);
        self.stage.set(plan.layout, (width, height), fps);
        self.camera.wake();
        self.screen.wake();
    }

    /// Shows another title in the pattern and in slates. No camera is opened anew for it.
    pub fn set_title(&self, title: &str) {
        self.title.set(title);
        self.camera.wake();
        self.screen.wake();
    }

    /// Slates speak another language.
    pub fn set_language(&self, language: Language) {
        self.title.set_language(language);
        self.camera.wake();
    }

    /// This image stands where the broadcaster chose that no picture does; none: a slate.
    pub fn set_card(&self, card: Option<Card>) {
        self.title.set_card(card);
        self.camera.wake();
    }

    /// Takes another microphone, live or not.
    pub fn set_microphone(&self, microphone: MicrophoneChoice) {
        self.microphone.change(|choice| *choice = microphone);
    }

    /// Has the mixer's strips do this, live or not, from the next piece of sound on. Who is muted is not heard any more when this returns,
    /// but for the piece that is under way.
    pub fn set_mixer(&self, settings: MixerSettings) {
        self.mixing.set(settings);
    }

    /// Listens to these microphones beside the first, live or not. Each is opened anew only where it is another than before.
    pub fn set_more_microphones(&self, microphones: MoreMicrophones) {
        self.mixing.set_microphones(microphones);
    }

    /// The strip of what this computer plays hears this program alone, live or not; None: all of them.
    pub fn set_program(&self, program: Option<String>) {
        self.mixing.set_program(program);
    }

    /// Plays what viewers hear, or the strips that are solo, on this output as well, for the broadcaster; None: on none.
    pub fn set_headphones(&self, output: Option<String>) {
        self.mixing.set_headphones(output);
    }

    /// How loud the strips that are listened to were in the last quarter of a second. Their loudness is reckoned while somebody asks.
    pub fn strip_levels(&self) -> Vec<StripLevels> {
        self.mixing.levels(Instant::now())
    }

    /// Sends this card in the place of the picture, live or not; what it comes from is closed meanwhile, and an [`Event`] says that it is
    /// off. Of a scene [`Cover::CameraOff`] takes the camera away, and the screen goes on.
    pub fn set_cover(&self, cover: Option<Cover>) {
        self.ask(|asked| asked.cover = cover);
    }

    /// Sends silence in the place of all sound, live or not, from the next piece of it on. [`Pipeline::levels`] are the microphone's all the
    /// same.
    pub fn set_silent(&self, silent: bool) {
        self.silent.store(silent, Ordering::Relaxed);
    }

    /// Changes size, rate or bitrate, live or not. The camera is opened anew unless only the bitrate
    /// changed.
    pub fn set_video(&self, video: VideoConfig) {
        let before = self.orders.video();
        self.orders.set_video(video);
        if (before.width, before.height, before.fps) != (video.width, video.height, video.fps) {
            self.ask(|asked| asked.video = video);
        }
    }

    /// Starts the encoders, once those of a broadcast before are done. They run until [`Pipeline::end`], watched or not.
    /// `sink` is called from their threads, for each picture with the top layer first; it must not block. It is dropped when
    /// the last of them has stopped.
    pub fn go_live(&self, sink: impl Fn(Frame) + Send + Sync + 'static) {
        let number = self.broadcasts.fetch_add(1, Ordering::Relaxed) + 1;
        let broadcast = Broadcast { number, sink: Arc::new(sink) };
        self.encoders.change(|wish| *wish = Some(broadcast));
    }

    /// Stops the encoders, and waits for none: each may have a picture at hand, for which `sink` is still called. Not again
    /// once `sink` is dropped.
    pub fn end(&self) {
        self.encoders.change(|wish| *wish = None);
    }

    /// The next picture of this layer becomes a keyframe; of no other layer.
    pub fn request_keyframe(&self, codec: VideoCodec, rid: Rid) {
        self.orders.request_keyframe(codec, rid);
    }

    /// Which layers of a codec on demand somebody watches; with an empty list nobody does. Who asks for a layer that the codec
    /// does not have gets the next larger. A codec that is encoded always goes on whatever is said here.
    pub fn set_layers(&self, codec: VideoCodec, rids: &[Rid]) {
        self.orders.set_layers(codec, rids);
        self.encoders.change(|_| ());
    }

    /// How much of a codec may be used from its next picture on, which is a keyframe in each layer where that is another than before.
    pub fn set_profile(&self, codec: VideoCodec, profile: Profile) {
        self.orders.set_profile(codec, profile);
    }

    /// Whether senders can leave out pictures of the upper two layers, which costs a fifth of their bits. It changes with each one's next regular
    /// keyframe.
    pub fn set_thinned(&self, thinned: bool) {
        self.orders.set_thinned(thinned);
    }

    /// So much of each codec's top layer is made from the next picture on; it gets larger again with its next regular keyframe. Each change of
    /// its size is a keyframe.
    pub fn set_top_layer(&self, top: TopLayer) {
        self.orders.set_top(top);
    }

    /// Of the top layer of the codec that is always encoded, since the pipeline was opened: how many pictures it was to have, and has.
    pub fn top_pictures(&self) -> TopPictures {
        self.kept.read()
    }

    /// The newest picture as it is shown in an area of so many pixels (width, height), made in this call; none before the first,
    /// and where it looks like picture `after`.
    pub fn preview(&self, area: (u16, u16), after: u32) -> Option<PreviewPicture> {
        let picture = self.slot.newest()?;
        lock(&self.preview).picture(&picture, area, after)
    }

    /// The newest picture as a file, made in this call, some milliseconds; none before the first.
    pub fn still(&self) -> Option<Still> {
        let picture = self.slot.newest()?;
        still::of(&picture).inspect_err(|error| tracing::warn!(%error, "no still was made")).ok()
    }

    /// What is sent now: the newest picture, and how loud the last three seconds were. The loudness is reckoned while somebody asks at least
    /// every two seconds.
    pub fn glance(&self) -> Glance {
        let picture = self.slot.newest().map(|picture| Seen::of(&picture));
        Glance { picture, loudness: self.mixing.sum(Instant::now()) }
    }

    /// How loud the microphone is now, before its strip of the mixer.
    pub fn levels(&self) -> Levels {
        *lock(&self.levels)
    }
}

impl Drop for Pipeline {
    fn drop(&mut self) {
        self.encoders.close();
        self.camera.close();
        self.screen.close();
        self.microphone.close();
        for thread in self.threads.drain(..) {
            // A panic there was told where it happened.
            drop(thread.join());
        }
    }
}

/// What is behind these locks is whole at any time: a thread that panicked is run again, and finds it as it was.
fn lock<T>(state: &Mutex<T>) -> MutexGuard<'_, T> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
