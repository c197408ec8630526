//! Where the pictures of the sources come together: one of them goes on as it is; of two one picture is made.

use super::slot::{Pool, Slot};
use crate::{
    fit::Fit,
    frame::Picture,
    scene::{Layout, Role, Scene},
    yuv,
};
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// Before the slot.
#[derive(Debug)]
pub(super) struct Stage {
    slot: Arc<Slot>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    layout: Layout,
    size: (u16, u16),
    fps: u32,
    /// The newest of each role that is seen.
    newest: [Option<Arc<Picture>>; 2],
    /// When the camera's came.
    camera_came: Option<Instant>,
    composed: Option<Instant>,
    pool: Pool,
    /// How much a circle of that size covers of each pixel.
    circle: (u16, Vec<u8>),
}

/// What is wanted of a role: a picture of that size, into which its own is put like this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) size: (u16, u16),
    pub(super) fit: Fit,
    /// Otherwise it is given away: what stands still is to be made again once it is seen.
    pub(super) is_seen: bool,
}

/// A camera that gives nothing for so long sets the pace no more.
const CAMERA_LEADS: Duration = Duration::from_millis(150);

impl Stage {
    pub(super) fn new(slot: Arc<Slot>, layout: Layout, size: (u16, u16), fps: u32) -> Self {
        let state = State {
            layout,
            size,
            fps,
            newest: [None, None],
            camera_came: None,
            composed: None,
            pool: Pool::default(),
            circle: (0, Vec::new()),
        };
        Self { slot, state: Mutex::new(state) }
    }

    /// Puts them together in another way from now on. What is there already is shown so at once, for it may stand still.
    pub(super) fn set(&self, layout: Layout, size: (u16, u16), fps: u32) {
        let mut state = self.lock();
        let before = state.layout;
        if (before, state.size, state.fps) == (layout, size, fps) {
            return;
        }
        (state.layout, state.size, state.fps) = (layout, size, fps);
        if let Layout::Alone(shown) = layout {
            let hidden = 1 - shown as usize;
            state.newest[hidden] = None;
        }
        let picture = match (before, layout) {
            (_, Layout::Both(scene)) => state.compose(&scene, Instant::now()),
            // A camera's next picture comes by itself; and a card may be about to take its place.
            (Layout::Both(scene), Layout::Alone(Role::Screen)) => state.compose(&scene, Instant::now()),
            _ => None,
        };
        picture.into_iter().for_each(|picture| self.slot.put(picture));
    }

    /// What a role's next picture is to be.
    pub(super) fn frame(&self, role: Role) -> Frame {
        let state = self.lock();
        let seen = state.layout.window(role, state.size);
        let (window, fit) = seen.unwrap_or(([0; 4], Fit::WHOLE));
        // Who is not seen may as well make whole pictures.
        let size = if window == [0; 4] { state.size } else { (window[2] as u16, window[3] as u16) };
        Frame { size, fit, is_seen: seen.is_some() }
    }

    /// A role has a new picture.
    pub(super) fn put(&self, role: Role, picture: Arc<Picture>) {
        self.put_at(role, picture, Instant::now());
    }

