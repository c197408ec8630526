//! The engines that the stream is handed to: which there are, how far each is, and what is encoded for them. Decisions only.

use crate::studio::CommandError;
use protocol::{ErrorCode, Relay, RelayId, RelaySecrets, RelayState};
use relay::{State, Target};
use std::collections::BTreeMap;
use stream::{CodecSpec, Profile, Rid, VideoCodec};
use words::{Said, said};

/// The most at one time: each is sent the whole stream by a home's line.
const MOST: usize = 8;

/// The relays of this program.
#[derive(Debug, Default)]
pub(crate) struct Relays {
    /// What was set up to be told each, by its URL.
    secrets: BTreeMap<String, RelaySecrets>,
    list: Vec<Entry>,
    last: u32,
    live: bool,
}

#[derive(Debug)]
struct Entry {
    target: Target,
    shown: Relay,
    /// What its engine answered that it takes.
    takes: Option<Takes>,
    /// It was opened, and has not told its end yet.
    open: bool,
    /// Somebody stopped it: it is forgotten with its end.
    forgotten: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Takes {
    codec: VideoCodec,
    layers: Vec<Rid>,
    profile: Profile,
}

/// What is to be done.
#[derive(Debug)]
pub(crate) enum Do {
    /// Begin with it.
    Open(RelayId, Box<Target>),
    /// End it. It tells when it has.
    Close(RelayId),
    /// Tell the panel how it is.
    Tell(Relay),
}

impl Relays {
    /// None yet. `secrets`: by URL, for those that are given none.
    pub(crate) fn new(secrets: BTreeMap<String, RelaySecrets>) -> Relays {
        Relays { secrets, ..Relays::default() }
    }

    /// One more. It begins at once where the broadcast is live.
    pub(crate) fn add(&mut self, url: &str, given: RelaySecrets) -> Result<Vec<Do>, CommandError> {
        let secrets =
            if given == RelaySecrets::default() { self.secrets.get(url.trim()).cloned() } else { Some(given) };
        let target = Target::parse(url, secrets.unwrap_or_default()).map_err(bad)?;
        if let Some(at) = self.list.iter().position(|entry| entry.target.is_at(&target) && !entry.forgotten) {
            if self.list[at].shown.state != RelayState::Failed {
                return Err(bad(said!("relay.there", number = self.list[at].shown.relay.0)));
            }
            self.list.remove(at);
        }
        if self.list.iter().filter(|entry| !entry.forgotten).count() >= MOST {
            return Err(bad(said!("relay.many", most = MOST)));
        }
        self.last += 1;
        let (relay, host) = (RelayId(self.last), target.host());
        let begins = said!("relay.begins");
        let shown = Relay {
            relay,
            engine: target.engine(),
            host,
            state: RelayState::Stopped,
            watch: None,
            watching: None,
            message: Some(begins.message),
            by: begins.by,
            gone: false,
        };
        self.list.push(Entry { target, shown, takes: None, open: false, forgotten: false });
        let entry = self.list.last_mut().expect("it was put there");
        Ok(if self.live { vec![entry.open()] } else { vec![Do::Tell(entry.shown.clone())] })
    }

    /// One less. It is forgotten when it has taken leave.
    pub(crate) fn stop(&mut self, relay: RelayId) -> Result<Vec<Do>, CommandError> {
        let found = self.list.iter().position(|entry| entry.shown.relay == relay && !entry.forgotten);
        let at = found.ok_or_else(|| bad(said!("relay.none", number = relay.0)))?;
        let entry = &mut self.list[at];
        if entry.open {
            entry.forgotten = true;
            return Ok(vec![Do::Close(relay)]);
        }
        let mut gone = self.list.remove(at).shown;
        (gone.state, gone.gone) = (RelayState::Stopped, true);
        (gone.message, gone.by) = Said::parts(None);
        Ok(vec![Do::Tell(gone)])
    }

