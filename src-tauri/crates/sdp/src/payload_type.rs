//! One payload type of an m-line, and what is said of it.

use crate::limits::MAX_PARAMETERS;

/// The parameters of `a=fmtp` that are kept apart, since an answer is chosen by them: of which payload type a retransmission is
/// (RFC 4588 section 8), and which H.264 (RFC 6184 section 8.1), VP9 (RFC 9628 section 6) or AV1 it is.
pub const PARAMETERS: [&str; 6] =
    ["apt", "packetization-mode", "profile-level-id", "level-asymmetry-allowed", "profile-id", "profile"];

/// A payload type with its encoding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayloadType {
    /// 0 to 63 or 96 to 127: what RTP can have beside RTCP (RFC 5761 section 4).
    pub number: u8,
    /// Encoding name, clock rate and channels as `a=rtpmap` has them: `H264/90000`.
    pub encoding: Box<str>,
    /// The `a=fmtp` lines as they were written, for an answer that repeats them.
    pub fmtp: Vec<Box<str>>,
    /// What `a=rtcp-fb` offers for it, or for all payload types.
    pub feedback: Feedback,
    /// In the order of [`PARAMETERS`].
    parameters: [Option<Box<str>>; PARAMETERS.len()],
}

/// The kinds of feedback that are of use to a sender (RFC 4585, RFC 5104).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Feedback {
    /// `nack`
    pub nack: bool,
    /// `nack pli`
    pub pli: bool,
    /// `ccm fir`
    pub fir: bool,
    /// `goog-remb`
    pub remb: bool,
    /// `transport-cc`
    pub transport_cc: bool,
}

impl PayloadType {
    pub(crate) fn new(number: u8) -> PayloadType {
        PayloadType {
            number,
            encoding: Box::default(),
            fmtp: Vec::new(),
            feedback: Feedback::default(),
            parameters: Default::default(),
        }
    }

    /// A parameter's value, which is looked up by one of [`PARAMETERS`]; there are no others.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        let at = PARAMETERS.iter().position(|kept| *kept == name)?;
        self.parameters[at].as_deref()
    }

    /// Takes an `a=fmtp`'s parameters in; of those that stand there twice the first counts.
    pub(crate) fn read_fmtp(&mut self, line: &str) -> Result<(), &'static str> {
        for (count, parameter) in line.split(';').enumerate() {
            if count == MAX_PARAMETERS {
                return Err("an fmtp line has too many parameters");
            }
            let Some((name, value)) = parameter.split_once('=') else { continue };
            let (name, value) = (name.trim(), value.trim());
            let at = PARAMETERS.iter().position(|kept| name.eq_ignore_ascii_case(kept));
            if let Some(place) = at.map(|at| &mut self.parameters[at]) {
                place.get_or_insert_with(|| value.into());
            }
        }
        self.fmtp.push(line.into());
        Ok(())
    }
}

impl Feedback {
    /// Adds what a line names; a kind that is of no use here changes nothing.
    pub(crate) fn read(&mut self, what: &str) {
        match what {
            "nack" => self.nack = true,
            "nack pli" => self.pli = true,
            "ccm fir" => self.fir = true,
            "goog-remb" => self.remb = true,
            "transport-cc" => self.transport_cc = true,
            _ => {}
        }
    }

    /// These and those.
    pub(crate) fn and(self, others: Feedback) -> Feedback {
        Feedback {
            nack: self.nack || others.nack,
            pli: self.pli || others.pli,
            fir: self.fir || others.fir,
            remb: self.remb || others.remb,
            transport_cc: self.transport_cc || others.transport_cc,
        }
    }
}
