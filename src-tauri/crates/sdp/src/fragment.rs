//! Trickle-ICE fragments (RFC 8840): whose ICE session they are about.

use crate::limits::{MAX_CANDIDATES, MAX_CREDENTIAL, MAX_LEN, MAX_MEDIA};
use crate::lines::{LONG_PWD, LONG_UFRAG, MANY_CANDIDATES, MANY_MEDIA, NO_MID, is_mid, lines, one_more};

/// What of a trickle fragment (RFC 8840 section 9) matters to an ICE-lite agent, which has no use for the other side's candidates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fragment {
    /// The sender's user name fragment and password, which go together. A user name fragment that is new restarts ICE.
    pub ice: Option<(String, String)>,
    /// Of the first m-line, which the answer is about as well.
    pub mid: Option<String>,
}

/// A text that is no trickle fragment. What is in it is for the person who reads the HTTP answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no trickle-ice-sdpfrag: {0}")]
pub struct BadFragment(pub &'static str);

impl Fragment {
    /// Reads a fragment. What it has too much of is named in the error.
    pub fn parse(text: &str) -> Result<Fragment, BadFragment> {
        read(text).map_err(BadFragment)
    }
}

fn read(text: &str) -> Result<Fragment, &'static str> {
    if text.len() > MAX_LEN {
        return Err("it is longer than 64 kB");
    }
    let (mut ufrag, mut pwd, mut first_mid) = (None, None, None);
    let mut empty = true;
    let (mut candidates, mut media) = (0, 0);
    for line in lines(text) {
        let (kind, value) = line?;
        empty = false;
        match (kind, value.split_once(':')) {
            ('a', Some(("ice-ufrag", value))) if value.len() > MAX_CREDENTIAL => return Err(LONG_UFRAG),
            ('a', Some(("ice-pwd", value))) if value.len() > MAX_CREDENTIAL => return Err(LONG_PWD),
            ('a', Some(("ice-ufrag", value))) => ufrag = ufrag.or(Some(value.trim())),
            ('a', Some(("ice-pwd", value))) => pwd = pwd.or(Some(value.trim())),
            ('a', Some(("mid", mid))) => {
                let mid = mid.trim();
                if !is_mid(mid) {
                    return Err(NO_MID);
                }
                first_mid = first_mid.or(Some(mid));
            }
            ('a', Some(("candidate", _))) => one_more(&mut candidates, MAX_CANDIDATES, MANY_CANDIDATES)?,
            ('a', _) => {}
            ('m', _) => one_more(&mut media, MAX_MEDIA, MANY_MEDIA)?,
            _ => return Err("a line is neither a=... nor m=..."),
        }
    }
    if empty {
        return Err("it is empty");
    }
    if ufrag.is_some() != pwd.is_some() {
        return Err("ice-ufrag and ice-pwd go together");
    }
    let ice = ufrag.zip(pwd).map(|(ufrag, pwd)| (ufrag.to_owned(), pwd.to_owned()));
    Ok(Fragment { ice, mid: first_mid.map(str::to_owned) })
}
