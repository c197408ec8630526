//! Reads an H.264 byte stream (ITU-T H.264 Annex B): NAL units behind start codes.

/// The NAL units of a byte stream in their order, without start codes and trailing zeros. Bytes before the first start code
/// belong to none, and a unit may be empty where one start code follows another.
pub fn nal_units(data: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut next = start_code(data, 0);
    std::iter::from_fn(move || {
        let start = next? + 3;
        next = start_code(data, start);
        let mut end = next.unwrap_or(data.len());
        while end > start && data[end - 1] == 0 {
            end -= 1;
        }
        Some(&data[start..end])
    })
}

/// The first `00 00 01` at or after `from`.
fn start_code(data: &[u8], from: usize) -> Option<usize> {
    let mut i = from;
    while i + 2 < data.len() {
        match data[i + 2] {
            0 => i += 1,
            1 if data[i] == 0 && data[i + 1] == 0 => return Some(i),
            _ => i += 3,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn both_start_codes_and_trailing_zeros_belong_to_no_unit() {
        let stream = [7, 0, 0, 0, 1, 0x67, 5, 0, 0, 1, 0x68, 0, 0, 0, 0, 1, 0x65, 1, 2];
        let units: Vec<&[u8]> = nal_units(&stream).collect();
        assert_eq!(units, [&[0x67, 5][..], &[0x68], &[0x65, 1, 2]]);
    }

    proptest! {
        #[test]
        fn units_come_back_whole(units in prop::collection::vec(prop::collection::vec(1u8.., 1..200), 0..9), long: bool) {
            let code: &[u8] = if long { &[0, 0, 0, 1] } else { &[0, 0, 1] };
            let stream: Vec<u8> = units.iter().flat_map(|unit| [code, unit.as_slice()].concat()).collect();
            prop_assert_eq!(nal_units(&stream).collect::<Vec<_>>(), units);
        }

        #[test]
        fn no_bytes_make_it_panic(data in prop::collection::vec(prop_oneof![Just(0u8), Just(1), any::<u8>()], 0..4_000)) {
            prop_assert!(nal_units(&data).map(<[u8]>::len).sum::<usize>() <= data.len());
        }
    }
}
