//! Commands in, events out.

use crate::support::{Browser, Skylark};

#[tokio::test]
async fn a_bad_line_is_answered_and_changes_nothing() {
    let mut skylark = Skylark::live().await;
    let viewer = Browser::new().watch(&skylark.whep()).await;
    for line in [
        "nonsense",
        "{}",
        r#"{"command":"dance"}"#,
        r#"{"command":"kick"}"#,
        r#"{"command":"kick","viewer":"Anna"}"#,
        r#"{"command":"lock","on":true,"off":false}"#,
        "\u{fffd}",
    ] {
        skylark.command(line).await;
        let error = skylark.event("error").await;
        assert_eq!(error["code"], "bad_command", "{line}");
        assert!(!error["message"].as_str().unwrap().is_empty(), "{line}");
    }
    skylark.command("").await;
    let seen = viewer.plays().await;
    assert!(!seen.closed);
    assert!(skylark.came("error").is_empty(), "a blank line is nothing");
}

#[tokio::test]
async fn a_line_without_an_end_is_refused_and_the_next_is_read() {
    let mut skylark = Skylark::live().await;
    skylark.command(&"x".repeat(5 << 20)).await;
    let error = skylark.event("error").await;
    assert_eq!((&error["code"], error["message"].as_str().unwrap().contains("64 KiB")), (&"bad_command".into(), true));
    skylark.command(r#"{"command":"lock","on":true}"#).await;
    assert_eq!(skylark.event("lock").await["on"], true);
}

#[tokio::test]
async fn a_byte_order_mark_is_skipped_and_what_is_no_utf8_changes_nothing() {
    let mut skylark = Skylark::live().await;
    skylark.line("\u{feff}{\"command\":\"lock\",\"on\":true}".as_bytes()).await;
    assert_eq!(skylark.event("lock").await["on"], true);
    // Latin-1, which would be another title if it were guessed at.
    skylark.line(b"{\"command\":\"configure\",\"settings\":{\"title\":\"Caf\xe9\"}}").await;
    let error = skylark.event("error").await;
    assert_eq!((&error["code"], error["message"].as_str().unwrap().contains("UTF-8")), (&"bad_command".into(), true));
    skylark.command(r#"{"command":"lock","on":false}"#).await;
    assert_eq!(skylark.event("lock").await["on"], false);
    assert!(skylark.came("settings").is_empty(), "the title is what it was");
}

#[tokio::test]
async fn a_closed_stdin_is_no_end() {
    let mut skylark = Skylark::live().await;
    skylark.close_stdin();
    Browser::new().watch(&skylark.whep()).await.plays().await;
    skylark.joined().await;
}

#[tokio::test]
async fn a_closed_stdout_is_no_end_either() {
    let skylark = Skylark::live().await;
    let whep = skylark.whep();
    let mut deaf = skylark.close_stdout();
    // Events are due all the while: the pictures of a viewer take longer than a second.
    Browser::new().watch(&whep).await.plays().await;
    Browser::new().watch(&whep).await.plays().await;
    assert!(deaf.runs());
}

#[cfg(unix)]
#[tokio::test]
async fn a_stdout_that_nobody_reads_holds_no_signal_up() {
    let mut skylark = Skylark::live().await;
    skylark.stuff().await;
    let kill = std::process::Command::new("kill").arg(skylark.process().to_string()).status();
    assert!(kill.expect("there is a kill").success());
    assert_eq!(skylark.ended_unread().await.code(), Some(0), "the pipe is full, and the end clean all the same");
}

#[tokio::test]
async fn settings_are_checked_and_kept() {
    let mut skylark = Skylark::live().await;
    skylark.command(r#"{"command":"configure","settings":{"fps":500}}"#).await;
    let error = skylark.event("error").await;
    assert_eq!(error["code"], "bad_setting");
    assert!(error["message"].as_str().unwrap().contains("fps"), "{error}");
    skylark.command(r#"{"command":"configure","settings":{"title":"Match","max_viewers":7}}"#).await;
    let settings = skylark.event("settings").await["settings"].clone();
    assert_eq!((&settings["title"], &settings["max_viewers"]), (&"Match".into(), &7.into()));
    let folder = skylark.quit().await;
    let kept = std::fs::read_to_string(folder.path().join("skylark.toml")).expect("it is kept");
    assert!(kept.contains("title = \"Match\"") && !kept.contains("camera"), "only what was set: {kept}");
}
