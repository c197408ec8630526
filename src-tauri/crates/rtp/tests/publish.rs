//! A publisher as a relay is one, on this crate alone: three layers and sound to an engine that takes RTP with keys out of a
//! signalling channel (Janus, mediasoup). The engine is rtc-srtp, which shares no code with what is tested.

use rtc_crypto::RTCCryptoProvider;
use rtc_crypto::providers::AwsLcRsProvider;
use rtc_srtp::context::Context;
use rtc_srtp::option::{srtcp_no_replay_protection, srtp_no_replay_protection};
use rtc_srtp::protection_profile::ProtectionProfile;
use rtp::rtcp::{Message, SenderReport, goodbye, messages, packets, sender_reports};
use rtp::srtp::{MasterKey, OpenError, Opener, Profile, RTCP_OVERHEAD, RTP_OVERHEAD, Sealer};
use rtp::{ExtensionId, Header};

const MID: u8 = 1;
const RID: u8 = 2;
const TRANSPORT_WIDE: u8 = 5;
const LAYERS: [(u32, &str); 3] = [(0x1111, "q"), (0x2222, "h"), (0x3333, "f")];
const SOUND: u32 = 0x4444;
/// 4 seconds after 1900, and a half.
const NTP: u64 = 0x0000_0004_8000_0000;

/// Key and salt of each way, as `a=crypto` or mediasoup's `keyBase64` carries them.
fn key_and_salt(profile: Profile, mark: u8) -> Vec<u8> {
    (0..profile.master_len() as u8).map(|byte| byte.wrapping_mul(29) ^ mark).collect()
}

fn engine(profile: ProtectionProfile, key_and_salt: &[u8]) -> Context {
    let (key, salt) = key_and_salt.split_at(profile.key_len());
    let provider = AwsLcRsProvider::new();
    let options = (Some(srtp_no_replay_protection()), Some(srtcp_no_replay_protection()));
    Context::new(key, salt, profile, options.0, options.1, provider.crypto())
        .expect("the keys have the profile's lengths")
}

fn id(id: u8) -> ExtensionId {
    ExtensionId::new(id).expect("1 to 14")
}

/// The value of a one-byte extension (RFC 8285 section 4.2), as a receiver finds it.
fn extension(packet: &[u8], wanted: u8) -> Option<&[u8]> {
    assert_eq!((packet[0], &packet[12..14]), (0x90, &[0xbe, 0xde][..]), "one-byte extensions follow the header");
    let words = usize::from(u16::from_be_bytes([packet[14], packet[15]]));
    let mut rest = &packet[16..16 + 4 * words];
    while let [first, after @ ..] = rest {
        if *first == 0 {
            rest = after;
            continue;
        }
        let (value, next) = after.split_at(usize::from(first & 0xf) + 1);
        if first >> 4 == wanted {
            return Some(value);
        }
        rest = next;
    }
    None
}

#[test]
fn an_engine_opens_layers_that_say_their_mid_and_rid() {
    for (profile, theirs) in
        [(Profile::Gcm256, ProtectionProfile::AeadAes256Gcm), (Profile::CmSha1, ProtectionProfile::Aes128CmHmacSha1_80)]
    {
        let ours = key_and_salt(profile, 0x5a);
        let mut engine = engine(theirs, &ours);
        let mut sealer = Sealer::<4>::new(&MasterKey::new(profile, &ours).expect("a key of this profile"));
        let mut transport_wide = 0;
        let mut buffer = [0; 1500];
        for sequence in 65_530..65_540u32 {
            for (ssrc, rid) in LAYERS {
                let mut header = Header::new(96, ssrc);
                let mut extensions = header.begin(3_000 * sequence);
                assert!(extensions.put(id(MID), b"0") && extensions.put(id(RID), rid.as_bytes()));
                assert!(extensions.transport_wide_number(id(TRANSPORT_WIDE)));
                extensions.finish();
                let plain = header.packet(sequence as u16, true, transport_wide);
                let len = sealer.rtp(plain, &[&[7; 900]], &mut buffer);
                assert!(len <= plain.len() + 900 + RTP_OVERHEAD);

                let opened = engine.decrypt_rtp(&buffer[..len]).expect("the engine opens it");
                assert_eq!(opened[..plain.len()], *plain);
                assert_eq!(opened[plain.len()..], [7; 900]);
                assert_eq!(extension(&opened, MID), Some(&b"0"[..]));
                assert_eq!(extension(&opened, RID), Some(rid.as_bytes()));
                assert_eq!(extension(&opened, TRANSPORT_WIDE), Some(&transport_wide.to_be_bytes()[..]));
                transport_wide += 1;
            }
            let mut header = Header::new(111, SOUND);
            header.begin(480 * sequence).finish();
            let len = sealer.rtp(header.packet(sequence as u16, false, 0), &[b"sound"], &mut buffer);
            assert_eq!(engine.decrypt_rtp(&buffer[..len]).expect("the engine opens it")[12..], *b"sound");
        }
    }
}

