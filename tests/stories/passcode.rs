//! A word is asked for at the door: by the page, of players, of nobody twice; and guessed at as fast as can be.

use crate::support::{Browser, DataFolder, Skylark};
use ::crowd::attacker::{Target, say};
use reqwest::header::AUTHORIZATION;
use serde_json::json;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

const WORD: &str = "three words together";

/// Live with a passcode from a file that nobody else can read.
async fn live(folder: DataFolder, mode: u32) -> (Vec<String>, DataFolder) {
    let file = folder.path().join("word");
    std::fs::write(&file, format!("{WORD}\n")).expect("it can be written");
    #[cfg(unix)]
    std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(mode)).expect("it is ours");
    let file = file.to_str().expect("text").to_owned();
    (["--listen", "127.0.0.1:0", "--passcode-file", &file].map(str::to_owned).to_vec(), folder)
}

async fn with_passcode() -> Skylark {
    let (options, folder) = live(DataFolder::new(), 0o600).await;
    Skylark::live_with(folder, &options.iter().map(String::as_str).collect::<Vec<_>>()).await
}

impl Browser {
    /// Says a word; answers the status and the code.
    async fn says(&self, watch: &str, word: &str) -> (u16, String) {
        let url = format!("{watch}/passcode");
        let response = self.post(&url, "application/json", json!({ "passcode": word }).to_string()).await;
        let status = response.status().as_u16();
        let problem: serde_json::Value = response.json().await.unwrap_or_default();
        (status, problem["code"].as_str().unwrap_or_default().to_owned())
    }
}

