//! What a device can deliver: its lists, whole, empty or endless, as formats to choose from.

use super::{
    fourcc::{letters, pixels},
    ioctl::Entry,
    node::Node,
};
use crate::{
    VideoConfig,
    camera::choose::{PictureFormat, Rate},
    frame::PixelFormat,
};

/// A driver may list for ever; no camera has more formats, sizes of one, or rates of one than these.
const MOST_FORMATS: u32 = 1024;
const MOST_SIZES: u32 = 128;
const MOST_RATES: u32 = 64;

/// Who answers to an index of a list; None behind its end.
pub(super) trait Lists {
    fn format(&self, index: u32) -> Option<u32>;
    fn size(&self, fourcc: u32, index: u32) -> Option<Entry>;
    fn interval(&self, fourcc: u32, size: (u32, u32), index: u32) -> Option<Entry>;
}

impl Lists for Node {
    fn format(&self, index: u32) -> Option<u32> {
        self.listed_format(index)
    }

    fn size(&self, fourcc: u32, index: u32) -> Option<Entry> {
        self.listed_size(fourcc, index)
    }

    fn interval(&self, fourcc: u32, size: (u32, u32), index: u32) -> Option<Entry> {
        self.listed_interval(fourcc, size, index)
    }
}

/// What a device offers.
#[derive(Debug, Default)]
pub(super) struct Offers {
    pub(super) formats: Vec<PictureFormat>,
    /// By what letters the device lists the formats, the first of those that are read alike.
    pub(super) letters: Vec<(PixelFormat, u32)>,
    /// The letters of formats that cannot be read.
    pub(super) unreadable: Vec<String>,
}

impl Offers {
    /// One more.
    pub(super) fn take(&mut self, offer: Option<(u32, PictureFormat)>) {
        if let Some((fourcc, format)) = offer {
            self.letters.push((format.pixels, fourcc));
            self.formats.push(format);
        }
    }

    /// How the device is asked for pixels of a kind that it offers.
    pub(super) fn fourcc(&self, pixels: PixelFormat) -> u32 {
        self.letters.iter().find(|(other, _)| *other == pixels).map_or(0, |(_, fourcc)| *fourcc)
    }
}

/// What the lists offer. Where a device lists no sizes, or a range of them, what is wanted is on offer as near as may be: it
/// says what it made of it when it is set. The same holds for rates.
pub(super) fn offers(lists: &impl Lists, wanted: &VideoConfig) -> Offers {
    let mut offers = Offers::default();
    let mut seen = Vec::new();
    for fourcc in (0..MOST_FORMATS).map_while(|index| lists.format(index)) {
        if seen.contains(&fourcc) {
            continue;
        }
        seen.push(fourcc);
        let Some(pixels) = pixels(fourcc) else {
            let letters = letters(fourcc);
            if !offers.unreadable.contains(&letters) {
                offers.unreadable.push(letters);
            }
            continue;
        };
        for (width, height) in sizes(lists, fourcc, wanted) {
            for rate in rates(lists, fourcc, (width, height), wanted.fps) {
                let (Ok(width), Ok(height)) = (u16::try_from(width), u16::try_from(height)) else { continue };
                offers.take(Some((fourcc, PictureFormat { width, height, rate, pixels })));
            }
        }
    }
    offers
}

fn sizes(lists: &impl Lists, fourcc: u32, wanted: &VideoConfig) -> Vec<(u32, u32)> {
    let wanted = (u32::from(wanted.width), u32::from(wanted.height));
    let mut sizes = Vec::new();
    for entry in (0..MOST_SIZES).map_while(|index| lists.size(fourcc, index)) {
        match entry {
            Entry::Discrete([width, height]) if sizes.contains(&(width, height)) => {}
            Entry::Discrete([width, height]) => sizes.push((width, height)),
            Entry::Range([min_width, max_width, width_step, min_height, max_height, height_step]) => {
                // A range stands for the whole list.
                let width = nearest(wanted.0, min_width, max_width, width_step);
                return vec![(width, nearest(wanted.1, min_height, max_height, height_step))];
            }
        }
    }
    if sizes.is_empty() { vec![wanted] } else { sizes }
}

/// The least of a range's values that is as large as wanted, or its largest. A step of 0 is none: each value is in it.
fn nearest(wanted: u32, min: u32, max: u32, step: u32) -> u32 {
    let (max, step) = (max.max(min), step.max(1));
    let steps = wanted.clamp(min, max) - min;
    let up = steps.div_ceil(step).checked_mul(step).and_then(|up| up.checked_add(min));
    up.filter(|up| *up <= max).unwrap_or(min + steps / step * step)
}

/// The rates for a size; one that is not known where the device lists none that makes sense.
fn rates(lists: &impl Lists, fourcc: u32, size: (u32, u32), fps: u32) -> Vec<Option<Rate>> {
    let mut rates = Vec::new();
    for entry in (0..MOST_RATES).map_while(|index| lists.interval(fourcc, size, index)) {
        match entry {
            Entry::Discrete([seconds, pictures]) => rates.extend(Rate::new(pictures, seconds).map(Some)),
            Entry::Range([shortest, shortest_part, longest, longest_part, ..]) => {
                let (fastest, slowest) = (Rate::new(shortest_part, shortest), Rate::new(longest_part, longest));
                return vec![within(fps, fastest, slowest)];
            }
        }
    }
    if rates.is_empty() { vec![None] } else { rates }
}

