//! Checked against rtc-srtp, which shares no code with what is tested.

use super::*;
use rtc_srtp::context::Context;
use rtc_srtp::option::{srtcp_no_replay_protection, srtp_no_replay_protection};
use rtc_srtp::protection_profile::ProtectionProfile;

const PROFILES: [(Profile, ProtectionProfile); 3] = [
    (Profile::Gcm128, ProtectionProfile::AeadAes128Gcm),
    (Profile::Gcm256, ProtectionProfile::AeadAes256Gcm),
    (Profile::CmSha1, ProtectionProfile::Aes128CmHmacSha1_80),
];

/// Both sides: ours, and the client's contexts for what it sends and what it receives.
fn pair(profile: Profile, theirs: ProtectionProfile) -> (Sealer, Opener, Context, Context) {
    let exported: Vec<u8> = (0..profile.exported_len() as u8).map(|b| b.wrapping_mul(37) ^ 0x5a).collect();
    let material = KeyingMaterial::new(profile, &exported).expect("the length is the profile's");
    let (key, salt) = (theirs.key_len(), theirs.salt_len());
    let provider = rtc_crypto::providers::AwsLcRsProvider::new();
    let context = |side: usize| {
        let keys = &exported[side * key..][..key];
        let salts = &exported[2 * key + side * salt..][..salt];
        Context::new(
            keys,
            salts,
            theirs,
            Some(srtp_no_replay_protection()),
            Some(srtcp_no_replay_protection()),
            rtc_crypto::RTCCryptoProvider::crypto(&provider),
        )
        .expect("the keys have the profile's lengths")
    };
    (Sealer::new(&material.server()), Opener::new(&material.client()), context(0), context(1))
}

fn header(sequence: u16) -> [u8; 20] {
    let mut header = [0x90, 96, 0, 0, 1, 2, 3, 4, 0xca, 0xfe, 0, 1, 0xbe, 0xde, 0, 1, 0x10, 7, 0, 0];
    header[2..4].copy_from_slice(&sequence.to_be_bytes());
    header
}

#[test]
fn sealed_rtp_is_what_a_client_opens_across_rollover_and_repeats() {
    for (profile, theirs) in PROFILES {
        let (mut sealer, _, _, mut client) = pair(profile, theirs);
        let mut buffer = [0; 1500];
        let mut kept = Vec::new();
        let mut sequence = 32_000u16;
        for n in 0..140_000u32 {
            let parts: [&[u8]; 2] = [&n.to_be_bytes(), b"payload"];
            let len = sealer.rtp(&header(sequence), &parts, &mut buffer);
            if n % 997 == 0 || !(1000..64_000).contains(&sequence) {
                let opened = client.decrypt_rtp(&buffer[..len]).expect("the client opens it");
                assert_eq!(&opened[20..], parts.concat(), "{profile:?}, packet {n}");
            }
            if sequence == u16::MAX - 3 {
                kept = buffer[..len].to_vec();
            }
            if sequence == 5 && n > 60_000 {
                // The same packet again, after the rollover: its index is the old one.
                let before = n - 9;
                let parts: [&[u8]; 2] = [&before.to_be_bytes(), b"payload"];
                let len = sealer.rtp(&header(u16::MAX - 3), &parts, &mut buffer);
                assert_eq!(buffer[..len], kept, "{profile:?}: a repeat is the same to the byte");
            }
            sequence = sequence.wrapping_add(1);
        }
    }
}

#[test]
fn sealed_rtcp_is_what_a_client_opens() {
    for (profile, theirs) in PROFILES {
        let (mut sealer, _, _, mut client) = pair(profile, theirs);
        let report = [0x80, 203, 0, 1, 1, 2, 3, 4, 0x80, 200, 0, 1, 9, 9, 9, 9];
        let mut buffer = [0; 200];
        for _ in 0..3 {
            let len = sealer.rtcp(&report, &mut buffer);
            let opened = client.decrypt_rtcp(&buffer[..len]).expect("the client opens it");
            assert_eq!(&opened[..], report, "{profile:?}");
        }
    }
}

