//! What the receiving thread holds and counts, in virtual time: what the transports are given is read from no socket.

mod watcher;

use super::*;
use crate::client::{CHROMIUM, Client};
use crate::connection::answer::{Local, answer};
use crate::connection::dtls::Server;
use crate::connection::transport::Timeouts;
use crate::threads::announce::{Announcer, Session};
use crate::threads::shard::Inbox;
use crate::threads::totals::Totals;
use port::{Check, Credentials, Demux, IceSession, Path, Request, Socket, checker};
use protocol::ViewerId;
use rand::{Rng, SeedableRng, rngs::StdRng};
use sdp::Offer;
use std::net::{SocketAddr, UdpSocket};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};
use stream::Rid;
use watcher::Watcher;

static SERVER: LazyLock<Arc<Server>> = LazyLock::new(|| Arc::new(Server::new().expect("a certificate")));

/// Handshakes that one address may have under way.
const HANDSHAKES: usize = 4;

struct World {
    demux: Demux<(Viewers,)>,
    commands: Arc<Commands>,
    announcer: Arc<Announcer>,
    now: Instant,
}

impl World {
    fn new() -> World {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a free port");
        let socket = Arc::new(Socket::new(socket).expect("a socket"));
        let announcer = Arc::new(Announcer::new(|_| {}, 1));
        let timeouts = Timeouts { join: Duration::from_secs(10), consent: Duration::from_secs(10) };
        let inboxes = vec![Arc::<Inbox>::default()];
        let commands = Arc::<Commands>::default();
        let viewers =
            Viewers::new(commands.clone(), SERVER.clone(), timeouts, HANDSHAKES, inboxes, socket, announcer.clone());
        World { demux: Demux::new((viewers,)), commands, announcer, now: Instant::now() }
    }

    fn join(&mut self, viewer: u32) -> Credentials {
        self.join_as(join(ViewerId(viewer)))
    }

    fn join_as(&mut self, join: Join) -> Credentials {
        let join = Join { at: self.now, ..join };
        let (viewer, ice) = (join.viewer, join.ice.ours.clone());
        assert!(self.announcer.enter(viewer, Session { remote_ufrag: "theirs".to_owned() }));
        self.command(Command::Join(Box::new(join)));
        ice
    }

    fn command(&mut self, command: Command) {
        match command {
            Command::Join(join) => assert!(self.commands.join(join), "there is room"),
            other => self.commands.give(other),
        }
        self.demux.take_commands();
    }

    fn receive(&mut self, datagram: &[u8], from: SocketAddr) {
        self.demux.datagram(&mut datagram.to_vec(), Path::udp(from, None), self.now);
    }

    fn totals(&self) -> Totals {
        self.announcer.counters.totals().with_port(self.demux.totals())
    }

    /// How much is held: viewers, their names, their addresses, their checks, their timers.
    fn sizes(&mut self) -> [usize; 5] {
        let ([viewers, timers], [names, addresses, checks]) = (self.demux.owners().0.sizes(), self.demux.sizes());
        [viewers, names, addresses, checks, timers]
    }
}

/// A viewer whose offer, a browser's, was answered just now.
pub(super) fn join(viewer: ViewerId) -> Join {
    static OFFER: LazyLock<String> = LazyLock::new(|| Client::new(1, 1200, Instant::now()).offer(CHROMIUM));
    answered(viewer, &OFFER)
}

fn answered(viewer: ViewerId, offer: &str) -> Join {
    let offer = Offer::parse(offer).expect("a browser's offer");
    let ours = Credentials::random();
    let local = Local {
        ice: &ours,
        fingerprint: SERVER.fingerprint(),
        candidates: &[],
        ssrcs: [1, 2, 3],
        cname: "cname",
        session: 1,
        codecs: &stream::CODECS.map(|spec| spec.codec),
        level: stream::H264Level::default(),
    };
    let (_, negotiated, sdp::Transport { fingerprint, ice_ufrag, ice_pwd }) =
        answer(&offer, &local).expect("a browser's offer");
    let ice = IceSession { ours, theirs: Credentials { ufrag: ice_ufrag, pwd: ice_pwd } };
    Join { viewer, ice, fingerprint, negotiated, max: Rid::F, at: Instant::now() }
}

