//! Viewers in a room of Janus, or at a mountpoint: a handle each, all in our one session. Decisions only: what Janus says goes in, what it is to be asked and
//! what the viewers are to be told comes out.
//!
//! Janus is shown nothing of a viewer but the number that it has here. A `detach` of the handle is a kick: not a packet follows it.

use super::sdp::{nameless, picture, placeless};
use super::words;
use crate::target::Hidden;
use crate::wish::{Said, Wish};
use protocol::ViewerId;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap, VecDeque};

/// The plugins that let them in.
pub(super) const VIDEO_ROOM: &str = "janus.plugin.videoroom";
pub(super) const STREAMING: &str = "janus.plugin.streaming";

/// Where all of them are let in.
pub(super) struct Room {
    pub(super) session: u64,
    pub(super) plugin: &'static str,
    /// What a handle asks to be offered what we publish.
    pub(super) watch: Value,
    pub(super) hidden: Hidden,
}

/// All that there are.
pub(super) struct Viewers {
    room: Room,
    /// With their handles, once they have one.
    seats: BTreeMap<ViewerId, Option<u64>>,
    of_handle: HashMap<u64, ViewerId>,
    /// By which mid each is sent the picture, once it is offered one.
    pictures: HashMap<ViewerId, String>,
    asks: VecDeque<Value>,
    says: VecDeque<(ViewerId, Said)>,
}

/// What a viewer's request is for. Its transaction says so and whose it is: nothing is remembered of what was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Attach,
    Join,
    Start,
    /// Whatever Janus says of it, the viewer goes on watching: at worst in the layer that it has.
    Layer,
    /// Of what wants no answer.
    Other,
}

impl Step {
    const NAMES: [(Step, &str); 5] = [
        (Step::Attach, "attach"),
        (Step::Join, "join"),
        (Step::Start, "start"),
        (Step::Layer, "layer"),
        (Step::Other, "other"),
    ];

    fn transaction(self, viewer: ViewerId) -> String {
        let name = Self::NAMES.into_iter().find(|(step, _)| *step == self).map_or("other", |(_, name)| name);
        format!("{name} {viewer}")
    }

    fn of(transaction: &Value) -> Option<(Step, ViewerId)> {
        let (name, viewer) = transaction.as_str()?.split_once(' ')?;
        let (step, _) = Self::NAMES.into_iter().find(|(_, known)| *known == name)?;
        Some((step, ViewerId(viewer.parse().ok()?)))
    }
}

impl Viewers {
    pub(super) fn new(room: Room) -> Viewers {
        let (asks, says) = (VecDeque::new(), VecDeque::new());
        let (of_handle, pictures) = (HashMap::new(), HashMap::new());
        Viewers { room, seats: BTreeMap::new(), of_handle, pictures, asks, says }
    }

    /// Who is there is known by its number and by its handle, and nobody else is.
    #[cfg(any(test, feature = "fuzzing"))]
    pub(super) fn assert_whole(&self) {
        assert!(self.of_handle.len() <= self.seats.len(), "{:?} for {:?}", self.of_handle, self.seats);
        assert!(self.pictures.keys().all(|viewer| self.seats.contains_key(viewer)), "a picture of who is gone");
        assert!(self.of_handle.values().all(|viewer| self.seats.contains_key(viewer)), "a handle leads to who is gone");
    }

    /// How many there are, or are to be.
    pub(super) fn count(&self) -> u32 {
        self.seats.len() as u32
    }

    /// What Janus is to be asked next.
    pub(super) fn asks(&mut self) -> Option<Value> {
        self.asks.pop_front()
    }

    /// What is to be told next.
    pub(super) fn says(&mut self) -> Option<(ViewerId, Said)> {
        self.says.pop_front()
    }

    /// Something is asked about a viewer.
    pub(super) fn wished(&mut self, wish: Wish) {
        match wish {
            Wish::Admit(viewer) => {
                self.seats.insert(viewer, None);
                self.ask(viewer, Step::Attach, json!({ "janus": "attach", "plugin": self.room.plugin }));
            }
            Wish::Answer(viewer, sdp) => match self.seats.get(&viewer) {
                Some(Some(handle)) => {
                    let jsep = json!({ "type": "answer", "sdp": placeless(&sdp) });
                    let body = json!({ "request": "start" });
                    let message = json!({ "janus": "message", "handle_id": handle, "body": body, "jsep": jsep });
                    self.ask(viewer, Step::Start, message);
                }
                _ => self.says.push_back((viewer, Said::Gone)),
            },
            Wish::Layer(viewer, rid) => {
                let (handle, mid) = (self.seats.get(&viewer).copied().flatten(), self.pictures.get(&viewer));
                if let (Some(handle), Some(mid)) = (handle, mid) {
                    // Janus numbers layers from the smallest on.
                    let substream = rid.index();
                    let body = match self.room.plugin {
                        VIDEO_ROOM => {
                            json!({ "request": "configure", "streams": [{ "mid": mid, "substream": substream }] })
                        }
                        _ => json!({ "request": "configure", "mid": mid, "substream": substream }),
                    };
                    let message = json!({ "janus": "message", "handle_id": handle, "body": body });
                    self.ask(viewer, Step::Layer, message);
                }
            }
            Wish::Kick(viewer) => self.forget(viewer, true),
        }
    }

