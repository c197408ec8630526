//! What a choice of the picture's source means, and how it is opened.

use crate::{
    CameraChoice, SourceChoice, VideoConfig,
    camera::Cameras,
    image::ImageSource,
    pattern::PatternSource,
    screen::{self, Permission},
    source::{PictureSource, SourceError},
    title::Title,
};
use std::sync::Arc;

/// Finds what was chosen.
pub(super) type Opener = Box<dyn Fn(&VideoConfig, &SourceChoice) -> Meant + Send>;

/// What a choice means, and how it is opened.
pub(super) struct Meant {
    /// What it is called.
    pub(super) id: String,
    pub(super) open: Box<dyn FnOnce() -> Result<Box<dyn PictureSource>, SourceError>>,
}

/// The real opener. `title` is shown in the pattern; `permission`: what people were asked about their screens.
pub(super) fn real(title: Arc<Title>, permission: Arc<Permission>) -> Opener {
    let cameras = Cameras::default();
    Box::new(move |video, source| {
        let video = *video;
        let (id, permission) = (source.to_string(), permission.clone());
        let device = match source {
            SourceChoice::Camera(CameraChoice::Device(device)) => Some(device.as_str()),
            SourceChoice::Camera(CameraChoice::Default) => None,
            SourceChoice::Camera(camera @ (CameraChoice::Pattern | CameraChoice::Off)) => {
                let title = title.clone();
                let open = move || Ok(Box::new(PatternSource::new(&video, title)) as Box<dyn PictureSource>);
                return Meant { id: camera.to_string(), open: Box::new(open) };
            }
            SourceChoice::Image(file) => {
                let file = file.clone();
                let open = move || ImageSource::open(&file).map(|image| Box::new(image) as Box<dyn PictureSource>);
                return Meant { id, open: Box::new(open) };
            }
            SourceChoice::Screen(number) => {
                let wanted = screen::Wanted::Screen(*number);
                return Meant { id, open: Box::new(move || screen::open(wanted, video.fps, permission)) };
            }
            SourceChoice::Window(title) => {
                let wanted = screen::Wanted::Window(title.clone());
                return Meant { id, open: Box::new(move || screen::open(wanted, video.fps, permission)) };
            }
        };
        let meant = cameras.meant(device);
        // Where there is no camera at all, none has a name.
        let id = if meant.id().is_empty() { device.unwrap_or("default").to_owned() } else { meant.id().to_owned() };
        Meant { id, open: Box::new(move || meant.open(&video)) }
    })
}
