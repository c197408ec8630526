//! What is shown: one source, or a screen and a camera together. How they are put together is decided here, without a pixel.

use crate::{
    CameraChoice, Cover, SourceChoice,
    fit::{Crop, Fit},
    frame::Content,
    yuv::Window,
};
use std::{fmt, str::FromStr};
use words::{Said, said};

/// What is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// What the picture comes from, where there is no scene. In a scene it is the screen, unless it is a camera: then the primary screen is.
    pub source: SourceChoice,
    /// The camera of a scene.
    pub camera: CameraChoice,
    /// A screen and a camera together.
    pub scene: Option<Scene>,
}

/// A screen and a camera together. Written as `screen+camera:PLACE`, and behind it, each after a comma, what is not as usual: `size=0.3`,
/// `round`, `mirrored`, `crop=LEFT/TOP/RIGHT/BOTTOM`, `swapped`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scene {
    /// Where the smaller one is.
    pub place: Place,
    /// Its width, in thousandths of the picture's.
    pub size: u16,
    /// The camera's, where it is the smaller one in a corner.
    pub shape: Shape,
    /// The camera's picture is as in a mirror.
    pub mirrored: bool,
    /// What is cut off from the camera's picture.
    pub crop: Crop,
    /// The camera is the larger one.
    pub swapped: bool,
}

/// Where the smaller one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Over the larger one.
    Corner(Corner),
    /// Beside it.
    Beside,
}

/// A corner of the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Corner {
    /// Above on the left.
    TopLeft,
    /// Above on the right.
    TopRight,
    /// Below on the left.
    BottomLeft,
    /// Below on the right.
    BottomRight,
}

/// A picture's shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// As the whole picture's.
    Free,
    /// A circle.
    Round,
}

/// Of what a scene may be: a thousandth is no picture, and two halves are no scene of a smaller and a larger one.
const SIZES: std::ops::RangeInclusive<u16> = 100..=500;

const PLACES: [(Place, &str); 5] = [
    (Place::Corner(Corner::TopLeft), "top-left"),
    (Place::Corner(Corner::TopRight), "top-right"),
    (Place::Corner(Corner::BottomLeft), "bottom-left"),
    (Place::Corner(Corner::BottomRight), "bottom-right"),
    (Place::Beside, "side-by-side"),
];

impl Default for Scene {
    fn default() -> Self {
        let place = Place::Corner(Corner::BottomRight);
        Self { place, size: 250, shape: Shape::Free, mirrored: false, crop: Crop::NONE, swapped: false }
    }
}

/// Why something is no scene.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoScene {
    /// The text is none.
    Text(String),
    /// The smaller one would be too small, or no longer the smaller one.
    Size,
    /// Hardly anything would be left of the camera's picture.
    Crop,
}

impl NoScene {
    /// Why, without a full stop.
    pub fn said(&self) -> Said {
        match self {
            Self::Text(text) => said!("scene.form", text),
            Self::Size => said!("scene.size"),
            Self::Crop => said!("scene.crop"),
        }
    }
}

impl From<NoScene> for Said {
    fn from(error: NoScene) -> Said {
        error.said()
    }
}

impl fmt::Display for NoScene {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.said().fmt(f)
    }
}

impl std::error::Error for NoScene {}

impl Scene {
    /// The same, if it can be.
    pub fn checked(self) -> Result<Scene, NoScene> {
        if !SIZES.contains(&self.size) {
            return Err(NoScene::Size);
        }
        let Crop { left, top, right, bottom } = self.crop;
        let leaves = |one: u16, other: u16| u32::from(one) + u32::from(other) <= 900;
        if leaves(left, right) && leaves(top, bottom) { Ok(self) } else { Err(NoScene::Crop) }
    }
}

impl FromStr for Scene {
    type Err = NoScene;

    fn from_str(text: &str) -> Result<Self, NoScene> {
        let wrong = || NoScene::Text(text.to_owned());
        let mut parts = text.trim().split(',').map(str::trim);
        let layout = parts.next().unwrap_or_default();
        let place = match layout.strip_prefix("screen+camera") {
            Some("") => Self::default().place,
            Some(place) => {
                let place = place.strip_prefix(':').ok_or_else(wrong)?;
                PLACES.into_iter().find(|(_, word)| *word == place).ok_or_else(wrong)?.0
            }
            None => return Err(wrong()),
        };
        let mut scene = Scene { place, ..Self::default() };
        for part in parts {
            match part.split_once('=') {
                None if part == "round" => scene.shape = Shape::Round,
                None if part == "mirrored" => scene.mirrored = true,
                None if part == "swapped" => scene.swapped = true,
                Some(("size", size)) => scene.size = thousandths(size).ok_or_else(wrong)?,
                Some(("crop", crop)) => {
                    let sides: Option<Vec<u16>> = crop.split('/').map(thousandths).collect();
                    let [left, top, right, bottom] = sides.ok_or_else(wrong)?[..] else { return Err(wrong()) };
                    scene.crop = Crop { left, top, right, bottom };
                }
                _ => return Err(wrong()),
            }
        }
        scene.checked()
    }
}

