//! The accept loop, and who is given a connection.

use crate::places::{Place, Places};
use crate::shared::{Shared, ended};
use crate::{Config, Connection, Request, Takers, allocator, http, nofile, routes};
use axum::Router;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use threads::After;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;

/// How long open connections have to finish when the program ends.
const GRACE: Duration = Duration::from_millis(1500);

/// A pause after a failed accept: what makes it fail (no file descriptor free) does not pass in a microsecond.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// How long behind the greater part of a crowd the rest has to leave, before what they held is given back.
const SETTLING: Duration = Duration::from_secs(1);

/// Between two times that it is. Others may wait for memory meanwhile, and anybody who reaches the port can come as a crowd and leave.
const GIVE_BACK_PAUSE: Duration = Duration::from_secs(10);

/// Told to a connection for which there is no room, before it is closed.
const NO_ROOM: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 10\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

/// Serves until `shutdown` holds `true` or its sender is dropped; then page sockets are closed with "going away" and this
/// future is done within two seconds.
pub async fn serve(
    listener: TcpListener,
    config: Config,
    requests: mpsc::Sender<Request>,
    shutdown: watch::Receiver<bool>,
) {
    serve_with(listener, config, requests, Takers::default(), shutdown).await;
}

/// As [`serve()`], with who takes the connections that are not HTTP.
pub async fn serve_with(
    listener: TcpListener,
    config: Config,
    requests: mpsc::Sender<Request>,
    takers: Takers,
    mut shutdown: watch::Receiver<bool>,
) {
    nofile::raise();
    let places = Places::new(&config.limits, config.trusted_proxy);
    let shared = Arc::new(Shared::new(config, requests, shutdown.clone()));
    let door = Door { takers, router: routes::router(shared.clone()), shared, places: places.clone() };
    let mut connections = JoinSet::new();
    let gives_back = give_back_after_crowds(places.clone(), SETTLING, GIVE_BACK_PAUSE, allocator::give_back);
    connections.spawn(threads::task("give-back", After::Lost, gives_back));
    // Said once until one is accepted again: it is tried ten times a second.
    let mut refused = false;
    loop {
        tokio::select! {
            () = ended(&mut shutdown) => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    refused = false;
                    let peer = peer.ip().to_canonical();
                    match places.take(peer) {
                        Some(place) => { let give = door.clone().give(stream, peer, place); connections.spawn(threads::task("connection", After::Lost, give)); }
                        None => { let _ = stream.try_write(NO_ROOM); }
                    }
                }
                Err(error) => {
                    if !std::mem::replace(&mut refused, true) {
                        tracing::warn!(%error, "connections cannot be accepted now");
                    }
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            },
            Some(_) = connections.join_next() => {}
        }
    }
    drop(listener);
    // A page's socket outlives the task that accepted it: its place tells when it is closed.
    if tokio::time::timeout(GRACE, places.all_free()).await.is_err() {
        tracing::debug!("some connections had to be cut");
    }
    connections.shutdown().await;
}

/// Gives back what each crowd held, once the last of it, who leave after it is said, have left too: pages on which one thing is still
/// used stay. Of crowds that leave meanwhile all that they held is given back at once.
async fn give_back_after_crowds(
    places: Arc<Places>,
    settling: Duration,
    pause: Duration,
    give_back: impl Fn() + Clone + Send + 'static,
) {
    loop {
        places.emptied().await;
        tokio::time::sleep(settling).await;
        let _ = tokio::task::spawn_blocking(threads::caught("give-back", give_back.clone())).await;
        tokio::time::sleep(pause).await;
    }
}

/// The one place that says whose a connection is.
#[derive(Clone)]
struct Door {
    takers: Takers,
    router: Router,
    shared: Arc<Shared>,
    places: Arc<Places>,
}

impl Door {
    /// Looks at the first bytes, and gives the connection to whom it is for, until its end. Who says nothing holds nobody up: this
    /// is a task of its own, and is over when a request's header would have to be there.
    async fn give(self, stream: TcpStream, peer: IpAddr, place: Place) {
        // Answers and page messages are small, and each is waited for.
        let _ = stream.set_nodelay(true);
        let limits = &self.shared.config.limits;
        let header_time = self.places.header_time();
        let until = Instant::now() + header_time;
        let mut connection = Connection::new(stream, peer, limits.idle_time, place);
        let Ok(Some(protocol)) = tokio::time::timeout_at(until, connection.protocol()).await else { return };
        match self.takers.of(protocol) {
            Some(taker) => taker.take(connection).await,
            // Apart from this task, so that who says nothing costs no room for what HTTP needs.
            None => Box::pin(http::serve(connection, until, header_time, self.router, self.shared)).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Limits;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[tokio::test]
    async fn crowds_that_come_and_leave_again_and_again_have_memory_given_back_now_and_then() {
        const PAUSE: Duration = Duration::from_millis(200);
        let places = Places::new(&Limits::default(), None);
        let given = Arc::new(AtomicU32::new(0));
        let count = given.clone();
        let counts = move || _ = count.fetch_add(1, Ordering::Relaxed);
        let gives_back = give_back_after_crowds(places.clone(), Duration::from_millis(1), PAUSE, counts);
        let gives_back = tokio::spawn(gives_back);
        let crowd = || drop((0..300).filter_map(|_| places.take([127, 0, 0, 1].into())).collect::<Vec<Place>>());
        let begun = Instant::now();
        for _ in 0..100 {
            crowd();
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let (before, most) = (given.load(Ordering::Relaxed), 1 + begun.elapsed().div_duration_f32(PAUSE) as u32);
        assert!((1..=most).contains(&before), "{before} times, where {most} are the most");
        crowd();
        tokio::time::sleep(2 * PAUSE).await;
        let after = given.load(Ordering::Relaxed);
        assert!(after > before, "what the last of them held, too");
        tokio::time::sleep(3 * PAUSE).await;
        assert_eq!(given.load(Ordering::Relaxed), after, "and then there is nothing");
        gives_back.abort();
    }
}
