//! A shard in virtual time, with viewers on loopback sockets.

use super::*;
use crate::connection::negotiated::{Extensions, Negotiated, NegotiatedVideo, OfScreens};
use crate::worst_reports::{About, worst_reports};
use bytes::Bytes;
use port::{Path, Socket};
use rtp::packetise::Packetiser;
use rtp::srtp::{KeyingMaterial, Profile, Sealer};
use std::net::UdpSocket;
use std::time::SystemTime;
use stream::{VideoCodec, VideoFrame};

const VIDEO: u32 = 0x0a0a_0a0a;

/// A shard with viewers on sockets of this machine, in virtual time.
struct ShardWorld {
    now: Instant,
    /// When the last picture was handed in.
    handed_in: Instant,
    clock: Clock,
    announcer: Arc<Announcer>,
    shard: Shard,
    packetiser: Packetiser,
    viewers: Vec<UdpSocket>,
    /// What is shown is a screen.
    screen: bool,
}

impl ShardWorld {
    /// A shard that has sent the first keyframe.
    fn new(viewers: u32) -> ShardWorld {
        Self::with(viewers, &negotiated())
    }

    /// The same with viewers of which each takes this.
    fn with(viewers: u32, takes: &Negotiated) -> ShardWorld {
        let now = Instant::now() + Duration::from_secs(10);
        let socket = Socket::new(UdpSocket::bind("127.0.0.1:0").expect("a port")).expect("a socket");
        let announcer = Arc::new(Announcer::new(|_| {}, 1));
        let clock = Clock::new(now - Duration::from_secs(5), SystemTime::now());
        let shard = Shard::new(0, Arc::default(), Arc::new(socket), announcer.clone(), clock, now);
        let mut world = ShardWorld {
            now,
            handed_in: now,
            clock,
            announcer,
            shard,
            packetiser: Packetiser::new(clock),
            viewers: Vec::new(),
            screen: false,
        };
        for id in 0..viewers {
            let viewer = UdpSocket::bind("127.0.0.1:0").expect("a port");
            viewer.set_nonblocking(true).expect("a socket");
            let path = Path::udp(viewer.local_addr().expect("bound"), None);
            let profile = Profile::Gcm128;
            let exported = vec![7; profile.exported_len()];
            let keys = KeyingMaterial::new(profile, &exported).expect("the profile's length");
            let joining = Joining {
                viewer: ViewerId(id),
                negotiated: takes.clone(),
                max: Rid::F,
                held: None,
                round_trip: Some(Duration::ZERO),
            };
            let added = Input::Add(Box::new((joining, Sealer::new(&keys.server()), path)));
            world.shard.handle(added, world.now);
            world.viewers.push(viewer);
        }
        world.picture(0, 0);
        world.picture(0, 0);
        world
    }

    /// The next picture: the first one is a keyframe, and the others are of temporal layer `temporal`.
    fn next_picture(&mut self, temporal: u8) -> Arc<Picture> {
        self.handed_in += Duration::from_millis(33);
        self.packetiser.video(&VideoFrame {
            profile: stream::Profile::Baseline,
            codec: VideoCodec::H264,
            rid: Rid::F,
            temporal,
            keyframe: self.shard.cx.history.layer(VideoCodec::H264, Rid::F).newest().is_none(),
            captured: self.handed_in,
            way: stream::Way::at(self.handed_in),
            width: 16,
            height: 16,
            data: Bytes::from_static(&[0, 0, 0, 1, 0x65, 1, 2, 3]),
            layer_sync: temporal > 0,
            screen: self.screen,
        })
    }

    /// Hands in the next picture and lets the shard take it up this much later. Returns the viewers that were sent something.
    fn picture(&mut self, behind_ms: u64, temporal: u8) -> Vec<usize> {
        let picture = self.next_picture(temporal);
        self.now = self.handed_in + Duration::from_millis(behind_ms);
        self.shard.handle(Input::Picture(picture, Some(self.handed_in)), self.now);
        self.came().into_iter().enumerate().filter(|(_, (rtp, _))| *rtp > 0).map(|(place, _)| place).collect()
    }

