//! A session's life: paths and restarts within it, and each way it ends.

use super::*;

#[test]
fn close_says_bye_and_close_notify_and_no_event_follows() {
    let stage = Stage::new("127.0.0.1:0", Config::default());
    let mut viewer = Viewer::connected(&stage, VIEWER, dimpl());
    stage.forwarder.close(VIEWER);
    viewer.until("close_notify", |v| v.client.closed);
    let bye = |packet: &bytes::BytesMut| packet.windows(2).any(|w| w[1] == 203 && w[0] & 0xc0 == 0x80);
    assert!(viewer.client.rtcp.iter().any(bye), "BYE comes first: {:?}", viewer.client.rtcp);
    viewer.client.check(true);
    let check = viewer.client.outgoing.pop().expect("a check");
    viewer.send(&check);
    stage.wait_for("the viewer is unknown", |totals| totals.dropped_stun == 1 && totals.viewers == 0);
    assert!(stage.events.try_iter().next().is_none());
    assert!(stage.forwarder.stats().is_empty());
}

#[test]
fn a_viewer_that_says_close_notify_or_nothing_is_gone() {
    let stage = Stage::new("127.0.0.1:0", Config { consent_timeout: Duration::from_millis(300), ..Config::default() });
    let mut viewer = Viewer::connected(&stage, VIEWER, dimpl());
    viewer.client.close();
    let datagrams = std::mem::take(&mut viewer.client.outgoing);
    datagrams.iter().for_each(|datagram| viewer.send(datagram));
    assert_eq!(stage.event(), Event::Gone(VIEWER, Gone::Closed));

    let _silent = Viewer::connected(&stage, ViewerId(2), dimpl());
    assert_eq!(stage.event(), Event::Gone(ViewerId(2), Gone::Timeout));
    let totals = stage.forwarder.totals();
    assert_eq!((totals.viewers, totals.timed_out), (0, 1));
}

#[test]
fn the_first_authentic_check_is_told_once_and_a_false_one_never() {
    let stage = Stage::new("127.0.0.1:0", Config::default());
    let mut viewer = Viewer::connected(&stage, VIEWER, dimpl());
    for _ in 0..3 {
        let before = viewer.client.responses;
        viewer.client.check(true);
        viewer.until("an answer", |v| v.client.responses > before);
    }
    let mut forger = Viewer::join(&stage, ViewerId(2), dimpl(), CHROMIUM);
    let mut check = std::mem::take(&mut forger.client.outgoing).swap_remove(0);
    *check.last_mut().expect("a check has bytes") ^= 1;
    forger.send(&check);
    stage.wait_for("it is dropped", |totals| totals.dropped_stun == 1);
    assert!(stage.events.try_iter().next().is_none(), "nothing more was told");
}

#[test]
fn who_never_comes_has_failed() {
    let stage = Stage::new("127.0.0.1:0", Config { join_timeout: Duration::from_millis(50), ..Config::default() });
    stage.forwarder.join(VIEWER, &offer(CHROMIUM), Rid::F, |_| true).expect("a browser's offer");
    assert_eq!(stage.forwarder.join(VIEWER, &offer(CHROMIUM), Rid::F, |_| true), Err(OfferError::Duplicate));
    assert_eq!(stage.event(), Event::Gone(VIEWER, Gone::Failed));
    assert_eq!(stage.forwarder.patch(VIEWER, &fragment("a=mid:0\r\n")), Err(NoViewer));
    assert_eq!(stage.forwarder.totals().failed, 1);
}

#[test]
fn another_path_and_an_ice_restart_keep_the_session() {
    let mut stage = Stage::new("127.0.0.1:0", Config::default());
    stage.picture();
    let mut viewer = Viewer::connected(&stage, VIEWER, dimpl());
    viewer.socket = Viewer::socket("127.0.0.1:0");
    viewer.client.check(true);
    let before = viewer.client.responses;
    viewer.until("an answer at the new address", |v| v.client.responses > before);
    viewer.client.rtp.clear();
    viewer.until_with("pictures at the new address", |v| v.count(116) >= 3, || stage.picture());
    assert_eq!(stage.forwarder.totals().paths_changed, 1);

    let restart = viewer.client.restart();
    let patched = stage.forwarder.patch(VIEWER, &fragment(&restart));
    let answer = patched.expect("it watches").expect("a new ufrag is a restart");
    viewer.client.accept(&answer);
    viewer.socket = Viewer::socket("127.0.0.1:0");
    viewer.client.check(true);
    let before = viewer.client.responses;
    viewer.until("an answer in the new session", |v| v.client.responses > before);
    viewer.client.rtp.clear();
    viewer.until_with("pictures in the new session", |v| v.count(116) >= 3, || stage.picture());
    let trickle = format!("{restart}a=candidate:1\r\n");
    assert_eq!(stage.forwarder.patch(VIEWER, &fragment(&trickle)), Ok(None), "trickle after the restart");
}