#[test]
fn what_a_client_seals_is_opened_once() {
    for (profile, theirs) in PROFILES {
        let (_, mut opener, mut client, _) = pair(profile, theirs);
        let report = [0x81, 201, 0, 1, 0, 0, 0, 1, 0x80, 200, 0, 1, 9, 9, 9, 9];
        let sealed: Vec<Vec<u8>> =
            (0..200).map(|_| client.encrypt_rtcp(&report).expect("the client seals").to_vec()).collect();
        for n in [1, 0, 5, 150, 4, 23] {
            let mut packet = sealed[n].clone();
            let expected = if n == 4 { Err(OpenError::Replayed) } else { Ok(&report[..]) };
            assert_eq!(opener.rtcp(&mut packet), expected, "{profile:?}, packet {n}: 4 is older than the window");
            assert_eq!(opener.rtcp(&mut sealed[n].clone()), Err(OpenError::Replayed), "{profile:?}, packet {n} again");
        }
    }
}

/// A client that seals as we do: the material with its two sides exchanged.
fn client_sealer(profile: Profile, theirs: ProtectionProfile) -> Sealer {
    let exported: Vec<u8> = (0..profile.exported_len() as u8).map(|b| b.wrapping_mul(37) ^ 0x5a).collect();
    let (keys, salts) = exported.split_at(2 * theirs.key_len());
    let (client_key, server_key) = keys.split_at(theirs.key_len());
    let (client_salt, server_salt) = salts.split_at(theirs.salt_len());
    let exchanged = [server_key, client_key, server_salt, client_salt].concat();
    Sealer::new(&KeyingMaterial::new(profile, &exchanged).expect("the length is the profile's").server())
}

#[test]
fn the_last_index_is_opened_and_none_after_it() {
    for (profile, theirs) in PROFILES {
        let (_, mut opener, ..) = pair(profile, theirs);
        let mut client = client_sealer(profile, theirs);
        let report = [0x80, 201, 0, 1, 0, 0, 0, 1, 9, 9, 9, 9];
        let sealed = |client: &mut Sealer| {
            let mut buffer = [0; 100];
            let len = client.rtcp(&report, &mut buffer);
            buffer[..len].to_vec()
        };
        let first = sealed(&mut client);
        client.skip_to_rtcp((1 << 31) - 2);
        let (before, last) = (sealed(&mut client), sealed(&mut client));
        assert!(sealed(&mut client).is_empty(), "{profile:?}: 2^31 packets are a key's life (RFC 3711 9.2)");
        for packet in [&first, &before, &last] {
            assert_eq!(opener.rtcp(&mut packet.clone()), Ok(&report[..]), "{profile:?}");
        }
        for packet in [&first, &before, &last] {
            assert_eq!(opener.rtcp(&mut packet.clone()), Err(OpenError::Replayed), "{profile:?}");
        }
    }
}

#[test]
fn one_false_bit_or_a_missing_byte_is_not_authentic() {
    for (profile, theirs) in PROFILES {
        let (_, mut opener, mut client, _) = pair(profile, theirs);
        let sealed =
            client.encrypt_rtcp(&[0x81, 201, 0, 1, 0, 0, 0, 1, 1, 2, 3, 4]).expect("the client seals").to_vec();
        for bit in 0..sealed.len() * 8 {
            let mut forged = sealed.clone();
            forged[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(opener.rtcp(&mut forged), Err(OpenError::Unauthenticated), "{profile:?}, bit {bit}");
        }
        for len in 0..sealed.len() {
            let mut short = sealed[..len].to_vec();
            assert_eq!(opener.rtcp(&mut short), Err(OpenError::Unauthenticated), "{profile:?}, {len} bytes");
        }
        assert!(opener.rtcp(&mut sealed.clone()).is_ok(), "forgeries leave no trace");
    }
}

#[test]
fn senders_beyond_the_bound_are_not_taken() {
    let (_, mut opener, mut client, _) = pair(Profile::Gcm128, ProtectionProfile::AeadAes128Gcm);
    for ssrc in 0..20u8 {
        let sealed = client.encrypt_rtcp(&[0x80, 201, 0, 1, 0, 0, 0, ssrc]).expect("the client seals");
        assert_eq!(opener.rtcp(&mut sealed.to_vec()).is_ok(), ssrc < 8, "sender {ssrc}");
    }
}

#[test]
fn the_cheapest_profile_is_chosen() {
    let choose = |offered: &[u16]| Profile::choose(offered.iter().copied());
    assert_eq!(choose(&[1, 8, 7, 2]), Some(Profile::Gcm128));
    assert_eq!(choose(&[1, 8]), Some(Profile::Gcm256));
    assert_eq!(choose(&[2, 1]), Some(Profile::CmSha1));
    assert_eq!(choose(&[2, 0x99]), None, "a tag of 32 bits is not spoken");
}
