//! The passcode, as the broadcaster sets it.

use super::Owner;
use crate::background::Background;
use crate::encoding::Encoding;
use crate::forwarding::Forwarding;
use crate::studio::CommandError;
use audience::{BadPasscode, Input, Now, Passcode};
use protocol::{ErrorCode, Secret};
use words::said;

impl<F: Forwarding, E: Encoding, B: Background> Owner<F, E, B> {
    /// Has everybody who comes asked for this word, or nobody for any.
    pub(super) fn set_passcode(&mut self, word: Option<&Secret>, now: Now) -> Result<(), CommandError> {
        let key = &self.cookie_key;
        let passcode = word.map(|word| Passcode::new(word.reveal(), |text| key.stands_for(text))).transpose();
        let bad = |bad: BadPasscode| CommandError {
            code: ErrorCode::BadPasscode,
            message: said!("door.passcode", cause = bad.said()),
        };
        self.ask_audience(Input::SetPasscode(passcode.map_err(bad)?), now)
    }
}
