//! What an H.264 stream says that it is: read from its bytes, as an encoder does not always make what it was asked for.

use stream::{Profile, annex_b::nal_units};

const SEQUENCE: u8 = 7;
const PICTURE: u8 = 8;
const BASELINE: u8 = 66;

/// What a decoder of a keyframe's access unit must be able to do. Whatever is not known to be baseline is not.
pub(super) fn profile(access_unit: &[u8]) -> Profile {
    let kind = |nal: &&[u8]| nal.first().map_or(0, |first| first & 0x1f);
    let mut sets = nal_units(access_unit).filter(|nal| matches!(kind(nal), SEQUENCE | PICTURE)).peekable();
    let known = sets.peek().is_some();
    let baseline = sets.all(|nal| match kind(&nal) {
        SEQUENCE => nal.get(1) == Some(&BASELINE),
        _ => entropy_coding_mode(nal) == Some(false),
    });
    if known && baseline { Profile::Baseline } else { Profile::Main }
}

/// `entropy_coding_mode_flag` of a picture parameter set (7.3.2.2): arithmetic coding. The ids before it are small, so that no zeros
/// stand there that would have to be escaped.
fn entropy_coding_mode(set: &[u8]) -> Option<bool> {
    let mut at = 8;
    let mut bit = || {
        let byte = set.get(at / 8)?;
        at += 1;
        Some(byte >> (7 - (at - 1) % 8) & 1)
    };
    // pic_parameter_set_id and seq_parameter_set_id, each as ue(v): as many bits as zeros follow the first one.
    for _ in 0..2 {
        let mut zeros = 0;
        while bit()? == 0 {
            zeros += 1;
        }
        for _ in 0..zeros {
            bit()?;
        }
    }
    Some(bit()? == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(nals: &[&[u8]]) -> Vec<u8> {
        nals.iter().flat_map(|nal| [&[0, 0, 0, 1], *nal].concat()).collect()
    }

    #[test]
    fn a_stream_is_baseline_where_both_of_its_sets_say_so() {
        let slice: &[u8] = &[0x65, 0x88];
        let (baseline, main): (&[u8], &[u8]) = (&[0x67, 66, 0xc0, 31], &[0x67, 77, 0x40, 31]);
        // Ids 0 and 0, then ids 2 and 1; without and with arithmetic coding.
        for (id, plain, cabac) in [(0, 0b1100_0000, 0b1110_0000), (2, 0b0110_1000, 0b0110_1010)] {
            let of = |sequence, picture| profile(&unit(&[sequence, &[0x68, picture, 0x80], slice]));
            assert_eq!(of(baseline, plain), Profile::Baseline, "{id}");
            assert_eq!(of(main, cabac), Profile::Main);
            assert_eq!(of(main, plain), Profile::Main, "reverted");
            assert_eq!(of(baseline, cabac), Profile::Main, "what cannot be is not baseline");
        }
        assert_eq!(profile(&unit(&[slice])), Profile::Main, "nothing is said");
        assert_eq!(profile(&unit(&[baseline, &[0x68, 0]])), Profile::Main, "it is cut off");
    }
}
