//! A picture as a script for the page: one message, where what a page fetches comes in pieces of a few kilobytes, each a turn of the
//! program's main loop and of the page's.

use studio::PreviewPicture;

const END: &[u8] = b"')";

/// The call that hands a picture to the page; `ui/src/panel/backend.ts` has what is called.
pub(super) fn write(picture: &PreviewPicture) -> String {
    let mut script = format!("globalThis.skylarkPicture?.({},{},'", picture.width, picture.height).into_bytes();
    script.reserve(2 * picture.planes.len() + END.len());
    for &byte in &picture.planes {
        let byte = plain(byte);
        if byte < 0x80 {
            script.push(byte);
        } else {
            script.extend([0xc0 | byte >> 6, 0x80 | byte & 0x3f]);
        }
    }
    script.extend(END);
    String::from_utf8(script).expect("each byte was written as one character")
}

/// A byte of a picture as a character that means itself between quotes: one shade beside it where that means something else.
fn plain(byte: u8) -> u8 {
    match byte {
        0 | b'\n' | b'\r' | b'\'' | b'\\' => byte + 1,
        _ => byte,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(planes: Vec<u8>) -> String {
        let script = write(&PreviewPicture { number: 7, width: 16, height: 16, planes });
        let inside =
            script.strip_prefix("globalThis.skylarkPicture?.(16,16,'").and_then(|rest| rest.strip_suffix("')"));
        inside.expect("a call with one text").to_owned()
    }

    #[test]
    fn each_byte_is_a_character_of_its_own() {
        let all: Vec<u8> = (0..=255).collect();
        let read: Vec<u32> = written(all.clone()).chars().map(u32::from).collect();
        assert_eq!(read.len(), all.len());
        for (&byte, &character) in all.iter().zip(&read) {
            assert!(character.abs_diff(byte.into()) <= 1, "{byte} became {character}");
        }
    }

    #[test]
    fn nothing_in_it_ends_the_text_or_means_something_else() {
        let inside = written((0..=255).collect());
        assert!(!inside.contains(['\0', '\n', '\r', '\'', '\\', '\u{2028}', '\u{2029}']));
    }
}
