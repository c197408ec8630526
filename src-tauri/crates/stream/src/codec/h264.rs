//! H.264 constrained baseline (RFC 6184): what is always encoded, all layers by one encoder.

use super::{CodecSpec, Fit, Fmtp, TemporalSync};
use protocol::{Rid, VideoCodec};

pub(super) const SPEC: CodecSpec = CodecSpec {
    codec: VideoCodec::H264,
    rtpmap: "H264/90000",
    fit,
    layers: &Rid::ALL,
    on_demand: false,
    temporal_sync: TemporalSync::ByOrder,
    descriptor: None,
};

/// Only packetization-mode=1 has the fragments that large pictures need (RFC 6184 section 5.4).
fn fit(fmtp: Fmtp<'_, '_>) -> Option<Fit> {
    if fmtp("packetization-mode") != Some("1") {
        return None;
    }
    // profile_idc 66 is baseline; constraint_set1 (0x40) in the next byte makes it the constrained baseline that is sent.
    // Without the parameter it is baseline (RFC 6184 section 8.1).
    let profile = fmtp("profile-level-id").unwrap_or("420010");
    let byte = |at: usize| profile.get(at..at + 2).and_then(|hex| u8::from_str_radix(hex, 16).ok());
    match (byte(0), byte(2)) {
        (Some(66), Some(iop)) if iop & 0x40 != 0 => Some(Fit::Exact),
        (Some(66), _) => Some(Fit::Within),
        _ => None,
    }
}

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
        assert_eq!(of(&[("profile-level-id", "42e01f")]), None, "mode 0");
    }
}
