use super::SHA1_TAG;
use super::gcm::{Gcm, NONCE};
use crate::prefetch::prefetch;
use aws_lc_rs::cipher::{AES_128, AES_256, EncryptingKey, EncryptionContext, UnboundCipherKey};
use aws_lc_rs::{hmac, iv::FixedLength};

/// The protection profiles that are spoken here, by their numbers in DTLS's use_srtp.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Profile {
    /// SRTP_AEAD_AES_128_GCM (RFC 7714): the cheapest, taken wherever it is offered.
    Gcm128,
    /// SRTP_AEAD_AES_256_GCM (RFC 7714).
    Gcm256,
    /// SRTP_AES128_CM_HMAC_SHA1_80 (RFC 5764): the one that everybody must know (RFC 8827 6.5).
    CmSha1,
}

impl Profile {
    /// The best of those that a client offers; none: it offers no profile that is spoken here.
    pub fn choose(offered: impl Iterator<Item = u16> + Clone) -> Option<Profile> {
        [(Profile::Gcm128, 0x0007), (Profile::Gcm256, 0x0008), (Profile::CmSha1, 0x0001)]
            .into_iter()
            .find_map(|(profile, number)| offered.clone().any(|o| o == number).then_some(profile))
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

    /// How many bytes DTLS has to export (RFC 5764 4.2).
    pub fn exported_len(self) -> usize {
        2 * (self.key_len() + self.salt_len())
    }
}

/// What DTLS exported, as a server sees it.
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

    /// The keys of what the server sends.
    pub(super) fn server(&self) -> Master<'a> {
        self.master(1)
    }

    /// The keys of what the client sends.
    pub(super) fn client(&self) -> Master<'a> {
        self.master(0)
    }

    fn master(&self, side: usize) -> Master<'a> {
        let (key_len, salt_len) = (self.profile.key_len(), self.profile.salt_len());
        let (keys, salts) = self.exported.split_at(2 * key_len);
        Master {
            profile: self.profile,
            key: &keys[side * key_len..][..key_len],
            salt: &salts[side * salt_len..][..salt_len],
        }
    }
}

/// One direction's master key and salt.
pub(super) struct Master<'a> {
    profile: Profile,
    key: &'a [u8],
    salt: &'a [u8],
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

impl Master<'_> {
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
pub(super) fn nonce(salt: &[u8; NONCE], ssrc: u32, index: u64) -> [u8; NONCE] {
    let mut nonce = *salt;
    xor(&mut nonce[2..6], &ssrc.to_be_bytes());
    xor(&mut nonce[6..12], &index.to_be_bytes()[2..]);
    nonce
}

fn xor(to: &mut [u8], with: &[u8]) {
    for (to, with) in to.iter_mut().zip(with) {
        *to ^= with;
    }
}
