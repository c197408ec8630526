//! Whether the system may be asked which screen is to be shown. Where it asks people by a window of its own, that window is not to come up
//! again by itself each time that something is tried again. Decided here, without a clock.

use crate::device::DeviceError;
use std::{
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Instant,
};

/// By this the system knows again which screen or window was chosen, and asks nobody. Good for one time.
///
/// `Debug` does not print it: whoever has it may look at that screen, as far as the system lets this program.
#[derive(Clone, PartialEq, Eq)]
pub struct ScreenToken(String);

/// What people were asked about their screens, and said.
pub(crate) struct Permission {
    state: Mutex<State>,
    /// Called with each token that takes the place of the one before, or with none; must not block.
    keep: Box<dyn Fn(Option<ScreenToken>) + Send + Sync>,
}

#[derive(Debug, Default)]
struct State {
    token: Option<ScreenToken>,
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
    /// `token`: what was chosen before this program ran. `keep` is called with each that takes its place, or with none; it must not block.
    pub(crate) fn new(
        token: Option<ScreenToken>,
        keep: impl Fn(Option<ScreenToken>) + Send + Sync + 'static,
    ) -> Permission {
        Permission { state: Mutex::new(State { token, ..State::default() }), keep: Box::new(keep) }
    }

    /// Somebody chose to show a screen; `again`: where it was chosen already, so that another one is meant.
    pub(crate) fn chosen(&self, again: bool) {
        let mut state = self.lock();
        state.rest = None;
        if again {
            self.set(&mut state, None);
        }
    }

    /// Somebody chose what was chosen already. Says whether it is to be opened anew for that: where nobody is ever asked it is the same one.
    pub(crate) fn choose_again(&self) -> bool {
        self.chosen(true);
        self.lock().asks
    }

    /// It is to be shown now: by which token the system knows what was chosen before, or why it is not asked.
    pub(crate) fn ask(&self, now: Instant) -> Result<Option<ScreenToken>, DeviceError> {
        let mut state = self.lock();
        state.asks = true;
        match &state.rest {
            Some(Rest { until, why }) if until.is_none_or(|until| now < until) => return Err(why.clone()),
            _ => state.rest = None,
        }
        Ok(state.token.clone())
    }

    /// People chose something, or the system knew it again. A token is good for one time: this is the next one.
    pub(crate) fn given(&self, token: Option<ScreenToken>) {
        self.set(&mut self.lock(), token);
    }

    /// Nobody is asked again until somebody chooses it anew; what was chosen before is forgotten.
    pub(crate) fn over(&self, why: &DeviceError) {
        let mut state = self.lock();
        state.rest = Some(Rest { until: None, why: why.clone() });
        self.set(&mut state, None);
    }

    /// It failed by itself, and is tried again then.
    pub(crate) fn failed(&self, why: &DeviceError, until: Instant) {
        self.lock().rest = Some(Rest { until: Some(until), why: why.clone() });
    }

    fn set(&self, state: &mut State, token: Option<ScreenToken>) {
        if state.token != token {
            state.token.clone_from(&token);
            (self.keep)(token);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Permission {
    /// Nothing was chosen before, and nothing is kept.
    fn default() -> Self {
        Self::new(None, drop)
    }
}

impl ScreenToken {
    /// What a system gave, or what was kept of it.
    pub fn new(text: String) -> ScreenToken {
        ScreenToken(text)
    }

    /// What it is.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ScreenToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ScreenToken(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{sync::Arc, time::Duration};

    fn one() -> Option<ScreenToken> {
        Some(ScreenToken::new("one".to_owned()))
    }

    fn why() -> DeviceError {
        DeviceError::Other("It was refused".into())
    }

    #[test]
    fn who_chose_nothing_is_not_asked_again_until_it_is_chosen_anew() {
        let (permission, now) = (Permission::default(), Instant::now());
        assert_eq!(permission.ask(now), Ok(None));
        permission.given(one());
        assert_eq!(permission.ask(now), Ok(one()), "it is opened anew, with another size");
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
        permission.given(one());
        permission.chosen(false);
        assert_eq!(permission.ask(now), Ok(one()), "back from the camera");
        assert!(permission.choose_again(), "it was asked, so it is asked again");
        assert_eq!(permission.ask(now), Ok(None));
        assert!(!Permission::default().choose_again(), "X11 asks nobody");
    }

    #[test]
    fn what_failed_by_itself_is_tried_again_in_time() {
        let (permission, now) = (Permission::default(), Instant::now());
        permission.given(one());
        let until = now + Duration::from_secs(10);
        permission.failed(&why(), until);
        assert_eq!(permission.ask(now), Err(why()));
        assert_eq!(permission.ask(until), Ok(one()));
        assert_eq!(permission.ask(now), Ok(one()), "that time is over");
        permission.failed(&why(), until);
        permission.chosen(false);
        assert!(permission.ask(now).is_ok(), "people need not wait for it");
    }

    #[test]
    fn whoever_keeps_it_is_told_each_token_once() {
        let kept = Arc::<Mutex<Vec<Option<ScreenToken>>>>::default();
        let keep = kept.clone();
        let permission = Permission::new(one(), move |token| keep.lock().expect("nobody panics").push(token));
        let told = || std::mem::take(&mut *kept.lock().expect("nobody panics"));
        let two = || Some(ScreenToken::new("two".to_owned()));
        assert_eq!(permission.ask(Instant::now()), Ok(one()), "it was kept from before");
        permission.given(one());
        assert_eq!(told(), [], "it is the same one");
        permission.given(two());
        permission.over(&why());
        permission.over(&why());
        assert_eq!(told(), [two(), None]);
        assert_eq!(format!("{:?}", one()), "Some(ScreenToken(…))");
    }
}
