//! A public name that becomes known after the program started: a service at boot, a laptop without network.

use crate::support::{Browser, DataFolder, PATIENCE, Skylark};
use std::io::Write;
use std::process::Command;
use std::time::Duration;

/// A view of the file system in which names are known by a file of ours and by nothing else.
const OWN_NAMES: &str = "mount --make-rprivate / && mount --bind \"$1/hosts\" /etc/hosts && \
    mount --bind \"$1/nsswitch.conf\" /etc/nsswitch.conf && shift && exec \"$@\"";

#[tokio::test]
async fn a_name_that_is_not_known_yet_is_asked_again_and_the_next_answers_have_its_address() {
    let folder = DataFolder::new();
    let file = |name: &str| folder.path().join(name);
    std::fs::write(file("hosts"), "127.0.0.1 localhost\n").expect("the folder is ours");
    std::fs::write(file("nsswitch.conf"), "hosts: files\n").expect("the folder is ours");
    let names = folder.path().to_str().expect("the system's folders are text").to_owned();
    let before = ["unshare", "--mount", "sh", "-c", OWN_NAMES, "sh", &names];
    let tried = Command::new(before[0]).args(&before[1..]).arg("true").output();
    if !tried.as_ref().is_ok_and(|tried| tried.status.success()) {
        eprintln!("skipped: a view of the file system of its own needs root, and leave to mount: {tried:?}");
        return;
    }
    let mut hosts = std::fs::OpenOptions::new().append(true).open(file("hosts")).expect("it was written");
    let options = ["--listen", "127.0.0.1:0", "--public", "live.skylark.test"];
    let mut skylark = Skylark::live_behind_with(&before, folder, &options).await;
    assert!(skylark.watch().starts_with("http://live.skylark.test:"), "it stands in the link: {}", skylark.live);
    let error = skylark.event("error").await;
    assert_eq!(error["code"], "unknown_name", "{error}");
    let message = error["message"].as_str().expect("a sentence");
    assert!(message.contains("live.skylark.test cannot be resolved") && message.contains("DNS"), "{message}");

    writeln!(hosts, "127.0.0.77 live.skylark.test").expect("it can be written");
    let token = skylark.watch().rsplit('/').next().expect("a token").to_owned();
    let whep = format!("http://127.0.0.1:{}/whep/{token}", skylark.port());
    let known = format!(" 127.0.0.77 {} typ host", skylark.port());
    let offer = include_str!("support/offer.sdp");
    let answered = async {
        loop {
            let answer = Browser::new().post(&whep, "application/sdp", offer).await.text().await.expect("SDP");
            if answer.contains(&known) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    };
    assert!(tokio::time::timeout(PATIENCE, answered).await.is_ok(), "an answer has the name's address");
}
