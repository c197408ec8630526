//! By what a certificate is known that the DTLS handshake will bring.

/// A certificate's fingerprint (RFC 8122 section 5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fingerprint {
    /// By what the digest was made.
    pub hash: Hash,
    /// As many bytes as the hash makes.
    pub digest: Vec<u8>,
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
        if digest.len() == hash.digest_len() { Ok(Some(Fingerprint { hash, digest })) } else { Err(BROKEN) }
    }
}
