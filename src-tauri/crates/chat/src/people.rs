//! Who takes part: each browser once, by whichever of its viewers, with its name, its colour and what it may.

use crate::names::Name;
use crate::pace::{Pace, Strikes};
use audience::VisitorCookie;
use protocol::{ChatMessage, ViewerId};
use std::collections::{HashMap, VecDeque};
use std::time::Instant;

/// By what somebody is known again: the browser's cookie. Who has none is known by the viewer alone, for others at the same address may
/// look the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Known {
    Browser(VisitorCookie),
    Viewer(ViewerId),
}

/// Who says something: a viewer to whom media flows, and the browser that it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Speaker {
    /// Which.
    pub viewer: ViewerId,
    /// None for a client without one.
    pub cookie: Option<VisitorCookie>,
}

impl Speaker {
    fn known(self) -> Known {
        self.cookie.map_or(Known::Viewer(self.viewer), Known::Browser)
    }
}

/// Somebody, for one broadcast. Never used twice in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct PersonId(pub(crate) u32);

/// Most people that are known; then who was not heard of for longest is forgotten, whose lines stay.
const MAX_PEOPLE: usize = 16_384;

/// Viewers by which one person is known: a page that was loaded again is another viewer of the same person.
const MAX_VIEWERS: usize = 32;

/// Numbers that are tried behind a taken name, before one that nobody has.
const NUMBERS: u32 = 20;

/// One person.
#[derive(Debug)]
pub(crate) struct Person {
    known: Known,
    /// By which it was known, the latest last.
    viewers: VecDeque<ViewerId>,
    name: Option<Name>,
    colour: u8,
    heard: Instant,
    pub(crate) mute: Option<Mute>,
    /// May write while only admitted names may.
    pub(crate) admitted: bool,
    pub(crate) wrote: Option<Instant>,
    pub(crate) messages: Pace,
    pub(crate) strikes: Strikes,
    pub(crate) others: Pace,
    pub(crate) reactions: Pace,
}

/// Somebody may read only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mute {
    /// None: until unmuted. By both clocks: one decides, the other is shown.
    pub(crate) until: Option<(Instant, u64)>,
}

/// All of them.
#[derive(Debug, Default)]
pub(crate) struct People {
    known: HashMap<PersonId, Person>,
    by_known: HashMap<Known, PersonId>,
    by_viewer: HashMap<ViewerId, PersonId>,
    by_likeness: HashMap<String, PersonId>,
    next: u32,
}

impl People {
    /// The person behind this viewer, who is known from now on.
    pub(crate) fn meet(&mut self, speaker: Speaker, now: Instant) -> PersonId {
        let id = self.with(speaker).unwrap_or_else(|| self.add(speaker, now));
        let viewer = speaker.viewer;
        let Some(person) = self.known.get_mut(&id) else { unreachable!("both maps have the same people") };
        person.heard = now;
        if person.viewers.back() != Some(&viewer) {
            person.viewers.retain(|known| *known != viewer);
            person.viewers.push_back(viewer);
            if person.viewers.len() > MAX_VIEWERS
                && let Some(oldest) = person.viewers.pop_front()
            {
                self.by_viewer.remove(&oldest);
            }
            self.by_viewer.insert(viewer, id);
        }
        id
    }

    fn add(&mut self, speaker: Speaker, now: Instant) -> PersonId {
        if self.known.len() >= MAX_PEOPLE {
            // Who is muted is kept for longer: to come a thousand times is no way out of it.
            let longest = self.known.iter().min_by_key(|(_, person)| (person.mute.is_some(), person.heard));
            if let Some(id) = longest.map(|(id, _)| *id) {
                self.forget(id);
            }
        }
        let id = PersonId(self.next);
        self.next += 1;
        let person = Person {
            known: speaker.known(),
            viewers: VecDeque::new(),
            name: None,
            colour: (speaker.viewer.0 % u32::from(ChatMessage::COLOURS)) as u8,
            heard: now,
            mute: None,
            admitted: false,
            wrote: None,
            messages: Pace::default(),
            strikes: Strikes::default(),
            others: Pace::default(),
            reactions: Pace::default(),
        };
        self.known.insert(id, person);
        self.by_known.insert(speaker.known(), id);
        id
    }

    fn forget(&mut self, id: PersonId) {
        let Some(person) = self.known.remove(&id) else { return };
        self.by_known.remove(&person.known);
        person.viewers.iter().for_each(|viewer| _ = self.by_viewer.remove(viewer));
        if let Some(name) = person.name {
            self.by_likeness.remove(&name.likeness);
        }
    }

    pub(crate) fn of(&self, viewer: ViewerId) -> Option<PersonId> {
        self.by_viewer.get(&viewer).copied()
    }

    pub(crate) fn with(&self, speaker: Speaker) -> Option<PersonId> {
        self.by_known.get(&speaker.known()).copied()
    }

    pub(crate) fn get(&self, id: PersonId) -> Option<&Person> {
        self.known.get(&id)
    }

    pub(crate) fn get_mut(&mut self, id: PersonId) -> Option<&mut Person> {
        self.known.get_mut(&id)
    }