#[test]
fn sender_reports_carry_ntp_time_and_what_the_engine_asks_is_read() {
    let (ours, its) = (key_and_salt(Profile::Gcm256, 0x5a), key_and_salt(Profile::Gcm256, 0xa5));
    let key = |bytes| MasterKey::new(Profile::Gcm256, bytes).expect("a key of this profile");
    let mut sealer = Sealer::<4>::new(&key(&ours));
    let mut opener = Opener::new(&key(&its));
    let (mut receives, mut sends) =
        (engine(ProtectionProfile::AeadAes256Gcm, &ours), engine(ProtectionProfile::AeadAes256Gcm, &its));

    let reports = LAYERS.map(|(ssrc, _)| SenderReport { ssrc, ntp: NTP, rtp: 90_000, packets: 10, octets: 9_000 });
    let mut compound = Vec::new();
    sender_reports(&mut compound, &reports, &LAYERS.map(|(ssrc, _)| ssrc), "skylark");
    goodbye(&mut compound, &[SOUND]);
    let mut buffer = vec![0; compound.len() + RTCP_OVERHEAD];
    let len = sealer.rtcp(&compound, &mut buffer);
    let opened = receives.decrypt_rtcp(&buffer[..len]).expect("the engine opens it");
    assert_eq!(opened[..], compound[..]);
    assert_eq!(opened[8..16], NTP.to_be_bytes(), "the first report's time");

    // Half a second later the engine reports on the top layer, has lost a packet of it, and wants a picture.
    let last_report = ((NTP >> 16) as u32).to_be_bytes();
    let mut answer = vec![0x81, 201, 0, 7, 0, 0, 0, 9, 0, 0, 0x33, 0x33, 64, 0, 0, 1, 0, 0, 0, 9, 0, 0, 0, 0];
    answer.extend(last_report);
    answer.extend((65_536u32 / 4).to_be_bytes());
    answer.extend([0x81, 205, 0, 3, 0, 0, 0, 9, 0, 0, 0x33, 0x33, 0, 7, 0, 1]);
    answer.extend([0x81, 206, 0, 2, 0, 0, 0, 9, 0, 0, 0x33, 0x33]);
    let mut sealed = sends.encrypt_rtcp(&answer).expect("the engine seals").to_vec();
    let again = sealed.clone();
    let plain = opener.rtcp(&mut sealed).expect("it is the engine's");
    assert_eq!(packets(plain).map(|packet| packet.asks()).collect::<Vec<_>>(), [false, true, true]);
    let said: Vec<_> = messages(plain).collect();
    let [Message::Reports(blocks), Message::Nack { ssrc: 0x3333, lost }, Message::Pli { ssrc: 0x3333 }] = &said[..]
    else {
        panic!("{said:?}");
    };
    let block = blocks.clone().next().expect("there is one");
    assert_eq!((block.ssrc, block.fraction_lost), (0x3333, 64));
    assert_eq!(block.round_trip(NTP + (1 << 31)), Some(65_536 / 4), "half a second, half of which it lay there");
    assert_eq!(lost.clone().collect::<Vec<_>>(), [7, 8]);
    assert_eq!(opener.rtcp(&mut again.clone()), Err(OpenError::Replayed));
}

#[test]
fn keys_of_another_length_are_refused_and_suites_have_the_names_that_engines_know() {
    for (profile, name, len) in [
        (Profile::Gcm128, "AEAD_AES_128_GCM", 28),
        (Profile::Gcm256, "AEAD_AES_256_GCM", 44),
        (Profile::CmSha1, "AES_CM_128_HMAC_SHA1_80", 30),
    ] {
        assert_eq!((profile.crypto_suite(), profile.master_len()), (name, len));
        for other in [0, 1, 16, len - 1, len + 1] {
            assert!(MasterKey::new(profile, &vec![0; other]).is_none(), "{name} with {other} bytes");
        }
    }
}
