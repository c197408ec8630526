//! A viewer that is really there: what the transports send it goes over a socket on loopback.

use super::*;

pub(super) struct Watcher {
    pub(super) client: Client,
    pub(super) socket: UdpSocket,
}

impl Watcher {
    pub(super) fn join(world: &mut World, viewer: u32) -> Watcher {
        let client = Client::new(u64::from(viewer), 1200, world.now);
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a free port");
        socket.set_read_timeout(Some(Duration::from_millis(20))).expect("a timeout");
        let mut watcher = Watcher { client, socket };
        let offer = watcher.client.offer(CHROMIUM);
        let ice = world.join_as(answered(ViewerId(viewer), &offer));
        watcher.client.use_ice(ice);
        watcher
    }

    pub(super) fn connected(world: &mut World, viewer: u32) -> Watcher {
        let mut watcher = Watcher::join(world, viewer);
        watcher.connect(world);
        watcher
    }

    /// ICE, and DTLS once a check was answered, as browsers do it.
    pub(super) fn connect(&mut self, world: &mut World) {
        let before = world.totals().connected;
        self.client.check(true);
        self.read(world);
        self.client.begin(world.now);
        let end = Instant::now() + Duration::from_secs(10);
        while !self.client.is_connected() || world.totals().connected == before {
            assert!(Instant::now() < end, "the join did not end: {:?}", world.totals());
            self.read(world);
        }
        self.read(world);
    }

    /// Sends what the client wants to send, and reads what the transports answer.
    pub(super) fn read(&mut self, world: &mut World) {
        let mut buffer = [0; 2000];
        loop {
            for datagram in std::mem::take(&mut self.client.outgoing) {
                world.receive(&datagram, self.address());
            }
            match self.socket.recv(&mut buffer) {
                Ok(len) => self.client.handle(&buffer[..len], world.now),
                Err(_) => return,
            }
        }
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.socket.local_addr().expect("it is bound")
    }
}