pub(super) fn ice_session() -> IceSession {
    IceSession { ours: Credentials::random(), theirs: Credentials::random() }
}

/// An address that cannot be reached: what is sent there is refused by the kernel or lost.
fn somebody(n: u32) -> SocketAddr {
    SocketAddr::from(((0x7f01_0000 | (n >> 16)).to_be_bytes(), n as u16))
}

#[test]
fn nothing_is_held_for_noise_and_all_of_it_is_counted() {
    let mut world = World::new();
    let ice = world.join(1);
    let before = world.sizes();
    let mut random = StdRng::seed_from_u64(4);
    let stranger = checker::check(&Credentials::random(), true);
    let forged = checker::check(&Credentials { pwd: "not the password of it".to_owned(), ..ice.clone() }, true);
    let (mut stun, mut other) = (0, 0);
    for n in 0..100_000u32 {
        let mut noise: Vec<u8> = (0..random.random_range(1..200)).map(|_| random.random()).collect();
        let datagram = match n % 4 {
            0 => &stranger,
            1 => &forged,
            2 => {
                noise[0] %= 4;
                &noise
            }
            _ => {
                noise[0] = noise[0].max(4);
                &noise
            }
        };
        *if n % 4 == 3 { &mut other } else { &mut stun } += 1;
        world.receive(datagram, somebody(n));
    }
    assert_eq!(world.sizes(), before, "viewers, names, addresses and timers are those of the one viewer");
    assert_eq!(before, [1, 1, 0, 0, 1]);
    let totals = world.totals();
    assert_eq!((totals.dropped_stun, totals.dropped_unknown), (stun, other));
    assert_eq!(totals.datagrams_received, 100_000);
}

#[test]
fn a_check_that_was_recorded_proves_no_other_address() {
    let mut world = World::new();
    let ice = world.join(1);
    let recorded = checker::check(&ice, true);
    world.receive(&recorded, somebody(1));
    let held = world.sizes();
    for n in 2..1000 {
        world.receive(&recorded, somebody(n));
        world.receive(&[22, 0xfe, 0xfd, 0, 0], somebody(n));
    }
    assert_eq!(world.sizes(), held);
    assert_eq!((world.totals().dropped_replayed_check, world.totals().dropped_unknown), (998, 998));
    world.receive(&recorded, somebody(1));
    assert_eq!(world.totals().dropped_replayed_check, 998, "from there it is a repeat, whose answer was lost");
}

#[test]
fn an_address_is_whose_check_passed_last_and_a_forged_one_does_not_count() {
    let mut world = World::new();
    let (first, second) = (world.join(1), world.join(2));
    // DTLS that is let through to a transport is not counted as unknown, and rubbish is counted there.
    let rubbish = [22, 0xfe, 0xfd, 0, 0];
    for ice in [&first, &second] {
        world.receive(&checker::check(ice, true), somebody(1));
    }
    world.command(Command::Close(ViewerId(2)));
    world.receive(&rubbish, somebody(1));
    assert_eq!(world.totals().dropped_unknown, 1, "the address went with the one whose it was");
    world.receive(&checker::check(&first, true), somebody(1));
    world.receive(&rubbish, somebody(1));
    assert_eq!(
        (world.totals().dropped_unknown, world.totals().dropped_dtls),
        (1, 1),
        "it has it back by its next check"
    );

    let third = world.join(3);
    world.receive(&checker::check(&third, true), somebody(1));
    let forged = Credentials { pwd: "not the password of it".to_owned(), ..first };
    world.receive(&checker::check(&forged, true), somebody(1));
    world.command(Command::Close(ViewerId(1)));
    world.receive(&rubbish, somebody(1));
    assert_eq!(world.totals().dropped_dtls, 2, "it stayed the third one's");
}

