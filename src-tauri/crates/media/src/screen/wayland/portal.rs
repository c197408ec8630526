//! The desktop's portal (org.freedesktop.portal.ScreenCast), which asks people what is to be shown and hands out what they chose, over
//! D-Bus. Nothing of the desktop is seen without it, and nothing that nobody chose.

use std::{
    collections::HashMap,
    os::fd::OwnedFd,
    pin::Pin,
    sync::atomic::{AtomicU32, Ordering},
    task::{Context, Poll, Waker},
    thread,
    time::{Duration, Instant},
};
use zbus::{
    MatchRule, MessageStream,
    blocking::{Connection, connection::Builder},
    export::{futures_core::Stream as _, serde::Serialize},
    message::{Flags, Message, Type},
    zvariant::{self, ObjectPath, OwnedObjectPath, OwnedValue, Value},
};

/// A portal that can show screens.
pub(super) struct Portal {
    connection: Connection,
    /// 4: it gives tokens.
    version: u32,
    /// Bits, as `MONITOR` and `WINDOW`.
    kinds: u32,
    /// Bits, as `EMBEDDED`.
    cursors: u32,
}

/// What was chosen.
pub(super) struct Chosen {
    pub(super) session: Session,
    /// Its number in PipeWire.
    pub(super) node: u32,
    /// The connection to PipeWire by which it may be seen, and nothing else.
    pub(super) remote: OwnedFd,
    /// By it the portal knows again what was chosen, and asks nobody. Good for one time.
    pub(super) token: Option<String>,
}

/// As long as this is there the portal lets it be seen. Dropping it ends that.
pub(super) struct Session {
    connection: Connection,
    path: OwnedObjectPath,
    closed: MessageStream,
}

/// Why nothing can be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// There is no session bus, or no portal on it that shows screens: what the bus says.
    Missing(String),
    /// People closed the portal's window without choosing anything.
    Declined,
    /// The portal gave up: it has no window to ask with, or nothing that could be shown.
    Ended,
    /// Nobody here wants it any more.
    GivenUp,
    /// It answered otherwise than it should.
    Failed(String),
}

const NAME: &str = "org.freedesktop.portal.Desktop";
const PATH: &str = "/org/freedesktop/portal/desktop";
const SCREEN_CAST: &str = "org.freedesktop.portal.ScreenCast";
const REQUEST: &str = "org.freedesktop.portal.Request";
const SESSION: &str = "org.freedesktop.portal.Session";

/// Of `SelectSources`: what may be chosen, how the pointer is shown, how long the choice is kept.
const MONITOR: u32 = 1;
const WINDOW: u32 = 2;
const EMBEDDED: u32 = 2;
const UNTIL_REVOKED: u32 = 2;

/// The version that keeps a choice.
const KEEPS: u32 = 4;

/// A portal that is started by the first call takes seconds on a slow machine.
const ANSWER: Duration = Duration::from_secs(15);

/// So often is looked whether people have chosen.
const LOOK: Duration = Duration::from_millis(20);

/// Each request has a signal or two.
const QUEUE: usize = 4;

type Options<'a> = HashMap<&'a str, Value<'a>>;
type Results = HashMap<String, OwnedValue>;

impl Portal {
    /// The portal on this bus; None: that of the session.
    pub(super) fn on(address: Option<&str>) -> Result<Portal, Trouble> {
        let missing = |error: zbus::Error| Trouble::Missing(error.to_string());
        let builder = address.map_or_else(Builder::session, Builder::address).map_err(missing)?;
        let connection = builder.method_timeout(ANSWER).build().map_err(missing)?;
        let number = |name: &str| -> zbus::Result<u32> {
            let properties = Some("org.freedesktop.DBus.Properties");
            let reply = connection.call_method(Some(NAME), PATH, properties, "Get", &(SCREEN_CAST, name))?;
            let value: OwnedValue = reply.body().deserialize()?;
            Ok(u32::try_from(value)?)
        };
        let version = number("version").map_err(missing)?;
        // The first version had no word for the pointer, and showed none.
        let (kinds, cursors) = (number("AvailableSourceTypes"), number("AvailableCursorModes"));
        Ok(Portal { version, kinds: kinds.unwrap_or(MONITOR), cursors: cursors.unwrap_or_default(), connection })
    }

