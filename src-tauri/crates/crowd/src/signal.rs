//! A viewer's session, whichever way it was made.

use crate::{janus, whep};

pub(crate) enum Session {
    Whep(whep::Session),
    Janus(janus::Session),
}

impl Session {
    /// What the server calls it, where a page can say so.
    pub(crate) fn name(&self) -> Option<String> {
        match self {
            Session::Whep(session) => session.name(),
            Session::Janus(_) => None,
        }
    }

    /// Does what keeps it, for as long as it is there; why it is no more.
    pub(crate) async fn keep(&self, http: &reqwest::Client) -> anyhow::Error {
        match self {
            Session::Whep(session) if session.offered => whep::keep(http, session).await,
            _ => std::future::pending().await,
        }
    }

    /// Ends it, as a page does that is closed.
    pub(crate) async fn leave(&self, http: &reqwest::Client) -> anyhow::Result<()> {
        match self {
            Session::Whep(session) => whep::delete(http, session).await,
            Session::Janus(session) => session.leave(http).await,
        }
    }
}