    pub(crate) fn all_mut(&mut self) -> impl Iterator<Item = &mut Person> {
        self.known.values_mut()
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &Person> {
        self.known.values()
    }

    /// Calls a person so, with a number where another has a name that looks like it; answers with what it is.
    pub(crate) fn call(&mut self, id: PersonId, name: Name) -> String {
        let before = self.known.get_mut(&id).and_then(|person| person.name.take());
        if let Some(before) = before {
            self.by_likeness.remove(&before.likeness);
        }
        let free = |name: &Name| !self.by_likeness.contains_key(&name.likeness);
        let numbers = (2..=NUMBERS).chain((u64::from(id.0) + u64::from(NUMBERS) + 1..).map(|number| number as u32));
        let name = if free(&name) {
            name
        } else {
            numbers.map(|number| name.numbered(number)).find(free).expect("there are more numbers than people")
        };
        let shown = name.shown.clone();
        self.by_likeness.insert(name.likeness.clone(), id);
        if let Some(person) = self.known.get_mut(&id) {
            person.name = Some(name);
        }
        shown
    }

    /// The colour in which this person's next line stands, under one of that colour.
    pub(crate) fn colour(&mut self, id: PersonId, above: Option<u8>) -> u8 {
        let Some(person) = self.known.get_mut(&id) else { return 0 };
        if above == Some(person.colour) {
            person.colour = (person.colour + 1) % ChatMessage::COLOURS;
        }
        person.colour
    }
}

impl Person {
    pub(crate) fn name(&self) -> Option<&str> {
        self.name.as_ref().map(|name| name.shown.as_str())
    }

    pub(crate) fn viewers(&self) -> impl Iterator<Item = ViewerId> {
        self.viewers.iter().copied()
    }

    /// The latest.
    pub(crate) fn viewer(&self) -> Option<ViewerId> {
        self.viewers.back().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::name;

    fn speaker(viewer: u32, browser: u32) -> Speaker {
        let cookie = VisitorCookie::from_random(u128::from(browser).to_be_bytes());
        Speaker { viewer: ViewerId(viewer), cookie: Some(cookie) }
    }

    #[test]
    fn a_browser_is_one_person_by_whichever_viewer() {
        let (mut people, now) = (People::default(), Instant::now());
        let anna = people.meet(speaker(1, 1), now);
        assert_eq!(people.meet(speaker(9, 1), now), anna);
        assert_ne!(people.meet(speaker(2, 2), now), anna);
        assert_eq!(
            (people.of(ViewerId(1)), people.of(ViewerId(9)), people.of(ViewerId(3))),
            (Some(anna), Some(anna), None)
        );
        let bare = |viewer| Speaker { viewer: ViewerId(viewer), cookie: None };
        assert_ne!(people.meet(bare(200), now), people.meet(bare(201), now), "two of one address");
        (10..100).for_each(|viewer| _ = people.meet(speaker(viewer, 1), now));
        assert_eq!(
            (people.of(ViewerId(1)), people.of(ViewerId(99)), people.by_viewer.len()),
            (None, Some(anna), MAX_VIEWERS + 3)
        );
    }

    #[test]
    fn a_taken_name_gets_a_number_and_is_free_when_its_bearer_takes_another() {
        let (mut people, now) = (People::default(), Instant::now());
        let ids: Vec<_> = (0..40).map(|n| people.meet(speaker(n, n), now)).collect();
        let call = |people: &mut People, n: usize, wanted: &str| people.call(ids[n], name(wanted).unwrap());
        assert_eq!(call(&mut people, 0, "Anna"), "Anna");
        assert_eq!(call(&mut people, 1, "аnnа"), "аnnа 2", "in Cyrillic it looks the same");
        assert_eq!(call(&mut people, 2, "Anna 2"), "Anna 2 2");
        assert_eq!(call(&mut people, 0, "Anna"), "Anna", "again");
        assert_eq!(call(&mut people, 0, "Lena"), "Lena");
        assert_eq!(call(&mut people, 3, "ANNA"), "ANNA");
        let all: std::collections::HashSet<_> = (4..40).map(|n| call(&mut people, n, "Anna")).collect();
        assert_eq!(all.len(), 36, "however many want it");
    }

    #[test]
    fn no_more_people_are_kept_than_there_is_room_for() {
        let (mut people, start) = (People::default(), Instant::now());
        let at = |n: u32| start + std::time::Duration::from_millis(n.into());
        let muted = people.meet(speaker(0, 0), at(0));
        people.get_mut(muted).unwrap().mute = Some(Mute { until: None });
        for n in 1..=MAX_PEOPLE as u32 {
            let id = people.meet(speaker(n, n), at(n));
            people.call(id, name(&format!("N{n}")).unwrap());
        }
        assert_eq!(
            (people.known.len(), people.by_known.len(), people.by_viewer.len()),
            (MAX_PEOPLE, MAX_PEOPLE, MAX_PEOPLE)
        );
        assert!(people.of(ViewerId(0)).is_some() && people.of(ViewerId(1)).is_none());
        assert!(!people.by_likeness.contains_key(&name("N1").unwrap().likeness), "its name is free");
    }
}
