//! Trickle-ICE fragments (RFC 8840): a restart of ICE, and its answer.

use super::answer::{line, write_candidates, write_transport};
use super::{FragmentError, MAX_LEN, lines};
use port::Credentials;
use std::fmt::Write;
use std::net::SocketAddr;

/// What of a trickle fragment (RFC 8840 9) matters to an ICE-lite agent: whose ICE session it is about.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fragment<'a> {
    /// The sender's user name fragment: a new one is an ICE restart.
    pub(crate) ice_ufrag: Option<&'a str>,
    /// Of the first m-line, which the answer is about as well.
    mid: Option<&'a str>,
}

impl<'a> Fragment<'a> {
    pub(crate) fn parse(text: &'a str) -> Result<Fragment<'a>, FragmentError> {
        if text.len() > MAX_LEN {
            return Err(FragmentError::Malformed("it is longer than 64 kB"));
        }
        let mut fragment = Fragment { ice_ufrag: None, mid: None };
        let mut empty = true;
        let mut pwd = None;
        for line in lines(text) {
            let (kind, value) = line.map_err(FragmentError::Malformed)?;
            empty = false;
            match (kind, value.split_once(':')) {
                // RFC 8839 5.4.
                ('a', Some(("ice-ufrag", ufrag))) if ufrag.len() > 256 => {
                    return Err(FragmentError::Malformed("its ICE user name is too long"));
                }
                ('a', Some(("ice-ufrag", ufrag))) => fragment.ice_ufrag = fragment.ice_ufrag.or(Some(ufrag.trim())),
                ('a', Some(("ice-pwd", value))) => pwd = Some(value),
                ('a', Some(("mid", mid))) => {
                    let mid = mid.trim();
                    if mid.is_empty() || mid.len() > 32 || !mid.bytes().all(|b| b.is_ascii_graphic()) {
                        return Err(FragmentError::Malformed("a mid is no token of 1 to 32 characters"));
                    }
                    fragment.mid = fragment.mid.or(Some(mid));
                }
                ('a' | 'm', _) => {}
                _ => return Err(FragmentError::Malformed("a line is neither a=... nor m=...")),
            }
        }
        if empty {
            return Err(FragmentError::Malformed("it is empty"));
        }
        if fragment.ice_ufrag.is_some() != pwd.is_some() {
            return Err(FragmentError::Malformed("ice-ufrag and ice-pwd go together"));
        }
        Ok(fragment)
    }
}

/// The fragment that answers an ICE restart (RFC 9725 4.3.3).
pub(crate) fn restart_answer(fragment: &Fragment<'_>, ice: &Credentials, candidates: &[SocketAddr]) -> String {
    let mut out = String::with_capacity(512);
    line!(out, "a=ice-lite");
    write_transport(&mut out, ice);
    line!(out, "m=video 9 UDP/TLS/RTP/SAVPF 0");
    line!(out, "a=mid:{}", fragment.mid.unwrap_or("0"));
    write_candidates(&mut out, candidates);
    out
}
