//! What LiveKit says of a connection in pieces, made whole.

/// The most candidates that are put into a description: a server has some ten.
const MOST: usize = 32;

/// A description with the candidates that were told apart from it, in its first medium: all media are bundled. Those that stand in it already are not
/// repeated.
pub(super) fn whole(sdp: &str, candidates: &[String]) -> String {
    let lines: Vec<&str> = sdp.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
    let first = lines.iter().position(|line| line.starts_with("m=")).unwrap_or(lines.len());
    let behind =
        lines.iter().skip(first + 1).position(|line| line.starts_with("m=")).map_or(lines.len(), |at| first + 1 + at);
    let stands = |candidate: &&String| !lines.iter().any(|line| line.strip_prefix("a=") == Some(candidate.as_str()));
    let mut out = String::with_capacity(sdp.len() + 100 * candidates.len());
    let mut line = |text: &str, prefix: &str| {
        out.push_str(prefix);
        out.push_str(text);
        out.push_str("\r\n");
    };
    lines[..behind].iter().for_each(|text| line(text, ""));
    if first < lines.len() {
        candidates.iter().filter(stands).take(MOST).for_each(|candidate| line(candidate, "a="));
    }
    lines[behind..].iter().for_each(|text| line(text, ""));
    out
}

/// What a medium's track is called in an offer of ours (RFC 8830): the second word of its `msid`.
pub(super) fn track<'a>(offer: &'a str, medium: &str) -> Option<&'a str> {
    let section = &offer[offer.find(&format!("m={medium} "))?..];
    let msid = section.lines().skip(1).take_while(|line| !line.starts_with("m="));
    msid.into_iter().find_map(|line| line.strip_prefix("a=msid:")?.trim_end().split(' ').nth(1))
}

/// Something of this kind is sent by who made the description.
pub(super) fn sends(sdp: &str, kind: &str) -> bool {
    has(sdp, kind, "a=recvonly")
}

/// Something of this kind is taken by who made the description.
pub(super) fn takes(sdp: &str, kind: &str) -> bool {
    has(sdp, kind, "a=sendonly")
}

/// A medium of this kind that is neither rejected nor of the other direction alone.
fn has(sdp: &str, kind: &str, other: &str) -> bool {
    let first = format!("{kind} ");
    sdp.split("\nm=").skip(1).filter(|section| section.starts_with(&first)).any(|section| {
        let mut lines = section.lines().map(str::trim_end);
        let rejected = lines.next().is_none_or(|line| line.split(' ').nth(1) == Some("0"));
        !rejected && !lines.any(|line| line == other || line == "a=inactive")
    })
}

/// Without candidates: LiveKit would send checks to each, whoever is there. It learns from the viewer's own checks where that is.
pub(super) fn placeless(answer: &str) -> String {
    // Either sign ends a line for who reads it there.
    let lines = answer.split(['\r', '\n']).filter(|line| !line.is_empty() && !line.starts_with("a=candidate:"));
    lines.flat_map(|line| [line, "\r\n"]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OFFER: &str = "v=0\r\ns=-\r\nm=audio 9 X 111\r\na=mid:0\r\na=msid:skylark audio\r\nm=video 9 X 102\r\na=mid:1\r\na=msid:skylark video\r\n";

    #[test]
    fn candidates_stand_in_the_first_medium_each_once() {
        let candidates = ["candidate:1 a".to_owned(), "candidate:2 b".to_owned()];
        let made = whole(OFFER, &candidates);
        assert_eq!(made, OFFER.replace("m=video", "a=candidate:1 a\r\na=candidate:2 b\r\nm=video"));
        assert_eq!(whole(&made, &candidates), made);
        let alone = "v=0\r\nm=audio 9 X 111\r\n";
        assert_eq!(whole(alone, &candidates[..1]), format!("{alone}a=candidate:1 a\r\n"));
        assert_eq!(whole("v=0\n", &candidates), "v=0\r\n", "there is nowhere to put them");
        assert_eq!(whole("", &candidates), "");
        let many: Vec<String> = (0..100).map(|n| format!("candidate:{n}")).collect();
        assert_eq!(whole(OFFER, &many).matches("a=candidate:").count(), MOST);
    }

    #[test]
    fn tracks_are_called_as_in_the_offer() {
        assert_eq!((track(OFFER, "audio"), track(OFFER, "video")), (Some("audio"), Some("video")));
        assert_eq!(track("m=audio 9 X 0\r\nm=video 9 X 0\r\na=msid:s v\r\n", "audio"), None);
        assert_eq!((track("", "video"), track("m=video 9\r\na=msid:one\r\n", "video")), (None, None));
    }

    #[test]
    fn no_candidate_is_left_however_its_line_is_ended() {
        let answer = "v=0\r\na=candidate:1 x\r\na=mid:0\ra=candidate:2 x\na=end-of-candidates\n\r\n";
        assert_eq!(placeless(answer), "v=0\r\na=mid:0\r\na=end-of-candidates\r\n");
        assert_eq!(placeless(""), "");
    }

    #[test]
    fn what_is_sent_and_taken_is_what_is_neither_rejected_nor_turned_round() {
        for (section, sent, taken) in [
            ("m=video 9 X 102\r\na=sendonly\r\n", true, false),
            ("m=video 9 X 102\r\na=sendrecv\r\n", true, true),
            ("m=video 9 X 102\r\n", true, true),
            ("m=video 9 X 102\r\na=recvonly\r\n", false, true),
            ("m=video 0 X 102\r\na=sendonly\r\n", false, false),
            ("m=video 9 X 102\r\na=inactive\r\n", false, false),
            ("m=audio 9 X 111\r\na=sendonly\r\n", false, false),
        ] {
            let sdp = format!("v=0\r\nm=application 9 X y\r\na=inactive\r\n{section}");
            assert_eq!((sends(&sdp, "video"), takes(&sdp, "video")), (sent, taken), "{section}");
        }
        assert!(!sends("", "video") && !takes("m=video", "video"));
    }
}
