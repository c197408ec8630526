//! Reads an offer: what of it matters to a sender, with a bound on everything.

use crate::fingerprint::Fingerprint;
use crate::limits::{MAX_CANDIDATES, MAX_CREDENTIAL, MAX_FINGERPRINTS, MAX_LEN, MAX_MEDIA, MAX_SSRCS};
use crate::lines::{LONG_PWD, LONG_UFRAG, MANY_CANDIDATES, MANY_MEDIA, lines, one_more, words};
use crate::media::{Media, MediaReader, MediaTransport};
use std::fmt;
use words::{Said, said};

/// What of an offer matters (RFC 8829 section 5.8, as seen by who answers it).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The first transport that is described.
    pub transport: Transport,
    /// The mids of each BUNDLE group (RFC 9143), in its order.
    pub bundles: Vec<Vec<String>>,
    /// The m-lines, in their order. Their mids differ.
    pub media: Vec<Media>,
}

/// Where the viewer is met: whose checks are answered, and which certificate it will show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transport {
    /// Of the certificate that the viewer will show.
    pub fingerprint: Fingerprint,
    /// The viewer's name for its ICE session.
    pub ice_ufrag: String,
    /// The password of that session.
    pub ice_pwd: String,
}

/// A text that is no WebRTC offer. What is in it is for the person who reads the HTTP answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadOffer(pub Said);

impl BadOffer {
    /// The whole sentence, but for its full stop.
    pub fn said(&self) -> Said {
        said!("offer.none", cause = self.0.clone())
    }
}

impl fmt::Display for BadOffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.said().fmt(f)
    }
}

impl std::error::Error for BadOffer {}

impl Offer {
    /// Reads an offer. What it has too much of is named in the error, and so is what every WebRTC offer has and this one lacks.
    pub fn parse(text: &str) -> Result<Offer, BadOffer> {
        read(text).map_err(BadOffer)
    }

    /// The transport of the m-line with this number: what stands with that, and where it says nothing, what was told first.
    pub fn transport_of(&self, m_line: usize) -> Transport {
        let Some(MediaTransport { ice_ufrag, ice_pwd, fingerprint }) = self.media.get(m_line).map(|m| &m.transport)
        else {
            return self.transport.clone();
        };
        // A name without its password, or the other way round, would be half of two.
        let (ice_ufrag, ice_pwd) =
            ice_ufrag.as_ref().zip(ice_pwd.as_ref()).unwrap_or((&self.transport.ice_ufrag, &self.transport.ice_pwd));
        Transport {
            fingerprint: fingerprint.as_ref().unwrap_or(&self.transport.fingerprint).clone(),
            ice_ufrag: ice_ufrag.clone(),
            ice_pwd: ice_pwd.clone(),
        }
    }
}

fn read(text: &str) -> Result<Offer, Said> {
    if text.len() > MAX_LEN {
        return Err(said!("offer.too_long"));
    }
    let mut lines = lines(text);
    if !matches!(lines.next(), Some(Ok(('v', "0")))) {
        return Err(said!("offer.no_start"));
    }
    let mut session = SessionReader { wanted: true, ..SessionReader::default() };
    let mut media: Vec<Media> = Vec::new();
    let mut current: Option<MediaReader> = None;
    for line in lines {
        match line? {
            ('m', line) => {
                media.extend(current.take().map(MediaReader::finish));
                session.section += 1;
                if media.len() == MAX_MEDIA {
                    return Err(MANY_MEDIA.into());
                }
                current = Some(MediaReader::new(line, session.wanted)?);
            }
            ('a', attribute) => {
                let (name, value) = attribute.split_once(':').unwrap_or((attribute, ""));
                let value = value.trim();
                session.read_anywhere(name, value)?;
                match &mut current {
                    Some(media) => media.read(name, value)?,
                    None => session.read(name, value)?,
                }
            }
            _ => {}
        }
    }
    media.extend(current.map(MediaReader::finish));
    let mids = || media.iter().map(|m| &m.mid).filter(|mid| !mid.is_empty());
    if mids().enumerate().any(|(at, mid)| mids().skip(at + 1).any(|other| other == mid)) {
        return Err(said!("offer.same_mid"));
    }
    if session.is_passive == Some(true) {
        return Err(said!("offer.server"));
    }
    // Neither would check whether the other is there, so nothing would ever come of it.
    if session.is_lite {
        return Err(said!("offer.lite"));
    }
    for m in media.iter_mut().filter(|m| !m.mid.is_empty()) {
        m.bundle = session.bundles.iter().position(|mids| mids.contains(&m.mid));
    }
    let transport = Transport {
        fingerprint: session.fingerprint.ok_or_else(|| said!("offer.no_fingerprint"))?,
        ice_ufrag: session.ufrag.ok_or_else(|| said!("offer.no_ice_user"))?.to_owned(),
        ice_pwd: session.pwd.ok_or_else(|| said!("offer.no_ice_password"))?.to_owned(),
    };
    Ok(Offer { transport, bundles: session.bundles, media })
}

