//! Handshakes in virtual time, over a link of 5 ms each way that loses what a test says.

mod attacks;

use super::*;
use crate::client::{CHROMIUM, Client};
use crate::sdp::Offer;
use rtc_dtls::extension::extension_use_srtp::SrtpProtectionProfile as Offered;
use std::collections::VecDeque;
use std::sync::LazyLock;

const DELAY: Duration = Duration::from_millis(5);
const TIMEOUTS: Timeouts = Timeouts { join: Duration::from_secs(10), consent: Duration::from_secs(10) };

static SERVER: LazyLock<Arc<Server>> = LazyLock::new(|| Arc::new(Server::new().expect("a certificate")));

fn path(port: u16) -> Path {
    Path { remote: SocketAddr::from(([192, 0, 2, 1], port)), local: None }
}

/// Which way a datagram goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    ToServer,
    ToClient,
}

struct Pair {
    now: Instant,
    start: Instant,
    server: Transport,
    client: Client,
    ice: Credentials,
    /// When it arrives, which way, from where, and what.
    flying: VecDeque<(Instant, Way, Path, Vec<u8>)>,
    /// Says whether the n-th DTLS datagram of its way, counted from 1, is lost.
    lose: Box<dyn FnMut(Way, usize) -> bool>,
    counts: [usize; 2],
    /// Where the client sends from.
    from: Path,
    sealer: Option<Box<Sealer>>,
    outputs: Vec<Output>,
}

impl Pair {
    fn new(client: Client, lose: impl FnMut(Way, usize) -> bool + 'static) -> Pair {
        Pair::with_offer(client, CHROMIUM, lose, Instant::now())
    }

    fn with_offer(
        mut client: Client,
        template: &str,
        lose: impl FnMut(Way, usize) -> bool + 'static,
        now: Instant,
    ) -> Pair {
        let offer = client.offer(template);
        let fingerprint = Offer::parse(&offer).expect("an offer").fingerprint;
        let ice = Credentials::random();
        client.use_ice(ice.clone());
        Pair {
            now,
            start: now,
            server: Transport::new(ice.clone(), SERVER.clone(), fingerprint, TIMEOUTS, now),
            client,
            ice,
            flying: VecDeque::new(),
            lose: Box::new(lose),
            counts: [0, 0],
            from: path(1000),
            sealer: None,
            outputs: Vec::new(),
        }
    }

    /// ICE and DTLS, as a browser does them; true once both sides are connected.
    fn join(&mut self) -> bool {
        self.client.check(true);
        self.client.begin(self.now);
        self.run_until(|pair| pair.sealer.is_some() && pair.client.is_connected())
    }

    /// Until the condition holds or 20 s have passed.
    fn run_until(&mut self, done: impl Fn(&Pair) -> bool) -> bool {
        while !done(self) {
            self.carry();
            let arrival = self.flying.iter().map(|(at, ..)| *at).min();
            let timers = [arrival, Some(self.server.poll_timeout()), self.client.poll_timeout()];
            let next = timers.into_iter().flatten().min().expect("the server has a deadline");
            self.now = self.now.max(next);
            if self.now > self.start + Duration::from_secs(20) {
                return false;
            }
            if arrival == Some(next) {
                let at = self.flying.iter().position(|(at, ..)| *at == next).expect("it is the next to arrive");
                let (_, way, path, datagram) = self.flying.remove(at).expect("it is there");
                match way {
                    Way::ToServer => self.deliver(datagram, path),
                    Way::ToClient => self.client.handle(&datagram, self.now),
                }
            } else {
                self.server.handle_timeout(self.now, &mut self.outputs);
                if self.client.poll_timeout().is_some_and(|at| at <= self.now) {
                    self.client.handle_timeout(self.now);
                }
            }
            if self.outputs.iter().any(|output| matches!(output, Output::Gone(_))) {
                return false;
            }
        }
        true
    }

    fn deliver(&mut self, mut datagram: Vec<u8>, path: Path) {
        match Check::parse(&datagram) {
            Some(check) => {
                self.server.check(check, path, self.now, &mut self.outputs);
            }
            None => self.server.datagram(&mut datagram, path, self.now, &mut self.outputs),
        }
    }

    /// Puts on the link what both sides want to send.
    fn carry(&mut self) {
        for datagram in std::mem::take(&mut self.client.outgoing) {
            self.send(Way::ToServer, self.from, datagram);
        }
        for output in std::mem::take(&mut self.outputs) {
            match output {
                Output::Transmit(path, datagram) => self.send(Way::ToClient, path, datagram),
                Output::Connected(sealer, _) => self.sealer = Some(sealer),
                other => self.outputs.push(other),
            }
        }
    }

    fn send(&mut self, way: Way, path: Path, datagram: Vec<u8>) {
        if (20..=63).contains(&datagram[0]) {
            self.counts[way as usize] += 1;
            if (self.lose)(way, self.counts[way as usize]) {
                return;
            }
        }
        self.flying.push_back((self.now + DELAY, way, path, datagram));
    }

    fn took(&self) -> Duration {
        self.now - self.start
    }
}