fn thousandths(text: &str) -> Option<u16> {
    let part: f32 = text.parse().ok()?;
    (0.0..=1.0).contains(&part).then(|| (part * 1000.0).round() as u16)
}

impl fmt::Display for Scene {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = |thousandths: u16| f64::from(thousandths) / 1000.0;
        let (_, place) = PLACES.into_iter().find(|(known, _)| *known == self.place).expect("each has its word");
        write!(f, "screen+camera:{place}")?;
        let usual = Self::default();
        if self.size != usual.size {
            write!(f, ",size={}", part(self.size))?;
        }
        if self.shape == Shape::Round {
            f.write_str(",round")?;
        }
        if self.mirrored {
            f.write_str(",mirrored")?;
        }
        if self.crop != Crop::NONE {
            let [left, top, right, bottom] =
                [self.crop.left, self.crop.top, self.crop.right, self.crop.bottom].map(part);
            write!(f, ",crop={left}/{top}/{right}/{bottom}")?;
        }
        if self.swapped {
            f.write_str(",swapped")?;
        }
        Ok(())
    }
}

/// Which of the two sources of a scene: each has a thread of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// A camera; alone also the pattern, or none.
    Camera = 0,
    /// A screen, a window, an image.
    Screen = 1,
}

/// What each of the two is to deliver, and how they are put together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    pub(crate) camera: Option<CameraChoice>,
    pub(crate) screen: Option<SourceChoice>,
    /// A card that is sent in the place of all of it.
    pub(crate) cover: Option<Cover>,
    pub(crate) layout: Layout,
}

/// How the pictures of the two are put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    /// One of them, as it is.
    Alone(Role),
    /// Both.
    Both(Scene),
}

impl Role {
    /// What a picture is of where this one's is the larger part of it.
    pub(crate) fn content(self) -> Content {
        match self {
            Self::Camera => Content::Camera,
            Self::Screen => Content::Screen,
        }
    }
}

impl From<CameraChoice> for Shown {
    fn from(camera: CameraChoice) -> Shown {
        Shown { source: SourceChoice::Camera(camera.clone()), camera, scene: None }
    }
}

impl Shown {
    /// What the screen of a scene is.
    pub fn screen(&self) -> SourceChoice {
        match &self.source {
            SourceChoice::Camera(_) => SourceChoice::Screen(None),
            other => other.clone(),
        }
    }

    /// What is to be done for it, while this card is sent or none.
    pub(crate) fn plan(&self, cover: Option<Cover>) -> Plan {
        let alone = |role, camera, screen, cover| Plan { camera, screen, cover, layout: Layout::Alone(role) };
        let screen = self.screen();
        match (self.scene, cover) {
            (_, Some(Cover::BeRightBack)) | (None, Some(_)) => {
                alone(Role::Camera, Some(CameraChoice::Off), None, cover)
            }
            // Only the camera is off: what it stood over goes on.
            (Some(_), Some(Cover::CameraOff)) => alone(Role::Screen, None, Some(screen), None),
            (Some(_), None) if self.camera == CameraChoice::Off => alone(Role::Screen, None, Some(screen), None),
            (Some(scene), None) => {
                let camera = Some(self.camera.clone());
                Plan { camera, screen: Some(screen), cover: None, layout: Layout::Both(scene) }
            }
            (None, None) => match &self.source {
                SourceChoice::Camera(camera) => alone(Role::Camera, Some(camera.clone()), None, None),
                other => alone(Role::Screen, None, Some(other.clone()), None),
            },
        }
    }
}

