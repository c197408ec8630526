//! AV1 (AOM's "RTP Payload Format For AV1", version 1.0.0), main profile: the top layer of what a screen shows, which is sharper and sooner
//! there than in any other codec. For who watches with another codec and decodes this one too: the payload type changes with the picture.

use super::{CodecSpec, Fit, Fmtp, Profile, TemporalSync};
use protocol::{Rid, VideoCodec};

pub(super) const SPEC: CodecSpec = CodecSpec {
    codec: VideoCodec::Av1,
    rtpmap: "AV1/90000",
    fit,
    profile: |_| Profile::Baseline,
    answer: |offered, _, _| offered.into(),
    layers: &[Rid::F],
    on_demand: true,
    of_screens: true,
    // By the mean of a page a second, scrolling code and what stands still; a page that turns takes ten times that.
    weight: 2.0,
    temporal_sync: TemporalSync::ByEncoder,
    descriptor: None,
};

/// What is sent has eight bits and 4:2:0, which is profile 0 (main), and profile 0 is also what is meant where none is named (section 7.1).
/// A level that is named is the receiver's, or 3.1 where it is not: as with H.264 nobody is sent a smaller layer for it.
fn fit(fmtp: Fmtp<'_, '_>) -> Option<Fit> {
    matches!(fmtp("profile"), None | Some("0")).then_some(Fit::Exact)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_main_profile_can_be_sent() {
        let of = |said: Option<&'static str>| fit(&|name| said.filter(|_| name == "profile"));
        assert_eq!([of(None), of(Some("0"))], [Some(Fit::Exact); 2]);
        assert_eq!([of(Some("1")), of(Some("2")), of(Some(""))], [None; 3]);
    }
}
