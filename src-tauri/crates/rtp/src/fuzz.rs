//! What reads bytes from the network, as the fuzzer calls it (src-tauri/fuzz). Only with the feature `fuzzing`.

use crate::packetise::{MAX_PAYLOAD, Packetiser};
use crate::srtp::{KeyingMaterial, Opener, Profile};
use bytes::Bytes;
use std::time::{Instant, SystemTime};
use stream::{CODECS, Clock, Rid, VideoFrame, Way};

/// The same bytes as a frame of each codec; one of them is H.264, whose access units are read.
pub fn annex_b(data: &[u8]) {
    let now = Instant::now();
    let mut packetiser = Packetiser::new(Clock::new(now, SystemTime::UNIX_EPOCH));
    for spec in CODECS {
        let picture = packetiser.video(&VideoFrame {
            profile: stream::Profile::Baseline,
            codec: spec.codec,
            rid: Rid::F,
            temporal: 0,
            keyframe: true,
            captured: now,
            way: Way::at(now),
            width: 1280,
            height: 720,
            data: Bytes::copy_from_slice(data),
            layer_sync: false,
            screen: false,
        });
        assert!(picture.packets.iter().all(|packet| (1..=MAX_PAYLOAD).contains(&packet.len())));
        // VP9's keyframes begin with what they are made of: eight bytes.
        let most = data.len() + 4 * picture.packets.len() + data.len() / 2 + 8;
        assert!(picture.bytes <= most, "{} bytes", picture.bytes);
    }
}

/// A sealed compound packet: nobody without the keys passes.
pub fn srtcp(data: &[u8]) {
    for profile in Profile::ALL {
        let exported = vec![7; profile.exported_len()];
        let Some(material) = KeyingMaterial::new(profile, &exported) else { continue };
        let mut packet = data.to_vec();
        assert!(Opener::new(&material.client()).rtcp(&mut packet).is_err(), "a forged packet passed {profile:?}");
    }
}

/// The name of a target and of the folder of its seeds, and what is given each input.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: &[Target] = &[("annex_b", annex_b), ("srtcp", srtcp)];

#[cfg(test)]
mod tests {
    #[test]
    fn every_seed_passes() {
        for (name, target) in super::TARGETS {
            let folder = format!("{}/../../fuzz/seeds/{name}", env!("CARGO_MANIFEST_DIR"));
            for seed in std::fs::read_dir(folder).expect("every target has seeds") {
                target(&std::fs::read(seed.expect("a file").path()).expect("it can be read"));
            }
        }
    }
}
