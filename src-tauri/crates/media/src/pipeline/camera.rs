//! The threads `media-camera` and `media-screen`: each opens what was chosen of its kind, converts its pictures and puts the newest one on
//! the stage.

use super::{
    Events,
    opener::{Meant, Opener},
    slot::Pool,
    stage::{Frame, Stage},
    wanted::Wanted,
};
use crate::{
    CameraChoice, Cover, Event, SourceChoice, VideoConfig,
    convert::{PictureConverter, Unreadable},
    device::IT,
    frame::{Picture, RawPicture},
    scene::Role,
    slate::Slate,
    source::{Next, PictureSource, SourceError},
    title::Title,
};
use protocol::SourceState;
use std::{
    cell::Cell,
    sync::Arc,
    time::{Duration, Instant},
};
use words::said;

/// What such a thread is to deliver.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Wish {
    /// None: nothing.
    pub(super) source: Option<SourceChoice>,
    pub(super) video: VideoConfig,
    /// What stands in the place of its picture.
    pub(super) cover: Option<Cover>,
}

/// What a thread that takes pictures runs on.
pub(super) struct SourceThread {
    pub(super) role: Role,
    pub(super) wanted: Arc<Wanted<Wish>>,
    pub(super) stage: Arc<Stage>,
    pub(super) events: Events,
    pub(super) open: Opener,
    /// What failed is tried again this often.
    pub(super) retry: Duration,
    /// Shown in slates.
    pub(super) title: Arc<Title>,
}

/// A camera may deliver damaged pictures for so long before it counts as failed.
const DAMAGED: Duration = Duration::from_secs(2);

impl SourceThread {
    pub(super) fn run(&self) {
        threads::ask_for(threads::Priority::Pictures);
        // Nobody asked for a screen yet, and there is none.
        let (mut told, mut tried) = ((self.role == Role::Screen).then_some(SourceState::Off), None);
        let seen = Cell::new(false);
        while let Some((number, wish)) = self.wanted.current() {
            let mut tell = |state: SourceState| {
                // A device that stays away is told once, not with every attempt.
                seen.set(seen.get() || matches!(state, SourceState::Running { .. }));
                if told.as_ref() != Some(&state) {
                    let (name, event): (_, fn(SourceState) -> Event) = match self.role {
                        Role::Camera => ("camera", Event::Camera),
                        Role::Screen => ("screen", Event::Screen),
                    };
                    if let SourceState::Failed { message, .. } = &state {
                        tracing::warn!("{name}: {message}");
                    }
                    (self.events)(event(state.clone()));
                    told = Some(state);
                }
            };
            let Some(source) = &wish.source else {
                tell(SourceState::Off);
                self.wanted.wait(number, Duration::MAX);
                continue;
            };
            let chosen_off = (*source == SourceChoice::Camera(CameraChoice::Off)).then_some(Slate::Off);
            if let Some(slate) = wish.cover.map(Cover::slate).or(chosen_off) {
                tell(SourceState::Off);
                let drawn = self.show(slate);
                self.rest(slate, drawn, number, None);
                continue;
            }
            let Meant { mut id, open } = (self.open)(&wish.video, source);
            if tried.replace(number) != Some(number) {
                tell(SourceState::Opening { id: id.clone() });
            }
            let delivered = open().and_then(|source| {
                let (result, last) = self.deliver(number, source, &mut tell);
                id = last;
                result
            });
            if let Err(error) = delivered {
                // Nobody misses a picture that was never there.
                let slate = match self.role {
                    _ if !seen.get() => Slate::Starting,
                    Role::Camera => Slate::Away,
                    Role::Screen => Slate::Hidden,
                };
                let drawn = self.show(slate);
                tell(SourceState::Failed { id, code: error.code(), message: error.said() });
                self.rest(slate, drawn, number, Some(self.retry));
            }
        }
    }

    /// Delivers pictures until another choice is made. With the result comes what the source was called in the end.
    fn deliver(
        &self,
        number: u64,
        mut source: Box<dyn PictureSource>,
        tell: &mut impl FnMut(SourceState),
    ) -> (Result<(), SourceError>, String) {
        let result = self.pictures(number, source.as_mut(), tell);
        (result, source.id())
    }

    fn pictures(
        &self,
        number: u64,
        source: &mut dyn PictureSource,
        tell: &mut impl FnMut(SourceState),
    ) -> Result<(), SourceError> {
        let mut frame = self.stage.frame(self.role);
        let (mut raw, mut converter, mut pool) = (RawPicture::new(), PictureConverter::new(), Pool::default());
        let (mut running, mut damaged_since) = (false, None);
        while self.wanted.still(number) {
            threads::fault();
            let next = source.next(&mut raw)?;
            let wanted = self.stage.frame(self.role);
            let is_other = std::mem::replace(&mut frame, wanted) != wanted;
            match next {
                Next::Taken => {}
                Next::NotYet => {
                    self.show(Slate::Starting);
                    continue;
                }
                Next::Later => {
                    if is_other {
                        source.again();
                    }
                    continue;
                }
            }
            let delivered = Instant::now();
            let Frame { size, fit, .. } = frame;
            let convert = |picture: &mut Picture| {
                converter.convert(&mut raw, picture, &fit)?;
                (picture.delivered, picture.converted) = (delivered, Instant::now());
                picture.content = self.role.content();
                Ok::<(), Unreadable>(())
            };
            match pool.make(size, convert) {
                // It was taken after another choice was made: who switched the camera off is not seen on it.
                Ok(_) if !self.wanted.still(number) => {}
                Ok(picture) => {
                    damaged_since = None;
                    self.stage.put(self.role, picture);
                    if !std::mem::replace(&mut running, true) {
                        source.shows();
                        tell(SourceState::Running { id: source.id(), format: source.format() });
                    }
                }
                Err(damage) => {
                    let since = *damaged_since.get_or_insert_with(Instant::now);
                    if since.elapsed() > DAMAGED {
                        source.unreadable(said!("device.unreadable", device = IT, cause = damage.0))?;
                        damaged_since = None;
                    }
                }
            }
        }
        Ok(())
    }

    /// Leaves a slate where it is, and shows it anew with each new title or card and in each new frame, until another choice is made, or for so
    /// long. `drawn`: for what it was drawn.
    fn rest(&self, slate: Slate, mut drawn: Drawn, number: u64, at_most: Option<Duration>) {
        let begun = Instant::now();
        let is_drawn = |drawn: &Drawn| (self.title.changes(), self.stage.frame(self.role)) == *drawn;
        while self.wanted.still(number) {
            let left = at_most.map_or(Duration::MAX, |at_most| at_most.saturating_sub(begun.elapsed()));
            self.wanted.wait_while(number, left, || is_drawn(&drawn));
            if is_drawn(&drawn) {
                return;
            }
            drawn = self.show(slate);
        }
    }

    fn show(&self, slate: Slate) -> Drawn {
        let drawn @ (_, Frame { size: (width, height), .. }) = (self.title.changes(), self.stage.frame(self.role));
        let now = Instant::now();
        let picture = match self.title.card().filter(|_| slate.is_chosen()) {
            Some(card) => card.draw(width, height, now),
            None => slate.draw(width, height, now, &self.title.text(), self.title.language()),
        };
        self.stage.put(self.role, Arc::new(Picture { content: self.role.content(), ..picture }));
        drawn
    }
}

/// How often the title had changed when a slate was drawn, and for which frame.
type Drawn = (u64, Frame);

#[cfg(test)]
mod tests;
