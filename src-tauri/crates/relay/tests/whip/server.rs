//! A WHIP server that does what real ones do not: it says what the test wants, and remembers what it was asked.

use rcgen::{CertificateParams, KeyPair};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

/// What came.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asked {
    pub(crate) method: String,
    pub(crate) path: String,
    /// By their names in small letters.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(is, _)| is == name).map(|(_, value)| value.as_str())
    }
}

/// What is said to it.
pub(crate) enum Said {
    /// These bytes, and then the end.
    Bytes(Vec<u8>),
    /// Nothing, and no end either.
    Nothing,
    /// A 200 without an end.
    Flood,
}

/// An answer with fields (each `Name: value`) and a body.
pub(crate) fn said(status: &str, fields: &[&str], body: &str) -> Said {
    let fields: String = fields.iter().map(|field| format!("{field}\r\n")).collect();
    Said::Bytes(format!("HTTP/1.1 {status}\r\n{fields}Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes())
}

type Answer = dyn Fn(&Asked) -> Said + Send + Sync;

/// It runs as long as the test's runtime does.
#[derive(Clone)]
pub(crate) struct Server {
    /// `http://127.0.0.1:PORT` or `https://localhost:PORT`.
    pub(crate) origin: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Server {
    pub(crate) async fn start(answer: impl Fn(&Asked) -> Said + Send + Sync + 'static) -> Server {
        Server::run(None, answer).await
    }

    /// With TLS, and a certificate for these names that nobody knows. The certificate, as PEM.
    pub(crate) async fn sealed(
        names: &[&str],
        answer: impl Fn(&Asked) -> Said + Send + Sync + 'static,
    ) -> (Server, String) {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let key = KeyPair::generate().expect("a key can be made");
        let certificate = CertificateParams::new(names).expect("well-formed").self_signed(&key).expect("it is signed");
        let chain: Vec<CertificateDer<'static>> = vec![certificate.der().clone()];
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("the usual ones")
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .expect("the key fits");
        let server = Server::run(Some(TlsAcceptor::from(Arc::new(config))), answer).await;
        (server, certificate.pem())
    }

    async fn run(tls: Option<TlsAcceptor>, answer: impl Fn(&Asked) -> Said + Send + Sync + 'static) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("it is bound").port();
        let origin =
            if tls.is_some() { format!("https://localhost:{port}") } else { format!("http://127.0.0.1:{port}") };
        let server = Server { origin, asked: Arc::default() };
        let (asked, answer): (_, Arc<Answer>) = (server.asked.clone(), Arc::new(answer));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (tls, asked, answer) = (tls.clone(), asked.clone(), answer.clone());
                tokio::spawn(async move {
                    match tls {
                        None => serve(stream, &asked, &*answer).await,
                        Some(tls) => {
                            if let Ok(stream) = tls.accept(stream).await {
                                serve(stream, &asked, &*answer).await;
                            }
                        }
                    }
                });
            }
        });
        server
    }

    /// The URL of a relay to it.
    pub(crate) fn relay(&self, path: &str) -> String {
        format!("whip+{}{path}", self.origin)
    }

    /// All that it was asked.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().expect("nobody panics while holding it").clone()
    }
}

async fn serve(mut stream: impl AsyncRead + AsyncWrite + Unpin, all: &Mutex<Vec<Asked>>, answer: &Answer) {
    let Some(asked) = read(&mut stream).await else { return };
    all.lock().expect("nobody panics while holding it").push(asked.clone());
    // Whoever asked may be gone.
    match answer(&asked) {
        Said::Bytes(bytes) => {
            let _ = stream.write_all(&bytes).await;
            let _ = stream.shutdown().await;
        }
        Said::Nothing => std::future::pending().await,
        Said::Flood => {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").await;
            let chunk = [b"1000\r\n".as_slice(), &[b'x'; 0x1000], b"\r\n"].concat();
            while stream.write_all(&chunk).await.is_ok() {}
        }
    }
}

async fn read(stream: &mut (impl AsyncRead + Unpin)) -> Option<Asked> {
    let (mut bytes, mut buffer) = (Vec::new(), [0; 4096]);
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        match stream.read(&mut buffer).await {
            Ok(read) if read > 0 => bytes.extend_from_slice(&buffer[..read]),
            _ => return None,
        }
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = head.lines();
    let mut first = lines.next()?.split(' ').map(str::to_owned);
    let (method, path) = (first.next()?, first.next()?);
    let field = |line: &str| line.split_once(": ").map(|(name, value)| (name.to_lowercase(), value.to_owned()));
    let headers: Vec<_> = lines.filter_map(field).collect();
    let length = headers.iter().find(|(name, _)| name == "content-length").and_then(|(_, value)| value.parse().ok());
    let mut body = bytes.split_off(end + 4);
    while body.len() < length.unwrap_or(0) {
        let read = stream.read(&mut buffer).await.ok().filter(|read| *read > 0)?;
        body.extend_from_slice(&buffer[..read]);
    }
    Some(Asked { method, path, headers, body: String::from_utf8_lossy(&body).into_owned() })
}