#[test]
fn an_address_whose_viewer_receives_there_is_taken_by_no_check_whose_source_is_forged() {
    let mut world = World::new();
    let mut watcher = Watcher::connected(&mut world, 1);
    let attacker = world.join(2);
    let held = world.sizes();
    // From the watcher's address, with the attacker's own password, for as long as it likes.
    for n in 0..100 {
        world.receive(&checker::check(&attacker, n % 2 == 0), watcher.address());
    }
    assert_eq!(world.sizes()[..2], held[..2]);
    let report = watcher.client.sealed(&[0x80, 201, 0, 1, 0, 0, 0, 1]);
    world.receive(&report, watcher.address());
    world.receive(&report, watcher.address());
    let totals = world.totals();
    assert_eq!((totals.dropped_replayed, totals.dropped_unauthenticated), (1, 0), "its own keys open both: {totals:?}");
    assert_eq!((totals.dropped_unknown, totals.dropped_dtls), (0, 0), "{totals:?}");
}

#[test]
fn an_address_goes_to_the_viewer_that_receives_there_now() {
    let mut world = World::new();
    let first = Watcher::connected(&mut world, 1);
    // Their NAT forgot the first one, and gave its address to another viewer behind it.
    let mut second = Watcher::join(&mut world, 2);
    second.socket = first.socket;
    second.connect(&mut world);
    let report = second.client.sealed(&[0x80, 201, 0, 1, 0, 0, 0, 1]);
    world.receive(&report, second.address());
    world.receive(&report, second.address());
    let totals = world.totals();
    assert_eq!((totals.dropped_replayed, totals.dropped_unauthenticated), (1, 0), "{totals:?}");
    // The first one's end takes nothing from the second.
    world.command(Command::Close(ViewerId(1)));
    world.receive(&report, second.address());
    assert_eq!(world.totals().dropped_replayed, 2);
}

#[test]
fn who_says_bye_in_a_report_and_checks_no_more_is_gone_soon() {
    const BYE: [u8; 16] = [0x80, 201, 0, 1, 0, 0, 0, 1, 0x81, 203, 0, 1, 0, 0, 0, 1];
    for says_bye in [false, true] {
        let mut world = World::new();
        let mut watcher = Watcher::connected(&mut world, 1);
        let report = watcher.client.sealed(if says_bye { &BYE } else { &BYE[..8] });
        world.receive(&report, watcher.address());
        // It would have had 10 s without a check; who said goodbye has 6.
        world.now += Duration::from_secs(7);
        world.demux.handle_timeouts(world.now);
        assert_eq!(world.sizes()[0], usize::from(!says_bye));
    }
}

#[test]
fn responses_that_nobody_asked_for_are_counted_and_leave_nothing_behind() {
    let mut world = World::new();
    let mut watcher = Watcher::connected(&mut world, 1);
    let held = world.sizes();
    let strange = IceSession { ours: Credentials::random(), theirs: Credentials::random() };
    for n in 0..1000 {
        let request = Request::new(&strange).expect("credentials");
        let check = Check::parse(&request.datagram).and_then(|check| check.authenticate(&strange.theirs));
        let response = check.expect("it is").response(&strange.theirs, &Path::udp(watcher.address(), None));
        world.receive(&response, if n % 2 == 0 { watcher.address() } else { somebody(n) });
    }
    assert_eq!(world.totals().dropped_stun, 1000);
    assert_eq!(world.sizes(), held);
    assert_eq!(held[3], 1, "one check of ours was sent, and has its answer");
    watcher.read(&mut world);
    assert_eq!(watcher.client.checks, 1);
    let totals = world.totals();
    assert_eq!((totals.checks_sent, totals.checks_answered), (1, 1));
}

