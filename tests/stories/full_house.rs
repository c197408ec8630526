//! A few addresses hold all the connections they are given, and say nothing; beside them somebody wants to see the page.

use crate::support::{Network, Skylark};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

/// Places for connections, of which one address may have an eighth.
const PLACES: usize = 256;
const SHARE: usize = PLACES / 8;

/// So many each of them opens: twice its share, and so few that both ends fit among the files that a process may have open.
const ROUNDS: usize = 2 * SHARE;

/// Two addresses, and eight /64 of one /56.
const ATTACKERS: [&str; 10] = [
    "10.78.0.3",
    "10.78.0.4",
    "fd78:0:0:100::2",
    "fd78:0:0:101::2",
    "fd78:0:0:120::2",
    "fd78:0:0:140::2",
    "fd78:0:0:180::2",
    "fd78:0:0:1c0::2",
    "fd78:0:0:1f0::2",
    "fd78:0:0:1ff::2",
];

async fn connect(from: &str, port: u16) -> std::io::Result<TcpStream> {
    let from: IpAddr = from.parse().expect("well-formed");
    let (socket, to): (_, IpAddr) = match from {
        IpAddr::V4(_) => (TcpSocket::new_v4()?, Network::HOST.parse().expect("well-formed")),
        IpAddr::V6(_) => (TcpSocket::new_v6()?, "fd78::1".parse().expect("well-formed")),
    };
    socket.bind(SocketAddr::new(from, 0))?;
    socket.connect(SocketAddr::new(to, port)).await
}

/// The status of the page, asked for on a connection of its own.
async fn page(path: &str, port: u16) -> String {
    let ask = async {
        let mut stream = connect("10.78.0.2", port).await?;
        stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").as_bytes()).await?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.map(|_| String::from_utf8_lossy(&answer).chars().take(12).collect())
    };
    let answered: std::io::Result<String> =
        tokio::time::timeout(Duration::from_secs(5), ask).await.unwrap_or_else(|late| Err(late.into()));
    answered.unwrap_or_else(|error| error.to_string())
}

#[tokio::test]
async fn silent_connections_from_a_few_addresses_keep_nobody_out() {
    let Some(network) = Network::new() else { return };
    network.host_address("fd78::1/48");
    for attacker in ATTACKERS {
        network.address(&format!("{attacker}/{}", if attacker.contains(':') { 48 } else { 24 }));
    }
    let settings = tempfile::NamedTempFile::new().expect("the system has room for a file");
    std::fs::write(settings.path(), format!("[limits]\nconnections = {PLACES}\n")).expect("it is ours");
    let options = ["--listen", "[::]:0", "--config", settings.path().to_str().expect("a plain name")];
    let skylark = Skylark::live_behind(&network.before(), &options).await;
    let (port, path) = (skylark.port(), format!("/w/{}", skylark.watch().rsplit('/').next().expect("a token")));
    let told = network.on_the_viewers_machine(move || async move {
        let (mut pages, mut held) = (Vec::new(), Vec::new());
        for round in 0..ROUNDS {
            for attacker in ATTACKERS {
                held.push((attacker, connect(attacker, port).await.expect("the kernel takes it")));
            }
            if round % 2 == 0 {
                pages.push(page(&path, port).await);
            }
        }
        // The last page was answered behind all of them, so those that had to give way are closed, or about to be.
        let open = |attackers: &[&str], held: &[(&str, TcpStream)]| {
            held.iter()
                .filter(|(from, _)| attackers.contains(from))
                .filter(|(_, stream)| {
                    matches!(stream.try_read(&mut [0; 1]), Err(error) if error.kind() == std::io::ErrorKind::WouldBlock)
                })
                .count()
        };
        let groups = [&ATTACKERS[..1], &ATTACKERS[1..2], &ATTACKERS[2..]];
        let mut counts = [usize::MAX; 3];
        for _ in 0..100 {
            tokio::time::sleep(Duration::from_millis(20)).await;
            counts = groups.map(|group| open(group, &held));
            if counts.iter().all(|count| *count <= SHARE) {
                break;
            }
        }
        (pages, counts)
    });
    let (pages, counts) = tokio::task::spawn_blocking(|| told.join().expect("it did not panic")).await.expect("it ran");
    println!("{} silent connections, of which {counts:?} are open; pages: {pages:?}", ROUNDS * ATTACKERS.len());
    assert_eq!(pages, vec!["HTTP/1.1 200"; ROUNDS / 2], "every page is answered");
    assert!(counts.iter().all(|count| (1..=SHARE).contains(count)), "an eighth each at most: {counts:?}");
}
