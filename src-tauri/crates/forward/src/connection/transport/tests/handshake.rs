//! How a join comes to keys: with datagrams lost, with each SRTP profile, and when it must not.

use super::*;
use rtc_dtls::extension::extension_use_srtp::SrtpProtectionProfile as Offered;

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
    let fingerprint = Offer::parse(&other).expect("an offer").transport.fingerprint;
    let session = IceSession { ours: pair.ice.clone(), theirs: pair.client.own_ice().clone() };
    pair.server = Transport::new(session, SERVER.clone(), fingerprint, TIMEOUTS, pair.now);
    assert!(!pair.join());
    assert!(pair.sealer.is_none());
    let told: Vec<&Output> =
        pair.outputs.iter().filter(|o| !matches!(o, Output::Transmit(..) | Output::Check(..))).collect();
    assert!(matches!(told[..], [Output::Dropped(DropReason::Fingerprint), Output::Gone(Gone::Failed)]));
}

/// The costly part of a handshake is ours: a key and a signature. Whoever may begin no more joins begins no more handshakes.
#[test]
fn a_join_is_one_handshake_however_many_are_begun_in_it() {
    use std::collections::HashSet;
    let mut pair = Pair::new(dimpl(1), |_, _| false);
    pair.client.check(true);
    for check in std::mem::take(&mut pair.client.outgoing) {
        pair.deliver(check, path(1000));
    }
    let mut answered = HashSet::new();
    for seed in 2..200 {
        let mut another = dimpl(seed);
        another.begin(pair.now);
        // Its hello, and what it says to what is said to that.
        for _ in 0..3 {
            for said in std::mem::take(&mut another.outgoing) {
                pair.deliver(said, path(1000));
            }
            pair.now += Duration::from_millis(10);
            pair.server.handle_timeout(pair.now, &mut pair.outputs);
            for output in std::mem::take(&mut pair.outputs) {
                let Output::Transmit(_, datagram) = output else { continue };
                // A ServerHello's random, behind the headers of the record and of the message, and the version (RFC 6347 4.2.2).
                if datagram[0] == 22 && datagram.get(13) == Some(&2) {
                    answered.insert(datagram[27..59].to_vec());
                }
                another.handle(&datagram, pair.now);
            }
        }
    }
    assert_eq!(answered.len(), 1, "of 198 that were begun");
}
