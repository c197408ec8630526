//! Which cameras there are. Each device is asked by a thread of its own, for which nobody waits longer than a time-out.

use super::{
    node::{Looked, Node, explain},
    place,
};
use crate::{
    camera::{claims::CLAIMS, names::Found},
    device::DeviceError,
};
use std::{
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError, mpsc::channel},
    time::{Duration, Instant},
};

/// A driver that takes longer to say what its device is hangs. One that wakes a sleeping camera takes half a second.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(2);

/// The cameras of this machine, by the numbers of their nodes. One whose driver does not answer is listed by the name that the
/// kernel has for it, for it may be the one that is wanted.
pub(in crate::camera) fn found() -> Vec<Found> {
    asked(place::nodes())
}

/// The camera at a path that is not listed: a node of another name.
pub(in crate::camera) fn found_at(path: &Path) -> Option<Found> {
    asked(vec![(u32::MAX, path.to_owned())]).pop().map(|camera| Found { number: None, ..camera })
}

fn asked(nodes: Vec<(u32, PathBuf)>) -> Vec<Found> {
    // One after the other: what a thread of another is just asking would pass for one that hangs.
    static ASKING: Mutex<()> = Mutex::new(());
    let _asking = ASKING.lock().unwrap_or_else(PoisonError::into_inner);
    let (mut found, mut silent) = (Vec::new(), Vec::new());
    let (answers, answered) = channel();
    for (number, path) in nodes {
        // Whoever is inside the device knows it, or hangs there: in neither case is it asked again.
        let Some(claim) = CLAIMS.claim(&path, None, Duration::ZERO) else {
            found.extend(CLAIMS.known(&path).or_else(|| unanswered(number, &path)));
            continue;
        };
        let (answers, asked) = (answers.clone(), path.clone());
        let ask = move || {
            let camera = look(number, &asked);
            drop(claim);
            // Whoever listed may have stopped to wait.
            drop(answers.send((number, camera)));
        };
        match threads::replaced("media-listing", ask) {
            Ok(_) => silent.push((number, path)),
            Err(error) => tracing::warn!("{} cannot be asked what it is: {error}", path.display()),
        }
    }
    drop(answers);
    let end = Instant::now() + ANSWER_TIMEOUT;
    while !silent.is_empty() {
        let Ok((number, camera)) = answered.recv_timeout(end.saturating_duration_since(Instant::now())) else { break };
        silent.retain(|(other, _)| *other != number);
        found.extend(camera);
    }
    for (number, path) in silent {
        tracing::warn!("{} does not say what it is: its driver hangs", path.display());
        found.extend(unanswered(number, &path));
    }
    found.sort_by_key(|camera| camera.number);
    found
}

fn look(number: u32, path: &Path) -> Option<Found> {
    match Node::look(path) {
        Looked::Camera(node) => Some(Found {
            number: Some(number),
            path: path.to_owned(),
            serial: place::serial(path),
            name: node.name,
            bus: node.bus,
        }),
        Looked::Other => None,
        Looked::Unknown(error) => match explain(&error) {
            DeviceError::Gone => None,
            _ => unanswered(number, path),
        },
    }
}

/// What can be said of a device that does not say what it is. Where there is no /sys, as in some containers, it is known by its node.
fn unanswered(number: u32, path: &Path) -> Option<Found> {
    let name = place::name(path).unwrap_or_default();
    Some(Found { number: Some(number), path: path.to_owned(), name, serial: place::serial(path), bus: String::new() })
}
