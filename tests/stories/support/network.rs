//! A network of two machines made of namespaces, whose wire can be thin, slow and lossy.

use crowd::Crowd;
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use std::fs::File;
use std::os::fd::AsFd;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::JoinHandle;
use tokio::sync::oneshot;

/// Two network namespaces joined by a wire, as a host and a viewer on the same network are. They are removed with this; what runs
/// in them ends before.
pub(crate) struct Network {
    host: String,
    viewer: String,
}

/// Of one process; each has namespaces of its own.
static NETWORKS: AtomicU32 = AtomicU32::new(0);

impl Network {
    pub(crate) const HOST: &str = "10.78.0.1";
    pub(crate) const VIEWER: &str = "10.78.0.2";

    /// `None` where it cannot be had; says why.
    pub(crate) fn new() -> Option<Network> {
        let tools = ["ip", "tc", "nft", "ethtool"];
        let missing: Vec<_> = tools.into_iter().filter(|tool| Command::new(tool).output().is_err()).collect();
        if !rustix::process::geteuid().is_root() || !missing.is_empty() {
            eprintln!("skipped: a network of its own needs root, and ip, tc, nft and ethtool; missing: {missing:?}");
            return None;
        }
        let tag = format!("{}-{}", std::process::id(), NETWORKS.fetch_add(1, Ordering::Relaxed));
        let network = Network { host: format!("sky-sh-{tag}"), viewer: format!("sky-sv-{tag}") };
        if let Err(why) = attempt(&format!("ip netns add {}", network.host)) {
            eprintln!("skipped: root without leave to make a network namespace: {why}");
            return None;
        }
        run(&format!("ip netns add {}", network.viewer));
        run(&format!("ip link add lan netns {} type veth peer name lan netns {}", network.host, network.viewer));
        for (space, address, other) in
            [(&network.host, Self::HOST, Self::VIEWER), (&network.viewer, Self::VIEWER, Self::HOST)]
        {
            let inside = |command: &str| run(&format!("ip netns exec {space} {command}"));
            inside("ip link set lo up");
            inside(&format!("ip address add {address}/24 dev lan"));
            inside("ip link set lan up");
            inside(&format!("ip route add default via {other}"));
        }
        // A filter or a queue would else see all packets of a picture as one.
        network.on_host("ethtool -K lan tx-udp-segmentation off");
        Some(network)
    }

    /// What to put in front of a command that is to run on the host.
    pub(crate) fn before(&self) -> [&str; 4] {
        ["ip", "netns", "exec", &self.host]
    }

