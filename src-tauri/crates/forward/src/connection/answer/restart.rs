//! The answer to a restart of ICE.

use super::write::{line, write_candidates, write_transport};
use port::Credentials;
use sdp::Fragment;
use std::fmt::Write;
use std::net::SocketAddr;

/// The fragment that answers an ICE restart (RFC 9725 section 4.3.3).
pub(crate) fn restart_answer(fragment: &Fragment, ice: &Credentials, candidates: &[SocketAddr]) -> String {
    let mut out = String::with_capacity(512);
    line!(out, "a=ice-lite");
    write_transport(&mut out, ice);
    line!(out, "m=video 9 UDP/TLS/RTP/SAVPF 0");
    line!(out, "a=mid:{}", fragment.mid.as_deref().unwrap_or("0"));
    write_candidates(&mut out, candidates);
    out
}