fn within(fps: u32, fastest: Option<Rate>, slowest: Option<Rate>) -> Option<Rate> {
    let wanted = Rate::new(fps, 1)?;
    match (fastest, slowest) {
        (Some(fastest), _) if fastest.thousandths() < wanted.thousandths() => Some(fastest),
        (_, Some(slowest)) if slowest.thousandths() > wanted.thousandths() => Some(slowest),
        (None, None) => None,
        _ => Some(wanted),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::camera::choose::in_order;

    /// A driver that lists the same for each format, at each size.
    struct Listed<'a> {
        formats: &'a [&'a [u8; 4]],
        sizes: &'a [Entry],
        intervals: &'a [Entry],
    }

    impl Lists for Listed<'_> {
        fn format(&self, index: u32) -> Option<u32> {
            self.formats.get(index as usize).map(|letters| u32::from_le_bytes(**letters))
        }

        fn size(&self, _: u32, index: u32) -> Option<Entry> {
            self.sizes.get(index as usize).copied()
        }

        fn interval(&self, _: u32, _: (u32, u32), index: u32) -> Option<Entry> {
            self.intervals.get(index as usize).copied()
        }
    }

    const HD: Entry = Entry::Discrete([1280, 720]);
    const THIRTY: Entry = Entry::Discrete([1, 30]);

    fn best(formats: &[&[u8; 4]], sizes: &[Entry], intervals: &[Entry]) -> String {
        let wanted = VideoConfig::default();
        let offers = offers(&Listed { formats, sizes, intervals }, &wanted);
        in_order(offers.formats, &wanted).first().map(ToString::to_string).unwrap_or_default()
    }

    #[test]
    fn whole_lists_are_taken_as_they_are() {
        assert_eq!(best(&[b"YUYV"], &[HD], &[THIRTY]), "1280x720, 30 fps, YUYV");
        assert_eq!(best(&[b"H264", b"UYVY"], &[HD], &[THIRTY]), "1280x720, 30 fps, UYVY");
        assert_eq!(best(&[b"NV12"], &[HD], &[Entry::Discrete([1001, 30_000])]), "1280x720, 29.97 fps, NV12");
        assert_eq!(best(&[b"YUYV"], &[HD], &[Entry::Discrete([1001, 60_000])]), "1280x720, 59.94 fps, YUYV");
    }

    #[test]
    fn what_is_not_listed_is_asked_for() {
        assert_eq!(best(&[b"YUYV"], &[], &[THIRTY]), "1280x720, 30 fps, YUYV");
        assert_eq!(best(&[b"YUYV"], &[HD], &[]), "1280x720, YUYV");
        assert_eq!(best(&[b"YUYV"], &[], &[]), "1280x720, YUYV");
        assert_eq!(best(&[b"YUYV"], &[HD], &[Entry::Discrete([0, 0])]), "1280x720, YUYV", "that is no rate");
        assert_eq!(best(&[b"H264"], &[HD], &[THIRTY]), "");
        let all = offers(
            &Listed { formats: &[b"H264", b"HEVC", b"H264"], sizes: &[], intervals: &[] },
            &VideoConfig::default(),
        );
        assert_eq!(all.unreadable, ["H264", "HEVC"]);
    }

    #[test]
    fn of_a_range_the_nearest() {
        let range = |numbers| [Entry::Range(numbers)];
        assert_eq!(best(&[b"YUYV"], &range([32, 1920, 2, 32, 1080, 2]), &[THIRTY]), "1280x720, 30 fps, YUYV");
        assert_eq!(best(&[b"YUYV"], &range([16, 640, 16, 16, 480, 16]), &[THIRTY]), "640x480, 30 fps, YUYV");
        assert_eq!(best(&[b"YUYV"], &range([1, 1920, 0, 1, 1080, 0]), &[THIRTY]), "1280x720, 30 fps, YUYV");
        assert_eq!(best(&[b"YUYV"], &range([1920, 1920, 0, 1080, 1080, 0]), &[THIRTY]), "1920x1080, 30 fps, YUYV");
        let mut all = [1, 90, 1, 5, 0, 0];
        assert_eq!(best(&[b"YUYV"], &[HD], &range(all)), "1280x720, 30 fps, YUYV");
        all = [1, 25, 1, 5, 0, 1];
        assert_eq!(best(&[b"YUYV"], &[HD], &range(all)), "1280x720, 25 fps, YUYV");
        all = [0, 0, 0, 0, 0, 0];
        assert_eq!(best(&[b"YUYV"], &[HD], &range(all)), "1280x720, YUYV");
    }

    #[test]
    fn nonsense_is_survived() {
        assert_eq!(nearest(720, 480, 0, 0), 480, "the least is more than the most");
        assert_eq!(nearest(720, 0, u32::MAX, u32::MAX), u32::MAX, "which no picture has");
        assert_eq!(nearest(720, 1, u32::MAX, u32::MAX), 1, "the step leads past the most");
        assert_eq!(nearest(700, 0, 1080, 16), 704);
        assert_eq!(nearest(1080, 0, 1080, 16), 1072);
        // Sizes that no picture has.
        assert_eq!(best(&[b"YUYV"], &[Entry::Discrete([0, 0]), Entry::Discrete([70_000, 2])], &[THIRTY]), "");
        // A driver that answers the same to every index.
        struct Endless;
        impl Lists for Endless {
            fn format(&self, _: u32) -> Option<u32> {
                Some(u32::from_le_bytes(*b"YUYV"))
            }
            fn size(&self, _: u32, _: u32) -> Option<Entry> {
                Some(HD)
            }
            fn interval(&self, _: u32, _: (u32, u32), _: u32) -> Option<Entry> {
                Some(THIRTY)
            }
        }
        let wanted = VideoConfig::default();
        let formats = in_order(offers(&Endless, &wanted).formats, &wanted);
        assert_eq!(formats.len(), 1, "the same is tried once");
    }
}