#[test]
fn a_check_of_ours_that_comes_back_to_us_is_nobodys() {
    let mut world = World::new();
    // Our address in a viewer's name, which gives out the credentials of another session of its as its own.
    let us = UdpSocket::bind("127.0.0.1:0").expect("a free port");
    us.set_read_timeout(Some(Duration::from_secs(10))).expect("a timeout");
    let address = us.local_addr().expect("it is bound");
    let first = world.join(1);
    let mut second = join(ViewerId(2));
    second.ice.theirs = first;
    let second = world.join_as(second);
    world.receive(&checker::check(&second, true), address);
    let mut buffer = [0; 2000];
    let len = us.recv(&mut buffer).expect("our check comes");
    assert!(Check::parse(&buffer[..len]).is_some());
    world.receive(&buffer[..len], address);
    assert_eq!(world.totals().dropped_stun, 1);
    assert_eq!(world.totals().checks_sent, 1, "it led to nothing");
}

#[test]
fn checks_move_no_timer_and_a_viewer_who_is_there_has_one() {
    let mut world = World::new();
    let ices: Vec<Credentials> = (0..50).map(|viewer| world.join(viewer)).collect();
    for second in 0..9 {
        world.now += Duration::from_secs(1);
        for (n, ice) in ices.iter().enumerate() {
            world.receive(&checker::check(ice, second == 0), somebody(n as u32));
        }
        world.demux.handle_timeouts(world.now);
    }
    assert_eq!(world.sizes()[..3], [50, 50, 50]);
    assert_eq!(world.sizes()[4], 50, "one timer a viewer, however often it checks");
    world.now += Duration::from_secs(2);
    world.demux.handle_timeouts(world.now);
    assert_eq!(world.sizes(), [0; 5], "who did not finish the join is gone, and with it all that was held");
    assert_eq!(world.demux.next_timeout(), None, "nobody is there: nothing wakes the thread");
}

#[test]
fn a_check_of_ours_that_goes_with_an_answer_leaves_no_timer_behind() {
    let mut world = World::new();
    let mut watcher = Watcher::connected(&mut world, 1);
    let between = Duration::from_millis(2500);
    for _ in 0..20 {
        world.now += between;
        world.demux.handle_timeouts(world.now);
        watcher.client.check(true);
        watcher.read(&mut world);
        assert_eq!(world.sizes()[4], 1);
        let next = world.demux.next_timeout().expect("there is one");
        assert!(next >= world.now + between, "the thread is woken {:?} after a check", next - world.now);
    }
    assert_eq!(watcher.client.checks, 11, "one at the join, and one every 5 s");
    assert_eq!(world.totals().checks_answered, 11);
}

/// What is sent there goes nowhere: the kernel lets nothing out that comes from loopback.
#[test]
fn handshakes_of_addresses_that_did_not_answer_are_so_many_at_a_time() {
    let mut world = World::new();
    let begin = |world: &mut World, n: u32| {
        let from = SocketAddr::from(([203, 0, 113, n as u8], 4000));
        let ice = world.join(n);
        world.receive(&checker::check(&ice, true), from);
        let mut client = Client::new(u64::from(n), 1200, world.now);
        client.begin(world.now);
        client.outgoing.iter().for_each(|hello| world.receive(hello, from));
    };
    let most = HANDSHAKES as u32;
    (0..most).for_each(|n| begin(&mut world, n));
    assert_eq!((world.demux.owners().0.handshakes(), world.totals().dropped_dtls), (HANDSHAKES, 0));
    begin(&mut world, most);
    assert_eq!((world.demux.owners().0.handshakes(), world.totals().dropped_dtls), (HANDSHAKES, 1));
    world.now += Duration::from_secs(3);
    begin(&mut world, most + 1);
    assert_eq!(world.totals().dropped_dtls, 1, "the oldest has made room");
    assert_eq!((world.totals().failed, world.sizes()[0]), (1, HANDSHAKES + 1));
    (0..most + 2).for_each(|n| world.command(Command::Close(ViewerId(n))));
    assert_eq!((world.demux.owners().0.handshakes(), world.sizes()[0]), (0, 0));
}
