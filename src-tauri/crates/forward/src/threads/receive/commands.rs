//! Where the handle's commands wait for the receiving thread, so that no caller of the handle ever waits for that thread.

use super::{Command, Join};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Commands in their order. Giving one never blocks. Joins are bounded, and refused where too many wait. The other commands are
/// bounded by the number of viewers, as a viewer is closed once and only the last of its restarts, caps and holds counts; so none of them
/// needs to be refused, and none may be, as a viewer that was not closed would go on being sent media.
#[derive(Default)]
pub(crate) struct Commands {
    waiting: Mutex<Waiting>,
    /// Something waits. The receiving thread reads this with every batch of datagrams, and takes the lock only where it is set.
    any: AtomicBool,
}

#[derive(Default)]
struct Waiting {
    commands: Vec<Command>,
    joins: usize,
}

/// How many joins may wait: those of a second at many times the rate at which one thread can do handshakes.
pub(crate) const MAX_JOINS: usize = 4096;

impl Commands {
    /// Gives a join. False: too many wait already, and this one is not taken.
    pub(crate) fn join(&self, join: Box<Join>) -> bool {
        let mut waiting = self.lock();
        let fits = waiting.joins < MAX_JOINS;
        if fits {
            waiting.joins += 1;
            waiting.commands.push(Command::Join(join));
            self.any.store(true, Ordering::Release);
        }
        fits
    }

    /// Gives any other command.
    pub(crate) fn give(&self, command: Command) {
        let mut waiting = self.lock();
        let mut earlier = waiting.commands.iter_mut();
        let overtaken = match &command {
            Command::Restart(viewer, _) => earlier.find(|it| matches!(it, Command::Restart(of, _) if of == viewer)),
            Command::Cap(viewer, _) => earlier.find(|it| matches!(it, Command::Cap(of, _) if of == viewer)),
            Command::Hold(viewer, _) => earlier.find(|it| matches!(it, Command::Hold(of, _) if of == viewer)),
            _ => None,
        };
        match overtaken {
            Some(earlier) => *earlier = command,
            None => waiting.commands.push(command),
        }
        self.any.store(true, Ordering::Release);
    }

    /// Takes all that wait, in the order in which they were given.
    pub(crate) fn take(&self) -> Vec<Command> {
        if !self.any.load(Ordering::Acquire) {
            return Vec::new();
        }
        let mut waiting = self.lock();
        self.any.store(false, Ordering::Release);
        waiting.joins = 0;
        std::mem::take(&mut waiting.commands)
    }

    /// Locks the list, even if a thread panicked while it held it: it is changed by single calls, so it is consistent.
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::threads::receive::tests::{ice_session, join};
    use protocol::ViewerId;
    use stream::Rid;

    #[test]
    fn joins_are_bounded_and_what_removes_a_viewer_is_not() {
        let commands = Commands::default();
        let taken = (0..2 * MAX_JOINS as u32).filter(|id| commands.join(Box::new(join(ViewerId(*id))))).count();
        assert_eq!(taken, MAX_JOINS);
        (0..MAX_JOINS as u32).for_each(|id| commands.give(Command::Close(ViewerId(id))));
        commands.give(Command::Stop);
        let all = commands.take();
        assert_eq!(all.len(), 2 * MAX_JOINS + 1, "no end was lost");
        assert!(matches!(all[0], Command::Join(_)) && matches!(all.last(), Some(Command::Stop)), "in their order");
        assert!(commands.take().is_empty());
        assert!(commands.join(Box::new(join(ViewerId(7)))), "there is room again");
    }

    #[test]
    fn of_a_viewers_restarts_caps_and_holds_only_the_last_waits() {
        let commands = Commands::default();
        let mut last = String::new();
        for n in 0..10_000 {
            let ice = ice_session();
            last.clone_from(&ice.ours.ufrag);
            commands.give(Command::Restart(ViewerId(1), ice));
            commands.give(Command::Cap(ViewerId(1), Rid::ALL[n % 3]));
            commands.give(Command::Cap(ViewerId(2), Rid::F));
            commands.give(Command::Hold(ViewerId(1), Some(Rid::ALL[n % 3])));
        }
        let all = commands.take();
        assert_eq!(all.len(), 4, "whatever a client sends");
        assert!(matches!(&all[0], Command::Restart(ViewerId(1), ice) if ice.ours.ufrag == last));
        assert!(matches!(all[1], Command::Cap(ViewerId(1), Rid::Q)), "9,999 is a multiple of three");
    }
}