    fn put_at(&self, role: Role, picture: Arc<Picture>, now: Instant) {
        let mut state = self.lock();
        let State { layout, size, fps, .. } = *state;
        if layout.window(role, size).is_none() {
            return;
        }
        let captured = picture.captured;
        state.newest[role as usize] = Some(picture.clone());
        let scene = match layout {
            // One of another size was on its way when it changed.
            Layout::Alone(_) if (picture.width, picture.height) == size => return self.slot.put(picture),
            Layout::Alone(_) => return,
            Layout::Both(scene) => scene,
        };
        let camera_leads = state.camera_came.is_some_and(|came| now - came < CAMERA_LEADS);
        if role == Role::Camera {
            state.camera_came = Some(now);
        }
        // As in `Pace`: pictures come a little early and a little late.
        let early = state.composed.is_some_and(|last| now - last < Duration::from_millis(750) / fps);
        if (role == Role::Screen && camera_leads) || early {
            return;
        }
        if let Some(picture) = state.compose(&scene, captured) {
            state.composed = Some(now);
            self.slot.put(picture);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// One picture of what is there. None before there is the larger one.
    fn compose(&mut self, scene: &Scene, captured: Instant) -> Option<Arc<Picture>> {
        let State { layout, size, newest, pool, circle, .. } = self;
        let roles = match scene.swapped {
            true => [Role::Camera, Role::Screen],
            false => [Role::Screen, Role::Camera],
        };
        let mut seen = roles.into_iter().filter_map(|role| {
            let (window, _) = layout.window(role, *size)?;
            Some((role, window, newest[role as usize].as_ref()))
        });
        let (larger, large, Some(first)) = seen.next()? else { return None };
        let made = pool.make(*size, |into: &mut Picture| {
            let delivered = Instant::now();
            if large != [0, 0, size.0.into(), size.1.into()] {
                into.blacken();
            }
            yuv::scale(first, into, large);
            for (role, window, picture) in seen {
                let Some(picture) = picture else { continue };
                let [left, top, width, height] = window;
                // After a change the old picture is stretched until the next one comes.
                let fits = (usize::from(picture.width), usize::from(picture.height)) == (width, height);
                if scene.is_round(role) && fits {
                    if circle.0 != picture.width {
                        *circle = (picture.width, disc(picture.width));
                    }
                    yuv::blend(picture, &circle.1, into, [left, top]);
                } else {
                    yuv::scale(picture, into, window);
                }
            }
            (into.captured, into.delivered, into.converted) = (captured, delivered, Instant::now());
            into.content = larger.content();
            Ok::<(), std::convert::Infallible>(())
        });
        let Ok(picture) = made;
        Some(picture)
    }
}

/// A circle that fills a square: 255 inside, 0 outside, and as much of each pixel on its edge as it covers.
fn disc(side: u16) -> Vec<u8> {
    let radius = f32::from(side) / 2.0;
    let centre = |at: u16| f32::from(at) + 0.5 - radius;
    let shade = |x: u16, y: u16| {
        let inside = radius - centre(x).hypot(centre(y)) + 0.5;
        (inside.clamp(0.0, 1.0) * 255.0).round() as u8
    };
    (0..side).flat_map(|y| (0..side).map(move |x| shade(x, y))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{pipeline::slot::Next, scene::Place, scene::Shape};

    const SIZE: (u16, u16) = (320, 180);

    /// After this another picture may be made, at 30 a second.
    const EARLY: Duration = Duration::from_millis(26);

    fn grey(size: (u16, u16), shade: u8, captured: Instant) -> Arc<Picture> {
        let mut picture = Picture::black(size.0, size.1, captured);
        picture.planes_mut()[0].fill(shade);
        Arc::new(picture)
    }

    fn luma(picture: &Picture, x: usize, y: usize) -> u8 {
        picture.planes()[0][y * usize::from(picture.width) + x]
    }

    fn newest(slot: &Slot, seen: u64) -> (u64, Arc<Picture>) {
        match slot.wait(seen, Duration::ZERO) {
            Next::New(number, picture) => (number, picture),
            Next::Late => panic!("nothing was made"),
        }
    }

    #[test]
    fn a_camera_stands_over_a_screen_where_it_is_wanted() {
        let start = Instant::now();
        let slot = Arc::<Slot>::default();
        let scene = Scene::default();
        let stage = Stage::new(slot.clone(), Layout::Both(scene), SIZE, 30);
        stage.put_at(Role::Screen, grey(stage.frame(Role::Screen).size, 200, start), start);
        let (first, alone) = newest(&slot, 0);
        assert_eq!(luma(&alone, 300, 160), 200, "the screen is shown before there is a camera");
        assert_eq!(stage.frame(Role::Camera).size, (80, 44));
        // Let go of, so that its buffer may be used again.
        drop(alone);
        stage.put_at(Role::Camera, grey((80, 44), 100, start), start + EARLY);
        let (second, both) = newest(&slot, first);
        assert_eq!((luma(&both, 10, 10), luma(&both, 280, 150)), (200, 100));

        stage.set(Layout::Both("screen+camera:top-left".parse().expect("a scene")), SIZE, 30);
        let (third, moved) = newest(&slot, second);
        assert_eq!((luma(&moved, 30, 30), luma(&moved, 280, 150)), (100, 200), "at once, though nothing came");

        stage.set(Layout::Both(Scene { swapped: true, ..scene }), SIZE, 30);
        let (fourth, swapped) = newest(&slot, third);
        assert_eq!((luma(&swapped, 10, 10), luma(&swapped, 280, 150)), (100, 200));

        stage.set(Layout::Both(Scene { place: Place::Beside, ..scene }), SIZE, 30);
        let (fifth, beside) = newest(&slot, fourth);
        assert_eq!((luma(&beside, 10, 90), luma(&beside, 300, 10)), (200, 100));

        stage.set(Layout::Alone(Role::Screen), SIZE, 30);
        let (_, alone) = newest(&slot, fifth);
        assert_eq!((luma(&alone, 10, 90), luma(&alone, 300, 10)), (200, 200), "the screen stands still");
    }

    #[test]
    fn what_came_before_it_was_to_be_seen_is_asked_for_once_it_is() {
        let (slot, start) = (Arc::<Slot>::default(), Instant::now());
        let stage = Stage::new(slot.clone(), Layout::Alone(Role::Camera), SIZE, 30);
        let before = stage.frame(Role::Screen);
        stage.put_at(Role::Screen, grey(SIZE, 200, start), start);
        assert!(slot.newest().is_none(), "nobody is to see it yet");
        stage.set(Layout::Alone(Role::Screen), SIZE, 30);
        assert_ne!(stage.frame(Role::Screen), before, "an image delivers anew where that is another");
    }

    #[test]
    fn a_round_camera_has_a_soft_edge_and_the_screen_around_it() {
        let start = Instant::now();
        let slot = Arc::<Slot>::default();
        let scene = Scene { shape: Shape::Round, ..Scene::default() };
        let stage = Stage::new(slot.clone(), Layout::Both(scene), SIZE, 30);
        let Frame { size: (side, high), .. } = stage.frame(Role::Camera);
        assert_eq!(side, high);
        stage.put_at(Role::Screen, grey(SIZE, 200, start), start);
        let (seen, _) = newest(&slot, 0);
        stage.put_at(Role::Camera, grey((side, high), 100, start), start + EARLY);
        let (_, picture) = newest(&slot, seen);
        let ([left, top, ..], _) = Layout::Both(scene).window(Role::Camera, SIZE).expect("it is seen");
        let half = usize::from(side) / 2;
        assert_eq!((luma(&picture, left + half, top + half), luma(&picture, left, top)), (100, 200));
        let edge: Vec<u8> = (left..left + half).map(|x| luma(&picture, x, top + 6)).collect();
        assert!(edge.iter().any(|&shade| shade > 101 && shade < 199), "{edge:?}");
    }

    #[test]
    fn the_camera_sets_the_pace_while_it_runs_and_nobody_is_faster_than_agreed() {
        let slot = Arc::<Slot>::default();
        let stage = Stage::new(slot.clone(), Layout::Both(Scene::default()), SIZE, 30);
        let start = Instant::now();
        let put = |role, after| stage.put_at(role, grey(stage.frame(role).size, 90, start), start + after);
        put(Role::Camera, Duration::ZERO);
        assert!(
            matches!(slot.wait(0, Duration::ZERO), Next::Late),
            "what was shown before stays until there is a screen"
        );
        put(Role::Screen, Duration::ZERO);
        let mut after = CAMERA_LEADS;
        put(Role::Screen, after);
        let (first, _) = newest(&slot, 0);
        put(Role::Camera, after);
        assert!(matches!(slot.wait(first, Duration::ZERO), Next::Late), "two at once");
        after += EARLY;
        put(Role::Screen, after);
        assert!(matches!(slot.wait(first, Duration::ZERO), Next::Late), "the camera's next is due");
        after += CAMERA_LEADS;
        put(Role::Screen, after);
        newest(&slot, first);
    }

    #[test]
    fn alone_a_picture_goes_on_as_it_is() {
        let slot = Arc::<Slot>::default();
        let stage = Stage::new(slot.clone(), Layout::Alone(Role::Camera), SIZE, 30);
        let picture = grey(SIZE, 90, Instant::now());
        stage.put(Role::Screen, grey(SIZE, 10, Instant::now()));
        stage.put(Role::Camera, picture.clone());
        let (number, shown) = newest(&slot, 0);
        assert!(number == 1 && Arc::ptr_eq(&shown, &picture), "nothing is copied");
    }
}
