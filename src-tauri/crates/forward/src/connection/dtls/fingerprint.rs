//! Whether a certificate is the one that an offer named.

use aws_lc_rs::digest;
use sdp::{Fingerprint, Hash};

/// Is the fingerprint (RFC 8122 section 5) that of this certificate, in DER?
pub(super) fn is_of(fingerprint: &Fingerprint, certificate: &[u8]) -> bool {
    let algorithm = match fingerprint.hash {
        Hash::Sha256 => &digest::SHA256,
        Hash::Sha384 => &digest::SHA384,
        Hash::Sha512 => &digest::SHA512,
    };
    let digest = digest::digest(algorithm, certificate);
    fingerprint.digests.iter().any(|told| told == digest.as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_of_one_certificate_only_and_several_are_of_as_many() {
        for (hash, algorithm) in
            [(Hash::Sha256, &digest::SHA256), (Hash::Sha384, &digest::SHA384), (Hash::Sha512, &digest::SHA512)]
        {
            assert_eq!(hash.digest_len(), algorithm.output_len());
            let digest = |certificate| digest::digest(algorithm, certificate).as_ref().to_vec();
            let fingerprint = Fingerprint { hash, digests: vec![digest(b"certificate")] };
            assert!(is_of(&fingerprint, b"certificate") && !is_of(&fingerprint, b"certificatf"), "{hash:?}");
            let two = Fingerprint { hash, digests: vec![digest(b"of RSA"), digest(b"of a curve")] };
            assert!(is_of(&two, b"of RSA") && is_of(&two, b"of a curve") && !is_of(&two, b"certificate"), "{hash:?}");
        }
    }
}