impl Layout {
    /// Where a role's picture stands in one of that size, and how it is put there. None: it is not seen.
    pub(crate) fn window(&self, role: Role, (width, height): (u16, u16)) -> Option<(Window, Fit)> {
        let (width, height) = (usize::from(width), usize::from(height));
        let whole = [0, 0, width, height];
        let scene = match self {
            Self::Alone(shown) => return (*shown == role).then_some((whole, Fit::WHOLE)),
            Self::Both(scene) => scene,
        };
        let is_small = (role == Role::Camera) != scene.swapped;
        let even = |length: usize| (length & !1).max(2);
        let small = even(width * usize::from(scene.size) / 1000);
        let window = match scene.place {
            Place::Beside if is_small => [width - small, 0, small, height],
            Place::Beside => [0, 0, width - small, height],
            Place::Corner(_) if !is_small => whole,
            Place::Corner(corner) => {
                let margin = even(width.min(height) / 30);
                let high = even(small * height / width);
                // A circle has about the area of the rectangle that it stands for.
                let side = even(((small + high) / 2).min(width.min(height) - 2 * margin));
                let (w, h) = if scene.is_round(role) { (side, side) } else { (small, high) };
                let (right, below) = (width - w - margin, height - h - margin);
                match corner {
                    Corner::TopLeft => [margin, margin, w, h],
                    Corner::TopRight => [right, margin, w, h],
                    Corner::BottomLeft => [margin, below, w, h],
                    Corner::BottomRight => [right, below, w, h],
                }
            }
        };
        let fit = match role {
            // Nothing of a screen is cut off, and text is not mirrored.
            Role::Screen => Fit::WHOLE,
            Role::Camera => Fit { fills: is_small, mirrored: scene.mirrored, crop: scene.crop },
        };
        Some((window, fit))
    }
}

impl Scene {
    /// Whether this one's picture is a circle.
    pub(crate) fn is_round(&self, role: Role) -> bool {
        let in_corner = matches!(self.place, Place::Corner(_));
        role == Role::Camera && !self.swapped && in_corner && self.shape == Shape::Round
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scene_is_read_back_as_it_is_written() {
        for text in [
            "screen+camera:top-left",
            "screen+camera:side-by-side",
            "screen+camera:bottom-right,size=0.3,round,mirrored,crop=0.1/0/0.2/0.05,swapped",
        ] {
            assert_eq!(text.parse::<Scene>().expect(text).to_string(), text);
        }
        assert_eq!("screen+camera".parse(), Ok(Scene::default()));
        for bad in
            ["", "camera", "screen+camera:middle", "screen+camera,square", "screen+camera,size=x", "screen+cameras"]
        {
            assert!(bad.parse::<Scene>().expect_err(bad).to_string().contains("screen+camera:PLACE"));
        }
        assert_eq!("screen+camera,size=0.9".parse::<Scene>(), Err(NoScene::Size));
        assert_eq!("screen+camera,crop=0.5/0/0.5/0".parse::<Scene>(), Err(NoScene::Crop));
    }

    #[test]
    fn every_window_lies_inside_and_is_even() {
        let sizes = [(1280, 720), (720, 1280), (160, 96), (96, 160), (1920, 1080), (1920, 96), (96, 1920)];
        for size in sizes {
            for (place, _) in PLACES {
                for (part, shape, swapped) in
                    [(100, Shape::Free, false), (250, Shape::Round, false), (500, Shape::Round, true)]
                {
                    let scene = Scene { place, size: part, shape, swapped, ..Scene::default() };
                    for role in [Role::Camera, Role::Screen] {
                        let (window, _) = Layout::Both(scene).window(role, size).expect("both are seen");
                        let [left, top, width, height] = window;
                        let inside = left + width <= size.0.into() && top + height <= size.1.into();
                        let even = window.iter().all(|edge| edge % 2 == 0);
                        assert!(inside && even && width > 0 && height > 0, "{scene} {role:?} in {size:?}: {window:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn what_is_covered_is_closed_and_no_more() {
        let camera = CameraChoice::Device("HD Webcam".into());
        let mut shown =
            Shown { source: SourceChoice::Screen(Some(2)), camera: camera.clone(), scene: Some(Scene::default()) };
        let open = |shown: &Shown, cover| {
            let Plan { camera, screen, cover, .. } = shown.plan(cover);
            (camera.filter(|_| cover.is_none()).is_some(), screen.is_some())
        };
        assert_eq!(open(&shown, None), (true, true));
        assert_eq!(open(&shown, Some(Cover::CameraOff)), (false, true), "the slides go on");
        assert_eq!(open(&shown, Some(Cover::BeRightBack)), (false, false));
        shown.scene = None;
        assert_eq!(open(&shown, None), (false, true));
        assert_eq!(open(&shown, Some(Cover::CameraOff)), (false, false), "the picture is withheld, whatever it is");
        shown.source = SourceChoice::Camera(camera);
        assert_eq!(open(&shown, None), (true, false), "nothing but the camera runs");
        shown.scene = Some(Scene::default());
        assert_eq!(shown.plan(None).screen, Some(SourceChoice::Screen(None)));
        shown.camera = CameraChoice::Off;
        assert_eq!(shown.plan(None).layout, Layout::Alone(Role::Screen));
    }
}
