//! What cameras are called in the panel, which one a name means, and which one is the same as before.

use protocol::Source;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

/// A device as the system lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// On Linux the N of /dev/videoN, elsewhere its place in the system's list. None: it is not listed.
    pub(super) number: Option<u32>,
    /// On Linux its node; elsewhere nothing.
    pub(super) path: PathBuf,
    /// What it calls itself.
    pub(super) name: String,
    /// The same wherever it is plugged in; but cheap cameras share theirs.
    pub(super) serial: Option<String>,
    /// Where it is plugged in.
    pub(super) bus: String,
}

/// What tells a camera from others of its name. Each is told by more than the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ToldBy {
    /// There is no other of that name.
    Name,
    /// The driver's whole name, of which the panel leaves out a part.
    WholeName,
    Serial,
    Bus,
    /// Two at one place on the bus: two functions of one device.
    Node,
}

/// The names that more than one camera had at one time since the program was started, and what tells those apart. So a camera
/// keeps its name when the other one is unplugged, and the other's name does not become its own.
pub(super) type Alike = BTreeMap<String, ToldBy>;

/// More names than these are forgotten again: nobody has so many kinds of cameras.
const MOST_ALIKE: usize = 256;

/// A camera that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) found: Found,
    pub(super) source: Source,
    told_by: ToldBy,
}

/// Gives every camera a name of its own.
pub(super) fn named(mut found: Vec<Found>, alike: &mut Alike) -> Vec<Named> {
    found.sort_by_key(|camera| (camera.number.is_none(), camera.number));
    for name in found.iter().map(Found::label).collect::<std::collections::BTreeSet<_>>() {
        let same: Vec<_> = found.iter().filter(|camera| camera.label() == name).collect();
        let needed = told_apart_by(&same);
        if needed > ToldBy::Name && (alike.len() < MOST_ALIKE || alike.contains_key(name)) {
            let known = alike.entry(name.to_owned()).or_insert(needed);
            *known = needed.max(*known);
        }
    }
    let name = |found: Found| {
        let told_by = alike.get(found.label()).copied().unwrap_or(ToldBy::Name);
        let id = found.called(told_by);
        Named { source: Source { label: id.clone(), id }, told_by, found }
    };
    found.into_iter().map(name).collect()
}

/// What tells all of them apart.
fn told_apart_by(same: &[&Found]) -> ToldBy {
    let apart = |told_by: ToldBy| {
        let names: std::collections::BTreeSet<_> = same.iter().map(|camera| camera.called(told_by)).collect();
        names.len() == same.len()
    };
    let serials = || same.iter().all(|camera| camera.serial.is_some()) && apart(ToldBy::Serial);
    match () {
        () if same.len() < 2 => ToldBy::Name,
        () if apart(ToldBy::WholeName) => ToldBy::WholeName,
        () if serials() => ToldBy::Serial,
        () if apart(ToldBy::Bus) => ToldBy::Bus,
        () => ToldBy::Node,
    }
}

impl Found {
    /// The name without what is said twice.
    fn label(&self) -> &str {
        without_repetition(&self.name)
    }

    /// What no two devices have in common.
    pub(super) fn place(&self) -> PathBuf {
        match self.path.as_os_str().is_empty() {
            true => format!("{:?}", self.number).into(),
            false => self.path.clone(),
        }
    }

    /// A device that did not answer is known by its name only.
    pub(super) fn can_be_known_again(&self) -> bool {
        !self.bus.is_empty() || self.serial.is_some()
    }

    fn called(&self, told_by: ToldBy) -> String {
        let node = || match self.path.file_name().map(|node| node.to_string_lossy()) {
            Some(node) => node.into_owned(),
            None => self.number.map_or_else(String::new, |number| format!("number {number}")),
        };
        match (self.label(), told_by, &self.serial) {
            ("", ..) => format!("Camera {}", node()),
            (label, ToldBy::Name, _) => label.to_owned(),
            (_, ToldBy::WholeName, _) => self.name.clone(),
            (label, ToldBy::Serial, Some(serial)) => format!("{label} ({serial})"),
            (label, ToldBy::Serial | ToldBy::Bus, _) if !self.bus.is_empty() => format!("{label} ({})", self.bus),
            (label, ToldBy::Node, _) if !self.bus.is_empty() => format!("{label} ({}, {})", self.bus, node()),
            (label, ..) => format!("{label} ({})", node()),
        }
    }

