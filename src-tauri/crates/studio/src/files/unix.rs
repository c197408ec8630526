//! Opening a file without following a link, as Unix does it.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;

/// What is opened so fails where a link stands at the end of the path.
pub(super) fn follow_no_link(options: &mut OpenOptions) {
    options.custom_flags(libc::O_NOFOLLOW);
}
