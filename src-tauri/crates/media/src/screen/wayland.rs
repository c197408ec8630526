//! Screens and windows of Wayland: people choose one in a window of the desktop's own, by its portal, and PipeWire brings its pictures. A
//! program cannot list them there, nor take one that nobody chose.

mod copy;
mod format;
mod pipewire;
mod pod;
mod portal;
#[cfg(test)]
mod tests;

use super::{Capture, Permission, ScreenToken, Size, Way};
use crate::device::DeviceError;
use pipewire::Stream;
use portal::{Chosen, Portal, Session};
use protocol::{ErrorCode, Source};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use words::said;

/// An open screen or window.
pub(super) struct Screen {
    session: Session,
    stream: Stream,
    /// The newest picture: it is asked for anew where it stands still.
    pixels: Vec<u8>,
    size: Option<Size>,
    permission: Arc<Permission>,
}

/// A portal or a PipeWire that is not there is looked for this often: each look starts what the bus knows by that name.
const AGAIN: Duration = Duration::from_secs(10);

impl Screen {
    /// Asks by the session's portal, where it may be asked now.
    pub(super) fn open(way: &Way<'_>) -> Result<Self, DeviceError> {
        Self::by(|| Ok(Portal::on(None)?), way)
    }

    fn by(portal: impl FnOnce() -> Result<Portal, DeviceError>, way: &Way<'_>) -> Result<Self, DeviceError> {
        let token = way.permission.ask(Instant::now())?;
        Self::ask(portal, token.as_ref().map(ScreenToken::as_str), way).inspect_err(|why| match why {
            // Whoever gave up may come back at once.
            _ if (way.given_up)() => {}
            // What is missing may be installed meanwhile, and nobody was asked.
            DeviceError::Said(ErrorCode::NoDevice, _) => way.permission.failed(why, Instant::now() + AGAIN),
            _ => way.permission.over(why),
        })
    }

    fn ask(
        portal: impl FnOnce() -> Result<Portal, DeviceError>,
        token: Option<&str>,
        way: &Way<'_>,
    ) -> Result<Self, DeviceError> {
        if !Stream::is_possible() {
            return Err(pipewire::Trouble::NoLibrary.into());
        }
        let portal = portal()?;
        way.asks();
        let Chosen { session, node, remote, token } = portal.ask(token, way.given_up)?;
        way.permission.given(token.map(ScreenToken::new));
        let stream = Stream::open(remote, node, way.fps)?;
        let permission = way.permission.clone();
        Ok(Screen { session, stream, pixels: Vec::new(), size: None, permission })
    }

    /// What ended while it was shown stays so until people choose again: it may be they who ended it, in the desktop's own bar.
    fn over(&self, why: DeviceError) -> DeviceError {
        self.permission.over(&why);
        why
    }
}

impl Capture for Screen {
    fn picture(&mut self, into: &mut Vec<u8>, anew: bool) -> Result<Option<Size>, DeviceError> {
        if self.session.is_closed() {
            return Err(self.over(lost()));
        }
        let taken = self.stream.take(&mut self.pixels).map_err(|trouble| self.over(trouble.into()))?;
        self.size = taken.or(self.size);
        let Some(size) = self.size.filter(|_| taken.is_some() || anew) else { return Ok(None) };
        into.clear();
        into.extend_from_slice(&self.pixels);
        Ok(Some(size))
    }

    fn rest(&mut self, until: Instant) {
        self.stream.rest(until);
    }
}

/// All that can be listed: that the desktop asks.
pub(super) fn list() -> Vec<Source> {
    vec![Source { id: "1".to_owned(), label: "Screen or window (the desktop asks which)".to_owned() }]
}

fn lost() -> DeviceError {
    DeviceError::Said(ErrorCode::DeviceLost, said!("screen.not_shared"))
}

impl From<portal::Trouble> for DeviceError {
    fn from(trouble: portal::Trouble) -> Self {
        let (code, message) = match trouble {
            portal::Trouble::Missing(error) => {
                tracing::debug!("no portal that shows screens: {error}");
                (ErrorCode::NoDevice, said!("screen.no_portal"))
            }
            portal::Trouble::Declined => (ErrorCode::DeviceDenied, said!("screen.declined")),
            portal::Trouble::Ended => (ErrorCode::DeviceDenied, said!("screen.not_asked")),
            // Nobody is there who would hear it.
            portal::Trouble::GivenUp => return DeviceError::Other("It is not wanted any more".into()),
            portal::Trouble::Failed(error) => (ErrorCode::DeviceFailed, said!("screen.portal", error)),
        };
        DeviceError::Said(code, message)
    }
}

impl From<pipewire::Trouble> for DeviceError {
    fn from(trouble: pipewire::Trouble) -> Self {
        let (code, message) = match trouble {
            pipewire::Trouble::NoLibrary => (ErrorCode::NoDevice, said!("screen.no_pipewire")),
            pipewire::Trouble::Refused(error) => (ErrorCode::DeviceFailed, said!("screen.pipewire", error)),
            pipewire::Trouble::Lost => return lost(),
        };
        DeviceError::Said(code, message)
    }
}
