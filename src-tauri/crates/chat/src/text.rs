//! What of a text is kept, and whether there is anything in it to be seen.

use unicode_normalization::char::is_combining_mark;
use unicode_segmentation::UnicodeSegmentation;

/// Marks above and below one letter that are kept: no script that is written today needs more, and a stack of a hundred covers other
/// people's lines.
const MAX_MARKS: usize = 8;

/// A text as others may see it: one line, without control characters, without what turns the direction of the text around it, and
/// without stacks of marks.
pub(crate) fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut marks = 0;
    for c in text.chars() {
        let c = if c.is_whitespace() || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c };
        if c.is_control() || turns_direction(c) || is_nothing(c) {
            continue;
        }
        // A joiner between them ends no stack: what is seen stands on the same letter.
        marks = match c {
            c if is_combining_mark(c) => marks + 1,
            c if c != ' ' && is_invisible(c) => marks,
            _ => 0,
        };
        if marks <= MAX_MARKS && !(c == ' ' && out.ends_with(' ')) {
            out.push(c);
        }
    }
    out.trim().to_owned()
}

/// There is something in it to be seen.
pub(crate) fn shows(text: &str) -> bool {
    text.chars().any(|c| !is_invisible(c) && !is_combining_mark(c))
}

/// How many characters people count in it: an emoji of several code points is one.
pub(crate) fn characters(text: &str) -> usize {
    text.graphemes(true).count()
}

/// Embeddings, overrides and isolates: each page isolates every text by itself, and an override would show it backwards.
fn turns_direction(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Annotation marks, byte order marks, and what Unicode promises never to be a character.
fn is_nothing(c: char) -> bool {
    matches!(c, '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{fdd0}'..='\u{fdef}') || (c as u32) & 0xfffe == 0xfffe
}

/// Takes room or none, and shows nothing: blanks, joiners, fillers, variation selectors, tags.
pub(crate) fn is_invisible(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1d159}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stays_as_people_write_it() {
        for text in [
            "Grüß Gott",
            "مرحبا بالعالم",
            "שלום",
            "नमस्ते",
            "สวัสดี",
            "안녕",
            "👩‍👩‍👧‍👦 🏴󠁧󠁢󠁥󠁮󠁧󠁿 🇩🇪",
            "Việt Nam",
            "a\u{200d}b",
            "<b>&amp;",
        ] {
            assert_eq!(clean(text), text);
        }
        assert_eq!(characters("👩‍👩‍👧‍👦🏴󠁧󠁢󠁥󠁮󠁧󠁿🇩🇪e\u{301}"), 4);
    }

    #[test]
    fn what_harms_others_goes() {
        assert_eq!(clean("one\r\ntwo\tthree   four "), "one two three four");
        assert_eq!(clean("\u{0}\u{7}\u{1b}[31mred\u{9b}\u{7f}"), "[31mred");
        assert_eq!(clean("\u{202e}gnp.exe\u{202c}\u{2066}x\u{2069}"), "gnp.exex");
        assert_eq!(clean("\u{feff}a\u{ffff}\u{fdd0}b"), "ab");
        let stack = format!("a{}b", "\u{300}".repeat(300));
        assert_eq!(clean(&stack).chars().count(), 2 + MAX_MARKS);
        for joiner in ["\u{200d}", "\u{200c}", "\u{200b}", "\u{2060}", "\u{e0020}"] {
            let stack = format!("a{}b", format!("\u{300}\u{301}{joiner}").repeat(100));
            let marks = clean(&stack).chars().filter(|c| is_combining_mark(*c)).count();
            assert_eq!(marks, MAX_MARKS, "a stack that is taken up again behind {joiner:?} is the same");
        }
    }

    #[test]
    fn nothing_is_nothing_however_it_is_written() {
        for nothing in
            ["", " ", "\u{200b}\u{200d}", "\u{3164}", "\u{2800}\u{2800}", "\u{fe0f}", "\u{300}", "\u{e0041}", "\u{ad}"]
        {
            assert!(!shows(nothing), "{nothing:?}");
        }
        assert!(shows(".") && shows("👍") && shows("ا"));
    }
}
