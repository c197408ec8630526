//! Where one can begin to read a file (`sidx`, ISO/IEC 14496-12 section 8.16.3): made of what was written, or found in it.

use super::boxes::{Boxes, HEADER};

/// Places in an index at most: one for each keyframe of two hours. A longer file has fewer of them, evenly.
pub(super) const MOST: usize = 3600;

/// One place is so many bytes, and what stands before the first.
const PLACE: usize = 12;
const BEFORE: usize = HEADER + 4 + 4 + 4 + 8 + 8 + 4;

/// A fragment, or several of which one can begin to read at the first only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    bytes: u64,
    /// In the track's own time.
    start: u64,
    keyframe: bool,
}

/// All that is there, from the front's end to the file's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Index {
    track: u32,
    scale: u32,
    places: Vec<Place>,
    end: u64,
}

impl Index {
    /// Of a track with so many units of time a second.
    pub(super) fn new(track: u32, scale: u32) -> Index {
        Index { track, scale, places: Vec::new(), end: 0 }
    }

    /// Takes in a fragment: its size, where the track is in it (none where it has nothing of the track), and whether it begins with a
    /// keyframe.
    pub(super) fn add(&mut self, bytes: u64, track: Option<(u64, u64)>, keyframe: bool) {
        match (track, self.places.last_mut()) {
            (Some((start, _)), None) => self.places.push(Place { bytes, start, keyframe }),
            (Some((start, _)), Some(_)) if keyframe => self.places.push(Place { bytes, start, keyframe }),
            (_, Some(last)) => last.bytes += bytes,
            (None, None) => self.places.push(Place { bytes, start: 0, keyframe: false }),
        }
        self.end = track.map_or(self.end, |(_, end)| end);
    }

    /// `sidx`, in as many bytes at most less those of an empty box.
    pub(super) fn write(&self, room: usize) -> Vec<u8> {
        let most = MOST.min((room - HEADER).saturating_sub(BEFORE) / PLACE).max(1);
        let together = self.places.len().div_ceil(most).max(1);
        let places: Vec<Place> = self
            .places
            .chunks(together)
            .map(|some| Place { bytes: some.iter().map(|place| place.bytes).sum(), ..some[0] })
            .collect();
        let size = BEFORE + PLACE * places.len();
        let mut boxes = Boxes::default();
        boxes.full(b"sidx", 1, 0, |boxes| {
            boxes.u32(self.track);
            boxes.u32(self.scale);
            boxes.u64(places.first().map_or(0, |place| place.start));
            // From the end of this box to the first fragment, which follows the front.
            boxes.u64((room - size) as u64);
            boxes.u16(0);
            boxes.u16(places.len() as u16);
            for (n, place) in places.iter().enumerate() {
                let end = places.get(n + 1).map_or(self.end, |next| next.start);
                boxes.u32(place.bytes as u32 & 0x7fff_ffff);
                boxes.u32(end.saturating_sub(place.start) as u32);
                // Begins with a sample that needs no other, of type 1 (section I.2).
                boxes.u32(if place.keyframe { 0x9000_0000 } else { 0 });
            }
        });
        boxes.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_where_a_keyframe_is_and_together_they_are_all() {
        let mut index = Index::new(1, 90_000);
        for second in 0..5u64 {
            index.add(1000 + second, Some((second * 90_000, (second + 1) * 90_000)), second % 2 == 0);
        }
        index.add(7, None, false);
        let written = index.write(1000);
        let word = |at: usize| u32::from_be_bytes(*written[at..].first_chunk().expect("it is so long"));
        assert_eq!(written.len(), BEFORE + 3 * PLACE);
        assert_eq!(word(32), 1000 - written.len() as u32, "the first fragment is behind the room");
        assert_eq!(word(36), 3);
        let places: Vec<_> = (0..3).map(|n| (word(40 + 12 * n), word(44 + 12 * n), word(48 + 12 * n))).collect();
        let sap = 0x9000_0000;
        assert_eq!(places, [(2001, 180_000, sap), (2005, 180_000, sap), (1011, 90_000, sap)]);
    }

    #[test]
    fn a_day_has_a_coarser_index_that_fits() {
        let mut index = Index::new(1, 90_000);
        let seconds = 24 * 3600;
        for second in 0..seconds {
            index.add(300_000, Some((second * 90_000, (second + 1) * 90_000)), second % 2 == 0);
        }
        let written = index.write(48_000);
        assert!(written.len() <= 48_000 - HEADER, "{}", written.len());
        let words =
            written[BEFORE..].chunks(12).map(|place| u32::from_be_bytes([place[0], place[1], place[2], place[3]]));
        assert_eq!(words.map(u64::from).sum::<u64>(), seconds * 300_000);
    }
}
