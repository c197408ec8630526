//! What an answer takes of what was offered. It comes from a server: any bytes may be given, and are read with a bound.

use stream::{CODECS, CodecSpec, Profile, Rid, VideoCodec};

/// The most lines of an answer that are read.
const MOST_LINES: usize = 1024;

/// The most candidates that an answer may have: a server has some ten, and each is sent checks from each of our addresses.
const MOST_CANDIDATES: usize = 64;

/// What is sent to the engine, and how it is numbered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Taken {
    pub(crate) codec: VideoCodec,
    pub(crate) profile: Profile,
    pub(crate) payload_type: u8,
    /// The smallest first.
    pub(crate) layers: Vec<Rid>,
    /// Layers are told apart by their rids. Else there is one, the largest.
    pub(crate) simulcast: bool,
    /// Sound is taken, with this payload type.
    pub(crate) sound: Option<u8>,
}

/// What an answer does not do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unfit {
    /// It is none; why.
    Noise(&'static str),
    /// It takes no picture.
    NoPicture,
}

/// Reads an answer. Of several codecs the first of [`CODECS`] is taken.
pub(crate) fn read(sdp: &str) -> Result<Taken, Unfit> {
    let lines: Vec<&str> = sdp.lines().map(str::trim_end).take(MOST_LINES + 1).collect();
    if lines.len() > MOST_LINES {
        return Err(Unfit::Noise("it has too many lines"));
    }
    if lines.iter().filter(|line| line.starts_with("a=candidate:")).count() > MOST_CANDIDATES {
        return Err(Unfit::Noise("it has too many candidates"));
    }
    if lines.first() != Some(&"v=0") {
        return Err(Unfit::Noise("it is no SDP"));
    }
    let media = |kind: &str| {
        let is_first = |line: &&str| line.strip_prefix("m=").is_some_and(|rest| rest.starts_with(kind));
        let at = lines.iter().position(is_first)?;
        let rest = &lines[at + 1..];
        let end = rest.iter().position(|line| line.starts_with("m=")).unwrap_or(rest.len());
        Medium::read(lines[at], &rest[..end])
    };
    if !lines.iter().any(|line| line.starts_with("m=")) {
        return Err(Unfit::Noise("there is no medium in it"));
    }
    if !lines.iter().any(|line| line.starts_with("a=fingerprint:"))
        || !lines.iter().any(|line| line.starts_with("a=ice-ufrag:"))
    {
        return Err(Unfit::Noise("it has no keys for media"));
    }
    let picture = media("video ").ok_or(Unfit::NoPicture)?;
    let (payload_type, spec, profile) = picture.codec().ok_or(Unfit::NoPicture)?;
    let rids = picture.rids();
    let simulcast = !rids.is_empty();
    let layers: Vec<Rid> = spec.layers.iter().copied().filter(|rid| !simulcast || rids.contains(rid)).collect();
    let layers = if simulcast { layers } else { vec![Rid::F] };
    if layers.is_empty() {
        return Err(Unfit::NoPicture);
    }
    let sound = media("audio ").and_then(|sound| sound.formats.iter().copied().find(|format| sound.is_opus(*format)));
    Ok(Taken { codec: spec.codec, profile, payload_type, layers, simulcast, sound })
}

/// One section of an answer that is not rejected.
struct Medium<'a> {
    formats: Vec<u8>,
    attributes: Vec<&'a str>,
}

