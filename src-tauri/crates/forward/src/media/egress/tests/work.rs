//! Whatever a viewer's reports claim, reading them takes no more steps than the viewer is charged for.

use super::world::{VIDEO_SSRC, World};
use crate::worst_reports::{About, worst_reports};
use rtp::rtcp::{MOST_NUMBERS, Message, messages, work};
use std::time::Duration;
use stream::{Rid, VideoCodec};

/// A viewer who has watched for three seconds, so that all that can be remembered is.
fn watching() -> (World, usize) {
    let mut world = World::new(VideoCodec::H264);
    let viewer = world.join(Rid::F);
    world.run(Duration::from_secs(3));
    (world, viewer)
}

fn about(world: &World, viewer: usize, turn: u16) -> About {
    let viewer = &world.viewers[viewer];
    About {
        ssrc: VIDEO_SSRC,
        sequence: viewer.video.last().expect("it was sent pictures").sequence,
        transport: viewer.egress.flow.next_transport_seq().wrapping_sub(1),
        turn,
    }
}

#[test]
fn the_worst_of_every_kind_looks_up_no_more_than_it_is_charged_for_and_a_history() {
    let kinds = worst_reports(About { ssrc: 0, sequence: 0, transport: 0, turn: 0 }).len();
    for kind in 0..kinds {
        let (mut world, viewer) = watching();
        for turn in 0..100 {
            let (name, compound) = worst_reports(about(&world, viewer, turn)).swap_remove(kind);
            assert!(compound.len() <= 1200, "{name}: {} bytes", compound.len());
            let (now, viewer) = (world.now, &mut world.viewers[viewer]);
            let before = viewer.egress.flow.looked_up;
            viewer.egress.rtcp(messages(&compound), now, &world.history, now, &mut viewer.sink);
            viewer.receive(now);
            let steps = viewer.egress.flow.looked_up - before;
            // What the feedback jumps over is not charged for, as feedback on it may have been lost, and is of what is remembered.
            assert!(steps <= work(&compound) + MOST_NUMBERS, "{name}: {steps} for {}", work(&compound));
            assert!(steps <= 3 * MOST_NUMBERS, "{name}: {steps}");
            world.run(Duration::from_millis(10));
        }
    }
}

#[test]
fn a_kind_that_reaches_its_bound_is_among_the_worst() {
    let (mut world, viewer) = watching();
    let most = worst_reports(about(&world, viewer, 0)).into_iter().map(|(_, compound)| {
        let (now, viewer) = (world.now, &mut world.viewers[viewer]);
        let before = viewer.egress.flow.looked_up;
        viewer.egress.rtcp(messages(&compound), now, &world.history, now, &mut viewer.sink);
        viewer.egress.flow.looked_up - before
    });
    assert!(most.max().is_some_and(|most| most >= MOST_NUMBERS), "else the bounds above hold because nothing is tried");
}

#[test]
fn one_feedback_of_a_datagram_is_read_and_512_of_the_numbers_that_it_says_are_lost() {
    let (mut world, viewer) = watching();
    let of = |name: &str, world: &World| {
        let all = worst_reports(about(world, viewer, 0));
        all.into_iter().find(|(of, _)| *of == name).expect("it is among them").1
    };
    let feedback = of("feedback on all that is remembered", &world);
    let nack = of("a NACK of what was never sent", &world);
    let two = [&feedback[..], &feedback, &nack].concat();
    let (now, viewer) = (world.now, &mut world.viewers[viewer]);
    let refused = viewer.egress.totals().repairs_refused;
    let outcome = viewer.egress.rtcp(messages(&two), now, &world.history, now, &mut viewer.sink);
    assert!(outcome.excessive && !outcome.malformed);
    assert_eq!(viewer.egress.flow.looked_up, 2 * MOST_NUMBERS);
    assert_eq!(viewer.egress.totals().repairs_refused - refused, 290 * 17, "all that was asked for is counted");
    let outcome = viewer.egress.rtcp(messages(&feedback), now, &world.history, now, &mut viewer.sink);
    assert!(!outcome.excessive);
    assert!(matches!(messages(&nack).next(), Some(Message::Nack { .. })));
}
