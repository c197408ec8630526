//! What somebody does who sees a viewer's packets, or sends in its name, and has none of its keys.

use super::*;
use crate::worst_reports::{About, worst_reports};
use port::checker;

fn connected() -> Pair {
    let mut pair = Pair::new(dimpl(1), |_, _| false);
    assert!(pair.join());
    pair.outputs.clear();
    pair
}

fn drops(pair: &Pair) -> Vec<DropReason> {
    let drop = |output: &Output| if let Output::Dropped(why) = output { Some(*why) } else { None };
    pair.outputs.iter().filter_map(drop).collect()
}

#[test]
fn a_recorded_check_moves_no_media_and_keeps_nobody_alive() {
    let mut pair = connected();
    let check = checker::check(&pair.ice, true);
    pair.deliver(check.clone(), path(1000));
    let deadline = pair.server.deadline;
    pair.outputs.clear();
    pair.now += Duration::from_secs(5);
    pair.deliver(check.clone(), path(6666));
    assert_eq!(drops(&pair), [DropReason::ReplayedCheck]);
    assert_eq!(pair.outputs.len(), 1, "no answer, no path");
    assert_eq!(pair.known(), [1000]);
    pair.outputs.clear();
    pair.deliver(check, path(1000));
    assert!(matches!(pair.outputs[..], [Output::Transmit(..)]), "from there it may be that our answer got lost");
    assert_eq!(pair.server.deadline, deadline, "but the viewer may be gone all the same");
}

#[test]
fn what_still_comes_from_the_old_address_does_not_steal_the_media_back() {
    let mut pair = connected();
    let at_home = checker::check(&pair.ice, true);
    pair.deliver(at_home.clone(), path(1000));
    let on_the_road = checker::check(&pair.ice, true);
    pair.outputs.clear();
    pair.from = path(2000);
    pair.deliver(on_the_road, path(2000));
    assert!(matches!(pair.outputs[..], [Output::Check(p, ..), Output::Transmit(..)] if p == path(2000)));
    pair.pass(2 * DELAY);
    assert!(matches!(pair.outputs[..], [Output::Path(p)] if p == path(2000)), "with the answer to our check");
    pair.outputs.clear();

    let report = pair.client.sealed(&[0x80, 201, 0, 1, 0, 0, 0, 1]);
    let late = [at_home, checker::check(&pair.ice, false), report];
    for datagram in late {
        pair.deliver(datagram, path(1000));
    }
    assert!(!pair.outputs.iter().any(|output| matches!(output, Output::Path(_) | Output::Gone(_))));
    assert!(pair.outputs.iter().any(|output| matches!(output, Output::Rtcp(_))), "a late report is a report");
}

#[test]
fn alerts_in_the_clear_end_no_session() {
    for (level, description) in [(1, 0), (2, 0), (2, 40), (2, 20)] {
        let mut pair = connected();
        for sequence in 0..20 {
            let alert = vec![21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, sequence, 0, 2, level, description];
            pair.deliver(alert, path(1000));
        }
        assert_eq!(drops(&pair), [DropReason::Dtls; 20]);
        assert_eq!(pair.outputs.len(), 20, "no answer, no end");
    }
}

#[test]
fn handshake_messages_to_a_live_session_are_bounded_and_end_nothing() {
    let mut pair = connected();
    for number in 0..100_000u32 {
        // The next messages in their order, each of which rtc-dtls would keep for good.
        let [.., high, low] = number.to_be_bytes();
        let message = [&[11, 0, 0, 200, high, low, 0, 0, 0, 0, 0, 200][..], &[0; 200]].concat();
        let sequence = &u64::from(number + 50).to_be_bytes()[2..];
        let header = [&[22, 0xfe, 0xfd, 0, 0][..], sequence, &[0, 212]].concat();
        pair.deliver([header, message].concat(), path(1000));
    }
    let taken = 100_000 - drops(&pair).len();
    assert!(taken <= 64 * 1024 / 225, "{taken} were taken in");
    assert!(!pair.outputs.iter().any(|output| matches!(output, Output::Gone(_))));
    let sent = pair.outputs.iter().filter(|output| matches!(output, Output::Transmit(..))).count();
    assert!(sent <= 2 * taken, "{sent} datagrams went out for them");
    pair.outputs.clear();
    let report = pair.client.sealed(&[0x80, 201, 0, 1, 0, 0, 0, 1]);
    pair.deliver(report, path(1000));
    assert!(matches!(pair.outputs[..], [Output::Rtcp(_)]));
    pair.outputs.clear();
    pair.client.close();
    assert!(!pair.run_until(|_| false));
    assert!(pair.outputs.iter().any(|output| matches!(output, Output::Gone(Gone::Closed))), "its own goodbye is heard");
}

