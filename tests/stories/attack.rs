//! Somebody sends all that is no viewer's, in a stranger's name and in a viewer's, while viewers watch.

use crate::support::{Browser, Relay, Skylark, metric, metrics, socket, soon};
use std::collections::BTreeMap;

/// How often each is sent.
const TIMES: u64 = 50;

/// What must have been counted: by reason.
type Dropped = BTreeMap<String, u64>;

#[tokio::test]
async fn what_is_forged_replayed_or_unknown_is_counted_and_takes_nothing_from_anybody() {
    let mut skylark = Skylark::live().await;
    let relay = Relay::to(skylark.port()).await;
    let observed = Browser::new().watch_through(&skylark.whep(), &relay).await;
    let other = Browser::new().watch(&skylark.whep()).await;
    observed.plays().await;
    other.plays().await;
    let (observed_before, other_before) = (observed.plays().await, other.plays().await);

    let stranger = socket();
    let program = ("127.0.0.1", skylark.port());
    let recorded = relay.recorded();
    let is_check = |datagram: &&Vec<u8>| datagram[..2] == [0, 1];
    let check = recorded.iter().rfind(is_check).expect("it checks").clone();
    let is_report = |datagram: &&Vec<u8>| datagram[0] >> 6 == 2 && (192..=223).contains(&datagram[1]);
    let report = recorded.iter().rfind(is_report).expect("it reports").clone();

    // From an address that passed no check: anything at all, and checks that are none of a viewer's.
    attack(&skylark, "unknown", async |n| {
        let noise = (n + 4).wrapping_mul(0x9e37_79b9_7f4a_7c15).to_le_bytes().repeat(20);
        for first in [4, 20, 22, 23, 63, 64, 127, 128, 144, 191, 255] {
            let rtcp = if n % 2 == 0 { 201 } else { 96 };
            stranger.send_to(&[&[first, rtcp][..], &noise].concat(), program).await.expect("loopback takes it");
        }
        11
    })
    .await;
    attack(&skylark, "stun", async |n| {
        let mut altered = check.clone();
        altered[8 + (n % 12) as usize] ^= 0x55;
        let mut renamed = check.clone();
        // The first attribute's value, which is the user name.
        renamed[24] ^= 1;
        let garbage = [0, 1, 0, 8, 1, 2, 3, 4];
        for datagram in [&altered, &signed(altered.clone()), &renamed, &signed(renamed.clone()), &garbage.to_vec()] {
            stranger.send_to(datagram, program).await.expect("loopback takes it");
        }
        5
    })
    .await;
    attack(&skylark, "replayed_check", async |_| {
        stranger.send_to(&check, program).await.expect("loopback takes it");
        1
    })
    .await;

    // In a viewer's name, by somebody who sees what it sends and can give its address as his own.
    attack(&skylark, "replayed", async |_| {
        relay.forge(&report).await;
        1
    })
    .await;
    attack(&skylark, "unauthenticated", async |n| {
        let mut forged = report.clone();
        // The last index there can be, wherever the profile has it; it never came before.
        let len = forged.len();
        forged[len - 14..].fill(0xff);
        forged[9] ^= n as u8;
        relay.forge(&forged).await;
        1
    })
    .await;
    attack(&skylark, "unknown", async |n| {
        relay.forge(&[&[0x80, 96][..], &[n as u8; 100]].concat()).await;
        1
    })
    .await;
    attack(&skylark, "dtls", async |n| {
        let sequence = n as u8;
        let close_notify = [21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 1, sequence, 0, 2, 1, 0];
        let fatal = [21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 2, sequence, 0, 2, 2, 80];
        let broken = [22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 3, sequence, 0, 9, 1];
        relay.forge(&close_notify).await;
        relay.forge(&fatal).await;
        relay.forge(&broken).await;
        3
    })
    .await;

    for (viewer, before) in [(&observed, observed_before), (&other, other_before)] {
        let after = viewer.plays().await;
        assert_eq!((after.missing, after.closed), (before.missing, false), "no packet was lost by any of it");
    }
    assert_eq!(metric(&skylark, "skylark_viewers").await, 2);
    assert_eq!(metric(&skylark, "skylark_paths_changed_total").await, 0);
    assert!(skylark.came("viewer_left").is_empty());
    skylark.command(r#"{"command":"quit"}"#).await;
    assert_eq!(skylark.ended().await.code(), Some(0));
}

#[tokio::test]
async fn a_certificate_that_is_not_the_offers_is_refused_and_counted() {
    let skylark = Skylark::live().await;
    let watching = Browser::new().watch(&skylark.whep()).await;
    let before = watching.plays().await;
    let other_fingerprint = |offer: String| {
        let line = |line: &str| match line.split_once("a=fingerprint:sha-256 ") {
            Some((start, hex)) => format!("{start}a=fingerprint:sha-256 {}\r\n", hex.replace(['1', '2'], "0")),
            None => format!("{line}\r\n"),
        };
        offer.lines().map(line).collect()
    };
    let mut refused = Vec::new();
    for _ in 0..3 {
        refused.push(Browser::new().watch_with_offer(&skylark.whep(), other_fingerprint).await);
    }
    let counted = async { while dropped(&skylark).await["fingerprint"] < 3 {} };
    soon("the three are refused", counted).await;
    assert_eq!(metric(&skylark, r#"skylark_left_total{reason="failed"}"#).await, 3);
    assert_eq!(metric(&skylark, "skylark_connected_total").await, 1);
    let after = watching.plays().await;
    assert_eq!((after.missing, after.closed), (before.missing, false));
    for viewer in &refused {
        assert_eq!(viewer.look().pictures.len(), 0, "it saw nothing");
    }
}

#[tokio::test]
async fn a_viewer_whose_address_changes_goes_on_watching() {
    let mut skylark = Skylark::live().await;
    let mut relay = Relay::to(skylark.port()).await;
    let viewer = Browser::new().watch_through(&skylark.whep(), &relay).await;
    let other = Browser::new().watch(&skylark.whep()).await;
    viewer.plays().await;
    let before = other.plays().await;
    relay.move_away();
    viewer.plays().await;
    assert_eq!(metric(&skylark, "skylark_paths_changed_total").await, 1);
    assert_eq!(metric(&skylark, "skylark_connected_total").await, 2, "it is the session it was");
    assert!(!viewer.look().closed);
    assert_eq!(other.plays().await.missing, before.missing);
    assert!(skylark.came("viewer_left").is_empty());
    skylark.command(r#"{"command":"quit"}"#).await;
    assert_eq!(skylark.ended().await.code(), Some(0));
}

/// Sends [`TIMES`] times, and waits until exactly that is counted for this reason, and nothing for any other.
async fn attack(skylark: &Skylark, reason: &str, send: impl AsyncFn(u64) -> u64) {
    let mut expected = attacks(&dropped(skylark).await);
    let mut sent = 0;
    for n in 0..TIMES {
        sent += send(n).await;
    }
    *expected.get_mut(reason).expect("the reason is counted") += sent;
    let counted = async { while attacks(&dropped(skylark).await)[reason] < expected[reason] {} };
    soon(&format!("{sent} are counted as {reason}"), counted).await;
    assert_eq!(attacks(&dropped(skylark).await), expected);
}

/// What says something about strangers; the others are about a machine that is too slow.
fn attacks(dropped: &Dropped) -> Dropped {
    dropped
        .iter()
        .filter(|(reason, _)| !["late", "unsent"].contains(&reason.as_str()))
        .map(|(r, n)| (r.clone(), *n))
        .collect()
}

async fn dropped(skylark: &Skylark) -> Dropped {
    let text = metrics(skylark).await;
    let lines =
        text.lines().filter_map(|line| line.strip_prefix(r#"skylark_dropped_total{reason=""#)?.split_once("\"} "));
    lines.map(|(reason, count)| (reason.to_owned(), count.parse().expect("a number"))).collect()
}

/// The check with a FINGERPRINT that fits (RFC 8489 14.7), which anybody can make.
fn signed(mut check: Vec<u8>) -> Vec<u8> {
    let value = check.len() - 4;
    let mut crc = !0u32;
    for byte in &check[..value - 4] {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 };
        }
    }
    check[value..].copy_from_slice(&(!crc ^ 0x5354_554e).to_be_bytes());
    check
}
