//! Profiles and keys: from what a handshake exported or a signalling channel carried to the session keys of one direction.

use super::SHA1_TAG;
use super::gcm::{Gcm, NONCE};
use crate::prefetch::prefetch;
use aws_lc_rs::cipher::{AES_128, AES_256, EncryptingKey, EncryptionContext, UnboundCipherKey};
use aws_lc_rs::{hmac, iv::FixedLength};

/// The protection profiles that are spoken here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Profile {
    /// SRTP_AEAD_AES_128_GCM (RFC 7714): the cheapest, taken wherever it is offered.
    Gcm128,
    /// SRTP_AEAD_AES_256_GCM (RFC 7714).
    Gcm256,
    /// SRTP_AES128_CM_HMAC_SHA1_80 (RFC 5764): the one that everybody must know (RFC 8827 section 6.5).
    CmSha1,
}

impl Profile {
    /// All that are spoken here, the cheapest first.
    pub const ALL: [Profile; 3] = [Profile::Gcm128, Profile::Gcm256, Profile::CmSha1];

    /// The best of those that a client offers, by their numbers in DTLS's use_srtp; none: it offers no profile that is spoken
    /// here.
    pub fn choose(offered: impl Iterator<Item = u16> + Clone) -> Option<Profile> {
        Profile::ALL.into_iter().find(|profile| offered.clone().any(|number| number == profile.number()))
    }

    /// Its number in DTLS's use_srtp (RFC 5764 section 4.1.2, RFC 7714 section 14.2).
    pub fn number(self) -> u16 {
        match self {
            Profile::Gcm128 => 7,
            Profile::Gcm256 => 8,
            Profile::CmSha1 => 1,
        }
    }

    /// Its name as a crypto suite (RFC 4568 section 6.2, RFC 7714 section 14.3), by which engines ask for it.
    pub fn crypto_suite(self) -> &'static str {
        match self {
            Profile::Gcm128 => "AEAD_AES_128_GCM",
            Profile::Gcm256 => "AEAD_AES_256_GCM",
            Profile::CmSha1 => "AES_CM_128_HMAC_SHA1_80",
        }
    }

    fn key_len(self) -> usize {
        match self {
            Profile::Gcm128 | Profile::CmSha1 => 16,
            Profile::Gcm256 => 32,
        }
    }

    fn salt_len(self) -> usize {
        match self {
            Profile::Gcm128 | Profile::Gcm256 => 12,
            Profile::CmSha1 => 14,
        }
    }

    /// How many bytes a master key and its salt have together.
    pub fn master_len(self) -> usize {
        self.key_len() + self.salt_len()
    }

    /// How many bytes DTLS has to export under the label "EXTRACTOR-dtls_srtp": both sides' (RFC 5764 section 4.2).
    pub fn exported_len(self) -> usize {
        2 * self.master_len()
    }
}

/// What a DTLS handshake exported for SRTP.
pub struct KeyingMaterial<'a> {
    profile: Profile,
    /// client key, server key, client salt, server salt.
    exported: &'a [u8],
}

impl<'a> KeyingMaterial<'a> {
    /// None if `exported` is not [`Profile::exported_len`] long.
    pub fn new(profile: Profile, exported: &'a [u8]) -> Option<KeyingMaterial<'a>> {
        (exported.len() == profile.exported_len()).then_some(KeyingMaterial { profile, exported })
    }

    /// The key of what the server sends.
    pub fn server(&self) -> MasterKey<'a> {
        self.side(1)
    }

    /// The key of what the client sends.
    pub fn client(&self) -> MasterKey<'a> {
        self.side(0)
    }

    fn side(&self, side: usize) -> MasterKey<'a> {
        let (key_len, salt_len) = (self.profile.key_len(), self.profile.salt_len());
        let (keys, salts) = self.exported.split_at(2 * key_len);
        MasterKey {
            profile: self.profile,
            key: &keys[side * key_len..][..key_len],
            salt: &salts[side * salt_len..][..salt_len],
        }
    }
}

/// One direction's master key and salt.
pub struct MasterKey<'a> {
    profile: Profile,
    key: &'a [u8],
    salt: &'a [u8],
}

