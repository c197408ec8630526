//! What is found, second by second in virtual time.

use super::*;
use media::{CameraChoice, Seen};
use protocol::{Checked, Layer, Verdict, VideoCodec};

const FULL_KBPS: u32 = 2500;
const VIEWER: ViewerId = ViewerId(7);

struct World {
    rehearsal: Rehearsal,
    start: Instant,
    seconds: u64,
}

impl World {
    fn new() -> World {
        let token = Token::named("private").expect("well-formed");
        World { rehearsal: Rehearsal::new(token), start: Instant::now(), seconds: 0 }
    }

    fn now(&self) -> Instant {
        self.start + Duration::from_secs(self.seconds)
    }

    /// Seconds go by, of which each looks so; what is found then.
    fn after(&mut self, seconds: u64, scenery: Scenery, mut glance: impl FnMut(u64) -> Glance) -> Vec<FindingCode> {
        for _ in 0..seconds {
            self.seconds += 1;
            let now = self.now();
            self.rehearsal.second(glance(self.seconds), scenery, FULL_KBPS, now);
        }
        self.rehearsal.findings().iter().map(|finding| finding.code).collect()
    }

    /// The same while all is well with picture and sound; what is found of one thing.
    fn found(&mut self, seconds: u64, of: Checked) -> (FindingCode, Option<f32>) {
        self.after(seconds, Scenery::Moves, well);
        let finding = self.rehearsal.findings().iter().find(|finding| finding.of == of).expect("one of each");
        (finding.code, finding.value)
    }

    /// Seconds in which a page says every two what came: so many pictures a second, and with how late a sound.
    fn watches(&mut self, seconds: u64, pictures: u32, sound_late_ms: Option<f32>) {
        for _ in 0..seconds {
            self.after(1, Scenery::Moves, well);
            if self.seconds.is_multiple_of(2) {
                let count = self.rehearsal.watching.get(&VIEWER).map_or(0, |watching| watching.arrived);
                let pictures = Some(count + 2 * pictures);
                let arrived = Arrived { packets: 1, pictures, sound_late_ms };
                self.rehearsal.arrived(VIEWER, &arrived, self.now());
            }
        }
    }
}

fn glance(dark: bool, print: u64, loudness: Option<f32>) -> Glance {
    Glance { picture: Some(Seen { dark, print }), loudness }
}

fn well(second: u64) -> Glance {
    glance(false, second, Some(-23.0))
}

fn stats(rid: Rid) -> ViewerStats {
    let layer = Some(Layer { codec: VideoCodec::H264, rid, temporal: 2, height: 720 });
    ViewerStats { layer, bitrate_kbps: 2600, ..ViewerStats::default() }
}

#[test]
fn there_is_one_finding_of_each_and_it_says_what_it_is_about() {
    let mut world = World::new();
    assert_eq!(world.rehearsal.findings(), [], "nothing in the first second");
    world.after(1, Scenery::Moves, well);
    let of: Vec<Checked> = world.rehearsal.findings().iter().map(|finding| finding.of).collect();
    let all = [Checked::Picture, Checked::Sound, Checked::Playback, Checked::Sync, Checked::Latency, Checked::Upload];
    assert_eq!(of, all);
    for finding in world.rehearsal.findings() {
        assert_eq!(finding.code.of(), (finding.of, finding.verdict));
        assert!(finding.message.contains(' ') && !finding.message.contains('{'), "{}", finding.message);
    }
}

#[test]
fn a_picture_is_good_once_it_was_looked_at_for_a_while() {
    let mut world = World::new();
    assert_eq!(world.after(5, Scenery::Moves, well)[0], FindingCode::PictureUnknown);
    assert_eq!(world.after(1, Scenery::Moves, well)[0], FindingCode::PictureGood);
}

