//! The socket of a watch page: count, removed, ended, back live. Its loss ends no session.

use crate::client::Client;
use crate::places::Seat;
use crate::shared::{Shared, ended};
use crate::whep::problem;
use crate::{PageId, Request, Told};
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade, close_code};
use axum::extract::{Extension, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use protocol::PageHello;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use threads::After;
use tokio::sync::mpsc;
use tokio::time::MissedTickBehavior;

/// Messages that wait for a page that reads slowly. They are few (the count comes once a second, the busiest chat twenty frames), and the
/// kernel holds some seconds of them besides, so a page this far behind is not there any more. Who comes back to a chat is given
/// twenty-six at once, at the most.
const PAGE_QUEUE: usize = 32;

/// A message that a page does not take within this ends its socket.
const SEND_TIME: Duration = Duration::from_secs(5);

/// Largest message from a page, bytes: 500 characters of any script, and what JSON makes of them.
const MAX_MESSAGE: usize = 8192;

/// Read at once from a page, bytes: what it says is a hundred mostly.
const READ_BUFFER: usize = 1024;

/// Pings in the idle time; as many without an answer end a socket.
const PINGS: u32 = 3;

/// Messages of any kind that a page may send between two pings: its latency once a second, what somebody writes and reacts with twice as
/// fast as is let through, so that who writes on and on is told first. What they are made of is counted by its connection.
const MAX_HEARD: u32 = 120;

/// What a page of another address is told, and who finds it in front of a proxy that changes what we are called.
pub(crate) const NOT_OURS: &str = "This is for the watch page of the same address. Behind a proxy, start Skylark with --public and the address that \
    browsers call, or have the proxy hand Host on.\n";

/// What a request without an upgrade is told.
const NO_SOCKET: &str = "This is a WebSocket. A proxy has to hand Upgrade and Connection on (nginx: proxy_http_version 1.1; proxy_set_header \
    Upgrade $http_upgrade; proxy_set_header Connection upgrade).\n";

/// `GET /w/TOKEN/events`
pub(crate) async fn open(
    State(shared): State<Arc<Shared>>,
    Path(token): Path<String>,
    Extension(seat): Extension<Seat>,
    client: Client,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, axum::extract::ws::rejection::WebSocketUpgradeRejection>,
) -> Response {
    if !client.outside.is_ours(&headers) {
        return (StatusCode::FORBIDDEN, NOT_OURS).into_response();
    }
    let upgrade = match upgrade {
        // The library's own read buffer is 128 KiB: with it a page costs 137 kB of memory, without it 6.
        Ok(upgrade) => upgrade
            .max_message_size(MAX_MESSAGE)
            .max_frame_size(MAX_MESSAGE)
            .read_buffer_size(READ_BUFFER)
            .write_buffer_size(0),
        Err(rejection) => return (rejection.status(), NO_SOCKET).into_response(),
    };
    let page = shared.new_page();
    let (tell, told) = mpsc::channel(PAGE_QUEUE);
    let (from, visitor) = (client.visitor.address, client.visitor);
    let request = |reply| Request::PageOpened { page, token, visitor, tell, seat: seat.clone(), reply };
    // From here on the owner may have it open, whatever becomes of the connection.
    let mut open = OpenPage { page, told_owner: Some(shared.requests.clone()) };
    match shared.ask_with_link(from, request).await {
        Ok(Ok(())) => {
            seat.opens_page();
            upgrade.on_upgrade(move |socket| async move {
                // A panic there is told; the page connects again.
                drop(threads::task("page", After::Lost, run(socket, told, open, seat, shared)).await);
            })
        }
        Ok(Err(refusal)) => {
            open.told_owner = None;
            problem::refused(&refusal)
        }
        Err(unavailable) => problem::unavailable(&unavailable),
    }
}

/// A page that the owner may know as open. The owner hears of its end when this is dropped, by whatever way it ends.
struct OpenPage {
    page: PageId,
    /// None once the owner said no.
    told_owner: Option<mpsc::Sender<Request>>,
}

impl Drop for OpenPage {
    fn drop(&mut self) {
        let page = self.page;
        if let Some(requests) = self.told_owner.take() {
            let tell = async move { requests.send(Request::PageClosed { page }).await };
            tokio::spawn(threads::task("page-closed", After::Lost, tell));
        }
    }
}

/// Runs a page's socket to its end.
async fn run(mut socket: WebSocket, told: mpsc::Receiver<Told>, open: OpenPage, seat: Seat, shared: Arc<Shared>) {
    if let Some((code, reason)) = converse(&mut socket, told, &open, &seat, &shared).await {
        let close = Message::Close(Some(CloseFrame { code, reason: Utf8Bytes::from_static(reason) }));
        let _ = tokio::time::timeout(Duration::from_secs(1), socket.send(close)).await;
    }
}

/// Carries messages both ways; answers with what the socket is to be closed, none when the page is gone.
async fn converse(
    socket: &mut WebSocket,
    mut told: mpsc::Receiver<Told>,
    open: &OpenPage,
    seat: &Seat,
    shared: &Shared,
) -> Option<(u16, &'static str)> {
    let every = shared.config.limits.idle_time / PINGS;
    let mut ping = tokio::time::interval_at(tokio::time::Instant::now() + every, every);
    // After a pause of the whole machine a page gets its time to answer, rather than all pings at once.
    ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut shutdown = shared.shutdown.clone();
    // The first goes out before anything is heard: a timer that is due at once comes a millisecond later, and what is heard would be counted
    // anew from there.
    send(socket, Message::Ping(Default::default())).await?;
    let (mut unanswered, mut heard) = (1, 0);
    loop {
        tokio::select! {
            // A ping counts as progress of the connection, so it goes before waiting for more.
            biased;
            () = ended(&mut shutdown) => {
                while let Ok(message) = told.try_recv() {
                    send(socket, message.frame()).await?;
                }
                return Some((close_code::AWAY, "the broadcaster's program ends"));
            }
            _ = ping.tick() => {
                if unanswered == PINGS {
                    return None;
                }
                unanswered += 1;
                heard = 0;
                seat.page.frames.store(0, Ordering::Relaxed);
                send(socket, Message::Ping(Default::default())).await?;
            }
            // Before more is heard: the answers to all that a page said in one go would not find room.
            message = told.recv() => match message {
                Some(message) => send(socket, message.frame()).await?,
                None => return Some((close_code::POLICY, "this page is told nothing more")),
            },
            incoming = socket.recv() => {
                let message = incoming?.ok()?;
                unanswered = 0;
                heard += 1;
                if heard > MAX_HEARD {
                    return Some((close_code::POLICY, "too many messages"));
                }
                match message {
                    Message::Text(text) => {
                        let Ok(hello) = serde_json::from_str::<PageHello>(&text) else {
                            return Some((close_code::INVALID, "this message means nothing"));
                        };
                        let page = open.page;
                        shared.ask(|reply| Request::PageSaid { page, hello, reply }).await.ok()?;
                    }
                    Message::Binary(_) => return Some((close_code::UNSUPPORTED, "text only")),
                    Message::Ping(_) | Message::Pong(_) => {}
                    Message::Close(_) => return None,
                }
            }
        }
    }
}

/// None when the page does not take it.
async fn send(socket: &mut WebSocket, message: Message) -> Option<()> {
    tokio::time::timeout(SEND_TIME, socket.send(message)).await.ok()?.ok()
}