impl<'a> Medium<'a> {
    /// None where it is rejected or not sent to.
    fn read(line: &str, lines: &[&'a str]) -> Option<Medium<'a>> {
        let mut words = line.split(' ').skip(1);
        let port = words.next()?.split('/').next()?;
        let mut formats = Vec::new();
        for format in words.skip(1).filter_map(|format| format.parse().ok()).filter(|format| *format < 128) {
            // Each once: what is said of it is looked for again for each.
            if !formats.contains(&format) {
                formats.push(format);
            }
        }
        let attributes: Vec<&str> = lines.iter().filter_map(|line| line.strip_prefix("a=")).collect();
        let takes = port != "0" && !attributes.iter().any(|a| matches!(*a, "inactive" | "sendonly"));
        takes.then_some(Medium { formats, attributes })
    }

    fn codec(&self) -> Option<(u8, &'static CodecSpec, Profile)> {
        CODECS.into_iter().filter(|spec| !spec.of_screens).find_map(|spec| {
            self.formats.iter().find_map(|format| {
                let named = self.rtpmap(*format).is_some_and(|name| name.eq_ignore_ascii_case(spec.rtpmap));
                let fmtp = |name: &str| self.parameter(*format, name);
                (named && (spec.fit)(&fmtp).is_some()).then(|| (*format, spec, (spec.profile)(&fmtp)))
            })
        })
    }

    fn is_opus(&self, format: u8) -> bool {
        self.rtpmap(format).is_some_and(|name| name.get(..4).is_some_and(|name| name.eq_ignore_ascii_case("opus")))
    }

    fn rtpmap(&self, format: u8) -> Option<&'a str> {
        self.of(format, "rtpmap:")
    }

    fn parameter(&self, format: u8, name: &str) -> Option<&'a str> {
        let parameters = self.of(format, "fmtp:")?.split(';').filter_map(|part| part.trim().split_once('='));
        parameters.into_iter().find(|(is, _)| is.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// The value of an attribute about a payload type.
    fn of(&self, format: u8, attribute: &str) -> Option<&'a str> {
        self.attributes.iter().find_map(|line| {
            let (of, value) = line.strip_prefix(attribute)?.split_once(' ')?;
            (of.parse() == Ok(format)).then_some(value.trim())
        })
    }

    /// The rids that it wants to be sent now (RFC 8853 section 5.1): the first of alternatives, and none that is paused.
    fn rids(&self) -> Vec<Rid> {
        let wanted = self.attributes.iter().find_map(|line| {
            let words: Vec<&str> = line.strip_prefix("simulcast:")?.split_whitespace().collect();
            let at = words.iter().position(|word| *word == "recv")?;
            words.get(at + 1).copied()
        });
        let first = wanted.into_iter().flat_map(|list| list.split(';')).filter_map(|of| of.split(',').next());
        first.filter_map(|rid| Rid::ALL.into_iter().find(|known| name(*known) == rid)).collect()
    }
}

/// How a layer is called in SDP and in RTP.
pub(crate) fn name(rid: Rid) -> &'static str {
    match rid {
        Rid::Q => "q",
        Rid::H => "h",
        Rid::F => "f",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HEAD: &str =
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=fingerprint:sha-256 AA\r\na=ice-ufrag:x\r\n";
    const SOUND: &str = "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=recvonly\r\na=rtpmap:111 opus/48000/2\r\n";
    const H264: &str = "m=video 9 UDP/TLS/RTP/SAVPF 102\r\na=mid:1\r\na=recvonly\r\na=rtpmap:102 H264/90000\r\na=fmtp:102 packetization-mode=1;profile-level-id=42e01f\r\n";
    const VP8: &str = "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:1\r\na=rtpmap:96 VP8/90000\r\n";

    fn of(parts: &[&str]) -> Result<Taken, Unfit> {
        read(&format!("{HEAD}{}", parts.concat()))
    }

    #[test]
    fn three_layers_where_the_answer_takes_them_and_the_largest_alone_where_not() {
        let simulcast = "a=rid:f recv\r\na=rid:h recv\r\na=rid:q recv\r\na=simulcast:recv f;h;q\r\n";
        let all = of(&[SOUND, H264, simulcast]).unwrap();
        assert_eq!((all.layers, all.simulcast, all.payload_type, all.sound), (Rid::ALL.to_vec(), true, 102, Some(111)));
        assert_eq!((all.codec, all.profile), (VideoCodec::H264, Profile::Baseline));
        let one = of(&[SOUND, H264]).unwrap();
        assert_eq!((one.layers, one.simulcast), (vec![Rid::F], false));
        for (line, layers) in [
            ("a=simulcast:recv f;~h;q\r\n", vec![Rid::Q, Rid::F]),
            ("a=simulcast:recv h,q;f\r\n", vec![Rid::H, Rid::F]),
            ("a=simulcast:send x recv q\r\n", vec![Rid::Q]),
        ] {
            assert_eq!(of(&[H264, line]).unwrap().layers, layers, "{line}");
        }
        assert!(!of(&[H264, "a=simulcast:send f;h;q\r\n"]).unwrap().simulcast, "it would send them");
    }

    #[test]
    fn vp8_where_it_takes_no_h264_and_in_the_layers_that_are_encoded_of_it() {
        let vp8 = of(&[VP8, "a=simulcast:recv f;h;q\r\n"]).unwrap();
        assert_eq!((vp8.codec, vp8.payload_type, vp8.layers), (VideoCodec::Vp8, 96, vec![Rid::H, Rid::F]));
        let both = H264.replace(" 102\r\n", " 96 102\r\n") + "a=rtpmap:96 VP8/90000\r\n";
        assert_eq!(of(&[&both]).unwrap().payload_type, 102, "H.264 is encoded anyway");
        assert_eq!(of(&[VP8, "a=simulcast:recv q\r\n"]), Err(Unfit::NoPicture), "there is no such layer of it");
        assert_eq!(of(&[VP8]).unwrap().sound, None);
    }

    #[test]
    fn a_format_that_is_named_again_and_again_is_looked_for_once() {
        let again = H264.replace(" 102\r\n", &format!("{}\r\n", " 102".repeat(10_000)));
        let lines: Vec<&str> = again.lines().collect();
        let medium = Medium::read(lines[0], &lines[1..]).expect("it is sent to");
        assert_eq!(medium.formats, [102]);
        assert_eq!(of(&[&again]), of(&[H264]));
    }

    #[test]
    fn what_takes_no_picture_is_told_from_what_is_no_answer() {
        let rejected = H264.replace("m=video 9", "m=video 0");
        for sdp in [&rejected, &H264.replace("recvonly", "inactive"), &H264.replace("H264", "AV1"), SOUND] {
            assert_eq!(of(&[SOUND, sdp]), Err(Unfit::NoPicture), "{sdp}");
        }
        let noise = |sdp: &str| matches!(read(sdp), Err(Unfit::Noise(_)));
        for sdp in
            ["", "<html>", "v=1\r\n", HEAD, &format!("v=0\r\n{H264}"), &format!("{HEAD}{}", "a=x\r\n".repeat(2000))]
        {
            assert!(noise(sdp), "{}", &sdp[..sdp.len().min(80)]);
        }
    }

    #[test]
    fn it_has_us_knock_at_few_doors() {
        let candidate = "a=candidate:1 1 udp 1 192.0.2.1 9 typ host\r\n";
        assert!(of(&[H264, &candidate.repeat(MOST_CANDIDATES)]).is_ok());
        assert!(
            matches!(of(&[H264, &candidate.repeat(MOST_CANDIDATES + 1)]), Err(Unfit::Noise(why)) if why.contains("candidates"))
        );
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(sdp in "(v=0\n)?([mav]=[ -~]{0,40}\n|a=(rtpmap|fmtp|simulcast|rid):[ -~ü]{0,30}\n|m=(video|audio) [0-9 /]{0,20}\n){0,30}") {
            let _ = read(&format!("{HEAD}{sdp}"));
            let _ = read(&sdp);
        }
    }
}
