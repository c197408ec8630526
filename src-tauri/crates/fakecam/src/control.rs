//! What happens to cameras while a test runs: a file that it may rewrite at any time.
//!
//! A line is a state, for all cameras, or a node and its state: `video2 unplugged`. Who is not named is well.

use std::{fs, path::PathBuf};

/// What has happened to a camera.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum State {
    #[default]
    Ok,
    /// The node is gone, and what was open answers ENODEV, for good.
    Unplugged,
    /// Another program streams from it: it can be opened, but its buffers are taken.
    Busy,
    /// It may not be opened.
    Denied,
    /// Its driver hangs: no picture comes any more.
    Stuck,
}

/// The file.
pub(crate) struct Control(pub(crate) Option<PathBuf>);

impl Control {
    /// A node's state at this moment.
    pub(crate) fn state(&self, node: &str) -> State {
        let text = self.0.as_ref().and_then(|path| fs::read_to_string(path).ok()).unwrap_or_default();
        read(&text, node)
    }
}

fn read(text: &str, node: &str) -> State {
    let mut said = text.lines().filter_map(|line| match *line.split_whitespace().collect::<Vec<_>>() {
        [state] => Some(state),
        [of, state] if of == node => Some(state),
        _ => None,
    });
    match said.next_back() {
        Some("unplugged") => State::Unplugged,
        Some("busy") => State::Busy,
        Some("denied") => State::Denied,
        Some("stuck") => State::Stuck,
        _ => State::Ok,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_for_all_or_for_one() {
        assert_eq!(read("", "video0"), State::Ok);
        assert_eq!(read("stuck\n", "video0"), State::Stuck);
        let text = "busy\nvideo2 unplugged\nvideo4 ok\n";
        assert_eq!(
            ["video0", "video2", "video4"].map(|node| read(text, node)),
            [State::Busy, State::Unplugged, State::Ok]
        );
    }
}
