//! Where things are kept when nobody says.

use crate::support::{DataFolder, Skylark};

#[cfg(target_os = "linux")]
#[tokio::test]
async fn settings_and_link_are_in_the_users_folders() {
    let mut skylark = Skylark::live_at_home(DataFolder::new(), &["--listen", "127.0.0.1:0"]).await;
    skylark.command(r#"{"command":"configure","settings":{"title":"At home"}}"#).await;
    skylark.event("settings").await;
    let watch = skylark.watch();
    let home = skylark.quit().await;
    let settings = std::fs::read_to_string(home.path().join(".config/skylark/skylark.toml")).expect("it is there");
    assert_eq!(settings, "title = \"At home\"\n");
    let kept = std::fs::read_to_string(home.path().join(".local/share/skylark/audience.json")).expect("it is there");
    assert!(kept.contains(watch.rsplit('/').next().unwrap()));
}