#[test]
fn black_is_said_after_five_seconds_and_a_moment_of_it_is_not() {
    let mut world = World::new();
    world.after(10, Scenery::Moves, well);
    let black = |second| glance(true, second, None);
    assert_eq!(world.after(5, Scenery::Moves, black)[0], FindingCode::PictureGood, "between two scenes");
    assert_eq!(world.after(1, Scenery::Moves, black)[0], FindingCode::PictureBlack);
    assert_eq!(world.after(1, Scenery::Moves, well)[0], FindingCode::PictureGood, "at once");
    let mut covered = World::new();
    assert_eq!(covered.after(6, Scenery::Moves, |_| glance(true, 5, None))[0], FindingCode::PictureBlack, "both");
    let mut nothing = World::new();
    assert_eq!(nothing.after(6, Scenery::Moves, |_| Glance::default())[0], FindingCode::PictureBlack);
}

#[test]
fn a_camera_that_stands_still_hangs_and_a_slide_does_not() {
    let still = |_| glance(false, 5, None);
    let mut camera = World::new();
    assert_eq!(camera.after(6, Scenery::Moves, still)[0], FindingCode::PictureGood);
    assert_eq!(camera.after(1, Scenery::Moves, still)[0], FindingCode::PictureStill);
    assert_eq!(camera.after(1, Scenery::Stands, still)[0], FindingCode::PictureGood, "a slide was chosen");
    assert_eq!(camera.after(5, Scenery::Moves, still)[0], FindingCode::PictureGood, "it begins anew");
    assert_eq!(World::new().after(60, Scenery::Stands, still)[0], FindingCode::PictureGood);
    assert_eq!(World::new().after(1, Scenery::Card, well)[0], FindingCode::PictureCard, "which is known at once");
}

#[test]
fn the_loudest_moment_of_ten_seconds_counts_as_people_pause() {
    let of = |loudness: fn(u64) -> Option<f32>, seconds| {
        let mut world = World::new();
        world.after(seconds, Scenery::Moves, |second| glance(false, second, loudness(second)));
        let sound = &world.rehearsal.findings()[1];
        (sound.code, sound.value)
    };
    assert_eq!(of(|_| None, 10), (FindingCode::SoundUnknown, None), "nobody has spoken yet");
    assert_eq!(of(|_| None, 11), (FindingCode::SoundNone, None));
    let pauses = |second: u64| Some(if second.is_multiple_of(8) { -20.0 } else { -60.0 });
    assert_eq!(of(pauses, 40), (FindingCode::SoundGood, Some(-20.0)));
    assert_eq!(of(|_| Some(-41.0), 40), (FindingCode::SoundSoft, Some(-41.0)));
    assert_eq!(of(|_| Some(-41.0), 5), (FindingCode::SoundUnknown, None));
    assert_eq!(of(|_| Some(-8.0), 1), (FindingCode::SoundLoud, Some(-8.0)), "which no pause mends");
    let once = |second: u64| Some(-20.0).filter(|_| second == 3);
    assert_eq!(of(once, 12).0, FindingCode::SoundGood);
    assert_eq!(of(once, 13).0, FindingCode::SoundNone, "ten seconds after");
}

#[test]
fn it_plays_once_a_page_says_so_and_one_without_pictures_is_stuck() {
    let mut world = World::new();
    assert_eq!(world.found(30, Checked::Playback).0, FindingCode::PlaybackUnknown, "nobody opened the link");
    world.watches(4, 30, None);
    assert_eq!(world.found(1, Checked::Playback).0, FindingCode::PlaybackGood);
    world.watches(8, 0, None);
    assert_eq!(world.found(1, Checked::Playback).0, FindingCode::PlaybackStuck);
    assert_eq!(world.found(6, Checked::Playback).0, FindingCode::PlaybackUnknown, "the page is closed");
    world.watches(4, 30, None);
    world.rehearsal.gone(VIEWER);
    assert_eq!(world.found(1, Checked::Playback).0, FindingCode::PlaybackUnknown);
}

#[test]
fn sync_is_the_middle_of_what_the_page_measured_as_it_was_taken() {
    let mut world = World::new();
    assert_eq!(world.found(1, Checked::Sync).0, FindingCode::SyncUnknown);
    // The reports date the sound 40 ms later than it was taken.
    world.watches(10, 30, Some(-20.0));
    let (code, value) = world.found(0, Checked::Sync);
    assert!(code == FindingCode::SyncGood && value.is_some_and(|ms| (ms - 20.0).abs() < 0.01), "{value:?}");
    world.watches(2, 30, Some(900.0));
    assert_eq!(world.found(1, Checked::Sync).0, FindingCode::SyncGood, "one that is far off says nothing");
    for (late, found) in [
        (84.0, FindingCode::SyncGood),
        (86.0, FindingCode::SyncLate),
        (-84.0, FindingCode::SyncGood),
        (-86.0, FindingCode::SyncEarly),
    ] {
        world.watches(10, 30, Some(late));
        assert_eq!(world.found(1, Checked::Sync).0, found, "{late} ms");
    }
}