fn dimpl(seed: u64) -> Client {
    Client::new(seed, 1200, Instant::now())
}

#[test]
fn a_join_without_loss_takes_four_round_trips_at_most() {
    let mut pair = Pair::new(dimpl(1), |_, _| false);
    assert!(pair.join());
    assert!(pair.took() <= 8 * DELAY, "{:?}", pair.took());
}

#[test]
fn every_join_succeeds_whichever_dtls_datagram_is_lost() {
    for way in [Way::ToServer, Way::ToClient] {
        for lost in 1..=8 {
            for mtu in [300, 1200] {
                let client = Client::new(7, mtu, Instant::now());
                let mut pair = Pair::new(client, move |w, n| w == way && n == lost);
                assert!(pair.join(), "{way:?} {lost} lost, mtu {mtu}: no join in {:?}", pair.took());
                assert!(pair.took() < Duration::from_secs(4), "{way:?} {lost} lost, mtu {mtu}: {:?}", pair.took());
            }
        }
    }
}

#[test]
fn a_whole_flight_may_be_lost_three_times() {
    for way in [Way::ToServer, Way::ToClient] {
        for first in 1..6 {
            let mut pair = Pair::new(dimpl(3), move |w, n| w == way && (first..first + 3).contains(&n));
            assert!(pair.join(), "{way:?} from {first}: no join in {:?}", pair.took());
        }
    }
}

#[test]
fn every_join_succeeds_at_ten_percent_loss() {
    use rand::{Rng, SeedableRng, rngs::StdRng};
    let mut longest = Duration::ZERO;
    for seed in 0..150 {
        let mut random = StdRng::seed_from_u64(seed);
        let mut pair = Pair::new(dimpl(seed), move |_, _| random.random_bool(0.1));
        assert!(pair.join(), "seed {seed}: no join in {:?}", pair.took());
        longest = longest.max(pair.took());
    }
    assert!(longest < TIMEOUTS.join, "{longest:?}");
}

#[test]
fn the_profile_is_the_cheapest_offered_and_nobody_is_refused_for_lack_of_gcm() {
    let (gcm128, gcm256, cm) =
        (Offered::Srtp_Aead_Aes_128_Gcm, Offered::Srtp_Aead_Aes_256_Gcm, Offered::Srtp_Aes128_Cm_Hmac_Sha1_80);
    use rtc_srtp::protection_profile::ProtectionProfile::*;
    for (offered, chosen) in [
        (vec![cm, gcm256, gcm128], AeadAes128Gcm),
        (vec![gcm256, cm], AeadAes256Gcm),
        (vec![cm], Aes128CmHmacSha1_80),
        (vec![Offered::Srtp_Aes128_Cm_Hmac_Sha1_32, cm], Aes128CmHmacSha1_80),
    ] {
        let mut pair = Pair::new(Client::offering(&offered), |_, _| false);
        assert!(pair.join(), "{offered:?}");
        assert!(pair.client.profile.is_some_and(|p| p as u8 == chosen as u8), "{offered:?}");

        // Both directions, to the last layer.
        let mut buffer = [0; 200];
        let header = [0x80, 96, 0, 7, 0, 0, 0, 1, 0, 0, 0, 9];
        let len = pair.sealer.as_mut().expect("connected").rtp(&header, &[b"picture"], &mut buffer);
        pair.client.handle(&buffer[..len], pair.now);
        assert_eq!(&pair.client.rtp[0][12..], b"picture");
        let report = pair.client.sealed(&[0x80, 201, 0, 1, 0, 0, 0, 1]);
        pair.deliver(report, path(1000));
        assert!(matches!(&pair.outputs[..], [Output::Rtcp(8)]));
    }
}

#[test]
fn a_client_without_a_profile_of_ours_is_refused() {
    for offered in [vec![], vec![Offered::Srtp_Aes128_Cm_Hmac_Sha1_32]] {
        let mut pair = Pair::new(Client::offering(&offered), |_, _| false);
        assert!(!pair.join());
        assert!(matches!(pair.outputs[..], [Output::Gone(Gone::Failed)]), "{offered:?}");
    }
}

#[test]
fn a_certificate_that_is_not_the_offers_gets_no_keys() {
    let mut pair = Pair::new(dimpl(1), |_, _| false);
    let other = dimpl(2).offer(CHROMIUM);
    let fingerprint = Offer::parse(&other).expect("an offer").fingerprint;
    pair.server = Transport::new(pair.ice.clone(), SERVER.clone(), fingerprint, TIMEOUTS, pair.now);
    assert!(!pair.join());
    assert!(pair.sealer.is_none());
    let told: Vec<&Output> = pair.outputs.iter().filter(|o| !matches!(o, Output::Transmit(..))).collect();
    assert!(matches!(told[..], [Output::Dropped(Drop::Fingerprint), Output::Gone(Gone::Failed)]));
}

