//! What viewers write, as the fuzzer calls it (src-tauri/fuzz). Only with the feature `fuzzing`.

use crate::likeness::likeness;
use crate::names::name;
use crate::words::Words;
use crate::{Chat, Limits, Output, Rate, Speaker, links, text};
use audience::Now;
use protocol::{Event, ViewerId};
use std::time::{Duration, Instant};

/// The longest message, bytes.
const LONGEST: usize = 4000;
/// Unwanted words that are taken of one input: a list costs the broadcaster's time and nobody else's.
const MOST_WORDS: usize = 32;

/// Any text as what somebody writes: the last line is said, those before it are words that are not wanted; and the longest message
/// that is made of what stands in the last line.
pub fn chat(data: &str) {
    let (words, said) = data.rsplit_once('\n').unwrap_or(("", data));
    let words: Vec<String> = words.split('\n').take(MOST_WORDS).map(|word| word.chars().take(25).collect()).collect();
    let words = Words::new(words);
    one(&words, said);
    // All of them would leave a fuzzer little time for new ones.
    if !said.is_empty() && data.len() % 4 == 1 {
        one(&words, &said.repeat(LONGEST.div_ceil(said.len())));
    }
}

fn one(words: &Words, said: &str) {
    let end = (0..=said.len().min(LONGEST)).rev().find(|at| said.is_char_boundary(*at)).unwrap_or_default();
    let said = &said[..end];
    let shown = text::clean(said);
    assert!(shown.len() <= said.len() && text::characters(&shown) <= shown.chars().count(), "{shown:?}");
    assert_eq!(text::clean(&shown), shown, "what is clean stays as it is");
    assert!(!shown.contains(char::is_control) && shown.trim() == shown && !shown.contains("  "), "{shown:?}");

    let _ = links::has_link(&shown);
    assert!(links::has_link(&format!("{shown} https://a.example/")), "{shown:?}");

    if words.is_in(&shown) {
        assert!(words.is_in(&format!("well {shown} so")), "what stands between others is there, too: {shown:?}");
    }
    if let Ok(name) = name(said) {
        assert!(name.shown.len() <= 160 && text::shows(&name.shown), "{:?}", name.shown);
        assert_eq!(crate::names::name(&name.shown).as_ref(), Ok(&name), "a name is one");
        // One of three bytes stands for four at the most, each of which may look like several.
        assert!(likeness(&name.shown).len() <= 64 * name.shown.len(), "{:?}", name.shown);
    }
    is_said(said, words);
}

/// By who may, to everybody: what is told is clean, and is not what is not wanted.
fn is_said(said: &str, words: &Words) {
    let now = Now { instant: Instant::now(), unix_ms: 1_796_000_000_000 };
    let messages = Rate { most: 100, within: Duration::from_secs(1) };
    let mut chat = Chat::new(Limits { messages, mute: Duration::from_secs(1) });
    chat.begin(now);
    chat.set_links(false);
    chat.set_words(words.written().to_vec()).expect("they are few");
    while chat.poll().is_some() {}
    let speaker = Speaker { viewer: ViewerId(1), cookie: None };
    let taken = chat.say(speaker, said, None, now);
    let told = std::iter::from_fn(|| chat.poll()).find_map(|output| match output {
        Output::Event(event) => match *event {
            Event::Chat { message } => Some(message.text.clone()),
            _ => None,
        },
        _ => None,
    });
    assert_eq!(told.is_some(), taken.is_ok(), "{taken:?}");
    if let Some(told) = told {
        assert!(told == text::clean(said) && !links::has_link(&told) && !words.is_in(&told), "{told:?}");
    }
}

/// The name of a target and of the folder of its seeds, and what is given each input.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: &[Target] = &[("chat", |data| {
    // What is no text is refused before it is read.
    if let Ok(text) = std::str::from_utf8(data) {
        chat(text);
    }
})];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_text_passes(text in "(\\PC|\\p{M}|[\\p{Zs}\\p{Cf}\\p{Cc}]|[aaab1!@$.:/ \n]){0,60}") {
            super::chat(&text);
        }
    }

    #[test]
    fn every_seed_passes() {
        for (name, target) in super::TARGETS {
            let folder = format!("{}/../../fuzz/seeds/{name}", env!("CARGO_MANIFEST_DIR"));
            for seed in std::fs::read_dir(folder).expect("every target has seeds") {
                target(&std::fs::read(seed.expect("a file").path()).expect("it can be read"));
            }
        }
    }
}