    /// Whether it is the device that was known before, as far as `told_by` tells devices apart.
    fn is(&self, known: &Found, told_by: ToldBy) -> bool {
        if self.name != known.name {
            return false;
        }
        match (&self.serial, &known.serial) {
            (Some(now), Some(then)) if now != then => return false,
            (Some(_), Some(_)) if told_by <= ToldBy::Serial => return true,
            _ => {}
        }
        self.bus == known.bus
            && (told_by < ToldBy::Node && !self.bus.is_empty()
                || self.path == known.path && self.number == known.number)
    }
}

/// The camera that is meant by a name, a path, an index, or a part of a name that only one camera has. `path` is where a name
/// leads that is a path or a link.
pub(super) fn find<'a>(cameras: &'a [Named], wanted: &str, path: Option<&Path>) -> Option<&'a Named> {
    let number = wanted.strip_prefix("/dev/video").unwrap_or(wanted).parse::<u32>().ok();
    let is_number = |camera: &&Named| number.is_some() && camera.found.number == number;
    let is_path = |camera: &&Named| path.is_some_and(|path| camera.found.path == path);
    let first = |is: &dyn Fn(&&Named) -> bool| cameras.iter().find(is);
    let only = |is: &dyn Fn(&&Named) -> bool| {
        let mut having = cameras.iter().filter(is);
        having.next().filter(|_| having.next().is_none())
    };
    let ways = [ToldBy::WholeName, ToldBy::Serial, ToldBy::Bus, ToldBy::Node];
    let lower = wanted.to_lowercase();
    let has = |camera: &&Named| !lower.is_empty() && camera.found.name.to_lowercase().contains(&lower);
    first(&|camera| camera.source.id == wanted)
        .or_else(|| first(&is_path))
        .or_else(|| first(&is_number))
        // It was the default before there was one that says so, and meant the first that is there.
        .or_else(|| cameras.first().filter(|_| wanted == "0"))
        // By what told it apart when it was chosen, or is written on it.
        .or_else(|| ways.iter().find_map(|way| only(&|camera| camera.found.called(*way) == wanted)))
        .or_else(|| first(&|camera| camera.found.label() == wanted))
        .or_else(|| by_order(cameras, wanted))
        .or_else(|| only(&has))
}

/// "HD Webcam (2)": how the second of a name was written before cameras were told apart by more than their order.
fn by_order<'a>(cameras: &'a [Named], wanted: &str) -> Option<&'a Named> {
    let (label, rest) = wanted.rsplit_once(" (")?;
    let which = rest.strip_suffix(')')?.parse::<usize>().ok()?.checked_sub(1)?;
    cameras.iter().filter(|camera| camera.found.label() == label).nth(which)
}

/// A camera that was opened, so that it and no other is opened again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Known(Named);

impl Known {
    pub(super) fn new(camera: Named) -> Known {
        Known(camera)
    }

    /// What it was called.
    pub(super) fn id(&self) -> &str {
        &self.0.source.id
    }

    /// The same camera among those that there are now. One that was the only one of its name may have been plugged in
    /// elsewhere meanwhile, if it is the only one still.
    pub(super) fn again<'a>(&self, cameras: &'a [Named]) -> Option<&'a Named> {
        let Known(known) = self;
        let told_by = |camera: &Named| camera.told_by.max(known.told_by);
        let same: Vec<_> = cameras.iter().filter(|camera| camera.found.is(&known.found, told_by(camera))).collect();
        match same[..] {
            [] => {
                let alike: Vec<_> = cameras.iter().filter(|camera| camera.found.name == known.found.name).collect();
                let other = |camera: &Named| match (&camera.found.serial, &known.found.serial) {
                    (Some(now), Some(then)) => now != then,
                    _ => false,
                };
                match alike[..] {
                    [camera] if told_by(camera) == ToldBy::Name && !other(camera) => Some(camera),
                    _ => None,
                }
            }
            [camera] => Some(camera),
            _ => same.into_iter().find(|camera| camera.found.path == known.found.path),
        }
    }
}