    /// Has people choose, which may take as long as they like, or until nobody wants it any more. `token`: what they chose before.
    pub(super) fn ask(&self, token: Option<&str>, given_up: &dyn Fn() -> bool) -> Result<Chosen, Trouble> {
        let soon = Some(Instant::now() + ANSWER);
        let name = unused_name();
        let create = Options::from([("session_handle_token", Value::from(name))]);
        let mut made = self.request("CreateSession", soon, given_up, |options| {
            let mut all = create;
            all.extend(options);
            (all,)
        })?;
        let path = made.remove("session_handle").and_then(path).ok_or_else(|| strange("it made no session"))?;
        let session = self.session(path)?;
        let mut select = Options::from([("types", Value::from(wanted(self.kinds))), ("multiple", Value::from(false))]);
        if self.cursors & EMBEDDED != 0 {
            select.insert("cursor_mode", Value::from(EMBEDDED));
        }
        if self.version >= KEEPS {
            select.insert("persist_mode", Value::from(UNTIL_REVOKED));
            select.extend(token.map(|token| ("restore_token", Value::from(token))));
        }
        // Some portals ask here already, and nobody says how long people may think.
        self.request("SelectSources", None, given_up, |options| {
            let mut all = select;
            all.extend(options);
            (&session.path, all)
        })?;
        let mut started = self.request("Start", None, given_up, |options| (&session.path, "", options))?;
        let node = started.get("streams").and_then(|streams| first_node(streams));
        let node = node.ok_or_else(|| strange("it gave nothing to be shown"))?;
        let token = started.remove("restore_token").and_then(|token| String::try_from(token).ok());
        let remote = self.call("OpenPipeWireRemote", &(&session.path, Options::new()))?;
        let remote: zvariant::OwnedFd = remote.body().deserialize().map_err(failed)?;
        Ok(Chosen { session, node, remote: remote.into(), token })
    }

    /// Makes a call whose answer comes later, by a signal.
    fn request<'a, B>(
        &self,
        method: &str,
        until: Option<Instant>,
        given_up: &dyn Fn() -> bool,
        arguments: impl FnOnce(Options<'a>) -> B,
    ) -> Result<Results, Trouble>
    where
        B: Serialize + zvariant::DynamicType,
    {
        let name = unused_name();
        let sender = self.connection.unique_name().map(|name| name.trim_start_matches(':').replace('.', "_"));
        let path = format!("{PATH}/request/{}/{name}", sender.unwrap_or_default());
        // Before the call: the answer may be there before the call returns.
        let mut answers = self.signals(&path, REQUEST, "Response")?;
        self.call(method, &arguments(Options::from([("handle_token", Value::from(name))])))?;
        loop {
            match next(&mut answers) {
                Next::Nothing => {}
                Next::Ended => return Err(strange("the session's bus went away")),
                Next::Message(answer) => {
                    let (code, results): (u32, Results) = answer.body().deserialize().map_err(failed)?;
                    return match code {
                        0 => Ok(results),
                        1 => Err(Trouble::Declined),
                        _ => Err(Trouble::Ended),
                    };
                }
            }
            if given_up() {
                // Its window goes away.
                close(&self.connection, &path, REQUEST);
                return Err(Trouble::GivenUp);
            }
            if until.is_some_and(|until| Instant::now() > until) {
                return Err(strange("it does not answer"));
            }
            thread::sleep(LOOK);
        }
    }

    fn call<B>(&self, method: &str, arguments: &B) -> Result<Message, Trouble>
    where
        B: Serialize + zvariant::DynamicType,
    {
        self.connection.call_method(Some(NAME), PATH, Some(SCREEN_CAST), method, arguments).map_err(failed)
    }

    fn session(&self, path: OwnedObjectPath) -> Result<Session, Trouble> {
        let closed = self.signals(path.as_str(), SESSION, "Closed")?;
        Ok(Session { connection: self.connection.clone(), path, closed })
    }