    /// Does this on the viewer's end of the wire: each thread and socket that it makes belongs there, also when it is over.
    pub(crate) async fn there<T: Send + 'static, F: Future<Output = T>>(
        &self,
        what: impl FnOnce() -> F + Send + 'static,
    ) -> T {
        let space = File::open(format!("/run/netns/{}", self.viewer)).expect("it was made");
        let (done, result) = oneshot::channel();
        std::thread::spawn(move || {
            move_into_link_name_space(space.as_fd(), Some(LinkNameSpaceType::Network)).expect("we are root");
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            assert!(done.send(runtime.block_on(what())).is_ok(), "the story waits for it");
        });
        result.await.expect("its thread did not panic")
    }

    /// Begins an attack from the viewer's end of the wire: the threads that this starts, and their sockets, belong there.
    pub(crate) fn siege<T: Send + 'static>(&self, begin: impl FnOnce() -> anyhow::Result<T> + Send + 'static) -> T {
        let thread = self.on_the_viewers_machine(move || async move { begin().expect("there are threads") });
        thread.join().expect("its thread did not panic")
    }

    /// Gives the viewer's end of the wire another address.
    pub(crate) fn also(&self, address: &str) {
        self.on_viewer(&format!("ip address add {address}/24 dev lan"));
    }

    /// Has who comes from the viewer's end from now on come from this address, of the wire's own network.
    pub(crate) fn speak_as(&self, address: &str) {
        self.also(address);
        self.on_viewer(&format!("ip route replace 10.78.0.0/24 dev lan src {address}"));
    }

    /// From now on the wire carries this to the viewer, kilobits a second, with a queue of 300 ms.
    pub(crate) fn carry(&self, kbps: u32) {
        // A bucket of 5 ms, and a packet at least.
        let bucket = (kbps * 5 / 8).max(3000);
        self.on_host(&format!("tc qdisc replace dev lan root tbf rate {kbps}kbit burst {bucket} latency 300ms"));
    }

    /// Bytes that stand in the wire's queue now.
    pub(crate) fn queued(&self) -> u64 {
        let told = self.on_host("tc -s qdisc show dev lan root");
        let after = told.split("backlog ").nth(1).expect("tc tells it");
        let (number, _) = after.split_once('b').expect("in bytes");
        let (digits, scale) = number.strip_suffix('K').map_or((number, 1), |digits| (digits, 1024));
        digits.parse::<u64>().expect("a number") * scale
    }

    /// Of a thousand UDP packets that reach the viewer, drops so many by chance.
    pub(crate) fn lose(&self, of_a_thousand: u32) {
        self.on_viewer("nft add table inet loss");
        self.on_viewer("nft add chain inet loss in { type filter hook prerouting priority -300 ; }");
        self.on_viewer("nft add rule inet loss in iifname lan meta l4proto udp counter");
        let drop = format!("numgen random mod 1000 < {of_a_thousand} counter drop");
        self.on_viewer(&format!("nft add rule inet loss in iifname lan meta l4proto udp {drop}"));
    }

    /// Loses no more; UDP packets that came, and those that were dropped.
    pub(crate) fn lost(&self) -> (u64, u64) {
        let told = self.on_viewer("nft list table inet loss");
        self.on_viewer("nft delete table inet loss");
        let mut counters = told.split("counter packets ").skip(1).map(|rest| {
            let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
            digits.parse().expect("nft tells a number")
        });
        (counters.next().expect("two rules"), counters.next().expect("two rules"))
    }

    /// A real viewer, on the other end of the wire.
    pub(crate) async fn watch(&self, options: crowd::Options) -> Watcher {
        let space = File::open(format!("/run/netns/{}", self.viewer)).expect("it was made");
        let (came, joined) = oneshot::channel();
        let (end, ended) = oneshot::channel::<()>();
        let thread = std::thread::spawn(move || {
            // For this thread only, and those it starts.
            move_into_link_name_space(space.as_fd(), Some(LinkNameSpaceType::Network)).expect("we are root");
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let crowd = Arc::new(Crowd::join(&options).await.expect("there is a route"));
                assert!(came.send(crowd).is_ok(), "the story waits for it");
                ended.await.ok();
            });
        });
        let crowd = joined.await.expect("the viewer's thread did not panic");
        Watcher { crowd, end: Some(end), thread: Some(thread) }
    }

    /// Gives the viewer's machine one address more.
    pub(crate) fn address(&self, address: &str) {
        self.on_viewer(&format!(
            "ip address add {address} dev lan{}",
            if address.contains(':') { " nodad" } else { "" }
        ));
    }

    /// Gives the host an IPv6 address.
    pub(crate) fn host_address(&self, address: &str) {
        self.on_host(&format!("ip address add {address} dev lan nodad"));
    }

    /// Does something on the viewer's machine, to its end.
    pub(crate) fn on_the_viewers_machine<T, F>(&self, work: impl FnOnce() -> F + Send + 'static) -> JoinHandle<T>
    where
        T: Send + 'static,
        F: Future<Output = T>,
    {
        let space = File::open(format!("/run/netns/{}", self.viewer)).expect("it was made");
        std::thread::spawn(move || {
            // For this thread only.
            move_into_link_name_space(space.as_fd(), Some(LinkNameSpaceType::Network)).expect("we are root");
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(work())
        })
    }

    fn on_host(&self, command: &str) -> String {
        run(&format!("ip netns exec {} {command}", self.host))
    }

    fn on_viewer(&self, command: &str) -> String {
        run(&format!("ip netns exec {} {command}", self.viewer))
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        for space in [&self.viewer, &self.host] {
            // The other one is to go all the same.
            let _ = Command::new("ip").args(["netns", "delete", space]).status();
        }
    }
}

/// A viewer on the other end of a [`Network`]'s wire, gone when this is dropped.
pub(crate) struct Watcher {
    pub(crate) crowd: Arc<Crowd>,
    end: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Watcher {
    fn drop(&mut self) {
        drop(self.end.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Runs a command that has to succeed; what it printed.
pub(super) fn run(command: &str) -> String {
    attempt(command).unwrap_or_else(|why| panic!("{command}: {why}"))
}

/// Runs a command; what it printed, or its complaint.
pub(super) fn attempt(command: &str) -> Result<String, String> {
    let mut words = command.split(' ');
    let output = Command::new(words.next().expect("a command")).args(words).output().expect("it is installed");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
}