#[test]
fn a_browser_that_does_not_tell_is_told_from_one_that_has_yet_to() {
    let mut world = World::new();
    world.watches(10, 30, None);
    assert_eq!(world.found(1, Checked::Sync).0, FindingCode::SyncUnknown);
    assert_eq!(world.found(0, Checked::Latency).0, FindingCode::LatencyUnknown);
    world.watches(4, 30, None);
    assert_eq!(world.found(0, Checked::Sync).0, FindingCode::SyncUntold);
    assert_eq!(world.found(0, Checked::Latency).0, FindingCode::LatencyUntold);
    world.rehearsal.latency(VIEWER, 80.0);
    assert_eq!(world.found(1, Checked::Latency), (FindingCode::LatencyGood, Some(80.0)));
    (0..5).for_each(|_| world.rehearsal.latency(VIEWER, 1200.0));
    world.rehearsal.latency(VIEWER, f32::NAN);
    assert_eq!(world.found(1, Checked::Latency), (FindingCode::LatencyLate, Some(1200.0)));
}

#[test]
fn the_upload_is_what_went_out_and_what_stayed_inside_says_nothing_of_it() {
    let of = |all: &[(bool, ViewerStats)]| {
        let mut world = World::new();
        for (n, (inside, stats)) in all.iter().enumerate() {
            world.rehearsal.stats(ViewerId(n as u32), *stats, *inside);
        }
        world.found(1, Checked::Upload)
    };
    let full = stats(Rid::F);
    assert_eq!(of(&[]).0, FindingCode::UploadUnknown);
    assert_eq!(of(&[(true, full)]), (FindingCode::UploadInside, None));
    assert_eq!(of(&[(false, full), (true, full)]), (FindingCode::UploadGood, Some(2600.0)));
    assert_eq!(of(&[(false, stats(Rid::H))]).0, FindingCode::UploadUnknown, "it has just begun, or was chosen so");
    let short = ViewerStats { line_kbps: Some(900), ..stats(Rid::H) };
    assert_eq!(of(&[(false, full), (false, short)]), (FindingCode::UploadShort, Some(900.0)));
    let wide = ViewerStats { line_kbps: Some(FULL_KBPS), ..full };
    assert_eq!(of(&[(false, wide)]).0, FindingCode::UploadGood);
    let (code, percent) = of(&[(true, ViewerStats { loss: 0.05, ..full })]);
    assert!(code == FindingCode::UploadLossy && percent.is_some_and(|percent| (percent - 5.0).abs() < 0.01));
    assert_eq!(of(&[(false, ViewerStats { capped: Some(Rid::H), ..stats(Rid::H) })]).0, FindingCode::UploadCapped);
}

#[test]
fn what_is_shown_says_whether_it_moves() {
    let shown =
        |source: &str| Shown { source: source.parse().expect("a source"), camera: CameraChoice::Default, scene: None };
    for (source, scenery) in [
        ("camera", Scenery::Moves),
        ("pattern", Scenery::Moves),
        ("screen:1", Scenery::Stands),
        ("window:Slides", Scenery::Stands),
        ("off", Scenery::Card),
    ] {
        assert_eq!(Scenery::of(&shown(source), false), scenery, "{source}");
    }
    assert_eq!(
        Scenery::of(&shown("screen"), true),
        Scenery::Card,
        "the camera is off, which covers all without a scene"
    );
    let scene = Shown { scene: Some(media::Scene::default()), camera: CameraChoice::Pattern, ..shown("screen") };
    assert_eq!(Scenery::of(&scene, false), Scenery::Moves);
    assert_eq!(Scenery::of(&scene, true), Scenery::Stands, "its screen goes on");
    assert!(matches!(FindingCode::PictureCard.of().1, Verdict::Look));
}
