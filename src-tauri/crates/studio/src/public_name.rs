//! The addresses of the public name, which is asked for as long as the program runs: it may become known later than the program
//! starts, and lead elsewhere tomorrow. Decisions only.

use reach::MediaName;
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use words::{Said, said};

/// A name that is known is asked for again after this. Dynamic DNS changes it after a line's reconnection, and its answers are mostly
/// good for a minute or more.
const AGAIN: Duration = Duration::from_secs(60);

/// A name that is not known is asked for again after this, and then after twice as long each time, up to [`AGAIN`].
const FIRST_RETRY: Duration = Duration::from_secs(1);

/// As many of a name's addresses stand in an answer, which a viewer tries one by one.
const MOST_ADDRESSES: usize = 8;

/// One question for the name, to be answered elsewhere, as that may take seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Question {
    /// Names it, so that an answer to what nobody asks any more is known.
    pub(crate) number: u64,
    pub(crate) name: MediaName,
}

/// What an answer changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Learnt {
    /// The addresses are others now.
    pub(crate) changed: bool,
    /// A sentence for the broadcaster: the name cannot be resolved, or not any more. It is told once, and not with each try.
    pub(crate) complaint: Option<Said>,
}

/// The public name, if there is one, and its addresses.
#[derive(Clone, Debug)]
pub(crate) struct PublicName {
    name: Option<MediaName>,
    addresses: Vec<SocketAddr>,
    /// Of the last question.
    number: u64,
    /// The question that nobody answered yet: one at a time, however slow the resolver is.
    under_way: bool,
    /// When to ask next; none where nobody has to be asked.
    due: Option<Instant>,
    failures: u32,
}

impl PublicName {
    /// Nothing was asked yet.
    pub(crate) fn new(name: Option<MediaName>, now: Instant) -> PublicName {
        let mut public =
            PublicName { name: None, addresses: vec![], number: 0, under_way: false, due: None, failures: 0 };
        public.set(name, now);
        public
    }

    /// Takes another name; false where it is the same.
    pub(crate) fn set(&mut self, name: Option<MediaName>, now: Instant) -> bool {
        if name == self.name {
            return false;
        }
        let literal = name.as_ref().and_then(MediaName::literal);
        self.due = (name.is_some() && literal.is_none()).then_some(now);
        self.addresses = literal.into_iter().collect();
        self.failures = 0;
        // What is under way asks for the name of before.
        self.number += 1;
        self.name = name;
        true
    }

    /// The name's addresses, as far as they are known.
    pub(crate) fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// It is to be asked for now, whenever that was due; where it has to be asked for at all.
    pub(crate) fn hurry(&mut self, now: Instant) {
        self.due = self.due.map(|_| now);
    }

    /// What is to be asked now.
    pub(crate) fn ask(&mut self, now: Instant) -> Option<Question> {
        if self.under_way || self.due.is_none_or(|due| due > now) {
            return None;
        }
        self.under_way = true;
        self.number += 1;
        self.name.clone().map(|name| Question { number: self.number, name })
    }

    /// Takes an answer in. A name that cannot be resolved any more keeps the addresses it had, which may well be right still.
    pub(crate) fn answered(&mut self, number: u64, answer: Result<Vec<SocketAddr>, String>, now: Instant) -> Learnt {
        self.under_way = false;
        let Some(name) = self.name.as_ref().filter(|_| number == self.number) else { return Learnt::default() };
        match answer {
            Ok(mut addresses) if !addresses.is_empty() => {
                self.failures = 0;
                self.due = Some(now + AGAIN);
                addresses.truncate(MOST_ADDRESSES);
                // A resolver may tell the same ones in another order each time.
                let sorted = |addresses: &[SocketAddr]| {
                    let mut sorted = addresses.to_vec();
                    sorted.sort_unstable();
                    sorted
                };
                let changed = sorted(&addresses) != sorted(&self.addresses);
                if changed {
                    tracing::info!("{} is {addresses:?}", name.host);
                    self.addresses = addresses;
                }
                Learnt { changed, complaint: None }
            }
            answer => {
                let why = answer.map_or_else(Said::from, |_| said!("setting.no_address"));
                self.due = Some(now + retry_after(self.failures));
                self.failures = self.failures.saturating_add(1);
                let complaint = (self.failures == 1).then(|| complaint(&name.host, why, self.addresses.is_empty()));
                Learnt { changed: false, complaint }
            }
        }
    }
}

fn retry_after(failures: u32) -> Duration {
    FIRST_RETRY.saturating_mul(1_u32.checked_shl(failures).unwrap_or(u32::MAX)).min(AGAIN)
}

