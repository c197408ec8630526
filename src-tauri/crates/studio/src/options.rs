//! What the command line asks for.

use crate::settings::Given;
use reach::Listen;
use std::net::SocketAddr;
use std::path::PathBuf;

/// What the command line asks for. Everything absent is left to the settings file, then to the defaults; what is given
/// here holds for this run of the program and is not written to the file.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The settings file, which must be there; by default `skylark.toml` in the data folder if one is given, else in the
    /// user's config folder.
    pub config: Option<PathBuf>,
    /// Where the watch token and the bans are kept; by default the user's data folder.
    pub data_dir: Option<PathBuf>,
    /// A fixed, guessable watch token instead of the secret one.
    pub stream: Option<String>,
    /// Each broadcast is recorded, to this file or folder.
    pub record: Option<PathBuf>,
    /// Where the stream goes as well: `whip+https://…`.
    pub relays: Vec<String>,
    /// What relays are told, by their URLs: a file of TOML that only the user may read.
    pub relay_secrets: Option<PathBuf>,
    /// What is asked for at the door in this run: a file of one line that only the user may read.
    pub passcode_file: Option<PathBuf>,
    /// Who comes in this run waits until somebody lets it in.
    pub waiting_room: bool,
    /// Nothing of the picture is given up on a busy machine: its size and its rate are those that were asked for, or pictures are missing.
    pub no_relief: bool,
    /// It begins with a rehearsal: whoever opens the studio asks for it.
    pub rehearse: bool,
    /// Where the settings file holds something that cannot be, it is copied aside and the usual settings are used. Not one that
    /// was named.
    pub usual_settings: bool,
    /// Where to listen in the place of what the settings say; none: there.
    pub elsewhere: Option<Elsewhere>,
    /// The settings that hold instead of the file's.
    pub settings: Given,
}

/// Where to listen when the place that the settings name cannot be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Elsewhere {
    /// On any port that is free, of the same address: who listens on one address only goes on doing so.
    AnyPort,
    /// On all addresses of this machine, on the same port.
    AnyAddress,
}

impl Elsewhere {
    /// Where, instead of there.
    pub(crate) fn than(self, listen: Listen) -> Listen {
        let address = listen.address();
        Listen::from(match self {
            Self::AnyPort => SocketAddr::new(address.ip(), 0),
            Self::AnyAddress => SocketAddr::new(Listen::default().address().ip(), address.port()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elsewhere_is_no_further_away_than_it_must_be() {
        let there: Listen = "127.0.0.1:8787".parse().expect("the test wrote it");
        assert_eq!(Elsewhere::AnyPort.than(there).to_string(), "127.0.0.1:0");
        assert_eq!(Elsewhere::AnyAddress.than(there).to_string(), "[::]:8787");
    }
}
