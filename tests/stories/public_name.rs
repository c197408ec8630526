//! A public name that becomes known after the program started: a service at boot, a laptop without network. And one whose address
//! changes while people watch: dynamic DNS after a line's reconnection.

use crate::support::{Browser, DataFolder, PATIENCE, Skylark};
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

/// A view of the file system in which names are known by a file of ours and by nothing else, and a folder in which the program is asked
/// to look at once for what it looks at once a minute.
const OWN_NAMES: &str = "mount --make-rprivate / && mount --bind \"$1/hosts\" /etc/hosts && \
    mount --bind \"$1/nsswitch.conf\" /etc/nsswitch.conf && export SKYLARK_FAULTS=\"$1/faults\" && shift && exec \"$@\"";

const NAME: &str = "live.skylark.test";
const OFFER: &str = include_str!("support/offer.sdp");

/// The program where names are known by a file of ours.
struct Named {
    skylark: Skylark,
    place: PathBuf,
}

impl Named {
    /// None where no such place can be had; says so.
    async fn live(hosts: &str) -> Option<Named> {
        let folder = DataFolder::new();
        let place = folder.path().to_owned();
        fs::create_dir(place.join("faults")).expect("the folder is ours");
        fs::write(place.join("hosts"), hosts).expect("the folder is ours");
        fs::write(place.join("nsswitch.conf"), "hosts: files\n").expect("the folder is ours");
        let text = place.to_str().expect("the system's folders are text").to_owned();
        let before = ["unshare", "--mount", "sh", "-c", OWN_NAMES, "sh", &text];
        let tried = Command::new(before[0]).args(&before[1..]).arg("true").output();
        if !tried.as_ref().is_ok_and(|tried| tried.status.success()) {
            eprintln!("skipped: a view of the file system of its own needs root, and leave to mount: {tried:?}");
            return None;
        }
        let options = ["--listen", "127.0.0.1:0", "--public", NAME];
        let skylark = Skylark::live_behind_with(&before, folder, &options).await;
        assert!(skylark.watch().starts_with("http://live.skylark.test:"), "it stands in the link: {}", skylark.live);
        Some(Named { skylark, place })
    }

    /// From now on names are these. The file is mounted, so it stays the same file.
    fn know(&self, hosts: &str) {
        fs::write(self.place.join("hosts"), hosts).expect("the folder is ours");
    }

    fn whep(&self) -> String {
        let token = self.skylark.watch().rsplit('/').next().expect("a token").to_owned();
        format!("http://127.0.0.1:{}/whep/{token}", self.skylark.port())
    }

    /// A candidate of this address, as it stands in an answer.
    fn candidate(&self, address: &str) -> String {
        format!(" {address} {} typ host", self.skylark.port())
    }

    /// Waits until the answer to a new viewer has it, and hands that answer out.
    async fn answers_with(&self, address: &str) -> String {
        let (whep, known) = (self.whep(), self.candidate(address));
        let answered = async {
            loop {
                let answer = Browser::new().post(&whep, "application/sdp", OFFER).await.text().await.expect("SDP");
                if answer.contains(&known) {
                    return answer;
                }
                tokio::time::sleep(Duration::from_millis(500)).await;
            }
        };
        tokio::time::timeout(PATIENCE, answered).await.expect("an answer has the name's address")
    }
}

#[tokio::test]
async fn a_name_that_is_not_known_yet_is_asked_again_and_the_next_answers_have_its_address() {
    let Some(mut named) = Named::live("127.0.0.1 localhost\n").await else { return };
    let error = named.skylark.event("error").await;
    assert_eq!(error["code"], "unknown_name", "{error}");
    let message = error["message"].as_str().expect("a sentence");
    assert!(message.contains("live.skylark.test cannot be resolved") && message.contains("DNS"), "{message}");

    named.know("127.0.0.1 localhost\n127.0.0.77 live.skylark.test\n");
    named.answers_with("127.0.0.77").await;
}

#[tokio::test]
async fn a_name_that_leads_elsewhere_is_told_to_newcomers_and_to_those_who_watch() {
    let Some(mut named) = Named::live("127.0.0.77 live.skylark.test\n").await else { return };
    let viewer = Browser::new().watch(&named.whep()).await;
    named.skylark.joined().await;
    viewer.plays().await;
    let (before, after) = (named.candidate("127.0.0.77"), named.candidate("127.0.0.78"));
    assert!(viewer.answer.contains(&before), "the name is known at the start: {}", viewer.answer);

    named.know("127.0.0.78 live.skylark.test\n");
    fs::write(named.place.join("faults/public-name"), "").expect("the folder is ours");
    let answer = named.answers_with("127.0.0.78").await;
    assert!(!answer.contains(&before), "and not the one of before: {answer}");
    viewer.plays().await;

    let restart = "a=ice-ufrag:neww\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\n";
    let restarted = viewer.patch(Some("*"), restart).await;
    assert_eq!(restarted.status(), 200);
    let fragment = restarted.text().await.expect("a fragment");
    assert!(fragment.contains(&after) && !fragment.contains(&before), "{fragment}");
    assert_eq!(named.skylark.came("error").len(), 0, "it was known all the time");
}
