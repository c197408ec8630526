//! H.264, main or constrained baseline (RFC 6184): what is always encoded, all layers at once.

use super::{CodecSpec, Fit, Fmtp, H264Level, Profile, TemporalSync};
use protocol::{Rid, VideoCodec};
use std::borrow::Cow;

pub(super) const SPEC: CodecSpec = CodecSpec {
    codec: VideoCodec::H264,
    rtpmap: "H264/90000",
    fit,
    profile,
    answer,
    layers: &Rid::ALL,
    on_demand: false,
    of_screens: false,
    weight: 1.0,
    temporal_sync: TemporalSync::ByOrder,
    descriptor: None,
};

/// Only packetization-mode=1 has the fragments that large pictures need (RFC 6184 section 5.4). Who says nothing of the mode means 0 by
/// section 8.1; but players that say nothing mostly take whatever comes, so it is worth trying where there is nothing else. Who
/// writes 0 means it.
fn fit(fmtp: Fmtp<'_, '_>) -> Option<Fit> {
    let mode = fmtp("packetization-mode");
    if mode.is_some_and(|mode| mode != "1") {
        return None;
    }
    let fit = match named(fmtp)? {
        Named::Main | Named::ConstrainedBaseline => Fit::Exact,
        Named::Baseline => Fit::Within,
    };
    Some(if mode.is_none() { Fit::Unsaid } else { fit })
}

fn profile(fmtp: Fmtp<'_, '_>) -> Profile {
    if named(fmtp) == Some(Named::Main) { Profile::Main } else { Profile::Baseline }
}

/// A profile that has what is sent.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Named {
    Baseline,
    ConstrainedBaseline,
    Main,
}

/// By `profile_idc` and the constraints in the next byte (RFC 6184 section 8.1, table 5). Without the parameter it is baseline. Who
/// takes High would take Main, but browsers that offer the one offer the other.
fn named(fmtp: Fmtp<'_, '_>) -> Option<Named> {
    const SET_0: u8 = 0x80;
    const SET_1: u8 = 0x40;
    const SET_2: u8 = 0x20;
    let id = fmtp("profile-level-id").unwrap_or("420010");
    let byte = |at: usize| id.get(at..at + 2).and_then(|hex| u8::from_str_radix(hex, 16).ok());
    match (byte(0)?, byte(2)?) {
        (66, iop) if iop & SET_1 != 0 => Some(Named::ConstrainedBaseline),
        (66, _) => Some(Named::Baseline),
        // What both baseline and main have.
        (77, iop) if iop & SET_0 != 0 => Some(Named::ConstrainedBaseline),
        (77, iop) if iop & SET_2 == 0 => Some(Named::Main),
        _ => None,
    }
}

/// The level in an answer is that of what is sent where both sides may have their own (`level-asymmetry-allowed`), and at most the
/// offered one where not (RFC 6184 section 8.2.2).
///
/// A receiver's own level would bound what may be sent to it. But every browser offers 3.1, whatever it decodes, and plays 1080p all
/// the same; and an offer without any level means 1, which holds no picture of use. So nobody is sent a smaller layer for it.
fn answer<'a>(offered: &'a str, fmtp: Fmtp<'_, 'a>, level: H264Level) -> Cow<'a, str> {
    let own_level = fmtp("level-asymmetry-allowed") == Some("1");
    let Some((before, id)) = offered.char_indices().find_map(|(at, _)| {
        let name = offered.get(at..at + PROFILE.len())?;
        let begins = at == 0 || offered[..at].ends_with([';', ' ']);
        (begins && name.eq_ignore_ascii_case(PROFILE)).then(|| offered.split_at(at + PROFILE.len()))
    }) else {
        return offered.into();
    };
    let Some(theirs) = id.get(4..6).and_then(|hex| u8::from_str_radix(hex, 16).ok()) else { return offered.into() };
    let said = if own_level { level.idc() } else { theirs.min(level.idc()) };
    format!("{before}{}{said:02x}{}", &id[..4], &id[6..]).into()
}

/// `profile_idc`, `profile-iop` and `level_idc` follow, two hexadecimal digits each.
const PROFILE: &str = "profile-level-id=";