#[test]
fn a_viewer_that_floods_with_its_own_checks_has_no_flood_sent_back() {
    let mut pair = connected();
    let sent = |pair: &mut Pair| {
        let outputs = std::mem::take(&mut pair.outputs);
        outputs.iter().filter(|output| matches!(output, Output::Transmit(..) | Output::Check(..))).count()
    };
    let recorded = checker::check(&pair.ice, true);
    for n in 0..20_000 {
        pair.now += Duration::from_micros(100);
        let check = if n % 2 == 0 { recorded.clone() } else { checker::check(&pair.ice, n % 4 == 1) };
        pair.deliver(check, path(1000));
    }
    // Of each of the two kinds 200, and 20 a second; and a check of ours.
    let answers = sent(&mut pair);
    assert!((400..=490).contains(&answers), "{answers} datagrams went out for 20,000");
    assert!(!pair.is_gone());
    pair.pass(Duration::from_secs(1));
    sent(&mut pair);
    pair.deliver(checker::check(&pair.ice.clone(), true), path(1000));
    assert!(sent(&mut pair) >= 1, "and then it is answered as before");
}

#[test]
fn a_certificate_in_crumbs_is_no_work_for_the_thread_that_all_share() {
    // It goes on with its handshake only so far that its certificate is waited for.
    let mut pair = Pair::new(dimpl(1), |way, n| way == Way::ToServer && n > 2);
    pair.client.check(true);
    pair.client.begin(pair.now);
    pair.pass(8 * DELAY);
    assert!(pair.counts[Way::ToClient as usize] > 1, "it was asked for");
    pair.outputs.clear();
    let crumb = |n: u16| {
        let ([high, low], body) = (n.to_be_bytes(), 13);
        let record = [22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 1, high, low, 0, body];
        [&record[..], &[11, 0, 0x13, 0x88, 0, 2, 0, high, low, 0, 0, 1, 7]].concat()
    };
    for n in 0..1000 {
        pair.deliver(crumb(n), path(1000));
    }
    let read = 1000 - drops(&pair).len();
    // Each is looked for among all those before it for each of these: the third power of how many there are.
    assert!((20..=128).contains(&read), "{read} were read");
    assert!(!pair.is_gone(), "and somebody else may have sent them");
}

#[test]
fn records_of_the_next_epoch_do_not_pile_up_before_the_handshake_is_done() {
    let mut pair = Pair::new(dimpl(1), |_, _| false);
    pair.client.check(true);
    pair.client.begin(pair.now);
    assert!(pair.run_until(|pair| pair.counts[Way::ToClient as usize] > 0), "the handshake is under way");
    pair.outputs.clear();
    for sequence in 0..10_000u32 {
        let [.., high, low] = sequence.to_be_bytes();
        let mut record = vec![22, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, high, low, 0x04, 0xb0];
        record.resize(13 + 1200, 7);
        pair.deliver(record, path(1000));
    }
    assert!(drops(&pair).len() >= 10_000 - 64, "{} were dropped", drops(&pair).len());
}

#[test]
fn a_flood_of_reports_is_cut_and_the_session_lives() {
    let mut pair = connected();
    for _ in 0..10_000 {
        let report = pair.client.sealed(&[0x80, 201, 0, 1, 0, 0, 0, 1]);
        pair.deliver(report, path(1000));
    }
    let taken = pair.outputs.iter().filter(|output| matches!(output, Output::Rtcp(_))).count();
    assert_eq!((taken, drops(&pair).len()), (500, 9_500));
    assert!(drops(&pair).iter().all(|why| *why == DropReason::Flood));
    pair.outputs.clear();
    pair.now += Duration::from_millis(100);
    let report = pair.client.sealed(&[0x80, 201, 0, 1, 0, 0, 0, 1]);
    pair.deliver(report, path(1000));
    assert!(matches!(pair.outputs[..], [Output::Rtcp(_)]));
}

#[test]
fn of_the_worst_of_every_kind_a_second_is_no_more_than_sixteen_thousand_steps() {
    let about = |turn| About { ssrc: 1, sequence: 7, transport: 7, turn };
    for kind in 0..worst_reports(about(0)).len() {
        let mut pair = connected();
        let mut steps = 0;
        for turn in 0..600 {
            let (_, compound) = worst_reports(about(turn)).swap_remove(kind);
            let sealed = pair.client.sealed(&compound);
            pair.deliver(sealed, path(1000));
            if let Some(Output::Rtcp(len)) = pair.outputs.last() {
                assert_eq!(*len, compound.len());
                steps += rtp::rtcp::work(&compound);
            }
            assert!(matches!(pair.outputs.last(), Some(Output::Rtcp(_) | Output::Dropped(DropReason::Flood))));
        }
        let (name, compound) = worst_reports(about(0)).swap_remove(kind);
        assert!((8_000..=16_000).contains(&steps), "{name}: {steps} in {} each", rtp::rtcp::work(&compound));
    }
}