    /// How much RTP and how much RTCP each viewer was sent since the last time.
    fn came(&mut self) -> Vec<(usize, usize)> {
        let mut buffer = [0; 2000];
        let mut came = |viewer: &UdpSocket| {
            let mut counts = (0, 0);
            while let Ok(len) = viewer.recv(&mut buffer) {
                let rtcp = len <= 12 || (192..=223).contains(&buffer[1]);
                *(if rtcp { &mut counts.1 } else { &mut counts.0 }) += 1;
            }
            counts
        };
        self.viewers.iter().map(&mut came).collect()
    }

    /// Puts the next picture in the inbox.
    fn hand_in(&mut self) {
        let picture = self.next_picture(0);
        self.now = self.handed_in;
        assert!(self.shard.inbox.picture(picture, self.handed_in));
    }

    /// One turn of the shard. `meanwhile` happens when it has taken what waited, and has done nothing of it yet.
    fn turn(&mut self, meanwhile: impl FnOnce(&mut ShardWorld)) {
        let mut taken = Taken::default();
        self.shard.take(&mut taken, Some(Instant::now()));
        meanwhile(self);
        let now = self.now;
        self.shard.turn(&mut taken, || now);
    }

    /// The same for a base picture and three others after it.
    fn group(&mut self, behind_ms: u64) -> (Vec<usize>, Vec<usize>) {
        let base = self.picture(behind_ms, 0);
        let others = [(); 3].map(|()| self.picture(behind_ms, 1));
        assert_eq!(others, [(); 3].map(|()| others[0].clone()));
        (base, others[0].clone())
    }

    /// A viewer's receiver report that shows this round trip.
    fn report(&mut self, viewer: u32, round_trip: Duration) {
        let last = (self.clock.ntp(self.now - round_trip) >> 16) as u32;
        let words = [0x81c9_0007, 1, VIDEO, 0, 0, 0, last, 0];
        let bytes: Vec<u8> = words.into_iter().flat_map(u32::to_be_bytes).collect();
        let mut reports = Reports::default();
        reports.push(ViewerId(viewer), &bytes, self.now);
        self.shard.put_aside(reports, self.now);
    }

    fn totals(&self) -> crate::Totals {
        self.announcer.counters.totals()
    }
}

fn negotiated() -> Negotiated {
    let video = NegotiatedVideo {
        screens: None,
        codec: VideoCodec::H264,
        takes: stream::Profile::Main,
        pt: 102,
        rtx_pt: None,
        ssrc: VIDEO,
        rtx_ssrc: 0,
        nack: true,
        pli: true,
        fir: true,
        remb: false,
        transport_cc: false,
        mid: "0".into(),
        extensions: Extensions::default(),
    };
    Negotiated { video: Some(video), audio: None, cname: "skylark".into() }
}

#[test]
fn a_shard_that_falls_behind_leaves_out_pictures_for_the_slowest_viewers_first() {
    let mut world = ShardWorld::new(10);
    world.report(7, Duration::from_millis(300));
    world.report(2, Duration::from_millis(100));
    let all: Vec<usize> = (0..10).collect();
    let but = |slow: &[usize]| all.iter().copied().filter(|v| !slow.contains(v)).collect::<Vec<_>>();
    assert_eq!(world.group(0), (all.clone(), all.clone()));
    assert_eq!(world.group(35), (all.clone(), all.clone()), "a single late group is no overload");
    assert_eq!(world.group(41), (all.clone(), but(&[7])));
    assert_eq!(world.group(45), (all.clone(), but(&[7, 2])), "all are given base pictures");
    assert_eq!(world.totals().left_out, 9);
    assert_eq!(world.totals().dropped_late, 0);
}