#[test]
fn dropping_the_last_handle_says_goodbye_and_frees_the_port() {
    let stage = Stage::new("127.0.0.1:0", Config::default());
    let mut viewer = Viewer::connected(&stage, VIEWER, dimpl());
    let address = stage.address;
    drop(stage);
    viewer.until("close_notify", |v| v.client.closed);
    UdpSocket::bind(address).expect("the threads have ended and the port is free");
}

#[test]
fn whoever_asks_waits_for_no_receiving_thread_and_nothing_it_must_do_is_lost() {
    let port = Port::new(UdpSocket::bind("127.0.0.1:0").expect("a free port")).expect("a socket");
    let (begun, hangs) = mpsc::channel();
    let (let_go, go_on) = mpsc::channel::<()>();
    let gate = Mutex::new((begun, go_on));
    let events = move |event| {
        let gate = lock(&gate);
        gate.0.send(event).expect("the test listens");
        // An error: the test lets it go on.
        let _ = gate.1.recv();
    };
    let config = Config { join_timeout: Duration::from_millis(1), ..Config::default() };
    let (forwarder, viewers) = Forwarder::start(config, &port, events).expect("the forwarder starts");
    port.start((viewers,)).expect("the port starts");
    let offer = offer(&Client::new(1, 1200, Instant::now()).offer(CHROMIUM));
    let join = |id| forwarder.join(ViewerId(id), &offer, Rid::F, |_| true).map(drop);
    join(0).expect("a browser's offer");
    assert_eq!(hangs.recv_timeout(Duration::from_secs(10)), Ok(Event::Gone(ViewerId(0), Gone::Failed)));
    // The receiving thread is telling of that, and stays there. All of this returns.
    let joined = (1..).map_while(|id| join(id).ok().map(|()| ViewerId(id))).collect::<Vec<_>>();
    assert_eq!(join(u32::MAX), Err(OfferError::Overloaded), "after {} joins", joined.len());
    joined.iter().for_each(|viewer| forwarder.close(*viewer));
    assert_eq!(hangs.try_recv(), Err(mpsc::TryRecvError::Empty), "it hangs still");
    drop(let_go);
    drop((forwarder, port));
    assert_eq!(hangs.iter().count(), 0, "every one of them was closed, before its own time was up");
}

#[test]
fn nobody_who_did_not_ask_is_sent_media_though_ten_viewers_choose_its_address() {
    let mut stage = Stage::new("127.0.0.1:0", Config::default());
    stage.picture();
    // It reads all that comes, and answers nothing.
    let third_party = Viewer::socket("127.0.0.1:0");
    let mut viewers: Vec<Viewer> = (1..=10).map(|id| Viewer::connected(&stage, ViewerId(id), dimpl())).collect();
    let mut forged = 0;
    for viewer in &mut viewers {
        viewer.client.check(true);
        let check = viewer.client.outgoing.pop().expect("a check");
        forged += check.len();
        third_party.send_to(&check, stage.address).expect("loopback takes it");
    }
    let sent = |stage: &Stage| stage.forwarder.totals().checks_sent;
    stage.wait_for("each address is asked whether it receives", |totals| totals.checks_sent >= 20);
    for _ in 0..60 {
        for viewer in &mut viewers {
            viewer.client.rtp.clear();
        }
        stage.picture();
        for viewer in &mut viewers {
            viewer.until("the viewers go on watching", |v| v.count(116) >= 3);
        }
    }
    let mut buffer = [0; 2000];
    let came: Vec<usize> = std::iter::from_fn(|| third_party.recv(&mut buffer).ok()).collect();
    let bytes: usize = came.iter().sum();
    println!("{} datagrams of {bytes} bytes came for {forged}; {} checks were sent", came.len(), sent(&stage));
    assert!(came.len() <= 30 && bytes <= 3 * forged, "{} of {bytes} bytes came for {forged}", came.len());
    assert!(came.iter().all(|len| *len < 120), "no picture was among them");
    let totals = stage.forwarder.totals();
    assert_eq!((totals.paths_changed, totals.viewers), (0, 10), "{totals:?}");
}
