//! A sound server on another machine, for a library that knows sockets of this machine only: a socket of our own, from which all that is
//! said is carried there and back.

use super::Address;
use std::{
    env, fs,
    fs::{DirBuilder, File, OpenOptions},
    io,
    net::{Shutdown, TcpStream, ToSocketAddrs},
    os::{
        fd::{AsRawFd, OwnedFd},
        unix::{
            fs::{DirBuilderExt, OpenOptionsExt},
            net::{UnixListener, UnixStream},
        },
    },
    path::{Path, PathBuf},
    process,
    sync::{Once, OnceLock},
    thread,
    time::Duration,
};

static CARRIER: OnceLock<Carrier> = OnceLock::new();

struct Carrier {
    listener: UnixListener,
    /// Holds the socket, which has no name any more: nothing is left behind, however the program ends.
    _socket: File,
    servers: Vec<Address>,
}

/// So long is waited for a server to answer at one of its addresses. The library waits a little longer for the whole.
const CONNECT: Duration = Duration::from_secs(2);

/// After the system had no room for a connection.
const REST: Duration = Duration::from_millis(200);

/// A socket that leads to the first of these servers that answers, once [`carry`] was called. No thread is started by this.
pub(super) fn socket(servers: Vec<Address>) -> io::Result<PathBuf> {
    let runtime = env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from).filter(|folder| folder.is_absolute());
    let made = runtime.map(|folder| named(&folder)).unwrap_or_else(|| Err(io::ErrorKind::NotFound.into()));
    let (listener, socket) = made.or_else(|_| named(&env::temp_dir()))?;
    let path = PathBuf::from(format!("/proc/self/fd/{}", socket.as_raw_fd()));
    CARRIER.get_or_init(|| Carrier { listener, _socket: socket, servers });
    Ok(path)
}

/// A socket that listens, and what leads to it after its name is gone. Nobody else gets into the folder where it had one.
fn named(folder: &Path) -> io::Result<(UnixListener, File)> {
    let folder = folder.join(format!("skylark-sound-{}", process::id()));
    DirBuilder::new().mode(0o700).create(&folder)?;
    let path = folder.join("native");
    let made = UnixListener::bind(&path).and_then(|listener| {
        /// It is not opened, only held.
        const O_PATH: i32 = 0o10_000_000;
        Ok((listener, OpenOptions::new().read(true).custom_flags(O_PATH).open(&path)?))
    });
    // What was not made cannot be removed.
    drop((fs::remove_file(&path), fs::remove_dir(&folder)));
    made
}

/// Starts to carry, where there is anything to.
pub(in crate::microphone) fn carry() {
    static STARTED: Once = Once::new();
    let Some(carrier) = CARRIER.get() else { return };
    STARTED.call_once(|| {
        if let Err(error) = threads::restarted("sound-server", || carrier.listen()) {
            tracing::warn!("the sound server on another machine cannot be reached: {error}");
        }
    });
}

impl Carrier {
    fn listen(&'static self) {
        for near in self.listener.incoming() {
            threads::fault();
            let carried = near.and_then(|near| threads::replaced("sound-server", || self.connect(near)));
            if let Err(error) = carried {
                tracing::warn!("the sound server on another machine cannot be reached: {error}");
                thread::sleep(REST);
            }
        }
    }

    /// Carries one connection to its end. Where no server answers, that end is what the library hears.
    fn connect(&self, near: UnixStream) {
        let mut failed = io::Error::from(io::ErrorKind::NotFound);
        for server in &self.servers {
            match reached(server) {
                Ok(far) => return both_ways(near, far),
                Err(error) => failed = error,
            }
        }
        tracing::warn!("no sound server that PULSE_SERVER names answers: {failed}");
    }
}

/// A connection to a server. To the system a stream is a stream, wherever it leads.
fn reached(server: &Address) -> io::Result<UnixStream> {
    let (host, port) = match server {
        Address::Here(path) => return UnixStream::connect(path),
        Address::There(host, port) => (host.as_str(), *port),
    };
    let mut failed = io::Error::from(io::ErrorKind::NotFound);
    for address in (host, port).to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, CONNECT) {
            Ok(far) => {
                // Small questions, each of which waits for its answer.
                far.set_nodelay(true)?;
                return Ok(OwnedFd::from(far).into());
            }
            Err(error) => failed = error,
        }
    }
    Err(failed)
}

fn both_ways(near: UnixStream, far: UnixStream) {
    let back = near.try_clone().and_then(|near| Ok((far.try_clone()?, near)));
    let back = back.and_then(|(far, near)| threads::replaced("sound-server", || one_way(far, near)));
    match back {
        Ok(_) => one_way(near, far),
        Err(error) => tracing::warn!("the sound server on another machine cannot be reached: {error}"),
    }
}

/// Until either end is over, and then for both.
fn one_way(mut from: UnixStream, mut into: UnixStream) {
    // Why it ended is for the library to say, which hears the same.
    drop(io::copy(&mut from, &mut into));
    for end in [from, into] {
        drop(end.shutdown(Shutdown::Both));
    }
}
