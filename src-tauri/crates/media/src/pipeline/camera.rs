//! The thread `media-camera`: opens what was chosen, converts its pictures and puts the newest one into the slot.

use super::{
    Events, RETRY,
    slot::{Pool, Slot},
    wanted::Wanted,
};
use crate::{
    CameraChoice, Event, VideoConfig, camera,
    convert::Converter,
    frame::RawPicture,
    pattern::PatternSource,
    slate::Slate,
    source::{PictureSource, SourceError},
};
use protocol::SourceState;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// What the camera thread is to deliver.
#[derive(Clone, Debug)]
pub(super) struct Wish {
    pub(super) camera: CameraChoice,
    pub(super) video: VideoConfig,
}

pub(super) struct Camera {
    pub(super) wanted: Arc<Wanted<Wish>>,
    pub(super) slot: Arc<Slot>,
    pub(super) events: Events,
    /// Shown in the pattern.
    pub(super) name: String,
}

/// A camera may deliver damaged pictures for so long before it counts as failed.
const DAMAGED: Duration = Duration::from_secs(2);

impl Camera {
    pub(super) fn run(self) {
        let mut told = None;
        while let Some((number, wish)) = self.wanted.current() {
            let id = wish.camera.to_string();
            let mut tell = |state: SourceState| {
                // A device that stays away is told once, not with every attempt.
                if told.as_ref() != Some(&state) {
                    (self.events)(Event::Camera(state.clone()));
                    told = Some(state);
                }
            };
            if wish.camera == CameraChoice::Off {
                tell(SourceState::Off);
                self.show(Slate::Off, &wish.video);
                self.wanted.wait(number, Duration::MAX);
                continue;
            }
            let error = match self.deliver(number, &wish, &mut tell) {
                Ok(()) => continue,
                Err(error) => error,
            };
            tracing::warn!("camera: {error}");
            self.show(Slate::Away, &wish.video);
            tell(SourceState::Failed { id, code: error.code(), message: error.to_string() });
            self.wanted.wait(number, RETRY);
        }
    }

    /// Delivers pictures until another choice is made.
    fn deliver(&self, number: u64, wish: &Wish, tell: &mut impl FnMut(SourceState)) -> Result<(), SourceError> {
        let id = wish.camera.to_string();
        let mut source: Box<dyn PictureSource> = match &wish.camera {
            CameraChoice::Device(name) => camera::open(name, &wish.video)?,
            CameraChoice::Pattern | CameraChoice::Off => Box::new(PatternSource::new(&wish.video, &self.name)),
        };
        let size = (wish.video.width, wish.video.height);
        let (mut raw, mut converter, mut pool) = (RawPicture::new(), Converter::new(), Pool::default());
        let mut damaged_since = None;
        while self.wanted.still(number) {
            source.next(&mut raw)?;
            match pool.make(size, |picture| converter.convert(&mut raw, picture)) {
                Ok(picture) => {
                    damaged_since = None;
                    self.slot.put(picture);
                    tell(SourceState::Running { id: id.clone(), format: source.format() });
                }
                Err(damage) => {
                    let since = *damaged_since.get_or_insert_with(Instant::now);
                    if since.elapsed() > DAMAGED {
                        return Err(SourceError::Failed(format!("The camera \"{id}\" {damage}")));
                    }
                }
            }
        }
        Ok(())
    }

    fn show(&self, slate: Slate, video: &VideoConfig) {
        self.slot.put(Arc::new(slate.draw(video.width, video.height, Instant::now())));
    }
}
