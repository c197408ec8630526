//! What reads bytes from the network, as the fuzzer calls it (src-tauri/fuzz). Only with the feature `fuzzing`.

use crate::srtp::{KeyingMaterial, Opener, Profile};

/// A sealed compound packet: nobody without the keys passes.
pub fn srtcp(data: &[u8]) {
    for profile in Profile::ALL {
        let exported = vec![7; profile.exported_len()];
        let Some(material) = KeyingMaterial::new(profile, &exported) else { continue };
        let mut packet = data.to_vec();
        assert!(Opener::new(&material.client()).rtcp(&mut packet).is_err(), "a forged packet passed {profile:?}");
    }
}
