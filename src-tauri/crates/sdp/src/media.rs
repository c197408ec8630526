//! One m-line and the attributes that follow it.

use crate::fingerprint::Fingerprint;
use crate::limits::{MAX_EXTENSIONS, MAX_FEEDBACK, MAX_FORMATS};
use crate::lines::{NO_MID, is_mid, one_more, words};
use crate::payload_type::{Feedback, PayloadType};

/// One m-line and what follows it (RFC 8866 section 5.14).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Media {
    /// `video`, `audio` or another word.
    pub kind: String,
    /// The port is not 0, which would reject the m-line (RFC 3264 section 5.1).
    pub has_port: bool,
    /// `UDP/TLS/RTP/SAVPF` or another.
    pub proto: String,
    /// The formats in the order in which they were listed, for an answer that rejects the m-line.
    pub formats: String,
    /// Empty where there is none.
    pub mid: String,
    /// We may send: recvonly or sendrecv.
    pub wanted: bool,
    /// The port is 0 because another m-line has the transport (RFC 9143 section 6).
    pub bundle_only: bool,
    /// Which of the offer's BUNDLE groups it is in.
    pub bundle: Option<usize>,
    /// What it says itself of the transport it would have alone.
    pub transport: MediaTransport,
    /// RTP and RTCP come on one port (RFC 5761).
    pub rtcp_mux: bool,
    /// They can come in no other way (RFC 8858).
    pub rtcp_mux_only: bool,
    /// RTCP may be of reduced size (RFC 5506).
    pub rtcp_rsize: bool,
    /// Those of the m-line's list that have an encoding, in the list's order.
    pub payload_types: Vec<PayloadType>,
    /// Header extensions.
    pub extmap: Vec<Extmap>,
}

/// What an m-line says of its transport. A bundled one need not, as another has it (RFC 9143 section 7.1.3).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MediaTransport {
    /// The viewer's name for its ICE session.
    pub ice_ufrag: Option<String>,
    /// The password of that session.
    pub ice_pwd: Option<String>,
    /// Of the certificate that the viewer will show, where its hash is known here.
    pub fingerprint: Option<Fingerprint>,
}

/// A header extension as offered (RFC 8285 section 5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extmap {
    /// 1 to 14, which is what the one-byte form has. Browsers number upwards from 1, so nothing of use is above.
    pub id: u8,
    /// The offerer only receives it.
    pub recvonly: bool,
    /// What it is.
    pub uri: String,
}

/// Reads an m-line's attributes one by one. What is known of a payload type is found by its number, not looked for.
pub(crate) struct MediaReader {
    media: Media,
    /// Where a payload type stands in the m-line's list, and where in what is known of them.
    listed: [Option<u8>; 128],
    known: [Option<u8>; 128],
    for_all: Feedback,
    rtpmap: usize,
    fmtp: usize,
    rtcp_fb: usize,
    extmap: usize,
}

