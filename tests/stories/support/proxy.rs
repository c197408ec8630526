//! Reverse proxies as people run them, in front of a program: nginx and Caddy, each with a configuration of its own in a folder that
//! goes with it, on ports that are free.

use super::{PATIENCE, soon};
use std::fs;
use std::net::TcpListener;
use std::process::Stdio;
use std::time::Duration;
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

/// The name under which the proxies are called.
pub(crate) const NAME: &str = "live.skylark.test";

/// Ports that a proxy is to have, before it runs: they stand in the address that the program is told.
pub(crate) struct Ports {
    plain: TcpListener,
    tls: TcpListener,
}

/// A proxy that runs, until this is dropped.
pub(crate) struct Proxy {
    _child: Child,
    _folder: TempDir,
    /// HTTP.
    pub(crate) plain: u16,
    /// HTTPS, with a certificate that nobody vouches for.
    pub(crate) tls: u16,
}

/// What curl was answered.
pub(crate) struct Answer {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: String,
}

impl Ports {
    pub(crate) fn free() -> Ports {
        let free = || TcpListener::bind("127.0.0.1:0").expect("a port is free");
        Ports { plain: free(), tls: free() }
    }

    pub(crate) fn tls(&self) -> u16 {
        port(&self.tls)
    }
}

fn port(listener: &TcpListener) -> u16 {
    listener.local_addr().expect("it is bound").port()
}

impl Proxy {
    /// nginx with this in a `location`. None where there is no nginx; says so.
    pub(crate) async fn nginx(ports: Ports, location: &str) -> Option<Proxy> {
        let program = program("nginx")?;
        let (folder, dir) = folder_with_certificate()?;
        let (plain, tls) = (port(&ports.plain), port(&ports.tls));
        let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|kind| format!("{kind}_temp_path {dir}/{kind};\n"))
            .concat();
        // One process, which ends with this one's.
        let config = format!(
            "daemon off; master_process off; pid {dir}/pid; error_log stderr error;\nevents {{ }}\nhttp {{\naccess_log off;\n{temporary}\
             server {{\nlisten 127.0.0.1:{plain};\nlisten 127.0.0.1:{tls} ssl;\nserver_name {NAME};\n\
             ssl_certificate {dir}/cert.pem;\nssl_certificate_key {dir}/key.pem;\n{location}\n}}\n}}\n"
        );
        fs::write(folder.path().join("nginx.conf"), config).expect("the folder is ours");
        let mut command = Command::new(program);
        command.args(["-p", &dir, "-e", "stderr", "-c", &format!("{dir}/nginx.conf")]);
        Some(Proxy::start(command, folder, ports).await)
    }

    /// Caddy with this in a site. None where there is no Caddy; says so.
    pub(crate) async fn caddy(ports: Ports, site: &str) -> Option<Proxy> {
        let program = program("caddy")?;
        let (folder, dir) = folder_with_certificate()?;
        let (plain, tls) = (port(&ports.plain), port(&ports.tls));
        let config = format!(
            "{{\nadmin off\nauto_https off\n}}\nhttp://{NAME}:{plain} {{\nbind 127.0.0.1\n{site}\n}}\n\
             https://{NAME}:{tls} {{\nbind 127.0.0.1\ntls {dir}/cert.pem {dir}/key.pem\n{site}\n}}\n"
        );
        fs::write(folder.path().join("Caddyfile"), config).expect("the folder is ours");
        let mut command = Command::new(program);
        command.args(["run", "--config", &format!("{dir}/Caddyfile"), "--adapter", "caddyfile"]);
        // It keeps things there.
        command.env("HOME", &dir).env("XDG_DATA_HOME", &dir).env("XDG_CONFIG_HOME", &dir);
        Some(Proxy::start(command, folder, ports).await)
    }

    async fn start(mut command: Command, folder: TempDir, ports: Ports) -> Proxy {
        let (plain, tls) = (port(&ports.plain), port(&ports.tls));
        drop(ports);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
        let child = command.spawn().expect("the proxy starts");
        let listens = async {
            for port in [plain, tls] {
                while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            }
        };
        soon("the proxy listens", listens).await;
        Proxy { _child: child, _folder: folder, plain, tls }
    }

    /// Asks the proxy by HTTPS, with what curl is told besides.
    pub(crate) async fn ask(&self, path: &str, options: &[&str]) -> Answer {
        let mut command = Command::new("curl");
        command.args(["--silent", "--insecure", "--http1.1", "--include", "--no-buffer", "--noproxy", "*"]);
        command.arg("--resolve").arg(format!("{NAME}:{}:127.0.0.1", self.tls));
        command.args(options).arg(format!("https://{NAME}:{}{path}", self.tls));
        let asked = tokio::time::timeout(PATIENCE, command.output()).await.expect("curl ends");
        let text = String::from_utf8_lossy(&asked.expect("curl is installed").stdout).into_owned();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer for {path}: {text}"));
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        Answer { status: status.expect("a status"), head: head.to_owned(), body: body.to_owned() }
    }
}

impl Answer {
    /// A header that has to be there.
    pub(crate) fn header(&self, name: &str) -> &str {
        let lines = self.head.lines().filter_map(|line| line.split_once(':'));
        let mut values = lines.filter(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim());
        values.next().unwrap_or_else(|| panic!("{name} is missing: {}", self.head))
    }
}

/// Where a program is, in PATH or where systems keep servers.
fn program(name: &str) -> Option<String> {
    let runs = |path: &String| std::process::Command::new(path).arg("-h").output().is_ok();
    let found = [name.to_owned(), format!("/usr/sbin/{name}")].into_iter().find(runs);
    if found.is_none() {
        eprintln!("skipped: {name} is not installed");
    }
    found
}

/// A folder with a certificate of its own in it, and its path.
fn folder_with_certificate() -> Option<(TempDir, String)> {
    let folder = tempfile::tempdir().expect("the system has room for a folder");
    let dir = folder.path().to_str().expect("the system's folders are text").to_owned();
    let made = std::process::Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"])
        .args(["-subj", &format!("/CN={NAME}"), "-addext", &format!("subjectAltName=DNS:{NAME}")])
        .args(["-keyout", &format!("{dir}/key.pem"), "-out", &format!("{dir}/cert.pem")])
        .output();
    if made.as_ref().is_ok_and(|made| made.status.success()) {
        return Some((folder, dir));
    }
    eprintln!("skipped: openssl makes no certificate: {made:?}");
    None
}
