//! WHEP sessions: which viewer a session's URL stands for.

use protocol::ViewerId;
use std::collections::HashMap;

/// One session.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) viewer: ViewerId,
    /// Names the ICE session; changes with every ICE restart.
    pub(super) etag: String,
}

/// All sessions there are. A session's id is the only thing its URL proves: whoever knows it may end it, also with the
/// token of a link that was retired since.
#[derive(Debug, Default)]
pub(super) struct Sessions {
    by_id: HashMap<String, Session>,
    by_viewer: HashMap<ViewerId, String>,
}

impl Sessions {
    pub(super) fn open(&mut self, id: String, viewer: ViewerId, etag: String) {
        self.by_viewer.insert(viewer, id.clone());
        self.by_id.insert(id, Session { viewer, etag });
    }

    pub(super) fn get_mut(&mut self, id: &str) -> Option<&mut Session> {
        self.by_id.get_mut(id)
    }

    pub(super) fn viewer(&self, id: &str) -> Option<ViewerId> {
        self.by_id.get(id).map(|session| session.viewer)
    }

    /// The viewer is gone.
    pub(super) fn close(&mut self, viewer: ViewerId) {
        if let Some(id) = self.by_viewer.remove(&viewer) {
            self.by_id.remove(&id);
        }
    }

    /// There is one of this viewer's.
    pub(super) fn is_of(&self, viewer: ViewerId) -> bool {
        self.by_viewer.contains_key(&viewer)
    }

    pub(super) fn len(&self) -> usize {
        self.by_id.len()
    }
}

/// What `If-Match` says of an etag (RFC 9110 13.1.1), given without its quotes. Both `*` and `"*"` are sent for "any".
pub(crate) fn matches(if_match: &str, etag: &str) -> bool {
    if_match.split(',').map(str::trim).any(|one| match one {
        "*" | "\"*\"" => true,
        one => one.strip_prefix('"').and_then(|one| one.strip_suffix('"')) == Some(etag),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn if_match_names_the_etag_in_quotes_or_any() {
        for yes in ["*", "\"*\"", "\"abc\"", "\"x\", \"abc\""] {
            assert!(matches(yes, "abc"), "{yes}");
        }
        for no in ["abc", "\"ab\"", "", "W/\"abc\""] {
            assert!(!matches(no, "abc"), "{no}");
        }
    }

    #[test]
    fn a_session_goes_with_its_viewer() {
        let mut sessions = Sessions::default();
        sessions.open("s1".into(), ViewerId(1), "e".into());
        assert_eq!(sessions.viewer("s1"), Some(ViewerId(1)));
        sessions.close(ViewerId(1));
        sessions.close(ViewerId(1));
        assert_eq!((sessions.viewer("s1"), sessions.len()), (None, 0));
    }
}
