//! Janus beside Skylark: its streaming plugin, fed with Skylark's own stream, under the same crowd.

mod feed;
mod network;

pub(crate) use feed::Feed;

use crate::load::Server;
use crate::proc;
use anyhow::{Context, bail};
use std::net::{TcpListener, UdpSocket};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Janus is installed, and this process is in a network where it works.
pub(crate) struct Janus {
    version: String,
}

/// The configuration, with `@...@` to be filled in.
const FILES: [(&str, &str); 3] = [
    ("janus.jcfg", include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../tests/bench/janus/janus.jcfg"))),
    (
        "janus.transport.http.jcfg",
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../tests/bench/janus/janus.transport.http.jcfg")),
    ),
    (
        "janus.plugin.streaming.jcfg",
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../tests/bench/janus/janus.plugin.streaming.jcfg")),
    ),
];

impl Janus {
    /// Looks for it, and moves this process into a network of its own, where Janus finds an interface it accepts. To be
    /// called while there is one thread. An error tells why there will be no rows of Janus, and what helps.
    pub(crate) fn find() -> anyhow::Result<Janus> {
        // It tells its version, and then that it does not know the option.
        let output = Command::new("janus").arg("--version").stderr(Stdio::null()).output();
        let Ok(output) = output else { bail!("Janus is not installed. Get it with: ./dev setup --peers") };
        let text = String::from_utf8_lossy(&output.stdout);
        let version = text.lines().find_map(|line| line.strip_prefix("Janus version: ")).unwrap_or("of some version");
        let version = format!("Janus {}", version.trim());
        network::enter()
            .context("Janus is left out: it needs a network namespace of the bench's own, which root can make")?;
        Ok(Janus { version })
    }

    /// Starts it, with a mountpoint that this feed fills.
    pub(crate) async fn start(&self, feed: &Feed) -> anyhow::Result<Running> {
        let folder = tempfile::tempdir()?;
        // Nobody else is in this network, so a port that was free stays free.
        let http_port = TcpListener::bind((network::ADDRESS, 0))?.local_addr()?.port();
        let rtp_port = UdpSocket::bind("127.0.0.1:0")?.local_addr()?.port();
        let cores = std::thread::available_parallelism()?.get();
        for (name, text) in FILES {
            let text = text
                .replace("@FOLDER@", &folder.path().to_string_lossy())
                .replace("@INTERFACE@", network::INTERFACE)
                .replace("@ADDRESS@", network::ADDRESS)
                .replace("@CORES@", &cores.to_string())
                .replace("@HTTP_PORT@", &http_port.to_string())
                .replace("@RTP_PORT@", &rtp_port.to_string());
            std::fs::write(folder.path().join(name), text)?;
        }
        let log = std::fs::File::create(folder.path().join("log"))?;
        let child = Command::new("janus")
            .arg(format!("--configs-folder={}", folder.path().display()))
            .arg("--disable-colors")
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()?;
        let mut running = Running { child, http_port, folder, feeding: None };
        running.ready().await?;
        running.feeding = Some(feed.play(rtp_port)?);
        Ok(running)
    }
}

impl std::fmt::Display for Janus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.version)
    }
}

/// A Janus that runs until this is dropped.
pub(crate) struct Running {
    child: Child,
    http_port: u16,
    folder: tempfile::TempDir,
    feeding: Option<feed::Feeding>,
}

impl Running {
    /// As the measuring sees it.
    pub(crate) fn server(&self) -> anyhow::Result<Server> {
        Ok(Server {
            name: "Janus",
            pid: self.child.id(),
            whep: format!("janus+http://{}:{}/janus?1", network::ADDRESS, self.http_port),
            counts: |_| true,
            empty_kb: proc::rss_kb(self.child.id())?,
        })
    }

    async fn ready(&mut self) -> anyhow::Result<()> {
        let http = reqwest::Client::builder().no_proxy().build()?;
        let info = format!("http://{}:{}/janus/info", network::ADDRESS, self.http_port);
        let end = Instant::now() + Duration::from_secs(15);
        while http.get(&info).send().await.is_err() {
            if let Some(status) = self.child.try_wait()? {
                bail!("Janus ended at once ({status}): {}", self.log());
            }
            anyhow::ensure!(Instant::now() < end, "Janus did not come up: {}", self.log());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.feeding = None;
        // It may have ended by itself.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
