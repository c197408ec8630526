//! Which address media goes to, by what the viewer checks, and how a session ends.

use super::*;
use crate::connection::transport::paths::MAX_PATHS;

#[test]
fn the_path_follows_the_viewers_choice_and_the_session_stays() {
    let mut pair = Pair::new(dimpl(1), |_, _| false);
    assert!(pair.join());
    // From Wi-Fi to mobile: a check without a choice first, then with one.
    pair.from = path(2000);
    pair.client.check(false);
    assert!(pair.run_until(|pair| pair.client.responses == 2));
    assert!(pair.outputs.is_empty(), "nothing moves before the viewer chooses");
    pair.client.check(true);
    let chosen = pair.now;
    assert!(pair.run_until(|pair| !pair.outputs.is_empty()));
    assert!(matches!(pair.outputs[..], [Output::Transmit(..), Output::Path(p)] if p == path(2000)));
    assert_eq!(pair.now - chosen, DELAY, "with the check: its first check brought ours, which is answered already");
    pair.outputs.clear();
    let report = pair.client.sealed(&[0x80, 201, 0, 1, 0, 0, 0, 1]);
    pair.deliver(report, path(2000));
    assert!(matches!(pair.outputs[..], [Output::Rtcp(_)]), "the keys are the same");
}

#[test]
fn a_viewer_that_is_suddenly_elsewhere_has_its_media_a_round_trip_later() {
    for lost in [false, true] {
        let mut pair = Pair::new(dimpl(1), |_, _| false);
        assert!(pair.join());
        // A NAT forgot it: its next check, by which it chooses the path it has, comes from another address.
        pair.from = path(2000);
        pair.client.check(true);
        let sent = pair.now;
        if lost {
            assert!(pair.run_until(|pair| pair.outputs.iter().any(|output| matches!(output, Output::Check(..)))));
            pair.outputs.retain(|output| !matches!(output, Output::Check(..)));
        }
        assert!(pair.run_until(|pair| pair.outputs.iter().any(|o| matches!(o, Output::Path(p) if *p == path(2000)))));
        let took = pair.now - sent;
        println!("our check lost: {lost}; media moves {took:?} after the viewer's check was sent");
        let repeat = Duration::from_millis(if lost { 300 } else { 0 });
        assert_eq!(took, 3 * DELAY + repeat, "its check, ours, and the answer");
    }
}

#[test]
fn a_viewer_whose_nat_gave_it_another_address_is_followed_without_its_choosing() {
    let report = |pair: &mut Pair| pair.client.sealed(&[0x80, 201, 0, 1, 0, 0, 0, 1]);
    for reports in [true, false] {
        let mut pair = Pair::new(dimpl(1), |_, _| false);
        assert!(pair.join());
        let moved = pair.now;
        pair.from = path(2000);
        let is_followed = |pair: &Pair| pair.outputs.iter().any(|o| matches!(o, Output::Path(p) if *p == path(2000)));
        // It sends reports every second and a check every five (RFC 7675 5.1), and knows of nothing.
        let followed = (1..10).find(|second| {
            pair.pass(moved + Duration::from_secs(*second) - pair.now);
            if second % 5 == 0 {
                pair.client.check(false);
            }
            if reports && *second > 5 {
                let report = report(&mut pair);
                pair.deliver(report, path(2000));
            }
            pair.pass(4 * DELAY);
            is_followed(&pair)
        });
        assert_eq!(followed, reports.then_some(6), "by the first report after the check");
        assert!(!pair.is_gone());
        pair.outputs.clear();
        pair.pass(moved + Duration::from_secs(10) - pair.now);
        pair.client.check(false);
        pair.pass(DELAY);
        assert_eq!(is_followed(&pair), !reports, "without reports by the check after seven seconds of silence");
    }
}

