//! What somebody who never asked is sent, when a viewer forges its address. The viewer has all keys of its own session, so whatever it
//! sends is authentic; only what is sent to the third party it does not see.

use super::*;
use port::checker;

/// Where the third party is. It sees what is sent there as noise, and answers nothing.
fn third_party() -> Path {
    path(6666)
}

fn connected() -> Pair {
    let mut pair = Pair::new(dimpl(1), |_, _| false);
    assert!(pair.join());
    pair.outputs.clear();
    pair
}

/// Datagrams and bytes that the third party got.
fn got(pair: &mut Pair) -> (usize, usize) {
    pair.pass(DELAY);
    let there = pair.astray.iter().filter(|(path, _)| path.has_same_remote(&third_party()));
    there.fold((0, 0), |(count, bytes), (_, datagram)| (count + 1, bytes + datagram.len()))
}

fn moved(pair: &Pair) -> bool {
    pair.outputs.iter().any(|output| matches!(output, Output::Path(_)))
}

/// Every kind of datagram that a viewer makes, as if it came from there. All but the record are authentic.
fn forge(pair: &mut Pair, from: Path) {
    let report = pair.client.sealed(&[0x80, 201, 0, 1, 0, 0, 0, 1]);
    let record = vec![21, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 9, 0, 2, 1, 0];
    let forged = [checker::check(&pair.ice, true), checker::check(&pair.ice, false), report, record];
    for datagram in forged {
        pair.deliver(datagram, from);
    }
}

#[test]
fn one_forged_check_brings_three_datagrams_from_one_session_and_thirty_from_ten() {
    let mut all = (0, 0);
    for _ in 0..10 {
        let mut pair = connected();
        let check = checker::check(&pair.ice, true);
        let forged = check.len();
        pair.deliver(check, third_party());
        // It goes on watching, so that its session stays.
        pair.watch(Duration::from_secs(60));
        assert!(!pair.is_gone() && !moved(&pair));
        let (datagrams, bytes) = got(&mut pair);
        assert!(
            (1..=3).contains(&datagrams) && bytes <= 3 * forged,
            "{datagrams} of {bytes} bytes for one of {forged}"
        );
        all = (all.0 + datagrams, all.1 + bytes);
    }
    println!("one forged check in each of ten sessions: {} datagrams, {} bytes in a minute", all.0, all.1);
    assert!(all.0 <= 30);
}

#[test]
fn who_forges_for_ever_has_less_sent_than_he_sends() {
    let (mut datagrams, mut bytes, mut forged) = (0, 0, 0);
    for _ in 0..10 {
        let mut pair = connected();
        for _ in 0..120 {
            let check = checker::check(&pair.ice, true);
            forged += check.len();
            pair.deliver(check, third_party());
            pair.watch(Duration::from_secs(5));
        }
        assert!(!pair.is_gone() && !moved(&pair));
        let got = got(&mut pair);
        (datagrams, bytes) = (datagrams + got.0, bytes + got.1);
    }
    println!(
        "a forged check every 5 s for ten minutes, ten sessions: {datagrams} datagrams, {bytes} bytes for {forged}"
    );
    assert!(datagrams <= 10 * 40 && bytes < forged, "{datagrams} of {bytes} bytes for {forged}");
}

#[test]
fn all_that_a_viewer_can_forge_moves_no_media_and_no_more_is_sent_however_much_it_forges() {
    let mut pair = connected();
    for _ in 0..600 {
        forge(&mut pair, third_party());
        pair.pass(Duration::from_millis(50));
        pair.client.check(true);
        pair.pass(Duration::from_millis(50));
        assert!(!pair.is_gone() && !moved(&pair));
        pair.outputs.clear();
    }
    let (datagrams, bytes) = got(&mut pair);
    println!("2,400 forged datagrams of all kinds in a minute: {datagrams} datagrams, {bytes} bytes");
    assert!(datagrams <= 25, "{datagrams}");
}

#[test]
fn forged_checks_and_reports_move_nothing_when_the_viewer_falls_silent_and_its_own_consent_ends() {
    let mut pair = connected();
    let silent = pair.now;
    // It is nowhere any more, and forges a third party's address: as a viewer does whose NAT gave it another.
    pair.from = path(1);
    while !pair.is_gone() {
        forge(&mut pair, third_party());
        pair.pass(Duration::from_millis(500));
        assert!(!moved(&pair));
    }
    assert!(matches!(pair.outputs.last(), Some(Output::Gone(Gone::Timeout))));
    assert!(pair.now - silent <= Duration::from_secs(30), "{:?}", pair.now - silent);
    let count = pair.astray.iter().filter(|(path, _)| path.has_same_remote(&third_party())).count();
    assert!(count <= 25, "{count}");
}