#[test]
fn a_forged_check_changes_nothing() {
    let mut pair = Pair::new(dimpl(1), |_, _| false);
    let forged = Credentials { ufrag: pair.ice.ufrag.clone(), pwd: "not the password of it".into() };
    let check = crate::ice::checker::check(&forged, true);
    pair.deliver(check, path(6666));
    assert!(matches!(pair.outputs[..], [Output::Dropped(Drop::Forged)]), "no answer, no path");
    assert_eq!(pair.server.remotes().count(), 0);
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
            Output::Dropped(Drop::Replayed),
            Output::Dropped(Drop::Unauthenticated),
            Output::Dropped(Drop::Replayed)
        ]
    ));
}

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
    assert!(pair.run_until(|pair| pair.client.responses == 3));
    assert!(matches!(pair.outputs[..], [Output::Path(p)] if p == path(2000)));
    pair.outputs.clear();
    let report = pair.client.sealed(&[0x80, 201, 0, 1, 0, 0, 0, 1]);
    pair.deliver(report, path(2000));
    assert!(matches!(pair.outputs[..], [Output::Rtcp(_)]), "the keys are the same");
}

#[test]
fn a_viewer_whose_nat_gave_it_another_address_is_followed_without_its_choosing() {
    let report = |pair: &mut Pair| pair.client.sealed(&[0x80, 201, 0, 1, 0, 0, 0, 1]);
    for reports in [true, false] {
        let mut pair = Pair::new(dimpl(1), |_, _| false);
        assert!(pair.join());
        let moved = pair.now;
        // It sends reports every second and a check every five (RFC 7675 5.1), and knows of nothing.
        let followed = (1..10).find(|second| {
            pair.now = moved + Duration::from_secs(*second);
            if second % 5 == 0 {
                pair.deliver(crate::ice::checker::check(&pair.ice.clone(), false), path(2000));
            }
            if reports && *second > 5 {
                let report = report(&mut pair);
                pair.deliver(report, path(2000));
            }
            pair.outputs.iter().any(|o| matches!(o, Output::Path(p) if *p == path(2000)))
        });
        assert_eq!(followed, reports.then_some(6), "by the first report after the check");
        assert!(!pair.outputs.iter().any(|o| matches!(o, Output::Gone(_))));
        pair.now = moved + Duration::from_secs(10);
        pair.outputs.clear();
        pair.deliver(crate::ice::checker::check(&pair.ice.clone(), false), path(2000));
        let followed = pair.outputs.iter().any(|o| matches!(o, Output::Path(_)));
        assert_eq!(followed, !reports, "without reports by the check after seven seconds of silence");
    }
}

#[test]
fn a_path_that_is_alive_is_not_left_for_a_check_or_a_report_from_elsewhere() {
    let mut pair = Pair::new(dimpl(1), |_, _| false);
    assert!(pair.join());
    pair.deliver(crate::ice::checker::check(&pair.ice.clone(), false), path(2000));
    for tenths in 0..300 {
        pair.now += Duration::from_millis(100);
        let from = if tenths % 5 == 0 { path(1000) } else { path(2000) };
        let report = pair.client.sealed(&[0x80, 201, 0, 1, 0, 0, 0, 1]);
        pair.deliver(report, from);
        pair.deliver(crate::ice::checker::check(&pair.ice.clone(), false), path(2000));
    }
    assert!(!pair.outputs.iter().any(|o| matches!(o, Output::Path(_))));
}

#[test]
fn an_ice_restart_keeps_the_path_until_the_new_session_has_one() {
    let mut pair = Pair::new(dimpl(1), |_, _| false);
    assert!(pair.join());
    let (old, new) = (pair.ice.clone(), Credentials::random());
    pair.server.restart(new.clone());
    assert_eq!(pair.server.ufrags().collect::<Vec<_>>(), [&new.ufrag, &old.ufrag]);
    pair.client.check(true);
    assert!(pair.run_until(|pair| pair.client.responses == 2), "consent goes on in the old session");
    pair.client.use_ice(new);
    pair.from = path(3000);
    pair.client.check(true);
    assert!(pair.run_until(|pair| pair.client.responses == 3));
    assert!(matches!(pair.outputs[..], [Output::Path(p)] if p == path(3000)));
    assert_eq!(pair.server.ufrags().count(), 1, "the old session is over");
    pair.outputs.clear();
    pair.client.use_ice(old);
    pair.client.check(true);
    pair.carry();
    assert!(!pair.run_until(|pair| pair.client.responses == 4));
    assert!(pair.outputs.iter().any(|o| matches!(o, Output::Dropped(Drop::Forged))));
}

#[test]
fn a_viewer_may_check_from_many_addresses_and_only_the_last_few_are_kept() {
    let mut pair = Pair::new(dimpl(1), |_, _| false);
    assert!(pair.join());
    for port in 2000..2100 {
        pair.from = path(port);
        pair.client.check(false);
        pair.carry();
        let (.., datagram) = pair.flying.pop_back().expect("the check flies");
        pair.deliver(datagram, path(port));
    }
    let remotes: Vec<SocketAddr> = pair.server.remotes().collect();
    assert_eq!(remotes.len(), MAX_PATHS);
    assert!(remotes.contains(&path(1000).remote), "the path in use is never forgotten");
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
