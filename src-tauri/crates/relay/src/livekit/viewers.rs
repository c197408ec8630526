//! Viewers in a room of LiveKit: each has a task with a connection of its own, which goes with its seat.

use super::viewer::{Hears, Room};
use crate::wish::{Said, Wish};
use protocol::ViewerId;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use threads::After;
use tokio::sync::{Semaphore, mpsc, oneshot};

/// Tasks that there may be at one time, those that take leave included: more than a room has viewers of one desk, and an end to what a server that hangs
/// keeps.
const MOST: usize = 8192;

/// What waits to be told: who has something to say waits meanwhile.
const WORDS: usize = 256;

pub(super) struct Viewers {
    room: Arc<Room>,
    seats: BTreeMap<ViewerId, Seat>,
    places: Arc<Semaphore>,
    tell: mpsc::Sender<(ViewerId, Said)>,
    says: mpsc::Receiver<(ViewerId, Said)>,
    at_once: VecDeque<(ViewerId, Said)>,
}

/// Its task takes leave when this is dropped.
struct Seat {
    answers: mpsc::Sender<String>,
    _stays: oneshot::Sender<()>,
}

impl Viewers {
    pub(super) fn new(room: Room) -> Viewers {
        let (tell, says) = mpsc::channel(WORDS);
        let (room, places) = (Arc::new(room), Arc::new(Semaphore::new(MOST)));
        Viewers { room, seats: BTreeMap::new(), places, tell, says, at_once: VecDeque::new() }
    }

    /// Something is asked about a viewer.
    pub(super) fn wished(&mut self, wish: Wish) {
        match wish {
            Wish::Admit(viewer) => self.admit(viewer),
            Wish::Answer(viewer, sdp) => {
                let taken = self.seats.get(&viewer).is_some_and(|seat| seat.answers.try_send(sdp).is_ok());
                if !taken {
                    self.seats.remove(&viewer);
                    self.at_once.push_back((viewer, Said::Gone));
                }
            }
            // It sees to that itself.
            Wish::Layer(..) => {}
            Wish::Kick(viewer) => drop(self.seats.remove(&viewer)),
        }
    }

    /// What is told next of a viewer. It may be called anew whenever it is not waited for any more.
    pub(super) async fn said(&mut self) -> (ViewerId, Said) {
        loop {
            if let Some(said) = self.at_once.pop_front() {
                return said;
            }
            let Some((viewer, said)) = self.says.recv().await else { return std::future::pending().await };
            // Who was removed meanwhile is told nothing.
            if !self.seats.contains_key(&viewer) {
                continue;
            }
            if matches!(said, Said::Gone | Said::Refuses(_)) {
                self.seats.remove(&viewer);
            }
            return (viewer, said);
        }
    }

    fn admit(&mut self, viewer: ViewerId) {
        let Ok(place) = self.places.clone().try_acquire_owned() else {
            return self.at_once.push_back((viewer, Said::Refuses("too many are on their way".to_owned())));
        };
        // It answers one offer at a time.
        let (answer, answers) = mpsc::channel(1);
        let (stay, stays) = oneshot::channel();
        self.seats.insert(viewer, Seat { answers: answer, _stays: stay });
        let (room, tell) = (self.room.clone(), self.tell.clone());
        let held = async move {
            let watch = room.watch(viewer, Hears { answers, stays }, &tell);
            if threads::task("relay-viewer", After::Lost, watch).await.is_err() {
                // Nobody else would know.
                let _ = tell.send((viewer, Said::Gone)).await;
                room.remove(viewer).await;
            }
            drop(place);
        };
        tokio::spawn(threads::task("relay-viewer", After::Lost, held));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::{Way, trusting};
    use crate::livekit::token::Keys;
    use crate::target::Hidden;
    use std::net::TcpListener;
    use url::Url;

    /// Of a LiveKit that is not there.
    fn nowhere() -> Viewers {
        let free = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}/", free.local_addr().expect("it is bound"));
        let (key, secret) = ("key".to_owned().into(), "secret".to_owned().into());
        Viewers::new(Room {
            way: Way { tls: Arc::new(trusting(None).expect("this machine trusts somebody")) },
            url: Url::parse(&url).expect("well-formed"),
            room: "lobby".into(),
            keys: Keys { key, secret },
            hidden: Hidden::default(),
            mark: 7,
            picture: "TR_V".into(),
            sound: None,
            turns: Room::turns(),
        })
    }

    #[tokio::test]
    async fn who_is_not_let_in_hears_it_and_who_was_removed_hears_nothing() {
        let mut viewers = nowhere();
        viewers.wished(Wish::Answer(ViewerId(9), "v=0".into()));
        assert_eq!(viewers.said().await, (ViewerId(9), Said::Gone), "nothing was offered to it");
        for viewer in [ViewerId(1), ViewerId(2)] {
            viewers.wished(Wish::Admit(viewer));
        }
        viewers.wished(Wish::Kick(ViewerId(1)));
        let (viewer, said) = viewers.said().await;
        assert!(viewer == ViewerId(2) && matches!(&said, Said::Refuses(why) if why.contains("cannot be reached")));
        assert!(viewers.seats.is_empty());
    }

    #[tokio::test]
    async fn a_server_that_hangs_keeps_so_many_tasks_and_no_more() {
        let mut viewers = nowhere();
        let all = viewers.places.clone().try_acquire_many_owned(MOST as u32).expect("nobody is there");
        viewers.wished(Wish::Admit(ViewerId(1)));
        assert!(matches!(viewers.said().await, (ViewerId(1), Said::Refuses(_))));
        drop(all);
        viewers.wished(Wish::Admit(ViewerId(2)));
        assert!(viewers.seats.contains_key(&ViewerId(2)));
    }
}
