//! What a handshake leaves: the keys that packets are opened and sealed with.

use rtc_crypto::RTCCryptoProvider;
use rtc_crypto::providers::AwsLcRsProvider;
use rtc_srtp::context::Context as Srtp;
use rtc_srtp::protection_profile::ProtectionProfile;

pub(crate) struct Keys {
    pub(crate) open: Srtp,
    pub(crate) seal: Srtp,
    /// Bytes behind each RTP packet.
    pub(crate) tag: usize,
}

impl Keys {
    /// RFC 5764 4.2: client key, server key, client salt, server salt.
    pub(crate) fn new(exported: &[u8], profile: dimpl::SrtpProfile, client: bool) -> Keys {
        let (profile, tag) = match profile {
            dimpl::SrtpProfile::AEAD_AES_128_GCM => (ProtectionProfile::AeadAes128Gcm, 16),
            dimpl::SrtpProfile::AEAD_AES_256_GCM => (ProtectionProfile::AeadAes256Gcm, 16),
            _ => (ProtectionProfile::Aes128CmHmacSha1_80, 10),
        };
        let (key, salt) = (profile.key_len(), profile.salt_len());
        let provider = AwsLcRsProvider::new();
        let context = |side: usize| {
            let (key_at, salt_at) = (side * key, 2 * key + side * salt);
            let (key, salt) = (&exported[key_at..key_at + key], &exported[salt_at..salt_at + salt]);
            Srtp::new(key, salt, profile, None, None, provider.crypto()).expect("the keys have the profile's lengths")
        };
        let (ours, theirs) = if client { (0, 1) } else { (1, 0) };
        Keys { open: context(theirs), seal: context(ours), tag }
    }
}