#[test]
fn a_shard_far_behind_sends_base_pictures_only_and_drops_what_is_too_late() {
    let mut world = ShardWorld::new(3);
    world.group(0);
    assert_eq!(world.group(130), (vec![0, 1, 2], vec![]));
    assert_eq!(world.group(100), (vec![0, 1, 2], vec![]), "the shard catches up");
    assert_eq!(world.group(140), (vec![0, 1], vec![]), "the shard does not catch up, so a viewer is given nothing");
    assert!(world.picture(201, 0).is_empty());
    assert_eq!(world.totals().dropped_late, 1);
}

#[test]
fn what_is_for_screens_is_wanted_while_one_is_shown_to_who_takes_it() {
    let mut takes = negotiated();
    if let Some(video) = &mut takes.video {
        video.screens = Some(OfScreens { codec: VideoCodec::Av1, pt: 45, rtx_pt: None });
    }
    let wanted = |takes: &Negotiated| {
        let mut world = ShardWorld::with(1, takes);
        [false, true, false].map(|screen| {
            world.screen = screen;
            world.picture(0, 0);
            world.shard.watched()
        })
    };
    assert_eq!(wanted(&takes), [0, 1 << layer_index(VideoCodec::Av1, Rid::F), 0]);
    assert_eq!(wanted(&negotiated()), [0; 3]);
}

#[test]
fn the_shard_waits_for_the_layers_of_its_viewers_only() {
    let mut world = ShardWorld::new(1);
    let layers = |world: &ShardWorld| world.shard.cx.interest.layers();
    assert_eq!(layers(&world), 1 << layer_index(VideoCodec::H264, Rid::F));
    world.shard.handle(Input::Cap(ViewerId(0), Rid::Q), world.now);
    assert_eq!(
        layers(&world),
        0b111,
        "until it has switched it needs the layers between the current one and the target"
    );
    world.shard.handle(Input::Remove(ViewerId(0), Vec::new(), None), world.now);
    assert_eq!(layers(&world), 0);
}

#[test]
fn a_full_inbox_takes_no_more_media() {
    let inbox = Inbox::default();
    let now = Instant::now();
    let mut packetiser = Packetiser::new(Clock::new(now, SystemTime::UNIX_EPOCH));
    let mut sound = |position| {
        packetiser.sound(&stream::AudioFrame {
            captured: now,
            position,
            samples: 960,
            data: Bytes::from_static(&[1, 2, 3]),
        })
    };
    let mut taken = Taken::default();
    assert!(inbox.sound(sound(0), now), "sound that nobody listens to is accepted");
    inbox.take(&mut taken, Some(now), 0);
    assert!(taken.inputs.is_empty(), "and dropped");
    inbox.set_interest(SOUND);
    let taken = (1..1000).filter(|n| inbox.sound(sound(n * 960), now)).count();
    assert_eq!(taken, inbox::MAX_MEDIA, "a shard that takes nothing is given no more");
}

/// Fills the inbox with the worst that this viewer can say, half of it urgent. Returns how much fits.
fn fill(world: &ShardWorld, viewer: u32) -> usize {
    let worst = worst_reports(About { ssrc: VIDEO, sequence: 7, transport: 7, turn: 0 });
    let mut filled = 0;
    for (n, (name, compound)) in worst.iter().cycle().enumerate() {
        let mut reports = Reports::default();
        // What cannot be read is counted when it is tried, which the test goes by: a NACK of nothing, or feedback of nothing.
        let broken = [if n % 2 == 0 { 0x81 } else { 0x8f }, 205, 0, 0];
        for _ in 0..500 {
            reports.push(ViewerId(viewer), &[&compound[..], &broken].concat(), world.now);
        }
        assert_eq!(reports.len(), 500, "{name}");
        if !world.shard.inbox.reports(reports) {
            return filled;
        }
        filled += 500;
    }
    filled
}

