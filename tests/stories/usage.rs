//! Bad usage: what is wrong is named, with the remedy.

use crate::support::{DataFolder, Skylark};
use std::process::Output;

fn complaint(output: &Output, code: i32) -> String {
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "{text}");
    assert!(output.stdout.is_empty(), "stdout belongs to the events");
    text
}

#[tokio::test]
async fn a_bad_option_is_named_and_exits_2() {
    let folder = DataFolder::new();
    for (options, named) in [
        (&["--wrong"][..], "--wrong"),
        (&["--size", "big"], "--size"),
        (&["--size", "12x8"], "--size"),
        (&["--fps", "fast"], "--fps"),
        (&["--fps", "0"], "--fps"),
        (&["--bitrate", "lots"], "--bitrate"),
        (&["--bitrate", "1k"], "--bitrate"),
        (&["--listen", "here"], "--listen"),
        (&["--metrics", "everybody"], "--metrics"),
        (&["--public", "not a name"], "--public"),
        (&["--stream", "not/a/name"], "--stream"),
        (&["--config", "/nonexistent/skylark.toml"], "--config"),
    ] {
        let text = complaint(&Skylark::fails(&folder, options).await, 2);
        assert!(text.contains(named), "{options:?}: {text}");
    }
}

#[tokio::test]
async fn a_bad_key_in_the_settings_file_is_named_with_line_and_remedy() {
    let folder = DataFolder::new();
    let file = folder.path().join("skylark.toml");
    let unknown = "title = \"x\"\ncolour = \"red\"\n";
    std::fs::write(&file, unknown).unwrap();
    let text = complaint(&Skylark::fails(&folder, &[]).await, 2);
    assert!(text.contains("skylark.toml, line 2") && text.contains("colour"), "{text}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), unknown, "a mistake is its writer's to mend");
    let wrong = "max_viewers = \"many\"\n";
    std::fs::write(&file, wrong).unwrap();
    let text = complaint(&Skylark::fails(&folder, &[]).await, 2);
    assert!(text.contains("max_viewers") && text.contains("max_viewers = 100"), "{text}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), wrong);
    let beside = std::fs::read_dir(folder.path()).unwrap().filter(|entry| {
        let name = entry.as_ref().unwrap().file_name();
        name.to_string_lossy().starts_with("skylark.toml")
    });
    assert_eq!(beside.count(), 1, "and is copied nowhere");
}

#[tokio::test]
async fn a_file_that_was_named_is_never_touched() {
    let folder = DataFolder::new();
    let file = folder.path().join("mine.toml");
    for unfit in [&b"title = \"half a"[..], b"\xff\xfet\0", b"fps = 99\n", &[0; 16]] {
        std::fs::write(&file, unfit).unwrap();
        let text = complaint(&Skylark::fails(&folder, &["--config", file.to_str().unwrap()]).await, 2);
        assert!(text.contains("mine.toml"), "{text}");
        assert_eq!(std::fs::read(&file).unwrap(), unfit);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is made beside it");
    }
}

#[tokio::test]
async fn a_folder_where_a_file_should_be_is_named() {
    for name in ["skylark.toml", "audience.json"] {
        let folder = DataFolder::new();
        std::fs::create_dir(folder.path().join(name)).unwrap();
        let text = complaint(&Skylark::fails(&folder, &[]).await, 1);
        assert!(text.contains(name) && text.contains("--data-dir"), "{text}");
    }
}

#[tokio::test]
async fn a_taken_port_is_named_with_what_to_do() {
    let skylark = Skylark::live().await;
    let listen = format!("127.0.0.1:{}", skylark.port());
    let text = complaint(&Skylark::fails(&DataFolder::new(), &["--listen", &listen]).await, 1);
    assert!(text.contains(&format!("port {}", skylark.port())) && text.contains("--listen"), "{text}");
}

#[tokio::test]
async fn a_broken_audience_file_is_moved_aside_and_told() {
    let folder = DataFolder::new();
    std::fs::write(folder.path().join("audience.json"), "{ broken").unwrap();
    let mut skylark = Skylark::live_with(folder, &["--listen", "127.0.0.1:0"]).await;
    let error = skylark.event("error").await;
    assert_eq!(error["code"], "storage");
    let aside = skylark.folder.path().join("audience.json.unreadable-1");
    assert!(error["message"].as_str().unwrap().contains(&aside.display().to_string()), "{error}");
    assert_eq!(std::fs::read_to_string(aside).unwrap(), "{ broken", "nothing is lost");
}