#[test]
fn a_path_that_is_alive_is_not_left_for_a_check_or_a_report_from_elsewhere() {
    let mut pair = Pair::new(dimpl(1), |_, _| false);
    assert!(pair.join());
    pair.deliver(port::checker::check(&pair.ice.clone(), false), path(2000));
    for tenths in 0..300 {
        pair.now += Duration::from_millis(100);
        let from = if tenths % 5 == 0 { path(1000) } else { path(2000) };
        let report = pair.client.sealed(&[0x80, 201, 0, 1, 0, 0, 0, 1]);
        pair.deliver(report, from);
        pair.deliver(port::checker::check(&pair.ice.clone(), false), path(2000));
    }
    assert!(!pair.outputs.iter().any(|o| matches!(o, Output::Path(_))));
}

#[test]
fn an_ice_restart_keeps_the_path_until_the_new_session_has_one() {
    let mut pair = Pair::new(dimpl(1), |_, _| false);
    assert!(pair.join());
    let (old, new) = (pair.ice.clone(), Credentials::random());
    pair.client.restart();
    pair.server.restart(IceSession { ours: new.clone(), theirs: pair.client.own_ice().clone() });
    assert_eq!(pair.server.ufrags().collect::<Vec<_>>(), [&new.ufrag, &old.ufrag]);
    pair.client.check(true);
    assert!(pair.run_until(|pair| pair.client.responses == 2), "consent goes on in the old session");
    pair.client.use_ice(new);
    pair.from = path(3000);
    pair.client.check(true);
    assert!(pair.run_until(|pair| pair.outputs.iter().any(|output| matches!(output, Output::Path(_)))));
    assert!(matches!(pair.outputs[..], [Output::Path(p)] if p == path(3000)), "by the answer in the new session");
    assert_eq!(pair.client.responses, 3);
    assert_eq!(pair.server.ufrags().count(), 1, "the old session is over");
    pair.outputs.clear();
    pair.client.use_ice(old);
    pair.client.check(true);
    pair.carry();
    assert!(!pair.run_until(|pair| pair.client.responses == 4));
    assert!(pair.outputs.iter().any(|o| matches!(o, Output::Dropped(DropReason::Forged))));
}

#[test]
fn a_viewer_may_check_from_many_addresses_and_only_the_last_few_are_kept() {
    let mut pair = Pair::new(dimpl(1), |_, _| false);
    assert!(pair.join());
    for port in 2000..2100 {
        let check = port::checker::check(&pair.ice, false);
        pair.deliver(check, path(port));
    }
    let known = pair.known();
    assert_eq!(known.len(), MAX_PATHS);
    assert!(known.contains(&1000), "the path in use is never forgotten");
}

#[test]
fn who_stops_checking_is_gone_and_who_never_finishes_has_failed() {
    let mut pair = Pair::new(dimpl(1), |_, _| false);
    assert!(pair.join());
    let connected = pair.now;
    assert!(!pair.run_until(|_| false));
    assert!(matches!(pair.outputs[..], [Output::Gone(Gone::Timeout)]));
    let silent = pair.now - connected;
    assert!(silent <= TIMEOUTS.consent + 2 * DELAY && silent + 10 * DELAY >= TIMEOUTS.consent, "{silent:?}");

    let mut pair = Pair::new(dimpl(1), |way, _| way == Way::ToClient);
    assert!(!pair.join());
    assert!(matches!(pair.outputs[..], [Output::Gone(Gone::Failed)]));
    assert_eq!(pair.took(), TIMEOUTS.join);
}

#[test]
fn close_notify_ends_it_from_either_side() {
    let mut pair = Pair::new(dimpl(1), |_, _| false);
    assert!(pair.join());
    pair.client.close();
    assert!(!pair.run_until(|_| false));
    assert!(pair.outputs.iter().any(|o| matches!(o, Output::Gone(Gone::Closed))));

    let mut pair = Pair::new(dimpl(1), |_, _| false);
    assert!(pair.join());
    for datagram in pair.server.close(pair.now) {
        pair.client.handle(&datagram, pair.now);
    }
    assert!(pair.client.closed);
}