#[test]
fn a_picture_and_a_removal_come_before_an_inbox_that_is_full_of_the_worst_reports() {
    let mut world = ShardWorld::new(3);
    world.came();
    let full = fill(&world, 0);
    assert_eq!(full, 20_000);
    let before = world.totals().malformed_rtcp;
    let read = |world: &ShardWorld| world.totals().malformed_rtcp - before;

    world.hand_in();
    world.turn(ShardWorld::hand_in);
    assert!(world.came().iter().all(|(rtp, _)| *rtp > 0), "everybody has the picture");
    assert_eq!(read(&world), READ_AT_ONCE as u64, "as the next one waits, no more was read");
    world.turn(ShardWorld::hand_in);
    assert!(world.came().iter().all(|(rtp, _)| *rtp > 0));
    assert_eq!(read(&world), 2 * READ_AT_ONCE as u64);

    world.shard.inbox.remove(ViewerId(0), Vec::new(), Some(Gone::Closed));
    world.turn(ShardWorld::hand_in);
    let came = world.came();
    assert_eq!(came[0], (0, 1), "a goodbye, and not the picture that was handed in before");
    assert!(came[1].0 > 0 && came[2].0 > 0, "{came:?}");
    assert_eq!(read(&world), 2 * READ_AT_ONCE as u64, "what a removed viewer had waiting is not read");
    world.turn(|_| {});
    assert_eq!(read(&world), 2 * READ_AT_ONCE as u64);
    assert_eq!(world.totals().dropped_removed as usize, full - 2 * READ_AT_ONCE, "it is gone");
    assert_eq!(world.shard.queue.len() + world.shard.viewers.deferred.len(), 0);
    // The inbox is told with the next turn what the shard has read.
    world.turn(|_| {});
    assert!(world.came()[0] == (0, 0) && fill(&world, 1) == full, "and there is room again");
}

#[test]
fn who_is_removed_while_a_shard_is_busy_is_sent_no_more_of_what_it_had_taken() {
    let mut world = ShardWorld::new(2);
    world.came();
    (0..3).for_each(|_| world.hand_in());
    world.turn(|world| world.shard.inbox.remove(ViewerId(0), Vec::new(), None));
    let came = world.came();
    assert_eq!((came[0], came[1].0), ((1, 1), 3), "the picture that was begun with, and a goodbye");
}

#[test]
fn who_is_removed_before_it_was_added_is_not_added() {
    let mut world = ShardWorld::new(1);
    let inbox = world.shard.inbox.clone();
    let add = || {
        let profile = Profile::Gcm128;
        let exported = vec![7; profile.exported_len()];
        let keys = KeyingMaterial::new(profile, &exported).expect("the profile's length");
        let joining = Joining {
            viewer: ViewerId(9),
            negotiated: negotiated(),
            max: Rid::F,
            held: None,
            round_trip: Some(Duration::ZERO),
        };
        inbox.add(joining, Sealer::new(&keys.server()), Path::udp(([127, 0, 0, 1], 9).into(), None));
    };
    add();
    inbox.remove(ViewerId(9), Vec::new(), None);
    world.turn(|_| {});
    assert!(!world.shard.viewers.has(ViewerId(9)), "in one go");
    add();
    world.turn(|world| world.shard.inbox.remove(ViewerId(9), Vec::new(), None));
    assert!(!world.shard.viewers.has(ViewerId(9)), "while the shard is busy");
    assert_eq!(world.shard.viewers.len(), 1);
}

#[test]
fn whoever_is_still_here_when_a_shard_ends_is_told_goodbye() {
    let mut world = ShardWorld::new(3);
    world.came();
    world.shard.farewell(world.now);
    assert_eq!(world.came(), [(0, 1); 3], "the receiving thread, which tells it otherwise, panicked");
    assert_eq!(world.shard.viewers.len(), 0);
}
