//! RealtimeKit, which gives a desktop's programs what their users have no rights to. It is asked over the system's bus, by a thread of its
//! own: no thread that needs priority waits for another program.

use super::gave_none;
use std::io;
use std::sync::OnceLock;
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::time::Duration;
use zbus::blocking::{Connection, Proxy, connection};

/// What is asked for a thread of ours.
#[derive(Clone, Copy, Debug)]
pub(super) enum Ask {
    RealTime { thread: i32, priority: i32 },
    Nice { thread: i32, nice: i32 },
}

/// More threads than ask at once.
const WAITING: usize = 64;

/// A connection that is not used for so long is closed.
const IDLE: Duration = Duration::from_secs(10);

/// Whoever does not answer in this time does not.
const PATIENCE: Duration = Duration::from_secs(5);

const NAME: &str = "org.freedesktop.RealtimeKit1";
const PATH: &str = "/org/freedesktop/RealtimeKit1";

/// Asks for it; `refused` is what the kernel said before.
pub(super) fn ask(ask: Ask, refused: &io::Error) {
    static ASKS: OnceLock<Option<SyncSender<Ask>>> = OnceLock::new();
    let asks = ASKS.get_or_init(|| {
        let (asks, asked) = mpsc::sync_channel(WAITING);
        let started = crate::restarted("priority", move || run(&asked));
        started.is_ok().then_some(asks)
    });
    if asks.as_ref().is_none_or(|asks| asks.try_send(ask).is_err()) {
        gave_none(&refused.to_string());
    }
}

fn run(asked: &Receiver<Ask>) {
    while let Ok(first) = asked.recv() {
        crate::fault();
        let result = connect().and_then(|connection| {
            let rtkit = Proxy::new(&connection, NAME, PATH, NAME)?;
            give(&rtkit, first)?;
            while let Ok(next) = asked.recv_timeout(IDLE) {
                give(&rtkit, next)?;
            }
            Ok(())
        });
        if let Err(error) = result {
            gave_none(&error.to_string());
        }
    }
}

fn connect() -> zbus::Result<Connection> {
    connection::Builder::system()?.method_timeout(PATIENCE).build()
}

fn give(rtkit: &Proxy<'_>, ask: Ask) -> zbus::Result<()> {
    match ask {
        Ask::RealTime { thread, priority } => {
            rtkit.call("MakeThreadRealtime", &(u64::from(thread.unsigned_abs()), priority.unsigned_abs()))
        }
        Ask::Nice { thread, nice } => rtkit.call("MakeThreadHighPriority", &(u64::from(thread.unsigned_abs()), nice)),
    }
}
