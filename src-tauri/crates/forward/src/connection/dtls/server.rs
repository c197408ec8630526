//! Our certificate and the configurations that all handshakes share.

use super::srtp_protection_profile;
use rtc_crypto::RTCCryptoProvider;
use rtc_crypto::providers::AwsLcRsProvider;
use rtc_dtls::cipher_suite::CipherSuiteId;
use rtc_dtls::config::{ClientAuthType, ConfigBuilder, ExtendedMasterSecretType, HandshakeConfig};
use rtc_dtls::crypto::Certificate;
use rtp::srtp::Profile;
use std::io;
use std::sync::Arc;

/// What all viewers' handshakes share: our certificate, and one configuration for each protection profile.
pub(crate) struct Server {
    /// It is kept as SDP writes it (RFC 8122 section 5): "sha-256 AA:BB:...".
    fingerprint: String,
    gcm128: Arc<HandshakeConfig>,
    gcm256: Arc<HandshakeConfig>,
    cm_sha1: Arc<HandshakeConfig>,
}

impl Server {
    /// Makes a certificate, ECDSA on P-256, which lives as long as the forwarder.
    pub(crate) fn new() -> io::Result<Server> {
        let provider: Arc<dyn RTCCryptoProvider> = Arc::new(AwsLcRsProvider::new());
        let certificate = Certificate::generate_self_signed(vec!["skylark".to_owned()], provider.crypto())
            .map_err(io::Error::other)?;
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &certificate.certificate[0]);
        let hex: Vec<String> = digest.as_ref().iter().map(|b| format!("{b:02X}")).collect();
        let config = |profile| {
            ConfigBuilder::default()
                .with_crypto_provider(provider.clone())
                .with_certificates(vec![certificate.clone()])
                // Every WebRTC endpoint has this one (RFC 8827 section 6.5).
                .with_cipher_suites(vec![CipherSuiteId::Tls_Ecdhe_Ecdsa_With_Aes_128_Gcm_Sha256])
                .with_srtp_protection_profiles(vec![srtp_protection_profile(profile)])
                .with_client_auth(ClientAuthType::RequireAnyClientCert)
                // The fingerprint in the offer is the authority; without this each build makes a CA key for nothing.
                .with_insecure_skip_verify(true)
                .with_extended_master_secret(ExtendedMasterSecretType::Require)
                .build(false, None)
                .map(Arc::new)
                .map_err(io::Error::other)
        };
        Ok(Server {
            fingerprint: format!("sha-256 {}", hex.join(":")),
            gcm128: config(Profile::Gcm128)?,
            gcm256: config(Profile::Gcm256)?,
            cm_sha1: config(Profile::CmSha1)?,
        })
    }

    pub(crate) fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    pub(super) fn config(&self, profile: Profile) -> Arc<HandshakeConfig> {
        match profile {
            Profile::Gcm128 => self.gcm128.clone(),
            Profile::Gcm256 => self.gcm256.clone(),
            Profile::CmSha1 => self.cm_sha1.clone(),
        }
    }
}