impl MediaReader {
    /// Reads the m-line itself.
    pub(crate) fn new(line: &str, wanted: bool) -> Result<MediaReader, &'static str> {
        let mut words = words(line);
        let (Some(kind), Some(port), Some(proto)) = (words.next(), words.next(), words.next()) else {
            return Err(BROKEN);
        };
        // These come back in the answer, so they must be what they are said to be.
        let plain = |word: &str| word.bytes().all(|b| b.is_ascii_graphic());
        // Behind a slash there may be how many there are, which means nothing where all is bundled (RFC 8866 section 5.14).
        let port: u16 = port.split('/').next().and_then(|port| port.parse().ok()).ok_or(BROKEN)?;
        if !plain(kind) || !plain(proto) {
            return Err(BROKEN);
        }
        let (mut listed, mut formats) = ([None; 128], String::new());
        for (at, word) in words.enumerate() {
            if at == MAX_FORMATS {
                return Err("an m-line has too many payload types");
            }
            if !plain(word) {
                return Err(BROKEN);
            }
            if at > 0 {
                formats.push(' ');
            }
            formats.push_str(word);
            if let Some(number) = payload_type(word) {
                listed[usize::from(number)].get_or_insert(at as u8);
            }
        }
        if formats.is_empty() {
            return Err(BROKEN);
        }
        let media = Media {
            kind: kind.to_owned(),
            has_port: port != 0,
            proto: proto.to_owned(),
            formats,
            wanted,
            ..Media::default()
        };
        let known = [None; 128];
        Ok(MediaReader {
            media,
            listed,
            known,
            for_all: Feedback::default(),
            rtpmap: 0,
            fmtp: 0,
            rtcp_fb: 0,
            extmap: 0,
        })
    }

    /// Takes an attribute in.
    pub(crate) fn read(&mut self, name: &str, value: &str) -> Result<(), &'static str> {
        match name {
            "mid" if is_mid(value) => self.media.mid = value.to_owned(),
            "mid" => return Err(NO_MID),
            "recvonly" | "sendrecv" => self.media.wanted = true,
            "sendonly" | "inactive" => self.media.wanted = false,
            "bundle-only" => self.media.bundle_only = true,
            "ice-ufrag" => first(&mut self.media.transport.ice_ufrag, value),
            "ice-pwd" => first(&mut self.media.transport.ice_pwd, value),
            // One that is broken was refused where it counts: with the first that is told.
            "fingerprint" => {
                let one = Fingerprint::parse(value).ok().flatten();
                match (&mut self.media.transport.fingerprint, one) {
                    (Some(first), Some(other)) => first.and(other),
                    (none, one) => *none = none.take().or(one),
                }
            }
            "rtcp-mux" => self.media.rtcp_mux = true,
            "rtcp-mux-only" => (self.media.rtcp_mux, self.media.rtcp_mux_only) = (true, true),
            "rtcp-rsize" => self.media.rtcp_rsize = true,
            "rtpmap" => {
                one_more(&mut self.rtpmap, MAX_FORMATS, "an m-line has too many rtpmap lines")?;
                if let Some((payload_type, encoding)) = self.of_payload_type(value)
                    && payload_type.encoding.is_empty()
                {
                    payload_type.encoding = encoding.into();
                }
            }
            "fmtp" => {
                one_more(&mut self.fmtp, MAX_FORMATS, "an m-line has too many fmtp lines")?;
                if let Some((payload_type, parameters)) = self.of_payload_type(value) {
                    payload_type.read_fmtp(parameters)?;
                }
            }
            "rtcp-fb" => {
                one_more(&mut self.rtcp_fb, MAX_FEEDBACK, "an m-line has too many rtcp-fb lines")?;
                match value.split_once(' ') {
                    Some(("*", what)) => self.for_all.read(what.trim()),
                    _ => {
                        if let Some((payload_type, what)) = self.of_payload_type(value) {
                            payload_type.feedback.read(what);
                        }
                    }
                }
            }
            "extmap" => {
                one_more(&mut self.extmap, MAX_EXTENSIONS, "an m-line has too many header extensions")?;
                self.media.extmap.extend(Extmap::parse(value));
            }
            _ => {}
        }
        Ok(())
    }

    /// All lines of it were read.
    pub(crate) fn finish(self) -> Media {
        let mut media = self.media;
        media.payload_types.retain(|payload_type| !payload_type.encoding.is_empty());
        media.payload_types.sort_by_key(|payload_type| self.listed[usize::from(payload_type.number)]);
        for payload_type in &mut media.payload_types {
            payload_type.feedback = payload_type.feedback.and(self.for_all);
        }
        media
    }

    /// `PT value` of rtpmap, fmtp and rtcp-fb. None where the m-line lists no such payload type (RFC 8866 section 6.6).
    fn of_payload_type<'t>(&mut self, value: &'t str) -> Option<(&mut PayloadType, &'t str)> {
        let (number, rest) = value.split_once(' ')?;
        let number = payload_type(number)?;
        self.listed[usize::from(number)]?;
        let all = &mut self.media.payload_types;
        let at = *self.known[usize::from(number)].get_or_insert_with(|| {
            all.push(PayloadType::new(number));
            (all.len() - 1) as u8
        });
        all.get_mut(usize::from(at)).map(|payload_type| (payload_type, rest.trim()))
    }
}

/// Of what is told several times the first counts.
fn first(place: &mut Option<String>, value: &str) {
    place.get_or_insert_with(|| value.to_owned());
}

const BROKEN: &str = "an m-line is broken";

/// None where it is no payload type that RTP can have beside RTCP (RFC 5761 section 4).
fn payload_type(word: &str) -> Option<u8> {
    word.parse().ok().filter(|pt: &u8| *pt < 64 || (96..128).contains(pt))
}

impl Extmap {
    /// `ID[/DIRECTION] URI [attributes]`. None where the offerer would not receive it (RFC 8285 section 6), too.
    fn parse(value: &str) -> Option<Extmap> {
        let mut words = words(value);
        let (id, uri) = (words.next()?, words.next()?);
        let (id, direction) = id.split_once('/').unwrap_or((id, ""));
        let id = id.parse().ok().filter(|id| (1..=14).contains(id))?;
        if matches!(direction, "sendonly" | "inactive") {
            return None;
        }
        Some(Extmap { id, recvonly: direction == "recvonly", uri: uri.to_owned() })
    }
}
