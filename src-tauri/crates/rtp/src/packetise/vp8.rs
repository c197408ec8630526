//! VP8 over RTP (RFC 7741). The payload descriptor is not here: its picture ids are each receiver's own.

use super::h264::even;
use bytes::Bytes;

/// One frame in pieces of the same size, the last at most a few bytes shorter. The frame's own bytes, not copied.
pub(super) fn payloads(frame: &Bytes, limit: usize) -> Vec<Bytes> {
    let each = even(frame.len(), limit);
    (0..frame.len()).step_by(each).map(|start| frame.slice(start..frame.len().min(start + each))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_frame_comes_back_in_even_pieces(len in 0usize..80_000, limit in 64usize..1400) {
            let frame = Bytes::from((0..len).map(|i| i as u8).collect::<Vec<_>>());
            let pieces = payloads(&frame, limit);
            prop_assert!(pieces.iter().all(|p| !p.is_empty() && p.len() <= limit));
            prop_assert!(pieces.iter().rev().skip(1).all(|p| p.len() == pieces[0].len()));
            prop_assert_eq!(pieces.concat(), frame.to_vec());
        }
    }
}
