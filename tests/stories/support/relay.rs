//! Somebody on the way between a viewer and the program: a NAT that changes, or an attacker who records.

use std::net::{SocketAddr, UdpSocket as StdSocket};
use std::sync::{Arc, Mutex};
use tokio::net::UdpSocket;
use tokio::task::JoinSet;

/// Stands between a viewer and the program, as a NAT does: the program sees the viewer at one of the relay's ports. It keeps
/// what the viewer sends, and can send in its name.
pub(crate) struct Relay {
    /// Where the viewer sends to.
    inside: Arc<UdpSocket>,
    outside: Arc<Mutex<Arc<UdpSocket>>>,
    program: SocketAddr,
    state: Arc<Mutex<State>>,
    tasks: JoinSet<()>,
}

#[derive(Default)]
struct State {
    viewer: Option<SocketAddr>,
    sent: Vec<Vec<u8>>,
}

impl Relay {
    pub(crate) async fn to(port: u16) -> Relay {
        let program = SocketAddr::from(([127, 0, 0, 1], port));
        let mut relay = Relay {
            inside: Arc::new(socket()),
            outside: Arc::new(Mutex::new(Arc::new(socket()))),
            program,
            state: Arc::default(),
            tasks: JoinSet::new(),
        };
        relay.carry_out();
        relay.carry_in();
        relay
    }

    /// The answer, with the relay in the program's place.
    pub(crate) fn instead_of_the_program(&self, answer: &str) -> String {
        let port = self.inside.local_addr().expect("it is bound").port();
        answer.replace(&format!(" {} typ host", self.program.port()), &format!(" {port} typ host"))
    }

    /// What the viewer has sent so far.
    pub(crate) fn recorded(&self) -> Vec<Vec<u8>> {
        self.state.lock().expect("nobody panics while holding it").sent.clone()
    }

    /// Sends to the program in the viewer's name.
    pub(crate) async fn forge(&self, datagram: &[u8]) {
        let outside = self.outside.lock().expect("nobody panics while holding it").clone();
        outside.send_to(datagram, self.program).await.expect("loopback takes it");
    }

    /// From now on the viewer is at another port, and does not know it; what is sent to the old one is lost.
    pub(crate) fn move_away(&mut self) {
        *self.outside.lock().expect("nobody panics while holding it") = Arc::new(socket());
        self.carry_in();
    }

    fn carry_out(&mut self) {
        let (inside, outside, state) = (self.inside.clone(), self.outside.clone(), self.state.clone());
        let program = self.program;
        self.tasks.spawn(async move {
            let mut buffer = vec![0; 2048];
            while let Ok((len, from)) = inside.recv_from(&mut buffer).await {
                let datagram = &buffer[..len];
                {
                    let mut state = state.lock().expect("nobody panics while holding it");
                    state.viewer = Some(from);
                    state.sent.push(datagram.to_vec());
                }
                let outside = outside.lock().expect("nobody panics while holding it").clone();
                // The program may have ended.
                let _ = outside.send_to(datagram, program).await;
            }
        });
    }

    /// Carries what comes to the port of now to the viewer, as long as it is that.
    fn carry_in(&mut self) {
        let (inside, outside, state) = (self.inside.clone(), self.outside.clone(), self.state.clone());
        self.tasks.spawn(async move {
            let current = || outside.lock().expect("nobody panics while holding it").clone();
            let mine = current();
            let mut buffer = vec![0; 2048];
            while let Ok((len, _)) = mine.recv_from(&mut buffer).await {
                let viewer = state.lock().expect("nobody panics while holding it").viewer;
                if let (true, Some(viewer)) = (Arc::ptr_eq(&mine, &current()), viewer) {
                    // The viewer may have ended.
                    let _ = inside.send_to(&buffer[..len], viewer).await;
                }
            }
        });
    }
}

pub(crate) fn socket() -> UdpSocket {
    let socket = StdSocket::bind("127.0.0.1:0").expect("a free port");
    socket.set_nonblocking(true).expect("it can");
    UdpSocket::from_std(socket).expect("the runtime takes it")
}