    /// The broadcast begins or ends: all do.
    pub(crate) fn live(&mut self, live: bool) -> Vec<Do> {
        self.live = live;
        let concerned = self.list.iter_mut().filter(|entry| entry.open != live && !entry.forgotten);
        concerned.map(|entry| if live { entry.open() } else { Do::Close(entry.shown.relay) }).collect()
    }

    /// A relay tells how far it is.
    pub(crate) fn told(&mut self, relay: RelayId, state: State) -> Vec<Do> {
        let Some(at) = self.list.iter().position(|entry| entry.shown.relay == relay) else { return Vec::new() };
        let live = self.live;
        let entry = &mut self.list[at];
        let (shown, message) = match state {
            State::Connecting => (RelayState::Connecting, None),
            State::Answered { codec, layers, profile } => {
                entry.takes = Some(Takes { codec, layers, profile });
                return Vec::new();
            }
            State::Running => (RelayState::Running, entry.takes.as_ref().map(Takes::for_people)),
            State::Waiting(message) => (RelayState::Waiting, Some(message)),
            State::Failed(message) => (RelayState::Failed, Some(message)),
            State::Stopped => (RelayState::Stopped, (!entry.forgotten).then(|| said!("relay.begins"))),
        };
        if shown != RelayState::Running {
            entry.takes = None;
        }
        entry.shown.state = shown;
        (entry.shown.message, entry.shown.by) = Said::parts(message);
        let over = matches!(shown, RelayState::Failed | RelayState::Stopped);
        entry.open &= !over;
        entry.shown.gone = over && entry.forgotten;
        let mut todo = vec![Do::Tell(entry.shown.clone())];
        if over && entry.forgotten {
            self.list.remove(at);
        } else if shown == RelayState::Stopped && live {
            // The next broadcast began while it took leave of the one before.
            todo.push(entry.open());
        }
        todo
    }

    /// The layers of a codec that engines are sent.
    pub(crate) fn layers(&self, codec: VideoCodec) -> Vec<Rid> {
        let takes = self.list.iter().filter_map(|entry| entry.takes.as_ref()).filter(|takes| takes.codec == codec);
        let layers: Vec<Rid> = takes.flat_map(|takes| takes.layers.iter().copied()).collect();
        Rid::ALL.into_iter().filter(|rid| layers.contains(rid)).collect()
    }

    /// The layers that each engine is sent.
    pub(crate) fn sent(&self) -> Vec<Vec<Rid>> {
        self.list.iter().filter_map(|entry| entry.takes.as_ref()).map(|takes| takes.layers.clone()).collect()
    }

    /// How much of a codec may be used, for all engines to take it.
    pub(crate) fn profile(&self, codec: VideoCodec) -> Profile {
        let takes = self.list.iter().filter_map(|entry| entry.takes.as_ref()).filter(|takes| takes.codec == codec);
        takes.map(|takes| takes.profile).min().unwrap_or(Profile::Main)
    }

    /// What it is sent, where it runs and takes viewers.
    pub(crate) fn takes_viewers(&self, relay: RelayId) -> Option<VideoCodec> {
        let runs = |entry: &&Entry| entry.shown.relay == relay && entry.shown.state == RelayState::Running;
        let entry = self.list.iter().find(runs).filter(|entry| entry.target.takes_viewers() && !entry.forgotten)?;
        entry.takes.as_ref().map(|takes| takes.codec)
    }

    /// The layers that a viewer there may be moved between by us, the largest first: none where its server does that itself.
    pub(crate) fn steps(&self, relay: RelayId) -> Vec<Rid> {
        let entry = self.list.iter().find(|entry| entry.shown.relay == relay && !entry.target.adapts());
        let layers = entry.and_then(|entry| entry.takes.as_ref()).map_or(&[][..], |takes| &takes.layers[..]);
        Rid::ALL.into_iter().rev().filter(|rid| layers.contains(rid)).collect()
    }

