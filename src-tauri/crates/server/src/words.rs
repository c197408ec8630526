//! What people read here: the watch page's words, so that both say the same, in the language that a browser asks for.

use crate::headers::text;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use std::convert::Infallible;
use words::Language;

/// Says the watch page's messages.
#[derive(Clone, Copy)]
pub(crate) struct Words(Language);

impl Words {
    pub(crate) const ENGLISH: Words = Words(Language::ENGLISH);

    pub(crate) fn of(headers: &HeaderMap) -> Words {
        text(headers, &header::ACCEPT_LANGUAGE).map_or(Self::ENGLISH, |wanted| Words(Language::accepted(wanted)))
    }

    /// A message by its key. One that is missing is said by its key, as the page does, and fails the test below.
    pub(crate) fn say(self, key: &'static str) -> &'static str {
        self.0.say("watch", key)
    }

    pub(crate) fn language(self) -> Language {
        self.0
    }
}

impl<S: Sync> FromRequestParts<S> for Words {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Words::of(&parts.headers))
    }
}

#[cfg(test)]
mod tests {
    use words::Language;

    #[test]
    fn what_this_side_says_is_in_the_table_and_takes_what_it_is_given() {
        let said =
            include_str!("notice.rs").split("say(\"").skip(1).chain(include_str!("head.rs").split("say(\"").skip(1));
        let keys: Vec<&str> = said.filter_map(|rest| rest.split('"').next()).collect();
        assert!(keys.len() >= 10, "{keys:?}");
        for (key, language) in keys.into_iter().flat_map(|key| Language::all().map(move |language| (key, language))) {
            let message = language.say("watch", key);
            assert_ne!(message, key, "it is not in the table");
            assert!(
                !message.contains('{') || key == "removed.reason" && message.contains("{reason}"),
                "{language}: {key}: {message}"
            );
        }
    }
}
