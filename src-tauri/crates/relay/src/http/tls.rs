//! TLS: which certificates are trusted, and what is said of one that is not.

use crate::target::host;
use crate::trouble::Trouble;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{CertificateError, ClientConfig, Error, RootCertStore};
use url::Url;
use words::{Said, said};

/// The longest file of certificates that is read, bytes.
const LONGEST_FILE: u64 = 1024 * 1024;

/// Trusts the certificates of this file, or where none is named what the system trusts. It reads files.
pub(crate) fn trusting(ca: Option<&Path>) -> Result<ClientConfig, Trouble> {
    let mut roots = RootCertStore::empty();
    let certificates = match ca {
        Some(file) => read(file)?,
        None => rustls_native_certs::load_native_certs().certs,
    };
    roots.add_parsable_certificates(certificates);
    if roots.is_empty() {
        let none = match ca {
            Some(file) => said!("relay.no_pem", path = file.display()),
            None => said!("relay.no_roots"),
        };
        return Err(Trouble::NoRoots(none));
    }
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| Trouble::Ours(error.to_string()))?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

fn read(path: &Path) -> Result<Vec<CertificateDer<'static>>, Trouble> {
    let unread = |error: io::Error| Trouble::NoRoots(said!("relay.ca_unread", path = path.display(), error));
    let mut text = Vec::new();
    File::open(path).map_err(unread)?.take(LONGEST_FILE).read_to_end(&mut text).map_err(unread)?;
    Ok(CertificateDer::pem_slice_iter(&text).filter_map(Result::ok).collect())
}

/// Makes a connection to the host of a URL a secure one.
pub(crate) async fn seal(
    config: Arc<ClientConfig>,
    url: &Url,
    tcp: TcpStream,
) -> Result<TlsStream<TcpStream>, Trouble> {
    let name = url.host_str().unwrap_or_default();
    let bare = name.trim_start_matches('[').trim_end_matches(']').to_owned();
    let server = ServerName::try_from(bare).map_err(|error| Trouble::Ours(error.to_string()))?;
    TlsConnector::from(config).connect(server, tcp).await.map_err(|error| said(url, &error))
}

fn said(url: &Url, error: &io::Error) -> Trouble {
    let name = url.host_str().unwrap_or_default().to_owned();
    match error.get_ref().and_then(|inner| inner.downcast_ref::<Error>()) {
        Some(Error::InvalidCertificate(wrong)) => Trouble::Certificate { host: name, error: certificate(wrong) },
        Some(Error::NoCertificatesPresented) => {
            Trouble::Certificate { host: name, error: said!("relay.no_certificate") }
        }
        Some(other) => Trouble::Tls { host: host(url), error: other.to_string() },
        None => Trouble::Tls { host: host(url), error: error.to_string() },
    }
}

fn certificate(error: &CertificateError) -> Said {
    match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => said!("relay.expired"),
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            said!("relay.clock")
        }
        CertificateError::UnknownIssuer => said!("relay.issuer"),
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            said!("relay.other_name")
        }
        CertificateError::Revoked => said!("relay.revoked"),
        other => format!("{other:?}").into(),
    }
}