    /// Janus said something. False: not of a viewer.
    pub(super) fn take(&mut self, event: &Value) -> bool {
        if let Some((step, viewer)) = Step::of(&event["transaction"]) {
            self.answered(step, viewer, event);
            return true;
        }
        let Some(viewer) = event["sender"].as_u64().and_then(|handle| self.of_handle.get(&handle).copied()) else {
            return false;
        };
        match event["janus"].as_str() {
            Some("webrtcup") => self.says.push_back((viewer, Said::Flows)),
            Some(what @ ("hangup" | "detached")) => {
                self.forget(viewer, what == "hangup");
                self.says.push_back((viewer, Said::Gone));
            }
            _ => {}
        }
        true
    }

    fn answered(&mut self, step: Step, viewer: ViewerId, event: &Value) {
        let (hidden, data) = (&self.room.hidden, &event["plugindata"]["data"]);
        let refused = words::refused(hidden, &event["error"]).or_else(|| words::refused(hidden, data));
        if let Some(why) = refused.filter(|_| step != Step::Layer) {
            return self.refuse(viewer, why);
        }
        match step {
            Step::Attach => {
                let Some(handle) = event["data"]["id"].as_u64() else {
                    return self.refuse(viewer, "it names no handle".to_owned());
                };
                match self.seats.get_mut(&viewer) {
                    // It says so twice, and means something that nobody asked for.
                    Some(Some(_)) => {}
                    Some(seat) => {
                        *seat = Some(handle);
                        self.of_handle.insert(handle, viewer);
                        let watch = self.room.watch.clone();
                        self.ask(viewer, Step::Join, json!({ "janus": "message", "handle_id": handle, "body": watch }));
                    }
                    // It was removed meanwhile.
                    None => self.detach(viewer, handle),
                }
            }
            // A mere receipt comes first.
            _ if event["janus"] == "ack" || !self.seats.contains_key(&viewer) => {}
            Step::Join => match event["jsep"]["sdp"].as_str() {
                Some(offer) => {
                    if let Some(mid) = picture(offer) {
                        self.pictures.insert(viewer, mid.to_owned());
                    }
                    self.says.push_back((viewer, Said::Offers(nameless(offer))));
                }
                None => self.refuse(viewer, "it makes no offer".to_owned()),
            },
            Step::Start => {
                self.says.push_back((viewer, Said::Takes));
                if let Some(Some(handle)) = self.seats.get(&viewer) {
                    // Nor does any come later.
                    let candidate = json!({ "completed": true });
                    let message = json!({ "janus": "trickle", "handle_id": handle, "candidate": candidate });
                    self.ask(viewer, Step::Other, message);
                }
            }
            Step::Layer | Step::Other => {}
        }
    }

    /// Who was removed meanwhile is told nothing.
    fn refuse(&mut self, viewer: ViewerId, why: String) {
        if self.seats.contains_key(&viewer) {
            self.forget(viewer, true);
            self.says.push_back((viewer, Said::Refuses(why)));
        }
    }

    fn forget(&mut self, viewer: ViewerId, detach: bool) {
        self.pictures.remove(&viewer);
        if let Some(Some(handle)) = self.seats.remove(&viewer) {
            self.of_handle.remove(&handle);
            if detach {
                self.detach(viewer, handle);
            }
        }
    }

    fn detach(&mut self, viewer: ViewerId, handle: u64) {
        self.ask(viewer, Step::Other, json!({ "janus": "detach", "handle_id": handle }));
    }

