//! By what a certificate is known that the DTLS handshake will bring.

/// A certificate's fingerprint, or those of several of which it shows one (RFC 8122 section 5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fingerprint {
    /// By what the digests were made.
    pub hash: Hash,
    /// As many bytes each as the hash makes; the certificate's is one of them.
    pub digests: Vec<Vec<u8>>,
}

/// The hashes of certificates that are known here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hash {
    /// What browsers send.
    Sha256,
    /// What some players send.
    Sha384,
    /// What some players send.
    Sha512,
}

impl Hash {
    /// The bytes of its digest.
    pub fn digest_len(self) -> usize {
        match self {
            Hash::Sha256 => 32,
            Hash::Sha384 => 48,
            Hash::Sha512 => 64,
        }
    }
}

const BROKEN: &str = "its DTLS fingerprint is broken";

impl Fingerprint {
    /// None for a hash that is not known here.
    pub(crate) fn parse(value: &str) -> Result<Option<Fingerprint>, &'static str> {
        let (name, hex) = value.split_once(' ').ok_or(BROKEN)?;
        let known = [("sha-256", Hash::Sha256), ("sha-384", Hash::Sha384), ("sha-512", Hash::Sha512)];
        let Some((_, hash)) = known.into_iter().find(|(known, _)| name.eq_ignore_ascii_case(known)) else {
            return Ok(None);
        };
        let byte = |pair: &str| match pair.len() {
            2 if pair.bytes().all(|digit| digit.is_ascii_hexdigit()) => {
                u8::from_str_radix(pair, 16).map_err(|_| BROKEN)
            }
            _ => Err(BROKEN),
        };
        let pairs = hex.trim().split(':');
        let digest = pairs.take(hash.digest_len() + 1).map(byte).collect::<Result<Vec<u8>, _>>()?;
        match digest.len() == hash.digest_len() {
            true => Ok(Some(Fingerprint { hash, digests: vec![digest] })),
            false => Err(BROKEN),
        }
    }

    /// Takes in one more that stands beside it. Of several hashes one is enough (RFC 8122 section 5.1), and the first that is known
    /// here is as good as any that is.
    pub(crate) fn and(&mut self, other: Fingerprint) {
        if other.hash == self.hash {
            for digest in other.digests {
                if !self.digests.contains(&digest) {
                    self.digests.push(digest);
                }
            }
        }
    }
}
