//! Which of the system's screens and windows are shown to people, in which order and by which names. Decided without a call of the system.

use super::super::meant::likeness;
use protocol::Source;

/// A screen as the system tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Monitor {
    /// The system's handle.
    pub(super) handle: isize,
    /// As Windows calls it: `\\.\DISPLAY1`.
    pub(super) device: String,
    pub(super) is_primary: bool,
    /// On the whole desktop, where the primary one's corner is 0, 0.
    pub(super) corner: (i32, i32),
    pub(super) size: (i32, i32),
}

impl Monitor {
    /// Windows' own number of it, which people see in its settings.
    fn number(&self) -> u32 {
        let digits = self.device.trim_start_matches(|c: char| !c.is_ascii_digit());
        digits.parse().unwrap_or(u32::MAX)
    }

    /// Of a screen with this number of ours.
    pub(super) fn source(&self, number: u32) -> Source {
        let name = self.device.trim_start_matches(['\\', '.']);
        Source { id: number.to_string(), label: format!("{name} ({}x{})", self.size.0, self.size.1) }
    }
}

/// In the order of our numbers, which is that of Windows' own: those stay when another screen is plugged in, but may have gaps.
pub(super) fn in_order(mut monitors: Vec<Monitor>) -> Vec<Monitor> {
    monitors.retain(|monitor| monitor.size.0 > 0 && monitor.size.1 > 0);
    monitors.sort_by(|one, other| one.number().cmp(&other.number()).then_with(|| one.device.cmp(&other.device)));
    monitors
}

/// The one that is wanted by its number; None: the primary one.
pub(super) fn screen(monitors: &[Monitor], number: Option<u32>) -> Option<&Monitor> {
    match number {
        None => monitors.iter().find(|monitor| monitor.is_primary).or(monitors.first()),
        Some(number) => monitors.get((number as usize).checked_sub(1)?),
    }
}

/// A window as the system tells it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Window {
    pub(super) handle: isize,
    pub(super) title: String,
    /// It has not been hidden by its program.
    pub(super) is_visible: bool,
    pub(super) is_minimised: bool,
    /// The desktop does not show it though its program does: on another desktop, or an app that sleeps.
    pub(super) is_cloaked: bool,
    /// A palette or a helper, which has no place on the task bar.
    pub(super) is_tool: bool,
}

impl Window {
    /// People know it as a window, seen now or not.
    fn is_one(&self) -> bool {
        self.is_visible && !self.is_tool && !self.title.is_empty()
    }

    fn is_seen(&self) -> bool {
        self.is_one() && !self.is_minimised && !self.is_cloaked
    }
}

/// What people choose from, by title; of two with one title one.
pub(super) fn windows(all: &[Window]) -> Vec<Source> {
    let titles = all.iter().filter(|window| window.is_seen()).map(|window| window.title.clone());
    let mut listed: Vec<Source> = titles.map(|title| Source { id: title.clone(), label: title }).collect();
    listed.sort_by(|one, other| one.label.cmp(&other.label));
    listed.dedup();
    listed
}

/// The window that is meant by these words; of those that are meant alike the foremost.
pub(super) fn window<'a>(all: &'a [Window], words: &str) -> Option<&'a Window> {
    let mut best: Option<(u8, &Window)> = None;
    for window in all.iter().filter(|window| window.is_one()) {
        let Some(likeness) = likeness(&window.title, words) else { continue };
        let worth = likeness + u8::from(window.is_seen());
        if best.is_none_or(|(most, _)| worth > most) {
            best = Some((worth, window));
        }
    }
    best.map(|(_, window)| window)
}

/// A title as the system has it, without what is around it.
pub(super) fn title(text: &[u16]) -> String {
    let text = String::from_utf16_lossy(text);
    text.trim_matches(|c: char| c.is_whitespace() || c.is_control()).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn monitor(device: &str, is_primary: bool) -> Monitor {
        Monitor { handle: 1, device: device.to_owned(), is_primary, corner: (0, 0), size: (1920, 1080) }
    }

    fn a_window(handle: isize, title: &str) -> Window {
        Window { handle, title: title.to_owned(), is_visible: true, ..Window::default() }
    }

    #[test]
    fn screens_have_the_order_that_windows_numbers_them_in() {
        let gone = Monitor { size: (0, 0), ..monitor(r"\\.\DISPLAY3", false) };
        let told =
            vec![monitor(r"\\.\DISPLAY10", false), gone, monitor(r"\\.\DISPLAY2", true), monitor("WinDisc", false)];
        let monitors = in_order(told);
        let labels: Vec<String> = (1..).zip(&monitors).map(|(number, one)| one.source(number).label).collect();
        assert_eq!(labels, ["DISPLAY2 (1920x1080)", "DISPLAY10 (1920x1080)", "WinDisc (1920x1080)"]);
        assert_eq!(monitors[1].source(2).id, "2");
        let device = |number| screen(&monitors, number).map(|one| one.device.as_str());
        assert_eq!(device(None), Some(r"\\.\DISPLAY2"));
        assert_eq!(device(Some(2)), Some(r"\\.\DISPLAY10"));
        assert_eq!((device(Some(4)), device(Some(0))), (None, None));
        assert_eq!(screen(&monitors[1..], None).map(|one| &one.device), Some(&monitors[1].device), "none is primary");
    }

    #[test]
    fn people_choose_from_windows_that_they_see() {
        let all = [
            a_window(1, "Slides"),
            a_window(2, "Notes"),
            a_window(3, "Slides"),
            a_window(4, ""),
            Window { is_visible: false, ..a_window(5, "hidden") },
            Window { is_minimised: true, ..a_window(6, "minimised") },
            Window { is_cloaked: true, ..a_window(7, "asleep") },
            Window { is_tool: true, ..a_window(8, "a palette") },
        ];
        let listed: Vec<String> = windows(&all).into_iter().map(|source| source.id).collect();
        assert_eq!(listed, ["Notes", "Slides"]);
        let meant = |words| window(&all, words).map(|window| window.handle);
        assert_eq!(meant("Slides"), Some(1), "the foremost");
        assert_eq!(meant("minimised"), Some(6), "so that it can be said that it is");
        assert_eq!((meant("palette"), meant("hidden"), meant("nothing")), (None, None, None));
    }

    #[test]
    fn a_window_that_is_seen_comes_before_one_that_fits_as_well() {
        let asleep = Window { is_cloaked: true, ..a_window(1, "Slides - page 1") };
        let all = [asleep, a_window(2, "Slides - page 2"), a_window(3, "slides")];
        assert_eq!(window(&all, "Slides").map(|window| window.handle), Some(2));
    }

    #[test]
    fn a_title_is_without_what_is_around_it() {
        let text: Vec<u16> = "  Präsentation\u{0}\n".encode_utf16().collect();
        assert_eq!(title(&text), "Präsentation");
    }
}
