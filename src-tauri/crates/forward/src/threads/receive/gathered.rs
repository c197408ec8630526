//! Datagrams of ICE and DTLS that one viewer is sent at once, handed to the kernel in one call where it takes them so.

use port::{Path, Socket};

/// Datagrams that go along one path, each as long as the first and only the last one shorter: a check of ours and an answer, or a
/// flight of DTLS.
#[derive(Default)]
pub(super) struct Gathered {
    path: Option<Path>,
    run: Vec<u8>,
    segment: usize,
}

impl Gathered {
    /// Adds a datagram, behind those that are there. What it cannot go with is sent before.
    pub(super) fn put(&mut self, path: Path, datagram: Vec<u8>, socket: &Socket) {
        let fits = self.path == Some(path)
            && self.run.len().is_multiple_of(self.segment)
            && datagram.len() <= self.segment
            && self.run.len() < self.segment * socket.max_segments();
        if fits {
            self.run.extend_from_slice(&datagram);
        } else {
            self.send(socket);
            *self = Gathered { path: Some(path), segment: datagram.len(), run: datagram };
        }
    }

    /// Sends what is there.
    pub(super) fn send(&mut self, socket: &Socket) {
        if let Some(path) = self.path.take()
            && let Err(error) = socket.send(&path, &self.run, self.segment)
        {
            tracing::debug!(%error, "a datagram of ICE or DTLS was not sent");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::UdpSocket;
    use std::time::Duration;

    /// What two receivers got of datagrams of these lengths, each for the first or the second.
    fn sent(datagrams: &[(usize, usize)]) -> [Vec<usize>; 2] {
        let socket = Socket::new(UdpSocket::bind("127.0.0.1:0").expect("a port")).expect("a socket");
        let receivers = [0, 1].map(|_| UdpSocket::bind("127.0.0.1:0").expect("a port"));
        let paths = receivers.each_ref().map(|receiver| Path::udp(receiver.local_addr().expect("it is bound"), None));
        let mut gathered = Gathered::default();
        for (n, (to, len)) in datagrams.iter().enumerate() {
            gathered.put(paths[*to], vec![n as u8; *len], &socket);
        }
        gathered.send(&socket);
        gathered.send(&socket);
        let mut buffer = [0; 2000];
        let mut came = [Vec::new(), Vec::new()];
        for (n, (to, _)) in datagrams.iter().enumerate() {
            receivers[*to].set_read_timeout(Some(Duration::from_secs(10))).expect("a timeout");
            let len = receivers[*to].recv(&mut buffer).expect("every datagram arrives");
            assert!(buffer[..len].iter().all(|byte| *byte == n as u8), "each is whole, and in its order");
            came[*to].push(len);
        }
        for receiver in &receivers {
            receiver.set_nonblocking(true).expect("it can be");
            assert!(receiver.recv(&mut buffer).is_err(), "nothing is sent twice");
        }
        came
    }

    #[test]
    fn every_datagram_arrives_as_it_was_given_whatever_stands_beside_it() {
        let cases: [&[(usize, usize)]; 6] = [
            &[(0, 104), (0, 64)],
            &[(0, 64), (0, 104)],
            &[(0, 104), (0, 64), (0, 64), (0, 104)],
            &[(0, 1200), (0, 1200), (0, 300), (0, 1200), (1, 1200), (0, 10)],
            &[(0, 104), (1, 64), (0, 64)],
            &[(1, 1)],
        ];
        for case in cases {
            let of = |to: usize| case.iter().filter(|(other, _)| *other == to).map(|(_, len)| *len).collect::<Vec<_>>();
            assert_eq!(sent(case), [of(0), of(1)], "{case:?}");
        }
        let many = vec![(0, 100); 200];
        assert_eq!(sent(&many)[0], [100; 200], "more than one call takes");
    }
}
