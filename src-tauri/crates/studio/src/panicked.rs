//! A panic, as people are told of it: with its key, for who speaks another language than logs do.

use threads::{After, Panicked};
use words::{Said, said};

/// The sentence.
pub fn panicked(panicked: &Panicked) -> Said {
    let (thread, what) = (&panicked.thread, &panicked.what);
    match panicked.after {
        After::Restarts => said!("panic.restarts", thread, what),
        After::Ends => said!("panic.ends", thread, what),
        After::Lost => said!("panic.lost", thread, what),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_what_the_log_says() {
        for after in [After::Restarts, After::Ends, After::Lost] {
            let one = Panicked { thread: "mixing".into(), what: "a {thread} at x.rs:1".into(), after };
            assert_eq!(*panicked(&one), one.to_string());
        }
    }
}
