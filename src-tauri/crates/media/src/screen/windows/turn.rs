//! A screen's picture out of DXGI's surface: that is never turned, and what was drawn in it is told by rectangles. Decided and copied here,
//! without a call of the system.

/// How the picture is turned against the surface, clockwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    None,
    Quarter,
    Half,
    ThreeQuarters,
}

/// A rectangle of pixels; right and bottom are not in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Area {
    pub(super) left: i32,
    pub(super) top: i32,
    pub(super) right: i32,
    pub(super) bottom: i32,
}

impl Area {
    pub(super) fn whole((width, height): (i32, i32)) -> Area {
        Area { left: 0, top: 0, right: width, bottom: height }
    }

    fn within(self, (width, height): (i32, i32)) -> Option<Area> {
        let (left, top) = (self.left.max(0), self.top.max(0));
        let area = Area { left, top, right: self.right.min(width), bottom: self.bottom.min(height) };
        (area.left < area.right && area.top < area.bottom).then_some(area)
    }

    fn pixels(self) -> i64 {
        i64::from(self.right - self.left) * i64::from(self.bottom - self.top)
    }
}

/// More of them cost more than one copy of all.
const MOST_AREAS: usize = 64;

/// What is to be copied of a surface where these were drawn, and those moved to. A surface has both in it already, so that what was moved
/// is copied as what was drawn is. None of them where something was drawn all the same: then all of it is.
pub(super) fn to_copy(size: (i32, i32), told: impl IntoIterator<Item = Area>) -> Vec<Area> {
    let areas: Vec<Area> = told.into_iter().filter_map(|area| area.within(size)).take(MOST_AREAS + 1).collect();
    let whole = Area::whole(size);
    let drawn: i64 = areas.iter().map(|area| area.pixels()).sum();
    if areas.is_empty() || areas.len() > MOST_AREAS || drawn >= whole.pixels() { vec![whole] } else { areas }
}

impl Turn {
    /// The picture's width and height, of a surface with these.
    pub(super) fn size(self, (width, height): (i32, i32)) -> (i32, i32) {
        match self {
            Turn::None | Turn::Half => (width, height),
            Turn::Quarter | Turn::ThreeQuarters => (height, width),
        }
    }

    /// Where a pixel of a surface of this size is in the picture.
    fn place(self, (width, height): (i32, i32), (x, y): (i32, i32)) -> (i32, i32) {
        match self {
            Turn::None => (x, y),
            Turn::Quarter => (height - 1 - y, x),
            Turn::Half => (width - 1 - x, height - 1 - y),
            Turn::ThreeQuarters => (y, width - 1 - x),
        }
    }

    /// Copies an area of a surface of four bytes a pixel, whose rows are `pitch` bytes apart, to where it is in the picture. What one of both
    /// lacks is left as it was.
    pub(super) fn copy(self, surface: &[u8], pitch: usize, size: (i32, i32), area: Area, picture: &mut [u8]) {
        let Some(area) = area.within(size) else { return };
        let width = self.size(size).0 as usize;
        let columns = (area.right - area.left) as usize;
        for y in area.top..area.bottom {
            let from = y as usize * pitch + 4 * area.left as usize;
            let Some(row) = surface.get(from..from + 4 * columns) else { return };
            if self == Turn::None {
                let to = 4 * (y as usize * width + area.left as usize);
                if let Some(into) = picture.get_mut(to..to + row.len()) {
                    into.copy_from_slice(row);
                }
                continue;
            }
            for (x, pixel) in (area.left..).zip(row.chunks_exact(4)) {
                let (to_x, to_y) = self.place(size, (x, y));
                let to = 4 * (to_y as usize * width + to_x as usize);
                if let Some(into) = picture.get_mut(to..to + 4) {
                    into.copy_from_slice(pixel);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn area(left: i32, top: i32, right: i32, bottom: i32) -> Area {
        Area { left, top, right, bottom }
    }

    /// Of a surface of 3 by 2 pixels, 1 to 6, whose rows have a pixel of 99 behind them.
    fn turned(turn: Turn, area: Area) -> Vec<u8> {
        let surface: Vec<u8> = [1, 2, 3, 99, 4, 5, 6, 99].iter().flat_map(|&shade| [shade; 4]).collect();
        let mut picture = vec![0; 4 * 6];
        turn.copy(&surface, 16, (3, 2), area, &mut picture);
        picture.chunks(4).map(|pixel| pixel[0]).collect()
    }

    #[test]
    fn a_screen_that_stands_on_its_side_is_seen_upright() {
        let all = Area::whole((3, 2));
        assert_eq!(turned(Turn::None, all), [1, 2, 3, 4, 5, 6]);
        // Two wide and three high: what was the first row is the right column.
        assert_eq!(turned(Turn::Quarter, all), [4, 1, 5, 2, 6, 3]);
        assert_eq!(turned(Turn::Half, all), [6, 5, 4, 3, 2, 1]);
        assert_eq!(turned(Turn::ThreeQuarters, all), [3, 6, 2, 5, 1, 4]);
        assert_eq!((Turn::Quarter.size((3, 2)), Turn::Half.size((3, 2))), ((2, 3), (3, 2)));
    }

    #[test]
    fn only_what_was_drawn_is_copied() {
        assert_eq!(turned(Turn::None, area(1, 0, 3, 1)), [0, 2, 3, 0, 0, 0]);
        assert_eq!(turned(Turn::Quarter, area(0, 1, 1, 2)), [4, 0, 0, 0, 0, 0]);
        assert_eq!(turned(Turn::Half, area(2, 1, 9, 9)), [6, 0, 0, 0, 0, 0], "what is outside is not there");
    }

    #[test]
    fn many_areas_or_none_are_the_whole_surface() {
        let size = (100, 100);
        assert_eq!(
            to_copy(size, [area(1, 1, 5, 5), area(90, 90, 200, 200)]),
            [area(1, 1, 5, 5), area(90, 90, 100, 100)]
        );
        assert_eq!(to_copy(size, []), [Area::whole(size)]);
        assert_eq!(to_copy(size, [area(0, 0, 100, 60), area(0, 20, 100, 100)]), [Area::whole(size)]);
        assert_eq!(to_copy(size, (0..100).map(|x| area(x, 0, x + 1, 1))), [Area::whole(size)]);
        assert_eq!(to_copy(size, [area(5, 5, 5, 9), area(7, 7, 9, 9)]), [area(7, 7, 9, 9)], "nothing is not drawn");
    }
}