#[test]
fn an_address_that_answers_no_more_is_sent_media_for_thirty_seconds_whatever_is_forged_from_it() {
    let mut pair = connected();
    pair.watch(Duration::from_secs(40));
    assert!(!pair.is_gone() && pair.client.checks >= 7, "it answers: {} checks of ours came", pair.client.checks);
    // It goes, and forges the address that it had: checks, reports and records, all authentic.
    let (had, left) = (pair.from, pair.now);
    pair.from = path(1);
    let mut checks = 0;
    while !pair.is_gone() {
        forge(&mut pair, had);
        checks += pair.outputs.iter().filter(|output| matches!(output, Output::Check(..))).count();
        pair.outputs.retain(|output| matches!(output, Output::Gone(_)));
        pair.pass(Duration::from_millis(500));
    }
    let longest = pair.now - left;
    println!("consent ended after {longest:?}");
    assert!(matches!(pair.outputs.last(), Some(Output::Gone(Gone::Timeout))));
    assert!(longest <= Duration::from_secs(30) && longest >= Duration::from_secs(20), "{longest:?}");
    assert!(checks <= 15, "{checks} checks of ours in that time");
}

#[test]
fn a_viewer_that_answers_keeps_its_media_for_good_and_is_asked_every_five_seconds() {
    let mut pair = connected();
    let before = pair.client.checks;
    pair.watch(Duration::from_secs(600));
    assert!(!pair.is_gone() && !moved(&pair));
    let asked = pair.client.checks - before;
    assert!((100..=150).contains(&asked), "{asked} in ten minutes");
}

#[test]
fn our_checks_go_with_the_answers_to_a_browsers_own_and_no_timer_is_due_for_them() {
    let mut pair = connected();
    let before = pair.client.checks;
    for n in 0..200 {
        pair.client.check(true);
        pair.pass(Duration::from_millis(100));
        let idle = pair.server.poll_timeout() - pair.now;
        // At first the handshake has timers, too.
        assert!(
            n < 2 || idle > Duration::from_millis(2400),
            "it is woken after {idle:?}, before the browser's next check"
        );
        pair.pass(Duration::from_millis(2400));
    }
    assert!(!pair.is_gone());
    let asked = pair.client.checks - before;
    assert!((99..=101).contains(&asked), "{asked} in 500 s");
}

#[test]
fn a_handshake_towards_a_third_party_is_bounded_by_what_is_forged() {
    // All of it in the third party's name: nothing that is sent there comes back.
    let mut pair = Pair::new(dimpl(1), |_, _| false);
    (pair.from, pair.deaf) = (third_party(), true);
    assert!(!pair.join());
    let (datagrams, bytes) = got(&mut pair);
    let forged = pair.client_bytes;
    println!("a join in a third party's name: {datagrams} datagrams, {bytes} bytes for {forged}");
    assert!(datagrams <= 20 && bytes <= 3 * forged, "{datagrams} of {bytes} bytes for {forged}");
}

#[test]
fn a_handshake_is_not_turned_to_a_third_party_by_who_saw_its_beginning() {
    let mut pair = Pair::new(dimpl(1), |_, _| false);
    pair.client.check(true);
    pair.client.begin(pair.now);
    let has_cookie = |pair: &Pair| {
        let dtls = pair.client.outgoing.iter().any(|datagram| datagram[0] == 22);
        dtls && pair.counts[Way::ToClient as usize] > 0
    };
    assert!(pair.run_until(has_cookie));
    // It sends its ClientHello with the cookie in a third party's name, after a check by which it chooses that address.
    (pair.from, pair.deaf) = (third_party(), true);
    let check = checker::check(&pair.ice, true);
    let (check_bytes, own) = (check.len(), pair.client_bytes);
    pair.deliver(check, third_party());
    assert!(!pair.run_until(|pair| pair.sealer.is_some()), "nobody is there");
    let (datagrams, bytes) = got(&mut pair);
    // Its ClientHello goes out in the third party's name too, as often as it gets no answer.
    let forged = check_bytes + pair.client_bytes - own;
    println!("a handshake begun elsewhere: {datagrams} datagrams, {bytes} bytes for {forged}");
    assert!(datagrams <= 20 && bytes <= 3 * forged, "{datagrams} of {bytes} bytes for {forged}");
}

#[test]
fn media_does_not_begin_before_its_address_has_answered_though_the_handshake_ends_there() {
    let mut pair = Pair::new(dimpl(1), |_, _| false);
    pair.client.check(true);
    pair.client.begin(pair.now);
    // Our checks are lost: with all else done, nothing is sent.
    let done = |pair: &Pair| pair.client.is_connected();
    while !done(&pair) {
        pair.outputs.retain(|output| !matches!(output, Output::Check(..)));
        pair.flying.retain(|(_, way, _, datagram)| *way == Way::ToServer || datagram[..2] != [0, 1]);
        assert!(pair.step(pair.start + Duration::from_secs(1)));
    }
    assert!(pair.sealer.is_none() && !pair.server.is_connected());
    pair.client.check(true);
    let begins = |pair: &Pair| pair.outputs.iter().any(|output| matches!(output, Output::Connected(..)));
    assert!(pair.run_until(begins), "its repeat comes through");
    println!("with our first check lost media begins after {:?}", pair.took());
    assert!(pair.took() <= Duration::from_millis(350), "{:?}", pair.took());
}