    /// So many watch there, as far as we let them in: to be told where that is news.
    pub(crate) fn watching(&mut self, watching: impl Fn(RelayId) -> u32) -> Vec<Do> {
        let mut news = Vec::new();
        for entry in &mut self.list {
            let running = entry.shown.state == RelayState::Running && entry.target.takes_viewers();
            let now = running.then(|| watching(entry.shown.relay));
            if entry.shown.watching != now {
                entry.shown.watching = now;
                news.push(Do::Tell(entry.shown.clone()));
            }
        }
        news
    }

    /// All, for whoever has just begun to listen.
    pub(crate) fn shown(&self) -> Vec<Relay> {
        self.list.iter().map(|entry| entry.shown.clone()).collect()
    }
}

impl Entry {
    fn open(&mut self) -> Do {
        self.open = true;
        Do::Open(self.shown.relay, Box::new(self.target.clone()))
    }
}

impl Takes {
    fn for_people(&self) -> Said {
        let name = CodecSpec::of(self.codec).rtpmap.split('/').next().unwrap_or_default();
        match self.layers.len() {
            1 => said!("relay.one_size", codec = name),
            sizes => said!("relay.sizes", codec = name, sizes),
        }
    }
}

fn bad(message: Said) -> CommandError {
    CommandError { code: ErrorCode::BadRelay, message }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::Secret;

    const URL: &str = "whip+https://live.example.org/whip/key";

    fn secret(text: &str) -> RelaySecrets {
        RelaySecrets { bearer: Some(Secret::from(text.to_owned())), ..RelaySecrets::default() }
    }

    fn words(todo: &[Do]) -> Vec<String> {
        let word = |todo: &Do| match todo {
            Do::Open(relay, _) => format!("open {relay}"),
            Do::Close(relay) => format!("close {relay}"),
            Do::Tell(relay) if relay.gone => format!("{} gone", relay.relay),
            Do::Tell(relay) => format!("{} {:?}", relay.relay, relay.state).to_lowercase(),
        };
        todo.iter().map(word).collect()
    }

    fn answered(codec: VideoCodec, layers: &[Rid]) -> State {
        State::Answered { codec, layers: layers.to_vec(), profile: Profile::Baseline }
    }

    #[test]
    fn one_runs_while_the_broadcast_does_and_comes_back_with_the_next() {
        let mut relays = Relays::default();
        assert_eq!(words(&relays.add(URL, RelaySecrets::default()).unwrap()), ["1 stopped"]);
        assert_eq!(words(&relays.live(true)), ["open 1"]);
        assert_eq!(words(&relays.told(RelayId(1), State::Connecting)), ["1 connecting"]);
        assert!(relays.told(RelayId(1), answered(VideoCodec::H264, &Rid::ALL)).is_empty());
        let running = relays.told(RelayId(1), State::Running);
        assert!(matches!(&running[..], [Do::Tell(relay)] if relay.message.as_deref() == Some("H264 in 3 sizes.")));
        assert_eq!(words(&relays.live(false)), ["close 1"]);
        assert_eq!(words(&relays.told(RelayId(1), State::Stopped)), ["1 stopped"]);
        assert_eq!(words(&relays.live(true)), ["open 1"]);
        // The next one begins while it still takes leave.
        assert_eq!(words(&relays.live(false)), ["close 1"]);
        assert!(words(&relays.live(true)).is_empty());
        assert_eq!(words(&relays.told(RelayId(1), State::Stopped)), ["1 stopped", "open 1"]);
    }

    #[test]
    fn one_that_is_stopped_is_forgotten_when_it_has_taken_leave() {
        let mut relays = Relays::default();
        relays.live(true);
        assert_eq!(words(&relays.add(URL, RelaySecrets::default()).unwrap()), ["open 1"]);
        assert_eq!(words(&relays.stop(RelayId(1)).unwrap()), ["close 1"]);
        assert!(relays.stop(RelayId(1)).is_err(), "once");
        assert_eq!(words(&relays.add(URL, RelaySecrets::default()).unwrap()), ["open 2"], "another in its place");
        assert_eq!(words(&relays.told(RelayId(1), State::Stopped)), ["1 gone"]);
        assert_eq!(relays.shown().len(), 1);
        relays.live(false);
        relays.told(RelayId(2), State::Stopped);
        assert_eq!(words(&relays.stop(RelayId(2)).unwrap()), ["2 gone"]);
        assert!(relays.shown().is_empty());
        assert!(relays.told(RelayId(2), State::Running).is_empty(), "what is gone tells nothing");
    }

    #[test]
    fn one_that_failed_gives_way_to_another_try_and_begins_anew_with_the_next_broadcast() {
        let mut relays = Relays::default();
        relays.live(true);
        relays.add(URL, secret("wrong")).unwrap();
        let twice = relays.add(URL, secret("right")).unwrap_err();
        assert!(twice.code == ErrorCode::BadRelay && twice.message.contains("relay 1"), "{twice}");
        assert_eq!(words(&relays.told(RelayId(1), State::Failed("no".into()))), ["1 failed"]);
        assert_eq!(words(&relays.add(URL, secret("right")).unwrap()), ["open 2"]);
        relays.told(RelayId(2), State::Failed("no".into()));
        assert!(relays.live(false).is_empty());
        assert_eq!(words(&relays.live(true)), ["open 2"]);
    }

    #[test]
    fn what_is_encoded_is_what_all_of_them_take() {
        let mut relays = Relays::default();
        relays.live(true);
        for n in 1..=3 {
            relays.add(&format!("{URL}{n}"), RelaySecrets::default()).unwrap();
        }
        assert_eq!((relays.profile(VideoCodec::H264), relays.layers(VideoCodec::Vp8)), (Profile::Main, vec![]));
        relays.told(RelayId(1), answered(VideoCodec::H264, &Rid::ALL));
        relays.told(RelayId(2), answered(VideoCodec::Vp8, &[Rid::F]));
        relays.told(RelayId(3), answered(VideoCodec::Vp8, &[Rid::H]));
        assert_eq!(relays.profile(VideoCodec::H264), Profile::Baseline);
        assert_eq!(relays.layers(VideoCodec::Vp8), [Rid::H, Rid::F]);
        relays.told(RelayId(1), State::Waiting("gone".into()));
        relays.told(RelayId(3), State::Stopped);
        assert_eq!(relays.profile(VideoCodec::H264), Profile::Main);
        assert_eq!(relays.layers(VideoCodec::Vp8), [Rid::F]);
    }

    #[test]
    fn there_are_not_many_and_what_they_are_told_is_shown_to_nobody() {
        let known = BTreeMap::from([(format!("{URL}1"), secret("s3cret"))]);
        let mut relays = Relays::new(known);
        for n in 1..=MOST {
            relays.add(&format!("{URL}{n}"), RelaySecrets::default()).unwrap();
        }
        assert!(relays.add(URL, RelaySecrets::default()).is_err_and(|error| error.message.contains("stop one")));
        assert!(relays.add("rtmp://x", RelaySecrets::default()).is_err_and(|error| error.code == ErrorCode::BadRelay));
        let Some(Do::Open(_, target)) = relays.live(true).into_iter().next() else { panic!("it begins") };
        assert_eq!(*target, Target::parse(&format!("{URL}1"), secret("s3cret")).unwrap(), "it is told its secret");
        let told = format!("{relays:?} {}", serde_json::to_string(&relays.shown()).unwrap());
        assert!(
            !told.contains("s3cret") && !relays.shown().iter().any(|relay| format!("{relay:?}").contains("whip/key")),
            "{told}"
        );
    }
}
