//! Which codecs of pictures a viewer takes, and where a keyframe begins in each.

/// The best that is offered; those that a browser would offer beside it are, too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Codec {
    /// With VP8 beside it, as Chromium has it.
    #[default]
    H264,
    /// With VP8 beside it, as Debian's Firefox has it.
    Vp9,
    /// Alone.
    Vp8,
}

impl Codec {
    /// The name that a report has, and the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Codec::H264 => "h264",
            Codec::Vp9 => "vp9",
            Codec::Vp8 => "vp8",
        }
    }

    /// By that name, in whatever case.
    pub fn named(name: &str) -> Option<Codec> {
        [Codec::H264, Codec::Vp9, Codec::Vp8].into_iter().find(|codec| codec.name().eq_ignore_ascii_case(name))
    }

    /// Whether a payload, which is not empty, is the first of a keyframe.
    pub(crate) fn keyframe_starts(self, payload: &[u8]) -> bool {
        match self {
            Codec::H264 => h264_keyframe_starts(payload),
            Codec::Vp9 => vp9_keyframe_starts(payload),
            Codec::Vp8 => vp8_keyframe_starts(payload),
        }
    }
}

/// RFC 6184: the packet holds an SPS (in a STAP-A or alone) or the first fragment of an IDR slice.
pub(crate) fn h264_keyframe_starts(payload: &[u8]) -> bool {
    const IDR: u8 = 5;
    const SPS: u8 = 7;
    const STAP_A: u8 = 24;
    const FU_A: u8 = 28;
    match payload[0] & 0x1f {
        SPS => true,
        STAP_A => payload.get(3).is_some_and(|nal| nal & 0x1f == SPS),
        FU_A => payload.get(1).is_some_and(|fu| fu & 0x80 != 0 && matches!(fu & 0x1f, IDR | SPS)),
        _ => false,
    }
}

/// RFC 9628 section 4.2: the beginning of a frame that is not predicted from others.
fn vp9_keyframe_starts(payload: &[u8]) -> bool {
    const PREDICTED: u8 = 0x40;
    const BEGINS: u8 = 0x08;
    payload[0] & (PREDICTED | BEGINS) == BEGINS
}

/// RFC 7741: the first packet of partition 0, whose frame header has the inverse-key-frame bit clear.
fn vp8_keyframe_starts(payload: &[u8]) -> bool {
    let first = payload[0];
    if first & 0x10 == 0 || first & 0x07 != 0 {
        return false;
    }
    let mut at = 1;
    if first & 0x80 != 0 {
        let Some(&extension) = payload.get(1) else { return false };
        at += 1;
        if extension & 0x80 != 0 {
            at += if payload.get(at).is_some_and(|p| p & 0x80 != 0) { 2 } else { 1 };
        }
        if extension & 0x40 != 0 {
            at += 1;
        }
        if extension & 0x30 != 0 {
            at += 1;
        }
    }
    payload.get(at).is_some_and(|header| header & 1 == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vp8_keyframes_are_told_by_the_frame_header() {
        assert!(vp8_keyframe_starts(&[0x90, 0xe0, 0x81, 0x02, 0x03, 0x20, 0x00]));
        assert!(!vp8_keyframe_starts(&[0x90, 0xe0, 0x81, 0x02, 0x03, 0x20, 0x01]), "an interframe");
        assert!(!vp8_keyframe_starts(&[0x80, 0x80]), "no start of a partition");
    }

    #[test]
    fn vp9_keyframes_are_told_by_the_descriptor() {
        assert!(vp9_keyframe_starts(&[0x88, 0x80, 0x01, 0x82]));
        assert!(!vp9_keyframe_starts(&[0xc8, 0x80, 0x01, 0x86]), "an interframe");
        assert!(!vp9_keyframe_starts(&[0x84, 0x80, 0x01, 0x82]), "the end of one");
    }

    #[test]
    fn a_codec_is_read_by_the_name_that_it_has() {
        for codec in [Codec::H264, Codec::Vp9, Codec::Vp8] {
            assert_eq!(Codec::named(codec.name()), Some(codec));
        }
        assert_eq!((Codec::named("VP9"), Codec::named("av1")), (Some(Codec::Vp9), None));
    }
}
