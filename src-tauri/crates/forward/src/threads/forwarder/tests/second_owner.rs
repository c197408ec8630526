//! A second owner of datagrams beside the viewers, which knows nothing of them: what a publisher or a relay's peer will be.

use super::*;
use port::{Check, Claims, Owner, Path, Peer, Proof, Registry, Socket, checker};
use std::sync::Arc;

/// It has one peer, answers its checks, and sends back whatever comes from it, along the path by which it came.
struct Echo {
    socket: Arc<Socket>,
    ice: Credentials,
    /// None until the port is open.
    claims: Option<Claims>,
}

const PEER: Peer = Peer(0);

impl Owner for Echo {
    fn take_commands(&mut self, registry: &mut Registry<'_>) {
        let ufrag = std::iter::once(self.ice.ufrag.as_str());
        self.claims.get_or_insert_with(|| {
            let mut claims = Claims::default();
            registry.name(PEER, &mut claims, ufrag);
            claims
        });
    }

    fn check(&mut self, peer: Peer, check: Check, path: Path, _: Instant, registry: &mut Registry<'_>) {
        let (Some(authentic), Some(claims)) = (check.authenticate(&self.ice), &mut self.claims) else { return };
        registry.claim(peer, claims, path, Proof::Sends, |_| true);
        let response = authentic.response(&self.ice, &path);
        self.socket.send(&path, &response, response.len()).expect("loopback takes it");
    }

    fn datagram(&mut self, peer: Peer, datagram: &mut [u8], path: Path, _: Instant, _: &mut Registry<'_>) {
        assert_eq!(peer, PEER);
        datagram.reverse();
        self.socket.send(&path, datagram, datagram.len()).expect("loopback takes it");
    }
}

/// What came, within 10 s.
fn receive(socket: &UdpSocket) -> Vec<u8> {
    socket.set_read_timeout(Some(Duration::from_secs(10))).expect("a timeout");
    let mut buffer = [0; 2000];
    let len = socket.recv(&mut buffer).expect("an answer comes");
    buffer[..len].to_vec()
}

#[test]
fn two_owners_have_one_port_and_each_is_given_what_is_its_own() {
    let ice = Credentials::random();
    let echo = |port: &Port| Echo { socket: port.socket().clone(), ice: ice.clone(), claims: None };
    let mut stage = Stage::with("127.0.0.1:0", Config::default(), |viewers, port| (viewers, echo(port)));
    stage.picture();
    let mut viewer = Viewer::connected(&stage, VIEWER, dimpl());
    viewer.until("the first picture", |v| v.count(116) >= 11);

    // RTP in its first byte: before a check passed it is nobody's, and a check without the password proves nothing.
    let speech = [0x80, 1, 2, 3];
    let peer = UdpSocket::bind("127.0.0.1:0").expect("a free port");
    let send = |datagram: &[u8]| peer.send_to(datagram, stage.address).expect("loopback takes it");
    send(&speech);
    send(&checker::check(&Credentials { pwd: "not the password of it".to_owned(), ..ice.clone() }, true));
    send(&speech);
    stage.wait_for("both are nobody's", |totals| totals.dropped_unknown == 2);

    send(&checker::check(&ice, true));
    assert_eq!(receive(&peer)[..2], [1, 1], "a binding success response (RFC 8489 5)");
    for _ in 0..20 {
        viewer.client.rtp.clear();
        stage.picture();
        peer.send_to(&speech, stage.address).expect("loopback takes it");
        assert_eq!(receive(&peer), [3, 2, 1, 0x80], "what comes from there is the second owner's");
        viewer.until("the next picture", |v| v.count(116) >= 3);
    }

    // Neither hears of the other's: a report of the viewer is opened by its transport, the peer's would be no report at all.
    let report = viewer.client.sealed(&[0x80, 201, 0, 1, 0, 0, 0, 1]);
    viewer.send(&report);
    viewer.send(&report);
    stage.wait_for("the second is a replay", |totals| totals.dropped_replayed == 1);
    let totals = stage.forwarder.totals();
    assert_eq!((totals.dropped_unknown, totals.dropped_stun, totals.dropped_unauthenticated), (2, 0, 0), "{totals:?}");
    assert_eq!((totals.viewers, totals.dropped_unsent, totals.dropped_late), (1, 0, 0), "{totals:?}");

    // The viewers go, and the port stays open no longer than somebody holds it.
    stage.forwarder.close(VIEWER);
    viewer.until("close_notify", |v| v.client.closed);
    peer.send_to(&speech, stage.address).expect("loopback takes it");
    assert_eq!(receive(&peer), [3, 2, 1, 0x80], "the second owner has its peer still");
    let address = stage.address;
    drop(stage);
    UdpSocket::bind(address).expect("with the last handle the port is free");
}
