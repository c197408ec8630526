//! The image that stands where the broadcaster chose that no picture does.

use super::Owner;
use crate::background::Background;
use crate::encoding::Encoding;
use crate::forwarding::Forwarding;
use audience::Now;
use media::Card;
use protocol::{ErrorCode, SettingsChange};
use std::path::{Path, PathBuf};
use words::Said;

/// How far it is.
#[derive(Debug, Default)]
pub(super) struct OwnCard {
    /// It is being read.
    wanted: Option<PathBuf>,
    /// The encoders have one.
    is_there: bool,
}

impl<F: Forwarding, E: Encoding, B: Background> Owner<F, E, B> {
    /// What the settings say is read, as the program starts; and again when it is to be shown, where it could not be read until then.
    pub(super) fn have_card(&mut self) {
        if !self.card.is_there
            && self.card.wanted.is_none()
            && let Some(file) = self.configuration.meant().card.as_ref()
        {
            self.read_card(file.path().to_owned());
        }
    }

    /// Another one is to stand there. It is read first, so that nothing is lost by one that cannot be shown.
    pub(super) fn read_card(&mut self, file: PathBuf) {
        self.card.wanted = Some(file.clone());
        self.background.read_card(file);
    }

    /// It was read, or a sentence says why not.
    pub(super) fn card_read(&mut self, file: &Path, read: Result<Card, Said>, now: Now) {
        if self.card.wanted.take_if(|wanted| wanted == file).is_none() {
            return;
        }
        let change = SettingsChange { card: Some(file.display().to_string()), ..SettingsChange::default() };
        let taken = read.and_then(|card| {
            let changed = self.configuration.configure(&change).map_err(|wrong| wrong.message)?;
            Ok((card, changed))
        });
        match taken {
            Ok((card, changed)) => {
                self.card.is_there = true;
                self.encoders.set_card(Some(card));
                self.adopt(changed, now);
            }
            Err(message) => self.events.complain(ErrorCode::BadSetting, message, now.instant),
        }
    }

    /// Skylark's own cards again.
    pub(super) fn no_card(&mut self) {
        self.card = OwnCard::default();
        self.encoders.set_card(None);
    }
}

/// A change of the settings without the image that is to be read first, and that image.
pub(super) fn card_apart(change: &SettingsChange) -> (SettingsChange, Option<PathBuf>) {
    let Some(text) = change.card.as_deref().map(str::trim).filter(|text| !text.is_empty()) else {
        return (change.clone(), None);
    };
    // Only an empty text is no path.
    let file = std::path::absolute(text).unwrap_or_else(|_| text.into());
    (SettingsChange { card: None, ..change.clone() }, Some(file))
}
