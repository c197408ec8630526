//! The limit of open files as Unix has it: a soft one that a process may raise up to the hard one.

/// Enough for the connections that are allowed by default, several times over.
const WANTED: u64 = 65_536;

/// Raises the soft limit as far as the system lets.
pub(crate) fn raise() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let wanted = maximum.map_or(WANTED, |maximum| maximum.min(WANTED));
    if current.is_some_and(|current| current < wanted)
        && let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum })
    {
        tracing::warn!(?current, wanted, %error, "the limit of open files stays low: many viewers may not get in");
    }
}

#[cfg(test)]
mod tests {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    #[test]
    fn a_low_limit_is_raised() {
        let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
        setrlimit(Resource::Nofile, Rlimit { current: Some(512), maximum }).expect("lowering is always allowed");
        super::raise();
        let Rlimit { current, .. } = getrlimit(Resource::Nofile);
        assert_eq!(current, Some(maximum.map_or(super::WANTED, |maximum| maximum.min(super::WANTED))));
    }
}