/// Reads what holds for all m-lines: what stands before the first of them, and what describes the transport. The latter may
/// stand with any m-line; the first that is told holds for those that say nothing themselves, as bundled ones may.
#[derive(Default)]
struct SessionReader<'a> {
    bundles: Vec<Vec<String>>,
    /// The mids of all groups together.
    bundled: usize,
    wanted: bool,
    ufrag: Option<&'a str>,
    pwd: Option<&'a str>,
    /// `a=setup` was `passive`.
    is_passive: Option<bool>,
    is_lite: bool,
    fingerprint: Option<Fingerprint>,
    /// 0 before the first m-line, and where the fingerprint stands.
    section: usize,
    fingerprint_in: usize,
    candidates: usize,
    fingerprints: usize,
    ssrcs: usize,
}

impl<'a> SessionReader<'a> {
    /// An attribute before the first m-line.
    fn read(&mut self, name: &str, value: &str) -> Result<(), &'static str> {
        match (name, value.split_once(' ')) {
            ("group", Some(("BUNDLE", mids))) => {
                let mut group = Vec::new();
                for mid in words(mids) {
                    one_more(&mut self.bundled, MAX_MEDIA, "its BUNDLE groups have too many mids")?;
                    group.push(mid.to_owned());
                }
                if !group.is_empty() {
                    self.bundles.push(group);
                }
            }
            ("sendonly" | "inactive", _) => self.wanted = false,
            ("ice-lite", _) => self.is_lite = true,
            _ => {}
        }
        Ok(())
    }

    /// An attribute wherever it stands.
    fn read_anywhere(&mut self, name: &str, value: &'a str) -> Result<(), &'static str> {
        match name {
            "ice-ufrag" if value.len() > MAX_CREDENTIAL => return Err(LONG_UFRAG),
            "ice-pwd" if value.len() > MAX_CREDENTIAL => return Err(LONG_PWD),
            "ice-ufrag" => self.ufrag = self.ufrag.or(Some(value)),
            "ice-pwd" => self.pwd = self.pwd.or(Some(value)),
            "setup" if self.is_passive.is_none() => self.is_passive = Some(value == "passive"),
            "fingerprint" => {
                one_more(&mut self.fingerprints, MAX_FINGERPRINTS, "it has too many DTLS fingerprints")?;
                // A hash that is unknown here is passed over, since another line may have one that is known.
                if self.fingerprint.is_none() {
                    self.fingerprint = Fingerprint::parse(value)?;
                    self.fingerprint_in = self.section;
                } else if self.fingerprint_in == self.section
                    && let (Some(first), Some(other)) = (&mut self.fingerprint, Fingerprint::parse(value)?)
                {
                    first.and(other);
                }
            }
            "candidate" => one_more(&mut self.candidates, MAX_CANDIDATES, MANY_CANDIDATES)?,
            "ssrc" | "ssrc-group" => one_more(&mut self.ssrcs, MAX_SSRCS, "it has too many ssrc lines")?,
            _ => {}
        }
        Ok(())
    }
}
