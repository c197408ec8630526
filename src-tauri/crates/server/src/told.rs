//! What pages are told: one message for however many of them, written as JSON once.

use axum::extract::ws::{Message, Utf8Bytes};
use protocol::PageMessage;
use std::sync::{Arc, OnceLock};

/// A message on its way to pages. To hand it on costs nothing; the first socket that sends it writes it as text, for all others too, so
/// that the owner writes none.
#[derive(Clone, Debug)]
pub struct Told(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    message: PageMessage,
    text: OnceLock<Utf8Bytes>,
}

impl Told {
    /// What it is.
    pub fn message(&self) -> &PageMessage {
        &self.0.message
    }

    /// As it is sent.
    pub(crate) fn frame(&self) -> Message {
        let write = || serde_json::to_string(&self.0.message).expect("a page message has no map with odd keys").into();
        Message::Text(self.0.text.get_or_init(write).clone())
    }
}

impl From<PageMessage> for Told {
    fn from(message: PageMessage) -> Told {
        Told(Arc::new(Shared { message, text: OnceLock::new() }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_written_once_for_all() {
        let told = Told::from(PageMessage::Count { watching: 3 });
        let frames = [told.clone().frame(), told.frame()];
        let [Message::Text(one), Message::Text(other)] = &frames else { panic!("both are text") };
        assert_eq!(one.as_str(), r#"{"type":"count","watching":3}"#);
        assert_eq!(one.as_str().as_ptr(), other.as_str().as_ptr(), "the same bytes");
    }
}
