//! Reads an offer: what of it matters to a sender, with a bound on everything.

use super::{MAX_LEN, OfferError, lines};
use aws_lc_rs::digest;

/// As many m-lines as an offer may have. A page that watches has two; those not wanted are rejected one by one.
const MAX_MEDIA: usize = 16;

/// Payload types there are for RTP with rtcp-mux, 96 of them, and a few to spare; for each of an m-line's encodings all of its
/// parameters are looked through.
const MAX_FORMATS: usize = 128;
/// Ten kinds of feedback for each of them, which is more than there are.
const MAX_FEEDBACK: usize = 10 * MAX_FORMATS;
/// Header extensions are numbered from 1 to 14.
const MAX_EXTENSIONS: usize = 64;

/// What of an offer matters here.
pub(crate) struct Offer<'a> {
    pub(crate) fingerprint: Fingerprint,
    pub(crate) ice_ufrag: &'a str,
    /// Mids of the BUNDLE group (RFC 8843), in its order.
    pub(super) bundle: Vec<&'a str>,
    pub(super) media: Vec<Media<'a>>,
}

/// One m-line and what follows it.
#[derive(Default)]
pub(super) struct Media<'a> {
    pub(super) kind: &'a str,
    pub(super) port: &'a str,
    pub(super) proto: &'a str,
    pub(super) formats: &'a str,
    pub(super) mid: &'a str,
    /// We may send: recvonly or sendrecv.
    pub(super) wanted: bool,
    pub(super) bundle_only: bool,
    pub(super) rtcp_mux: bool,
    pub(super) rtcp_mux_only: bool,
    pub(super) rtcp_rsize: bool,
    /// Payload type and encoding, "H264/90000".
    pub(super) rtpmap: Vec<(u8, &'a str)>,
    pub(super) fmtp: Vec<(u8, &'a str)>,
    /// Payload type, none for `*`, and what is offered for it.
    pub(super) rtcp_fb: Vec<(Option<u8>, &'a str)>,
    pub(super) extmap: Vec<Extmap<'a>>,
}

/// A header extension as offered.
pub(super) struct Extmap<'a> {
    pub(super) id: u8,
    /// The offerer only receives it.
    pub(super) recvonly: bool,
    pub(super) uri: &'a str,
}

/// A certificate's fingerprint (RFC 8122 5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fingerprint {
    hash: Hash,
    digest: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

/// Attributes that a session may give for all m-lines, or each m-line for itself.
#[derive(Default)]
struct Transport<'a> {
    ufrag: Option<&'a str>,
    pwd: Option<&'a str>,
    fingerprint: Option<Fingerprint>,
    setup: Option<&'a str>,
}

impl<'a> Offer<'a> {
    pub(crate) fn parse(text: &'a str) -> Result<Offer<'a>, OfferError> {
        if text.len() > MAX_LEN {
            return Err(OfferError::Malformed("it is longer than 64 kB"));
        }
        let mut lines = lines(text);
        if !matches!(lines.next(), Some(Ok(('v', "0")))) {
            return Err(OfferError::Malformed("it does not begin with v=0"));
        }
        let mut bundle = Vec::new();
        let mut media: Vec<Media<'a>> = Vec::new();
        // All is bundled onto one transport, so the first that is told holds for all.
        let mut transport = Transport::default();
        let mut session_recvonly = None;
        for line in lines {
            match line.map_err(OfferError::Malformed)? {
                ('m', line) if media.len() < MAX_MEDIA => {
                    let mut m = Media::parse(line).ok_or(OfferError::Malformed("an m-line is broken"))?;
                    m.wanted = session_recvonly.unwrap_or(true);
                    media.push(m);
                }
                ('m', _) => return Err(OfferError::Malformed("it has too many m-lines")),
                ('a', attribute) => {
                    let (name, value) = attribute.split_once(':').unwrap_or((attribute, ""));
                    transport.read(name, value.trim())?;
                    match media.last_mut() {
                        Some(m) => m.read(name, value.trim())?,
                        None => match (name, value.trim().split_once(' ')) {
                            ("group", Some(("BUNDLE", mids))) => bundle = mids.split(' ').collect(),
                            ("sendonly" | "inactive", _) => session_recvonly = Some(false),
                            _ => {}
                        },
                    }
                }
                _ => {}
            }
        }
        let mids = || media.iter().map(|m| m.mid).filter(|mid| !mid.is_empty());
        if mids().enumerate().any(|(at, mid)| mids().skip(at + 1).any(|other| other == mid)) {
            return Err(OfferError::Malformed("two m-lines have the same mid"));
        }
        if transport.pwd.is_none() {
            return Err(OfferError::Malformed("it has no ICE password"));
        }
        if transport.setup == Some("passive") {
            return Err(OfferError::Malformed("it wants to be the DTLS server, which is our part"));
        }
        Ok(Offer {
            fingerprint: transport.fingerprint.ok_or(OfferError::Malformed("it has no DTLS fingerprint"))?,
            ice_ufrag: transport.ufrag.ok_or(OfferError::Malformed("it has no ICE user name"))?,
            bundle,
            media,
        })
    }
}

impl<'a> Transport<'a> {
    fn read(&mut self, name: &str, value: &'a str) -> Result<(), OfferError> {
        match name {
            // RFC 8839 5.4. It is kept as long as the viewer is there.
            "ice-ufrag" if value.len() > 256 => return Err(OfferError::Malformed("its ICE user name is too long")),
            "ice-ufrag" if self.ufrag.is_none() => self.ufrag = Some(value),
            "ice-pwd" if self.pwd.is_none() => self.pwd = Some(value),
            "setup" if self.setup.is_none() => self.setup = Some(value),
            // A hash that is unknown here is passed over: another line may have one that is known.
            "fingerprint" if self.fingerprint.is_none() => self.fingerprint = Fingerprint::parse(value)?,
            _ => {}
        }
        Ok(())
    }
}

impl<'a> Media<'a> {
    fn parse(line: &'a str) -> Option<Media<'a>> {
        let mut words = line.splitn(4, ' ');
        let (kind, port) = (words.next()?, words.next()?);
        let (proto, formats) = (words.next()?, words.next()?);
        // These come back in the answer, so they must be what they are said to be.
        let plain = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_graphic());
        let whole = plain(kind) && plain(proto) && port.parse::<u16>().is_ok() && formats.split(' ').all(plain);
        whole.then(|| Media { kind, port, proto, formats, ..Media::default() })
    }