#[tokio::test]
async fn who_says_it_comes_in_and_nobody_else_is_told_anything() {
    let mut skylark = with_passcode().await;
    skylark.command(r#"{"command":"configure","settings":{"title":"Evening news"}}"#).await;
    skylark.event("settings").await;
    let (watch, whep) = (skylark.watch(), skylark.whep());
    let browser = Browser::at(&watch).await;
    assert!(!browser.get(&watch).await.text().await.expect("text").contains("Evening news"));
    assert_eq!(browser.refused(&whep).await, (401, "passcode_needed".into()));
    assert_eq!(browser.get(&format!("{watch}/events")).await.status(), 400, "no upgrade, and nothing told");
    assert_eq!(browser.says(&watch, "three words").await, (403, "wrong_passcode".into()));
    assert_eq!(browser.says(&watch, WORD).await.0, 204);
    assert!(browser.get(&watch).await.text().await.expect("text").contains("Evening news"));
    let viewer = browser.watch(&whep).await;
    viewer.plays().await;

    // Another word: who watches stays, and whoever comes is asked for that one.
    let knew = Browser::at(&watch).await;
    assert_eq!(knew.says(&watch, WORD).await.0, 204);
    skylark.command(r#"{"command":"passcode","text":"another"}"#).await;
    assert_eq!(skylark.event("passcode").await["on"], true);
    viewer.plays().await;
    assert_eq!(knew.refused(&whep).await, (401, "passcode_needed".into()));
    viewer.leave().await;
    browser.watch(&whep).await.plays().await;
    let kept = std::fs::read_to_string(skylark.folder.path().join("audience.json")).expect("it is kept");
    assert!(kept.contains("another") && !kept.contains(WORD), "what was set is kept, and not what one run was given");

    skylark.command(r#"{"command":"passcode"}"#).await;
    let said = skylark.event("error").await;
    assert!(said["code"] == "bad_command" && said["message"].as_str().unwrap().contains(r#""text""#), "{said}");
    assert_eq!(knew.refused(&whep).await.0, 401, "who forgets the word does not open the door");
    skylark.command(r#"{"command":"passcode","text":"  "}"#).await;
    assert_eq!(skylark.event("error").await["code"], "bad_passcode");
    skylark.command(r#"{"command":"passcode","text":null}"#).await;
    assert_eq!(skylark.event_where("passcode", |event| event["on"] == false).await["on"], false);
    Browser::new().watch(&whep).await.plays().await;
}

#[tokio::test]
async fn a_player_sends_it_as_its_bearer_token_and_what_it_was_let_into_is_its_own() {
    let skylark = with_passcode().await;
    let whep = skylark.whep();
    let player = |word: &str| Browser::with_header(AUTHORIZATION, &format!("Bearer {word}"));
    assert_eq!(player("three").refused(&whep).await, (401, "wrong_passcode".into()));
    let viewer = player(WORD).watch(&whep).await;
    viewer.plays().await;
    let stranger = Browser::new();
    let near = format!("{whep}/{}", "0".repeat(32));
    assert_eq!(stranger.get(&near).await.status(), 404, "a session is found by who was given it");
    viewer.leave().await;
}

#[tokio::test]
async fn a_file_of_one_run_asks_in_that_run_and_one_that_others_can_read_in_none() {
    let skylark = with_passcode().await;
    let (whep, port) = (skylark.whep(), skylark.port());
    let browser = Browser::at(&skylark.watch()).await;
    assert_eq!(browser.says(&skylark.watch(), WORD).await.0, 204);
    let (options, folder) = live(skylark.quit().await, 0o600).await;
    let mut options: Vec<&str> = options.iter().map(String::as_str).collect();
    let listen = format!("127.0.0.1:{port}");
    options[1] = &listen;
    let again = Skylark::live_with(folder, &options).await;
    browser.watch(&whep).await.plays().await;
    assert_eq!(Browser::new().refused(&whep).await.0, 401);
    let open = Skylark::live_with(again.quit().await, &["--listen", &listen]).await;
    Browser::new().watch(&whep).await.plays().await;
    let folder = open.quit().await;
    #[cfg(unix)]
    {
        let (options, folder) = live(folder, 0o644).await;
        let options: Vec<&str> = options.iter().map(String::as_str).collect();
        let failed = Skylark::fails(&folder, &options).await;
        let said = String::from_utf8_lossy(&failed.stderr).into_owned();
        assert!(failed.status.code() == Some(2) && said.contains("--passcode-file"), "{said}");
        assert!(said.contains("chmod") && !said.contains(WORD), "{said}");
    }
    #[cfg(not(unix))]
    drop(folder);
}

/// Connections that guess, each again a moment after it was answered: a thousand a second together.
const GUESSERS: u32 = 20;
const BETWEEN: Duration = Duration::from_millis(20);

/// Guesses until it is dropped, from so many addresses of this machine in turn. Counts what was answered: 403, 429, anything else.
fn guess(watch: &str, addresses: u32) -> (JoinSet<()>, Arc<[AtomicU32; 3]>) {
    let target = Target::of(&format!("{watch}/passcode")).expect("a URL");
    let (answers, n) = (Arc::<[AtomicU32; 3]>::default(), Arc::<AtomicU32>::default());
    let mut guessers = JoinSet::new();
    for _ in 0..GUESSERS {
        let (target, answers, n) = (target.clone(), answers.clone(), n.clone());
        guessers.spawn(async move {
            loop {
                let n = n.fetch_add(1, Ordering::Relaxed);
                let from = IpAddr::V4(Ipv4Addr::from(0x7f01_0000 + n % addresses));
                let body = json!({ "passcode": format!("guess {n}") }).to_string();
                let request = format!(
                    "POST {} HTTP/1.1\r\nHost: {}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                    target.path,
                    target.address,
                    body.len()
                );
                let status = say(target.address, from, request.as_bytes()).await.map_or(0, |response| response.status);
                let kind = match status {
                    403 => 0,
                    429 => 1,
                    _ => 2,
                };
                answers[kind].fetch_add(1, Ordering::Relaxed);
                tokio::time::sleep(BETWEEN).await;
            }
        });
    }
    (guessers, answers)
}

/// How long it takes somebody who knows the word to come in, from the page to the answer to the offer; of some, in order.
async fn joins(watch: &str, whep: &str) -> Vec<Duration> {
    let mut took = Vec::new();
    for _ in 0..10 {
        let begun = Instant::now();
        let browser = Browser::at(watch).await;
        assert_eq!(browser.says(watch, WORD).await.0, 204, "who knows it comes in by the first try");
        let viewer = browser.watch(whep).await;
        took.push(begun.elapsed());
        viewer.leave().await;
    }
    took.sort();
    took
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_wrong_words_a_second_let_nobody_in_and_hold_nobody_up() {
    let skylark = with_passcode().await;
    let (watch, whep) = (skylark.watch(), skylark.whep());
    let (mut without, mut with) = (Vec::new(), Vec::new());
    for addresses in [1, 1000, 1, 1000] {
        without.extend(joins(&watch, &whep).await);
        let (mut guessers, answers) = guess(&watch, addresses);
        while answers.iter().map(|count| count.load(Ordering::Relaxed)).sum::<u32>() < 1000 {
            tokio::time::sleep(BETWEEN).await;
        }
        with.extend(joins(&watch, &whep).await);
        guessers.shutdown().await;
        let [wrong, slowed, other] = [0, 1, 2].map(|kind| answers[kind].load(Ordering::Relaxed));
        println!("from {addresses}: {wrong} were told that they are wrong, {slowed} nothing, {other} failed");
        assert_eq!(other, 0, "no guess was right, and all were answered");
        let most = if addresses == 1 { 20 } else { 1400 };
        assert!(wrong <= most && slowed > 0, "{wrong} of {} were looked at", wrong + slowed);
    }
    without.sort();
    with.sort();
    let of = |all: &[Duration], share: usize| all[all.len() * share / 100];
    for share in [50, 95] {
        println!("joins, {share} %: {:?} without guesses, {:?} with them", of(&without, share), of(&with, share));
    }
    // The guesses take this machine's time as well, which a thousand strangers' computers would not.
    assert!(of(&with, 50) < of(&without, 50) * 3 + Duration::from_millis(50));
}