#[test]
fn forged_reports_use_nothing_up() {
    let mut pair = connected();
    for n in 0..10_000u32 {
        let forged = [&[0x80, 201, 0, 1, 0, 0, 0, 1][..], &[7; 16], &(1 << 31 | n).to_be_bytes()].concat();
        pair.deliver(forged, path(1000));
    }
    assert_eq!(drops(&pair), [DropReason::Unauthenticated; 10_000]);
    pair.outputs.clear();
    let report = pair.client.sealed(&[0x80, 201, 0, 1, 0, 0, 0, 1]);
    pair.deliver(report, path(1000));
    assert!(matches!(pair.outputs[..], [Output::Rtcp(_)]), "the viewer's own are read as before");
}

#[test]
fn media_from_a_viewer_is_dropped() {
    let mut pair = connected();
    pair.deliver(vec![0x80; 200], path(1000));
    assert_eq!(drops(&pair), [DropReason::Unknown], "a viewer only receives");
}

#[test]
fn who_says_bye_and_checks_no_more_is_gone_soon_and_who_does_stays() {
    const BYE: [u8; 16] = [0x80, 201, 0, 1, 0, 0, 0, 1, 0x81, 203, 0, 1, 0, 0, 0, 1];
    for stays in [false, true] {
        let mut pair = connected();
        pair.client.check(true);
        pair.carry();
        let bye = pair.client.sealed(&BYE);
        pair.deliver(bye, path(1000));
        assert!(matches!(pair.outputs.pop(), Some(Output::Rtcp(_))), "it is passed on as any other");
        let said = pair.now;
        if stays {
            pair.deliver(checker::check(&pair.ice.clone(), false), path(1000));
            assert_eq!(pair.server.deadline, said + TIMEOUTS.consent);
        } else {
            assert_eq!(pair.server.deadline, said + GOODBYE);
        }
    }
}

#[test]
fn a_forged_check_changes_nothing() {
    let mut pair = Pair::new(dimpl(1), |_, _| false);
    let forged = Credentials { ufrag: pair.ice.ufrag.clone(), pwd: "not the password of it".into() };
    let check = port::checker::check(&forged, true);
    pair.deliver(check, path(6666));
    assert!(matches!(pair.outputs[..], [Output::Dropped(DropReason::Forged)]), "no answer, no path");
    assert!(pair.known().is_empty());
    pair.outputs.clear();
    assert!(pair.join());
}

#[test]
fn replayed_and_forged_reports_are_dropped_and_the_session_lives() {
    let mut pair = Pair::new(dimpl(1), |_, _| false);
    assert!(pair.join());
    let report = pair.client.sealed(&[0x80, 201, 0, 1, 0, 0, 0, 1]);
    let mut forged = pair.client.sealed(&[0x80, 201, 0, 1, 0, 0, 0, 1]);
    forged[9] ^= 1;
    for datagram in [report.clone(), report.clone(), forged, report] {
        pair.deliver(datagram, path(1000));
    }
    assert!(matches!(
        pair.outputs[..],
        [
            Output::Rtcp(_),
            Output::Dropped(DropReason::Replayed),
            Output::Dropped(DropReason::Unauthenticated),
            Output::Dropped(DropReason::Replayed)
        ]
    ));
}

#[test]
fn noise_from_a_checked_address_harms_nobody() {
    use rand::{Rng, SeedableRng, rngs::StdRng};
    let mut random = StdRng::seed_from_u64(1);
    for kind in [22u8, 23, 21, 20, 128, 150] {
        let mut pair = Pair::new(dimpl(1), |_, _| false);
        pair.client.check(true);
        pair.client.begin(pair.now);
        for n in 0..300 {
            let mut noise: Vec<u8> = (0..random.random_range(1..200)).map(|_| random.random()).collect();
            noise[0] = kind;
            if n % 2 == 0 && noise.len() > 30 {
                // A record header that leads further into the parser.
                let len = noise.len() - 13;
                noise[1..13].copy_from_slice(&[0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, n as u8, 0, len as u8]);
            }
            pair.flying.push_back((pair.now, Way::ToServer, path(1000), noise));
        }
        assert!(
            pair.run_until(|pair| pair.sealer.is_some() && pair.client.is_connected()),
            "{kind}: noise ends no join"
        );
        let mut pair = Pair::new(dimpl(1), |_, _| false);
        assert!(pair.join());
        for _ in 0..300 {
            let mut noise: Vec<u8> = (0..random.random_range(1..200)).map(|_| random.random()).collect();
            noise[0] = kind;
            pair.deliver(noise, path(1000));
        }
        assert!(!pair.outputs.iter().any(|o| matches!(o, Output::Gone(_))), "{kind}: noise ends no session");
    }
}
