//! Where devices stand in /dev, and what /sys knows of them.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// As many as the kernel makes (`VIDEO_NUM_DEVICES`): decoders, and what a camera has to say beside its pictures, have nodes, too. Each is
/// asked by a thread of its own.
const MOST_NODES: usize = 256;

/// The nodes of video devices, by their numbers. Whatever else begins with `video` in /dev is a link or a file that somebody
/// made there; the device that it leads to has a number, too.
pub(super) fn nodes() -> Vec<(u32, PathBuf)> {
    let entries = match fs::read_dir("/dev") {
        Ok(entries) => entries,
        Err(error) => {
            tracing::warn!("the cameras cannot be listed: /dev cannot be read: {error}");
            return Vec::new();
        }
    };
    let mut nodes: Vec<_> =
        entries.flatten().filter_map(|entry| Some((number(&entry.path())?, entry.path()))).collect();
    nodes.sort();
    nodes.truncate(MOST_NODES);
    nodes
}

/// The N of /dev/videoN.
pub(super) fn number(path: &Path) -> Option<u32> {
    let digits = path.to_str()?.strip_prefix("/dev/video")?;
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
}

/// The device's own path, where a name is one or a link to it: any path, or a name in the folders where udev writes down
/// which camera is at which path.
pub(in crate::camera) fn named_path(name: &str) -> Option<PathBuf> {
    let path = |path: PathBuf| {
        fs::canonicalize(&path).or_else(|error| match number(&path) {
            // It is listed all the same, or it is not: not for this to say.
            Some(_) => Ok(path),
            None => Err(error),
        })
    };
    if name.starts_with('/') {
        return path(name.into()).ok();
    }
    if name.is_empty() || name.contains('/') || name.starts_with('.') {
        return None;
    }
    ["/dev/v4l/by-id", "/dev/v4l/by-path"].iter().find_map(|folder| fs::canonicalize(Path::new(folder).join(name)).ok())
}

/// What the kernel calls a device, which it tells also of one that cannot be opened.
pub(super) fn name(path: &Path) -> Option<String> {
    about(path, "name").ok()
}

/// The serial number of a USB device.
pub(super) fn serial(path: &Path) -> Option<String> {
    // The node belongs to a function of the USB device, which is one folder further up.
    about(path, "device/../serial").ok().filter(|serial| !serial.is_empty())
}

fn about(path: &Path, what: &str) -> io::Result<String> {
    let node = path.file_name().ok_or(io::ErrorKind::NotFound)?;
    let said = fs::read(Path::new("/sys/class/video4linux").join(node).join(what))?;
    Ok(super::node::text(&said).trim_end_matches(char::REPLACEMENT_CHARACTER).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_number_makes_a_node() {
        let of = |path: &str| number(Path::new(path));
        assert_eq!(of("/dev/video0"), Some(0));
        assert_eq!(of("/dev/video12"), Some(12));
        for other in
            ["/dev/video", "/dev/videohowdy", "/dev/video-1", "/dev/video+1", "/dev/video99999999999", "/dev/vbi0"]
        {
            assert_eq!(of(other), None, "{other}");
        }
    }

    #[test]
    fn a_link_is_a_name_of_what_it_leads_to() {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let (node, link) = (folder.path().join("node"), folder.path().join("usb-cam-index0"));
        fs::write(&node, "").expect("it can be written");
        std::os::unix::fs::symlink("node", &link).expect("it can be linked");
        assert_eq!(named_path(link.to_str().expect("plain")), fs::canonicalize(&node).ok());
        assert_eq!(named_path("/dev/video77"), Some("/dev/video77".into()), "whether it is there is not asked here");
        for none in ["", "HD Webcam", "../../etc/passwd", ".", "/no/such/device"] {
            assert_eq!(named_path(none), None, "{none}");
        }
    }
}