impl<'a> MasterKey<'a> {
    /// From the key with the salt behind it, as a signalling channel carries them (RFC 4568 section 6.1), base64 undone. None
    /// if they are not [`Profile::master_len`] long.
    pub fn new(profile: Profile, key_and_salt: &'a [u8]) -> Option<MasterKey<'a>> {
        let (key, salt) = key_and_salt.split_at_checked(profile.key_len())?;
        (salt.len() == profile.salt_len()).then_some(MasterKey { profile, key, salt })
    }
}

/// What session keys are derived for; the numbers are the labels of RFC 3711 4.3.2, of the encryption key.
#[derive(Clone, Copy)]
pub(super) enum For {
    Rtp = 0,
    Rtcp = 3,
}

/// One direction's session keys for RTP or for RTCP.
pub(super) enum Cipher {
    Gcm {
        key: Gcm,
        salt: [u8; NONCE],
    },
    /// In a box: its HMAC key is 1.7 kB, which a viewer with AES-GCM need not hold three times.
    CmSha1(Box<CmSha1>),
}

pub(super) struct CmSha1 {
    key: EncryptingKey,
    auth: hmac::Key,
    salt: [u8; 14],
}

impl Cipher {
    /// Begins to fetch what is used soon.
    #[inline]
    pub(super) fn prefetch(&self) {
        match self {
            Cipher::Gcm { key, .. } => key.prefetch(),
            Cipher::CmSha1(keys) => prefetch(keys.as_ref()),
        }
    }
}

impl CmSha1 {
    /// Encrypts or decrypts (RFC 3711 4.1.1).
    pub(super) fn apply_keystream(&self, ssrc: u32, index: u64, data: &mut [u8]) {
        let mut iv = [0; 16];
        iv[..14].copy_from_slice(&self.salt);
        xor(&mut iv[4..8], &ssrc.to_be_bytes());
        xor(&mut iv[8..14], &index.to_be_bytes()[2..]);
        apply_keystream(&self.key, iv, data);
    }

    /// The shortened HMAC over `parts`.
    pub(super) fn tag(&self, parts: &[&[u8]]) -> [u8; SHA1_TAG] {
        let mut mac = hmac::Context::with_key(&self.auth);
        for part in parts {
            mac.update(part);
        }
        let mut tag = [0; SHA1_TAG];
        tag.copy_from_slice(&mac.sign().as_ref()[..SHA1_TAG]);
        tag
    }
}

impl MasterKey<'_> {
    pub(super) fn cipher(&self, purpose: For) -> Cipher {
        let label = purpose as u8;
        let mut key = [0; 32];
        let key = &mut key[..self.profile.key_len()];
        self.derive(label, key);
        match self.profile {
            Profile::Gcm128 | Profile::Gcm256 => {
                let mut salt = [0; NONCE];
                self.derive(label + 2, &mut salt);
                Cipher::Gcm { key: Gcm::new(key), salt }
            }
            Profile::CmSha1 => {
                let mut auth = [0; 20];
                self.derive(label + 1, &mut auth);
                let mut salt = [0; 14];
                self.derive(label + 2, &mut salt);
                let auth = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &auth);
                Cipher::CmSha1(Box::new(CmSha1 { key: counter_mode(key), auth, salt }))
            }
        }
    }

    /// RFC 3711 4.3.3 and, for a master key of 256 bits, RFC 6188 3: the keystream of AES in counter mode. The key derivation
    /// rate is 0; a salt of 96 bits is padded with zeros at its end (RFC 7714 11).
    fn derive(&self, label: u8, out: &mut [u8]) {
        let mut iv = [0; 16];
        iv[..self.salt.len()].copy_from_slice(self.salt);
        iv[7] ^= label;
        out.fill(0);
        apply_keystream(&counter_mode(self.key), iv, out);
    }
}

fn counter_mode(key: &[u8]) -> EncryptingKey {
    let algorithm = if key.len() == 16 { &AES_128 } else { &AES_256 };
    UnboundCipherKey::new(algorithm, key).and_then(EncryptingKey::ctr).expect("the key has the length of its algorithm")
}

fn apply_keystream(key: &EncryptingKey, iv: [u8; 16], data: &mut [u8]) {
    key.less_safe_encrypt(data, EncryptionContext::Iv128(FixedLength::from(iv)))
        .expect("counter mode takes any length and this initial value");
}

/// RFC 7714 8.1 and 9.1: the nonce of one packet; `index` is ROC and sequence number, or the SRTCP index.
#[inline]
pub(super) fn nonce(salt: &[u8; NONCE], ssrc: u32, index: u64) -> [u8; NONCE] {
    let mut nonce = *salt;
    xor(&mut nonce[2..6], &ssrc.to_be_bytes());
    xor(&mut nonce[6..12], &index.to_be_bytes()[2..]);
    nonce
}

#[inline]
fn xor(to: &mut [u8], with: &[u8]) {
    for (to, with) in to.iter_mut().zip(with) {
        *to ^= with;
    }
}