    fn read(&mut self, name: &str, value: &'a str) -> Result<(), OfferError> {
        match name {
            "mid" => {
                // RFC 8843's token; it comes back in the answer and goes into every packet.
                if value.is_empty() || value.len() > 32 || !value.bytes().all(|b| b.is_ascii_graphic()) {
                    return Err(OfferError::Malformed("a mid is no token of 1 to 32 characters"));
                }
                self.mid = value;
            }
            "recvonly" | "sendrecv" => self.wanted = true,
            "sendonly" | "inactive" => self.wanted = false,
            "bundle-only" => self.bundle_only = true,
            "rtcp-mux" => self.rtcp_mux = true,
            "rtcp-mux-only" => (self.rtcp_mux, self.rtcp_mux_only) = (true, true),
            "rtcp-rsize" => self.rtcp_rsize = true,
            "rtpmap" => add(&mut self.rtpmap, numbered(value), MAX_FORMATS)?,
            "fmtp" => add(&mut self.fmtp, numbered(value), MAX_FORMATS)?,
            "rtcp-fb" => {
                let feedback = match value.split_once(' ') {
                    Some(("*", what)) => Some((None, what.trim())),
                    _ => numbered(value).map(|(pt, what)| (Some(pt), what)),
                };
                add(&mut self.rtcp_fb, feedback, MAX_FEEDBACK)?;
            }
            "extmap" => add(&mut self.extmap, Extmap::parse(value), MAX_EXTENSIONS)?,
            _ => {}
        }
        Ok(())
    }

    /// A value of a payload type's fmtp.
    pub(super) fn parameter(&self, pt: u8, name: &str) -> Option<&'a str> {
        self.fmtp
            .iter()
            .filter(|(of, _)| *of == pt)
            .flat_map(|(_, parameters)| parameters.split(';'))
            .filter_map(|parameter| parameter.trim().split_once('='))
            .find_map(|(n, value)| n.eq_ignore_ascii_case(name).then_some(value))
    }

    /// Is this feedback offered for this payload type?
    pub(super) fn feedback(&self, pt: u8, what: &str) -> bool {
        self.rtcp_fb.iter().any(|(of, w)| of.is_none_or(|of| of == pt) && *w == what)
    }
}

impl<'a> Extmap<'a> {
    /// `ID[/DIRECTION] URI [attributes]` (RFC 8285 5).
    fn parse(value: &'a str) -> Option<Extmap<'a>> {
        let mut words = value.split(' ');
        let (id, uri) = (words.next()?, words.next()?);
        let (id, direction) = id.split_once('/').unwrap_or((id, ""));
        // The one-byte form has ids 1 to 14. Browsers number upwards from 1, so nothing of use is above.
        let id = id.parse().ok().filter(|id| (1..=14).contains(id))?;
        Some(Extmap { id, recvonly: direction == "recvonly", uri })
    }
}

fn add<T>(to: &mut Vec<T>, item: Option<T>, most: usize) -> Result<(), OfferError> {
    let Some(item) = item else { return Ok(()) };
    if to.len() == most {
        return Err(OfferError::Malformed("an m-line has too many attributes"));
    }
    to.push(item);
    Ok(())
}

/// `PT value` of rtpmap, fmtp and rtcp-fb; none where it is no payload type that RTP with rtcp-mux can have.
fn numbered(value: &str) -> Option<(u8, &str)> {
    let (number, rest) = value.split_once(' ')?;
    let number = number.parse().ok().filter(|pt: &u8| *pt < 64 || (96..128).contains(pt))?;
    Some((number, rest.trim()))
}

impl Fingerprint {
    /// None for a hash that is not known here.
    fn parse(value: &str) -> Result<Option<Fingerprint>, OfferError> {
        let (name, hex) = value.split_once(' ').ok_or(BROKEN)?;
        let hash = match name.to_ascii_lowercase().as_str() {
            "sha-256" => Hash::Sha256,
            "sha-384" => Hash::Sha384,
            "sha-512" => Hash::Sha512,
            _ => return Ok(None),
        };
        let byte = |pair: &str| match pair.len() {
            2 => u8::from_str_radix(pair, 16).map_err(|_| BROKEN),
            _ => Err(BROKEN),
        };
        let digest = hex.trim().split(':').map(byte).collect::<Result<Vec<u8>, _>>()?;
        if digest.len() != hash.algorithm().output_len() {
            return Err(BROKEN);
        }
        Ok(Some(Fingerprint { hash, digest }))
    }

    /// Is this the certificate, in DER?
    pub(crate) fn is_of(&self, certificate: &[u8]) -> bool {
        digest::digest(self.hash.algorithm(), certificate).as_ref() == self.digest
    }
}

const BROKEN: OfferError = OfferError::Malformed("its DTLS fingerprint is broken");

impl Hash {
    fn algorithm(self) -> &'static digest::Algorithm {
        match self {
            Hash::Sha256 => &digest::SHA256,
            Hash::Sha384 => &digest::SHA384,
            Hash::Sha512 => &digest::SHA512,
        }
    }
}