    fn signals(&self, path: &str, interface: &str, member: &str) -> Result<MessageStream, Trouble> {
        let rule = || -> zbus::Result<MatchRule<'static>> {
            let rule = MatchRule::builder().msg_type(Type::Signal).sender(NAME)?;
            Ok(rule.path(path.to_owned())?.interface(interface.to_owned())?.member(member.to_owned())?.build())
        };
        let rule = rule().map_err(failed)?;
        zbus::block_on(MessageStream::for_match_rule(rule, self.connection.inner(), Some(QUEUE))).map_err(failed)
    }
}

impl Session {
    /// Whether the portal ended it: the window was closed, the screen unplugged, or people said so.
    pub(super) fn is_closed(&mut self) -> bool {
        !matches!(next(&mut self.closed), Next::Nothing)
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        close(&self.connection, self.path.as_str(), SESSION);
    }
}

/// Ends a request or a session. Nobody waits for an answer: there may be none while people are asked, and one that is over needs no closing.
fn close(connection: &Connection, path: &str, interface: &str) {
    let send = || {
        let call = Message::method_call(path, "Close")?.destination(NAME)?.interface(interface)?;
        connection.send(&call.with_flags(Flags::NoReplyExpected)?.build(&())?)
    };
    if let Err(error) = send() {
        tracing::debug!("the portal was not told that {path} is over: {error}");
    }
}

enum Next {
    Nothing,
    Message(Message),
    Ended,
}

/// What waits there. The bus is read by a thread of its library's, so that looking is enough.
fn next(stream: &mut MessageStream) -> Next {
    match Pin::new(stream).poll_next(&mut Context::from_waker(Waker::noop())) {
        Poll::Pending => Next::Nothing,
        Poll::Ready(Some(Ok(message))) => Next::Message(message),
        Poll::Ready(Some(Err(_)) | None) => Next::Ended,
    }
}

/// What may be chosen of what there is.
fn wanted(kinds: u32) -> u32 {
    match kinds & (MONITOR | WINDOW) {
        0 => MONITOR,
        kinds => kinds,
    }
}

/// A name that no request of this program had.
fn unused_name() -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    format!("skylark{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed))
}

/// It should be a path, and is a text in portals until today.
fn path(value: OwnedValue) -> Option<OwnedObjectPath> {
    match &*value {
        Value::Str(text) => ObjectPath::try_from(text.to_string()).ok().map(OwnedObjectPath::from),
        Value::ObjectPath(path) => Some(path.to_owned().into()),
        _ => None,
    }
}

/// The number of the first of several streams, each a number and what else is known of it.
fn first_node(streams: &Value<'_>) -> Option<u32> {
    let Value::Array(streams) = streams else { return None };
    let Some(Value::Structure(first)) = streams.inner().first() else { return None };
    match first.fields().first() {
        Some(Value::U32(node)) => Some(*node),
        _ => None,
    }
}

fn failed(error: impl Into<zbus::Error>) -> Trouble {
    Trouble::Failed(error.into().to_string())
}

fn strange(what: &str) -> Trouble {
    Trouble::Failed(what.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn screens_and_windows_are_asked_for_where_there_are_such() {
        assert_eq!([1, 2, 3, 7, 0, 4].map(wanted), [1, 2, 3, 3, 1, 1]);
    }

    #[test]
    fn what_a_portal_answers_is_read_and_what_it_should_not_answer_is_none() {
        let text = "/org/freedesktop/portal/desktop/session/1_6/s1";
        let value = |value: Value<'_>| OwnedValue::try_from(value).expect("it has no file");
        assert_eq!(path(value(text.into())).expect("a text will do").as_str(), text);
        let right = ObjectPath::try_from(text).expect("it is one");
        assert_eq!(path(value(right.into())).expect("it is one").as_str(), text);
        assert!(path(value("no path".into())).is_none() && path(value(7_u32.into())).is_none());
        let about = HashMap::<String, Value<'_>>::new();
        let streams = Value::from(vec![(36_u32, about.clone()), (40_u32, about)]);
        assert_eq!(first_node(&streams), Some(36));
        for wrong in [Value::from(Vec::<u32>::new()), Value::from(vec![36_u32]), Value::from(vec![("one", 2_u32)])] {
            assert_eq!(first_node(&wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn where_there_is_no_bus_that_is_said() {
        let nowhere = Portal::on(Some("unix:path=/nowhere/at/all")).err();
        assert!(matches!(nowhere, Some(Trouble::Missing(_))), "{nowhere:?}");
    }
}