fn complaint(host: &str, why: Said, unknown: bool) -> Said {
    let what = if unknown { said!("setting.name_unknown") } else { said!("setting.name_kept") };
    said!("setting.name", host, why, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(host: &str) -> Option<MediaName> {
        Some(MediaName { host: host.to_owned(), port: 9000 })
    }

    fn addresses(ips: &[&str]) -> Result<Vec<SocketAddr>, String> {
        Ok(ips.iter().map(|ip| SocketAddr::new(ip.parse().expect("well-formed"), 9000)).collect())
    }

    fn failed() -> Result<Vec<SocketAddr>, String> {
        Err("no such name".to_owned())
    }

    /// Seconds at which it is asked for when it is looked at once a second and each question has this answer at once.
    fn asked(
        public: &mut PublicName,
        start: Instant,
        seconds: u64,
        answer: &Result<Vec<SocketAddr>, String>,
    ) -> Vec<u64> {
        let at = |second: u64| start + Duration::from_secs(second);
        let mut asked = Vec::new();
        for second in 0..seconds {
            if let Some(question) = public.ask(at(second)) {
                public.answered(question.number, answer.clone(), at(second));
                asked.push(second);
            }
        }
        asked
    }

    #[test]
    fn what_cannot_be_resolved_is_asked_again_ever_more_seldom_and_told_once() {
        let start = Instant::now();
        let mut public = PublicName::new(name("live.example.org"), start);
        let question = public.ask(start).expect("at once");
        assert_eq!(public.ask(start + AGAIN), None, "one question at a time");
        let learnt = public.answered(question.number, failed(), start);
        let told = learnt.complaint.expect("it is told");
        for part in ["live.example.org", "no such name", "DNS", "again"] {
            assert!(told.contains(part), "{part} in {told}");
        }
        assert_eq!(asked(&mut public, start, 400, &failed()), [1, 3, 7, 15, 31, 63, 123, 183, 243, 303, 363]);
        let question = public.ask(start + Duration::from_secs(500)).expect("it goes on");
        let learnt = public.answered(question.number, failed(), start + Duration::from_secs(500));
        assert_eq!(learnt, Learnt::default(), "told once");
    }

    #[test]
    fn what_becomes_known_or_changes_is_taken_over_and_what_is_lost_is_kept() {
        let start = Instant::now();
        let mut public = PublicName::new(name("live.example.org"), start);
        let answer = |public: &mut PublicName, second: u64, answer| {
            let at = start + Duration::from_secs(second);
            let question = public.ask(at).expect("it is due");
            public.answered(question.number, answer, at)
        };
        answer(&mut public, 0, failed());
        assert!(answer(&mut public, 1, addresses(&["203.0.113.5", "203.0.113.6"])).changed, "known at last");
        assert!(!answer(&mut public, 61, addresses(&["203.0.113.6", "203.0.113.5"])).changed, "another order");
        assert!(answer(&mut public, 121, addresses(&["203.0.113.7"])).changed, "dynamic DNS");
        let lost = answer(&mut public, 181, failed());
        assert!(!lost.changed && lost.complaint.is_some_and(|told| told.contains("the address that it had")));
        assert_eq!(public.addresses(), addresses(&["203.0.113.7"]).expect("one"));
        assert!(
            answer(&mut public, 182, addresses(&[])).complaint.is_none(),
            "no address is no answer, and told already"
        );
        let many: Vec<String> = (0..100).map(|n| format!("203.0.113.{n}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert!(answer(&mut public, 184, addresses(&many)).changed);
        assert_eq!(public.addresses().len(), MOST_ADDRESSES);
        assert_eq!(
            asked(&mut public, start + Duration::from_secs(184), 200, &failed()),
            [60, 61, 63, 67, 75, 91, 123, 183]
        );
    }

    #[test]
    fn an_address_is_asked_for_by_nobody_and_a_late_answer_counts_for_nothing() {
        let start = Instant::now();
        let mut public = PublicName::new(name("203.0.113.5"), start);
        assert_eq!((public.ask(start + AGAIN), public.addresses().len()), (None, 1));
        assert!(public.set(name("a.example"), start) && public.addresses().is_empty());
        let late = public.ask(start).expect("a name is asked for");
        assert!(public.set(name("b.example"), start) && !public.set(name("b.example"), start));
        assert_eq!(public.ask(start), None, "the question before is under way");
        assert_eq!(public.answered(late.number, addresses(&["203.0.113.9"]), start), Learnt::default());
        assert_eq!(public.ask(start).map(|question| question.name), name("b.example"));
        public.set(None, start);
        assert_eq!(public.ask(start + AGAIN), None);
    }
}