    fn ask(&mut self, viewer: ViewerId, step: Step, mut message: Value) {
        message["session_id"] = json!(self.room.session);
        message["transaction"] = json!(step.transaction(viewer));
        self.asks.push_back(message);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::Rid;

    const ONE: ViewerId = ViewerId(1);
    const HANDLE: u64 = 77;

    fn viewers() -> Viewers {
        let watch = json!({ "request": "watch", "id": 7, "pin": "the-pin" });
        Viewers::new(Room { session: 5, plugin: STREAMING, watch, hidden: Hidden::default() })
    }

    /// What it asked, by what it is, its handle and its transaction.
    fn asked(viewers: &mut Viewers) -> Vec<(String, Option<u64>, String)> {
        let of = |message: Value| {
            assert_eq!(message["session_id"], 5);
            let what = message["body"]["request"].as_str().or(message["janus"].as_str()).expect("it asks something");
            (what.to_owned(), message["handle_id"].as_u64(), message["transaction"].as_str().unwrap().to_owned())
        };
        std::iter::from_fn(|| viewers.asks()).map(of).collect()
    }

    fn event(viewers: &mut Viewers, event: Value) -> Option<(ViewerId, Said)> {
        assert!(viewers.take(&event), "{event}");
        viewers.says()
    }

    /// Up to the offer.
    fn offered() -> Viewers {
        let mut viewers = viewers();
        viewers.wished(Wish::Admit(ONE));
        assert_eq!(asked(&mut viewers), [("attach".into(), None, "attach 1".into())]);
        let attached = json!({ "janus": "success", "transaction": "attach 1", "data": { "id": HANDLE } });
        assert_eq!(event(&mut viewers, attached), None);
        let watch = viewers.asks().expect("it joins");
        let body = json!({ "request": "watch", "id": 7, "pin": "the-pin" });
        assert_eq!((&watch["body"], &watch["handle_id"]), (&body, &json!(HANDLE)));
        assert_eq!(event(&mut viewers, json!({ "janus": "ack", "transaction": "join 1" })), None);
        let offer = json!({ "janus": "event", "sender": HANDLE, "transaction": "join 1", "jsep": { "type": "offer", "sdp": "v=0\r\ns=VideoRoom 1234\r\nt=0 0\r\n" } });
        assert_eq!(event(&mut viewers, offer), Some((ONE, Said::Offers("v=0\r\ns=-\r\nt=0 0\r\n".into()))));
        viewers
    }

    #[test]
    fn a_viewer_is_let_in_offered_answered_watches_and_leaves() {
        let mut viewers = offered();
        viewers.wished(Wish::Answer(ONE, "v=0 answer".into()));
        let start = viewers.asks().expect("it starts");
        assert_eq!(start["jsep"], json!({ "type": "answer", "sdp": "v=0 answer" }));
        assert_eq!(start["body"]["request"], "start");
        assert_eq!(event(&mut viewers, json!({ "janus": "ack", "transaction": "start 1" })), None);
        let data = json!({ "plugin": "janus.plugin.videoroom", "data": { "videoroom": "event", "started": "ok" } });
        let started = json!({ "janus": "event", "sender": HANDLE, "transaction": "start 1", "plugindata": data });
        assert_eq!(event(&mut viewers, started), Some((ONE, Said::Takes)));
        assert_eq!(asked(&mut viewers), [("trickle".into(), Some(HANDLE), "other 1".into())]);
        let up = json!({ "janus": "webrtcup", "sender": HANDLE });
        assert_eq!(event(&mut viewers, up), Some((ONE, Said::Flows)));
        assert_eq!(event(&mut viewers, json!({ "janus": "media", "sender": HANDLE, "receiving": true })), None);
        assert_eq!(event(&mut viewers, json!({ "janus": "hangup", "sender": HANDLE })), Some((ONE, Said::Gone)));
        assert_eq!(asked(&mut viewers), [("detach".into(), Some(HANDLE), "other 1".into())]);
        assert!(!viewers.take(&json!({ "janus": "detached", "sender": HANDLE })), "it is nobody's any more");
    }

    #[test]
    fn a_viewer_is_moved_to_another_layer_by_the_mid_that_it_was_offered() {
        let offer = "v=0\r\nm=audio 9 X 111\r\na=mid:a\r\nm=video 9 X 102\r\na=mid:v\r\nm=video 9 X 102\r\na=mid:w\r\n";
        let at_a_mountpoint = json!({ "request": "configure", "mid": "v", "substream": 1 });
        let in_a_room = json!({ "request": "configure", "streams": [{ "mid": "v", "substream": 1 }] });
        for (plugin, body) in [(STREAMING, at_a_mountpoint), (VIDEO_ROOM, in_a_room)] {
            let mut viewers = viewers();
            viewers.room.plugin = plugin;
            viewers.wished(Wish::Admit(ONE));
            viewers.wished(Wish::Layer(ONE, Rid::H));
            event(&mut viewers, json!({ "janus": "success", "transaction": "attach 1", "data": { "id": HANDLE } }));
            viewers.wished(Wish::Layer(ONE, Rid::H));
            assert_eq!(asked(&mut viewers).len(), 2, "it is offered nothing yet");
            event(&mut viewers, json!({ "janus": "event", "transaction": "join 1", "jsep": { "sdp": offer } }));
            viewers.wished(Wish::Layer(ONE, Rid::H));
            let asks = viewers.asks().expect("it is moved");
            assert_eq!((&asks["body"], &asks["handle_id"]), (&body, &json!(HANDLE)));
            let refused = json!({ "janus": "error", "transaction": "layer 1", "error": { "code": 456 } });
            assert!(event(&mut viewers, refused).is_none(), "it goes on watching");
            viewers.wished(Wish::Kick(ONE));
            viewers.wished(Wish::Layer(ONE, Rid::Q));
            assert_eq!(asked(&mut viewers), [("detach".into(), Some(HANDLE), "other 1".into())], "it is gone");
            viewers.assert_whole();
        }
    }

    #[test]
    fn who_is_kicked_is_detached_however_far_it_is_and_told_nothing() {
        let mut viewers = offered();
        viewers.wished(Wish::Kick(ONE));
        viewers.wished(Wish::Kick(ONE));
        assert_eq!(asked(&mut viewers), [("detach".into(), Some(HANDLE), "other 1".into())], "once");
        viewers.wished(Wish::Answer(ONE, "v=0 late".into()));
        assert_eq!((viewers.says(), asked(&mut viewers)), (Some((ONE, Said::Gone)), vec![]));

        let mut viewers = self::viewers();
        viewers.wished(Wish::Admit(ONE));
        viewers.wished(Wish::Kick(ONE));
        asked(&mut viewers);
        let attached = json!({ "janus": "success", "transaction": "attach 1", "data": { "id": HANDLE } });
        assert_eq!(event(&mut viewers, attached), None);
        assert_eq!(asked(&mut viewers), [("detach".into(), Some(HANDLE), "other 1".into())]);
    }

    #[test]
    fn what_janus_refuses_is_said_in_its_words_and_leaves_nothing() {
        for refusal in [
            json!({ "janus": "error", "transaction": "attach 1", "error": { "code": 460, "reason": "No such plugin" } }),
            json!({ "janus": "event", "transaction": "join 1", "plugindata": { "data": { "error_code": 428, "error": "No such feed" } } }),
            json!({ "janus": "event", "transaction": "join 1", "plugindata": { "data": { "videoroom": "attached" } } }),
            json!({ "janus": "success", "transaction": "attach 1", "data": {} }),
        ] {
            let mut viewers = viewers();
            viewers.wished(Wish::Admit(ONE));
            let said = event(&mut viewers, refusal);
            assert!(
                matches!(&said, Some((ONE, Said::Refuses(why))) if why.starts_with("No such") || why.starts_with("it "))
            );
            assert!(viewers.seats.is_empty() && viewers.of_handle.is_empty());
        }
    }

    #[test]
    fn janus_is_sent_to_no_place_that_an_answer_names() {
        let mut viewers = offered();
        let to = "1 1 udp 2113937151 10.0.0.1 53 typ host";
        // In whatever case, and with blanks that some reader may take away: Janus knows it by any of the former.
        let all: String = ["candidate", "Candidate", "CANDIDATE", " candidate", "candidate "]
            .map(|name| format!("a={name}:{to}\r\n"))
            .concat();
        viewers.wished(Wish::Answer(
            ONE,
            format!("v=0\r\n{all}a=mid:0\r\n{all}a=candidate:{to}\na=end-of-candidates\r\n"),
        ));
        let start = viewers.asks().expect("it starts");
        assert_eq!(start["jsep"]["sdp"], "v=0\r\na=mid:0\r\na=end-of-candidates\r\n");
    }

    #[test]
    fn a_handle_that_nobody_asked_for_is_not_kept() {
        let mut viewers = offered();
        for handle in [HANDLE, HANDLE + 1, HANDLE + 2] {
            let attached = json!({ "janus": "success", "transaction": "attach 1", "data": { "id": handle } });
            assert_eq!(event(&mut viewers, attached), None);
            viewers.assert_whole();
        }
        assert_eq!((asked(&mut viewers), viewers.of_handle.len()), (vec![], 1));
    }

    #[test]
    fn what_is_of_no_viewer_is_left_to_who_publishes() {
        let mut viewers = offered();
        for event in [
            json!({ "janus": "hangup", "sender": 1 }),
            json!({ "janus": "timeout", "session_id": 5 }),
            json!({ "janus": "ack", "transaction": "s4" }),
            json!({ "janus": "ack", "transaction": "alive" }),
            json!({ "janus": "event", "transaction": "no viewer" }),
        ] {
            assert!(!viewers.take(&event), "{event}");
        }
    }
}