#[cfg(test)]
mod tests {
    use super::*;

    fn of(parameters: &[(&str, &'static str)]) -> Option<Fit> {
        fit(&|name| parameters.iter().find(|(of, _)| *of == name).map(|(_, value)| *value))
    }

    #[test]
    fn constrained_baseline_is_best_and_baseline_will_do() {
        assert_eq!(of(&[("packetization-mode", "1"), ("profile-level-id", "42e01f")]), Some(Fit::Exact));
        assert_eq!(of(&[("packetization-mode", "1"), ("profile-level-id", "42C01F")]), Some(Fit::Exact));
        assert_eq!(of(&[("packetization-mode", "1"), ("profile-level-id", "42001f")]), Some(Fit::Within));
        assert_eq!(of(&[("packetization-mode", "1")]), Some(Fit::Within), "baseline where nothing is said");
        assert_eq!(of(&[("packetization-mode", "1"), ("profile-level-id", "64001f")]), None, "high");
        assert_eq!(of(&[("packetization-mode", "0"), ("profile-level-id", "42e01f")]), None, "mode 0");
        assert_eq!(of(&[("profile-level-id", "42e01f")]), Some(Fit::Unsaid), "no mode");
        assert_eq!(of(&[]), Some(Fit::Unsaid), "nothing at all");
        assert_eq!(of(&[("profile-level-id", "64001f")]), None, "high, without a mode");
        assert!(Fit::Unsaid > Fit::Within, "what says what is sent goes first");
    }

    #[test]
    fn main_is_what_table_5_calls_so() {
        let of = |id: &'static str| {
            let fmtp = |name: &str| (name == "profile-level-id").then_some(id);
            named(&fmtp).map(|_| profile(&fmtp))
        };
        for id in ["4d001f", "4D001F", "4d401f", "4d0028"] {
            assert_eq!(of(id), Some(Profile::Main), "{id}");
        }
        for id in ["42001f", "42e01f", "4d801f", "4de01f"] {
            assert_eq!(of(id), Some(Profile::Baseline), "{id}");
        }
        for id in ["4d201f", "58a01f", "64001f", "640c1f", "f4001f", "4d", "4dxx1f", ""] {
            assert_eq!(of(id), None, "{id}");
        }
    }

    #[test]
    fn the_answer_has_the_level_of_what_is_sent_where_each_side_may_have_its_own() {
        let level = |width, height| H264Level::of(width, height, 30, 2500).expect("it can be sent");
        let answered = |offered: &'static str, level| {
            let lookup = |name: &str| {
                offered.split(';').filter_map(|part| part.trim().split_once('=')).find(|(is, _)| *is == name)
            };
            answer(offered, &|name| lookup(name).map(|(_, value)| value), level)
        };
        let chromium = "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f";
        assert_eq!(answered(chromium, level(1280, 720)), chromium);
        let said = |level| answered(chromium, level).rsplit_once('=').expect("a value").1.to_owned();
        assert_eq!(
            [said(level(1080, 1920)), said(level(1366, 768)), said(level(640, 360))],
            ["42e028", "42e020", "42e01e"]
        );
        let first = "Profile-Level-Id=42E01F; packetization-mode=1;level-asymmetry-allowed=1";
        assert_eq!(
            answered(first, level(1920, 1080)),
            "Profile-Level-Id=42E028; packetization-mode=1;level-asymmetry-allowed=1"
        );
    }

    #[test]
    fn without_asymmetry_the_answer_never_says_more_than_the_offer() {
        let highest = H264Level::HIGHEST;
        for (offered, wanted) in [
            ("profile-level-id=42e01f", "profile-level-id=42e01f"),
            ("profile-level-id=42e034;packetization-mode=1", "profile-level-id=42e02a;packetization-mode=1"),
            ("packetization-mode=1", "packetization-mode=1"),
            ("profile-level-id=42", "profile-level-id=42"),
            ("profile-level-id=42e0é", "profile-level-id=42e0é"),
            ("x-profile-level-id=42e01f", "x-profile-level-id=42e01f"),
        ] {
            assert_eq!(answer(offered, &|_| None, highest), wanted);
        }
    }
}
