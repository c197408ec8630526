//! What is to be done about what DXGI answers. Decided without a call of the system, so that every system tries it.

use std::time::{Duration, Instant};

/// An HRESULT, as it is written in Microsoft's tables.
pub(super) type Code = u32;

const WAIT_TIMEOUT: Code = 0x887a_0027;
const ACCESS_LOST: Code = 0x887a_0026;
const INVALID_CALL: Code = 0x887a_0001;
const DEVICE_REMOVED: Code = 0x887a_0005;
const DEVICE_HUNG: Code = 0x887a_0006;
const DEVICE_RESET: Code = 0x887a_0007;
const SESSION_DISCONNECTED: Code = 0x887a_0028;
const ACCESS_DENIED: Code = 0x8007_0005;

/// After a picture was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// Nothing changed: the last picture is as good.
    Same,
    /// The duplication ended, as it does with each change of mode, desktop or graphics driver: another one is to be made.
    Anew,
    /// It is not said why: GDI is asked instead.
    Otherwise,
}

pub(super) fn asked(code: Code) -> Asked {
    match code {
        WAIT_TIMEOUT => Asked::Same,
        // An invalid call is what a duplication that ended may answer as well.
        ACCESS_LOST | INVALID_CALL | DEVICE_REMOVED | DEVICE_HUNG | DEVICE_RESET | SESSION_DISCONNECTED => Asked::Anew,
        _ => Asked::Otherwise,
    }
}

/// After a duplication could not be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// It is not to be had now, and will be again: the secure desktop, a session that is locked or left, a driver that starts anew.
    NotNow,
    /// Not here: Wine, remote sessions, a screen of another graphics card, too many programs that do it. GDI is asked instead.
    NotHere,
}

pub(super) fn refused(code: Code) -> Refused {
    match code {
        ACCESS_DENIED | SESSION_DISCONNECTED | ACCESS_LOST | DEVICE_REMOVED | DEVICE_HUNG | DEVICE_RESET => {
            Refused::NotNow
        }
        _ => Refused::NotHere,
    }
}

/// So long the last picture stays, unsaid: a change of mode refuses for a moment, and so does a question of the system's own.
const PATIENCE: Duration = Duration::from_secs(2);

/// How often a duplication that is not to be had is asked for again.
const AGAIN: Duration = Duration::from_millis(250);

/// How long a picture has not been to be had.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    since: Option<Instant>,
    asked: Option<Instant>,
}

impl Waiting {
    /// Whether it is asked for again at this time.
    pub(super) fn is_due(&mut self, now: Instant) -> bool {
        let due = self.asked.is_none_or(|asked| now.saturating_duration_since(asked) >= AGAIN);
        if due {
            self.asked = Some(now);
        }
        due
    }

    /// It was refused for now. Says whether people are to be told.
    pub(super) fn refused(&mut self, now: Instant) -> bool {
        now.saturating_duration_since(*self.since.get_or_insert(now)) >= PATIENCE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_answer_has_its_consequence() {
        assert_eq!(asked(WAIT_TIMEOUT), Asked::Same);
        for code in [ACCESS_LOST, INVALID_CALL, DEVICE_REMOVED, DEVICE_HUNG, DEVICE_RESET, SESSION_DISCONNECTED] {
            assert_eq!(asked(code), Asked::Anew, "{code:x}");
        }
        // E_FAIL, out of memory.
        for code in [0x8000_4005, 0x8007_000e] {
            assert_eq!(asked(code), Asked::Otherwise, "{code:x}");
        }
        for code in [ACCESS_DENIED, SESSION_DISCONNECTED, DEVICE_REMOVED] {
            assert_eq!(refused(code), Refused::NotNow, "{code:x}");
        }
        // Unsupported, too many already, not implemented, no such interface, an argument that does not fit.
        for code in [0x887a_0004, 0x887a_0022, 0x8000_4001, 0x8000_4002, 0x8007_0057] {
            assert_eq!(refused(code), Refused::NotHere, "{code:x}");
        }
    }

    #[test]
    fn the_last_picture_stays_for_a_moment_before_it_is_said_that_there_is_none() {
        let start = Instant::now();
        let mut waiting = Waiting::default();
        assert!(waiting.is_due(start) && !waiting.refused(start));
        assert!(!waiting.is_due(start + AGAIN / 2), "it is not asked for with each picture");
        assert!(waiting.is_due(start + AGAIN) && !waiting.refused(start + AGAIN));
        assert!(waiting.is_due(start + PATIENCE) && waiting.refused(start + PATIENCE));
    }
}
