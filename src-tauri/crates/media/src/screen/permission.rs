//! Whether the system may be asked which screen is to be shown. Where it asks people by a window of its own, that window is not to come up
//! again by itself each time that something is tried again. Decided here, without a clock.

use crate::device::DeviceError;
use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Instant,
};

/// What people were asked about their screens, and said.
#[derive(Debug, Default)]
pub(crate) struct Permission(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// By this the system knows again what was chosen, and asks nobody.
    token: Option<String>,
    /// Why nobody is asked now.
    rest: Option<Rest>,
    /// This system asks.
    asks: bool,
}

#[derive(Debug)]
struct Rest {
    /// None: until somebody chooses it again.
    until: Option<Instant>,
    /// What is said meanwhile.
    why: DeviceError,
}

#[cfg_attr(not(target_os = "linux"), allow(dead_code))] // Elsewhere nobody is asked yet.
impl Permission {
    /// Somebody chose to show a screen; `again`: where it was chosen already, so that another one is meant.
    pub(crate) fn chosen(&self, again: bool) {
        let mut state = self.lock();
        state.rest = None;
        if again {
            state.token = None;
        }
    }

    /// Somebody chose what was chosen already. Says whether it is to be opened anew for that: where nobody is ever asked it is the same one.
    pub(crate) fn choose_again(&self) -> bool {
        self.chosen(true);
        self.lock().asks
    }

    /// It is to be shown now: by which token the system knows what was chosen before, or why it is not asked.
    pub(crate) fn ask(&self, now: Instant) -> Result<Option<String>, DeviceError> {
        let mut state = self.lock();
        state.asks = true;
        match &state.rest {
            Some(Rest { until, why }) if until.is_none_or(|until| now < until) => return Err(why.clone()),
            _ => state.rest = None,
        }
        Ok(state.token.clone())
    }

    /// People chose something, or the system knew it again. A token is good for one time: this is the next one.
    pub(crate) fn given(&self, token: Option<String>) {
        self.lock().token = token;
    }

    /// Nobody is asked again until somebody chooses it anew; what was chosen before is forgotten.
    pub(crate) fn over(&self, why: &DeviceError) {
        let mut state = self.lock();
        (state.token, state.rest) = (None, Some(Rest { until: None, why: why.clone() }));
    }

    /// It failed by itself, and is tried again then.
    pub(crate) fn failed(&self, why: &DeviceError, until: Instant) {
        self.lock().rest = Some(Rest { until: Some(until), why: why.clone() });
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn why() -> DeviceError {
        DeviceError::Other("was refused".to_owned())
    }

    #[test]
    fn who_chose_nothing_is_not_asked_again_until_it_is_chosen_anew() {
        let (permission, now) = (Permission::default(), Instant::now());
        assert_eq!(permission.ask(now), Ok(None));
        permission.given(Some("one".to_owned()));
        assert_eq!(permission.ask(now), Ok(Some("one".to_owned())), "it is opened anew, with another size");
        permission.over(&why());
        for after in [0, 1, 3600, 86_400] {
            assert_eq!(permission.ask(now + Duration::from_secs(after)), Err(why()));
        }
        permission.chosen(false);
        assert_eq!(permission.ask(now), Ok(None), "what was refused is not taken by itself");
    }

    #[test]
    fn another_one_is_asked_for_where_it_is_chosen_twice() {
        let (permission, now) = (Permission::default(), Instant::now());
        permission.given(Some("one".to_owned()));
        permission.chosen(false);
        assert_eq!(permission.ask(now), Ok(Some("one".to_owned())), "back from the camera");
        assert!(permission.choose_again(), "it was asked, so it is asked again");
        assert_eq!(permission.ask(now), Ok(None));
        assert!(!Permission::default().choose_again(), "X11 asks nobody");
    }

    #[test]
    fn what_failed_by_itself_is_tried_again_in_time() {
        let (permission, now) = (Permission::default(), Instant::now());
        permission.given(Some("one".to_owned()));
        let until = now + Duration::from_secs(10);
        permission.failed(&why(), until);
        assert_eq!(permission.ask(now), Err(why()));
        assert_eq!(permission.ask(until), Ok(Some("one".to_owned())));
        assert_eq!(permission.ask(now), Ok(Some("one".to_owned())), "that time is over");
        permission.failed(&why(), until);
        permission.chosen(false);
        assert!(permission.ask(now).is_ok(), "people need not wait for it");
    }
}
