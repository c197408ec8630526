//! Where the owner meets the relays: their thread, and the outputs of the stream that they are while they run.

use crate::happened::Happened;
use crate::outputs::{Delivery, OutputId, Outputs, SlowOutput};
use protocol::RelayId;
use relay::{Open, Relays, State, Target, Told, Uplink, Wish};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;
use stream::Clock;
use tokio::sync::{mpsc, watch};
use words::said;

/// The name of the thread that takes the frames for a relay, and waits where it has to.
const THREAD: &str = "relay-uplink";

/// Relays that are open. Each is an output of the stream while it runs.
pub(crate) struct Relaying {
    outputs: Arc<Outputs>,
    clock: Clock,
    tell: mpsc::UnboundedSender<Happened>,
    /// The thread of all of them, from the first on.
    relays: Option<Relays>,
    open: HashMap<RelayId, Open>,
    flowing: Arc<Mutex<HashMap<RelayId, OutputId>>>,
    /// How many have not told their end.
    count: watch::Sender<usize>,
}

impl Relaying {
    /// `clock` is the stream's.
    pub(crate) fn new(outputs: Arc<Outputs>, clock: Clock, tell: mpsc::UnboundedSender<Happened>) -> Relaying {
        Relaying {
            outputs,
            clock,
            tell,
            relays: None,
            open: HashMap::new(),
            flowing: Arc::default(),
            count: watch::channel(0).0,
        }
    }

    /// Begins with one. [`Happened::Relay`] follows, to its end.
    pub(crate) fn open(&mut self, relay: RelayId, target: Target) {
        let relays = match &self.relays {
            Some(relays) => relays,
            None => match Relays::start() {
                Ok(relays) => self.relays.insert(relays),
                Err(error) => {
                    let failed = State::Failed(said!("relay.no_thread", error));
                    // The owner is gone only when the program ends.
                    let _ = self.tell.send(Happened::Relay(relay, failed));
                    return;
                }
            },
        };
        self.count.send_modify(|count| *count += 1);
        let (outputs, flowing) = (self.outputs.clone(), self.flowing.clone());
        let (tell, count) = (self.tell.clone(), self.count.clone());
        let told = move |told| match told {
            Told::Up(uplink) => {
                if let Some(output) = flow(&outputs, *uplink) {
                    lock(&flowing).insert(relay, output);
                }
            }
            Told::Down => {
                let output = lock(&flowing).remove(&relay);
                output.into_iter().for_each(|output| outputs.remove(output));
            }
            Told::Keyframe(codec, rid) => outputs.wish(codec, rid, Instant::now()),
            // As above.
            Told::Viewer(viewer, said) => drop(tell.send(Happened::AtRelay(relay, viewer, said))),
            Told::State(state) => {
                let over = matches!(state, State::Stopped | State::Failed(_));
                // As above.
                let _ = tell.send(Happened::Relay(relay, state));
                if over {
                    count.send_modify(|count| *count = count.saturating_sub(1));
                }
            }
        };
        self.open.insert(relay, relays.open(target, self.clock, told));
    }

    /// Asks its engine something about a viewer.
    pub(crate) fn wish(&mut self, relay: RelayId, wish: Wish) {
        if self.open.get(&relay).is_some_and(|open| !open.wish(wish)) {
            tracing::error!("relay {relay} does not keep up: it is ended, and all who watch there with it");
            self.close(relay);
        }
    }

    /// Ends one.
    pub(crate) fn close(&mut self, relay: RelayId) {
        self.open.remove(&relay);
    }

    /// Done when all that were closed have taken leave of their engines.
    pub(crate) async fn finish(&mut self) {
        self.open.clear();
        let mut count = self.count.subscribe();
        // Its other end is here.
        let _ = count.wait_for(|count| *count == 0).await;
    }
}

/// Makes a relay an output. It begins with a keyframe of each layer, which it wishes for itself.
fn flow(outputs: &Outputs, mut uplink: Uplink) -> Option<OutputId> {
    let layers = uplink.layers();
    let taker = move |delivery: &Delivery| {
        threads::ask_for(threads::Priority::Pictures);
        match delivery {
            Delivery::Frame(frame) => uplink.take(frame),
            Delivery::Ended => uplink.interrupted(),
        }
    };
    match SlowOutput::start(THREAD, &layers, taker) {
        Ok(output) => Some(outputs.add(Arc::new(output))),
        Err(error) => {
            tracing::error!("there is no room for a relay's thread: {error}");
            None
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
