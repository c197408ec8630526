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

#[cfg(unix)]
#[tokio::test]
async fn a_second_one_with_the_same_folder_takes_nothing_from_the_first() {
    let mut first = Skylark::live_at_home(DataFolder::new(), &["--listen", "127.0.0.1:0"]).await;
    let data = first.folder.path().join(".local/share/skylark");
    let options = ["--listen", "127.0.0.1:0", "--data-dir", data.to_str().expect("a plain path")];
    let mut second = Skylark::live_at_home(DataFolder::new(), &options).await;
    let told = second.event("error").await;
    assert!(told["code"] == "storage" && told["message"].as_str().unwrap().contains("--data-dir"), "{told}");
    let token = |watch: &str| watch.rsplit('/').next().unwrap().to_owned();
    assert_eq!(token(&first.watch()), token(&second.watch()), "the link is that of the folder");

    let before = first.watch();
    first.command(r#"{"command":"new_link"}"#).await;
    let links = first.event_where("links", |event| event["links"]["watch"] != before).await;
    let kept = token(links["links"]["watch"].as_str().unwrap());
    second.command(r#"{"command":"new_link"}"#).await;
    let refused = second.event("error").await;
    assert!(refused["message"].as_str().unwrap().contains("is not written"), "{refused}");
    second.quit().await;
    let home = first.quit().await;
    let file = std::fs::read_to_string(home.path().join(".local/share/skylark/audience.json")).expect("it is there");
    assert!(file.contains(&format!("\"token\": \"{kept}\"")), "{file}");
}
