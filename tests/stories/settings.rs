//! The settings file is the user's: what a command changes in it is changed, and all else stays as it was written.

use crate::support::{DataFolder, Skylark};
use std::fs;

const WRITTEN: &str = "\
    # The choir, every Sunday.\n\
    fps = 25 # the old laptop\n\n\
    # Shown on the page:\n\
    title = \"Choir\"\n\
    max_viewers = 40 # what the line can take\n\n\
    [limits]\n\
    idle_s = 20 # seconds\n";

#[tokio::test]
async fn a_change_leaves_comments_and_order() {
    let folder = DataFolder::new();
    let file = folder.path().join("skylark.toml");
    fs::write(&file, WRITTEN).unwrap();
    let mut skylark = Skylark::live_with(folder, &["--listen", "127.0.0.1:0"]).await;
    skylark.command(r#"{"command":"configure","settings":{"title":"Organ","max_viewers":50}}"#).await;
    skylark.event("settings").await;
    let _folder = skylark.quit().await;
    let kept = fs::read_to_string(file).unwrap();
    assert_eq!(kept, WRITTEN.replace("Choir\"", "Organ\"").replace("= 40", "= 50"));
}

#[tokio::test]
async fn a_file_of_ours_that_is_no_toml_is_kept_aside_and_the_usual_settings_hold() {
    for broken in [&[0; 300][..], b"\xff\xfet\0i\0", b"title = \"half a", b"max_viewers: 3\n"] {
        let folder = DataFolder::new();
        let (file, aside) = (folder.path().join("skylark.toml"), folder.path().join("skylark.toml.unreadable-1"));
        fs::write(&file, broken).unwrap();
        let mut skylark = Skylark::live_with(folder, &["--listen", "127.0.0.1:0"]).await;
        let error = skylark.event("error").await;
        assert_eq!(error["code"], "storage");
        assert!(error["message"].as_str().unwrap().contains(&aside.display().to_string()), "{error}");
        assert_eq!((fs::read(&aside).unwrap(), fs::read(&file).unwrap()), (broken.to_vec(), broken.to_vec()));
        skylark.command(r#"{"command":"configure","settings":{"title":"Organ"}}"#).await;
        skylark.event("settings").await;
        let _folder = skylark.quit().await;
        assert_eq!(fs::read_to_string(&file).unwrap(), "title = \"Organ\"\n", "what is set is kept");
        assert_eq!(fs::read(&aside).unwrap(), broken, "and nothing is lost");
    }
}

#[tokio::test]
async fn a_byte_order_mark_is_no_error() {
    let folder = DataFolder::with("\u{feff}title = \"Choir\"\n");
    let file = folder.path().join("skylark.toml");
    let mut skylark = Skylark::live_with(folder, &["--listen", "127.0.0.1:0"]).await;
    skylark.command(r#"{"command":"configure","settings":{"max_viewers":4}}"#).await;
    assert_eq!(skylark.event("settings").await["settings"]["title"], "Choir");
    let _folder = skylark.quit().await;
    assert_eq!(fs::read_to_string(file).unwrap(), "\u{feff}title = \"Choir\"\nmax_viewers = 4\n");
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_that_is_a_link_stays_one() {
    let folder = DataFolder::new();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir(at("dotfiles")).unwrap();
    fs::write(at("dotfiles/skylark.toml"), WRITTEN).unwrap();
    std::os::unix::fs::symlink("dotfiles/skylark.toml", at("skylark.toml")).unwrap();
    let (link, file) = (at("skylark.toml"), at("dotfiles/skylark.toml"));
    let mut skylark = Skylark::live_with(folder, &["--listen", "127.0.0.1:0"]).await;
    skylark.command(r#"{"command":"configure","settings":{"title":"Organ"}}"#).await;
    skylark.event("settings").await;
    let _folder = skylark.quit().await;
    assert!(link.is_symlink());
    assert_eq!(fs::read_to_string(file).unwrap(), WRITTEN.replace("Choir\"", "Organ\""));
}

#[tokio::test]
async fn what_the_version_before_kept_is_loaded() {
    let folder = DataFolder::new();
    let kept = concat!(env!("CARGO_MANIFEST_DIR"), "/src-tauri/crates/studio/tests/kept/0.1.0");
    for name in ["skylark.toml", "audience.json"] {
        fs::copy(format!("{kept}/{name}"), folder.path().join(name)).unwrap();
    }
    // Nobody is asked for the address of the name that stands in it.
    let options = ["--listen", "127.0.0.1:0", "--public", "127.0.0.1:9000"];
    let mut skylark = Skylark::live_with(folder, &options).await;
    let audience: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(format!("{kept}/audience.json")).unwrap()).unwrap();
    assert!(skylark.watch().ends_with(audience["token"].as_str().unwrap()), "the link is the one it was");
    skylark.command(r#"{"command":"configure","settings":{"max_viewers":4}}"#).await;
    let settings = skylark.event("settings").await["settings"].clone();
    assert_eq!((&settings["title"], &settings["max_viewers"]), (&"Sunday's \"match\"".into(), &4.into()));
    let folder = skylark.quit().await;
    let before = fs::read_to_string(format!("{kept}/skylark.toml")).unwrap();
    let after = fs::read_to_string(folder.path().join("skylark.toml")).unwrap();
    assert_eq!(after, before.replace("max_viewers = 3", "max_viewers = 4"));
}