/// Linux drivers say a USB camera's name twice and cut it off: "Integrated Camera: Integrated C".
fn without_repetition(name: &str) -> &str {
    match name.split_once(": ") {
        Some((first, second)) if first.starts_with(second) => first,
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn camera(number: u32, name: &str, bus: &str) -> Found {
        let path = format!("/dev/video{number}").into();
        Found { number: Some(number), path, name: name.to_owned(), serial: None, bus: bus.to_owned() }
    }

    fn with_serial(serial: &str, camera: Found) -> Found {
        Found { serial: Some(serial.to_owned()), ..camera }
    }

    fn ids(found: &[Found], alike: &mut Alike) -> Vec<String> {
        named(found.to_vec(), alike).into_iter().map(|camera| camera.source.id).collect()
    }

    fn three() -> Vec<Found> {
        vec![
            camera(4, "HD Webcam", "usb-2"),
            camera(0, "Integrated Camera: Integrated C", "usb-0"),
            camera(2, "HD Webcam", "usb-1"),
            camera(6, "HD Webcam C920", "usb-3"),
        ]
    }

    #[test]
    fn every_camera_has_its_own_name() {
        let mut alike = Alike::new();
        let expected = ["Integrated Camera", "HD Webcam (usb-1)", "HD Webcam (usb-2)", "HD Webcam C920"];
        assert_eq!(ids(&three(), &mut alike), expected);
        let named = |found: &[Found]| ids(found, &mut Alike::new());
        let serials = [with_serial("A1", camera(0, "Cam", "usb-1")), with_serial("A2", camera(2, "Cam", "usb-2"))];
        assert_eq!(named(&serials), ["Cam (A1)", "Cam (A2)"]);
        let shared = [with_serial("A1", camera(0, "Cam", "usb-1")), with_serial("A1", camera(2, "Cam", "usb-2"))];
        assert_eq!(named(&shared), ["Cam (usb-1)", "Cam (usb-2)"], "cheap cameras share their serial numbers");
        let functions = [camera(0, "Cam", "usb-1"), camera(2, "Cam", "usb-1")];
        assert_eq!(named(&functions), ["Cam (usb-1, video0)", "Cam (usb-1, video2)"]);
        let infrared = [camera(0, "Laptop: Laptop", "usb-1"), camera(2, "Laptop: Lap", "usb-1")];
        assert_eq!(named(&infrared), ["Laptop: Laptop", "Laptop: Lap"]);
        assert_eq!(named(&[camera(0, "", "usb-1"), camera(2, "", "usb-2")]), ["Camera video0", "Camera video2"]);
    }

    #[test]
    fn a_name_stays_when_the_other_of_that_name_goes() {
        let mut alike = Alike::new();
        ids(&three(), &mut alike);
        assert_eq!(ids(&[camera(4, "HD Webcam", "usb-2")], &mut alike), ["HD Webcam (usb-2)"]);
    }

    #[test]
    fn found_by_name_path_index_or_part() {
        let cameras = named(three(), &mut Alike::new());
        let number = |wanted: &str| find(&cameras, wanted, None).and_then(|camera| camera.found.number);
        assert_eq!(number("HD Webcam"), Some(2), "the first of them");
        assert_eq!(number("HD Webcam (usb-2)"), Some(4));
        assert_eq!(number("HD Webcam (2)"), Some(4), "as it was written before");
        assert_eq!(number("HD Webcam (3)"), None);
        assert_eq!(number("HD Webcam C920"), Some(6));
        assert_eq!(number("Integrated Camera: Integrated C"), Some(0));
        assert_eq!(number("4"), Some(4));
        assert_eq!(number("/dev/video2"), Some(2));
        assert_eq!(number("integrated"), Some(0));
        assert_eq!(number("c920"), Some(6));
        assert_eq!(number("webcam"), None, "three cameras have it in their names");
        assert_eq!(number("1"), None);
        assert_eq!(number(""), None);
        let only_second = named(vec![camera(2, "HD Webcam", "usb-1")], &mut Alike::new());
        assert_eq!(find(&only_second, "0", None).and_then(|camera| camera.found.number), Some(2), "the first there is");
        let by_link = find(&cameras, "/dev/v4l/by-id/usb-cam-index0", Some(Path::new("/dev/video4")));
        assert_eq!(by_link.and_then(|camera| camera.found.number), Some(4));
    }

    #[test]
    fn what_was_chosen_among_two_is_found_when_it_is_alone() {
        let cameras = named(vec![camera(0, "HD Webcam", "usb-2")], &mut Alike::new());
        let number = |wanted: &str| find(&cameras, wanted, None).and_then(|camera| camera.found.number);
        assert_eq!(number("HD Webcam (usb-2)"), Some(0));
        assert_eq!(number("HD Webcam (usb-1)"), None, "that is the other one");
        assert_eq!(number("HD Webcam (2)"), None);
    }

    /// The number that a camera has after `found` became `later`.
    fn again(number: u32, found: Vec<Found>, later: Vec<Found>) -> Option<u32> {
        let mut alike = Alike::new();
        let before = named(found, &mut alike);
        let known = before.into_iter().find(|camera| camera.found.number == Some(number)).map(Known::new)?;
        known.again(&named(later, &mut alike)).and_then(|camera| camera.found.number)
    }

    #[test]
    fn a_camera_is_known_again_and_no_other_is_taken_for_it() {
        let (one, two) = (camera(2, "HD Webcam", "usb-1"), camera(4, "HD Webcam", "usb-2"));
        let both = || vec![one.clone(), two.clone()];
        assert_eq!(again(2, both(), vec![two.clone()]), None, "the other one is no stand-in");
        assert_eq!(
            again(2, both(), vec![two.clone(), camera(0, "HD Webcam", "usb-1")]),
            Some(0),
            "its number may change"
        );
        assert_eq!(again(2, vec![one.clone()], vec![camera(0, "HD Webcam", "usb-7")]), Some(0), "plugged in elsewhere");
        assert_eq!(again(2, vec![one.clone()], vec![camera(2, "Other", "usb-1")]), None, "another in its place");

        let serial = |serial, number, bus| with_serial(serial, camera(number, "Cam", bus));
        let both = || vec![serial("A", 0, "usb-1"), serial("B", 2, "usb-2")];
        assert_eq!(again(0, both(), vec![serial("B", 0, "usb-1")]), None, "the other one was plugged in there");
        assert_eq!(again(0, both(), vec![serial("B", 0, "usb-1"), serial("A", 6, "usb-9")]), Some(6));
        assert_eq!(again(0, vec![serial("A", 0, "usb-1")], vec![serial("B", 0, "usb-1")]), None);

        let shared = || vec![serial("X", 0, "usb-1"), serial("X", 2, "usb-2")];
        assert_eq!(again(0, shared(), vec![serial("X", 2, "usb-2")]), None, "they share a serial number");
        assert_eq!(again(0, shared(), vec![serial("X", 4, "usb-1")]), Some(4));

        let functions = || vec![camera(0, "Cam", "usb-1"), camera(2, "Cam", "usb-1")];
        assert_eq!(again(0, functions(), vec![camera(2, "Cam", "usb-1")]), None);
        assert_eq!(again(2, functions(), functions()), Some(2));
        // It came when the first was open already.
        assert_eq!(again(0, vec![camera(0, "Cam", "usb-1")], functions()), Some(0));
    }
}
