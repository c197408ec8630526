//! What cameras are called in the panel, and which one a name means.

use protocol::Source;

/// A device as the system lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// On Linux the N of /dev/videoN.
    pub(super) number: u32,
    pub(super) name: String,
}

/// A camera that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) number: u32,
    pub(super) source: Source,
}

/// Gives every camera a name of its own: two of a kind are told apart by their order.
pub(super) fn named(mut found: Vec<Found>) -> Vec<Named> {
    found.sort_by_key(|camera| camera.number);
    let mut cameras: Vec<Named> = Vec::with_capacity(found.len());
    for Found { number, name } in found {
        let label = without_repetition(&name);
        let alike = cameras.iter().filter(|camera| camera.source.id.starts_with(label)).count();
        let id = if alike == 0 { label.to_owned() } else { format!("{label} ({})", alike + 1) };
        cameras.push(Named { number, source: Source { label: id.clone(), id } });
    }
    cameras
}

/// The camera that is meant by a name, a path, an index, or a part of a name that only one camera has.
pub(super) fn find<'a>(cameras: &'a [Named], wanted: &str) -> Option<&'a Named> {
    let number = wanted.strip_prefix("/dev/video").unwrap_or(wanted).parse::<u32>().ok();
    let lower = wanted.to_lowercase();
    let exact = cameras.iter().find(|camera| camera.source.id == wanted);
    let by_number = || cameras.iter().find(|camera| Some(camera.number) == number);
    let by_part = || {
        let mut having = cameras.iter().filter(|camera| camera.source.id.to_lowercase().contains(&lower));
        having.next().filter(|_| having.next().is_none() && !lower.is_empty())
    };
    exact.or_else(by_number).or_else(by_part)
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

    fn cameras() -> Vec<Named> {
        let found = [(2, "HD Webcam"), (0, "Integrated Camera: Integrated C"), (4, "HD Webcam")];
        named(found.map(|(number, name)| Found { number, name: name.to_owned() }).to_vec())
    }

    #[test]
    fn every_camera_has_its_own_name() {
        let ids: Vec<_> = cameras().into_iter().map(|camera| (camera.number, camera.source.id)).collect();
        let expected = [(0, "Integrated Camera"), (2, "HD Webcam"), (4, "HD Webcam (2)")];
        assert_eq!(ids, expected.map(|(number, id)| (number, id.to_owned())));
    }

    #[test]
    fn found_by_name_path_index_or_part() {
        let number = |wanted: &str| find(&cameras(), wanted).map(|camera| camera.number);
        assert_eq!(number("HD Webcam"), Some(2));
        assert_eq!(number("HD Webcam (2)"), Some(4));
        assert_eq!(number("4"), Some(4));
        assert_eq!(number("/dev/video2"), Some(2));
        assert_eq!(number("integrated"), Some(0));
        assert_eq!(number("webcam"), None, "two cameras have it in their names");
        assert_eq!(number("1"), None);
        assert_eq!(number(""), None);
    }
}
