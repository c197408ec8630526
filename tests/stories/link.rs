//! The link: made once, replaced on request, chosen by hand, named in public.

use crate::support::{Browser, DataFolder, Skylark};

#[tokio::test]
async fn a_new_link_retires_the_old_one_and_those_watching_stay() {
    let mut skylark = Skylark::live().await;
    let (old_watch, old_whep) = (skylark.watch(), skylark.whep());
    let browser = Browser::at(&old_watch).await;
    let viewer = browser.watch(&old_whep).await;
    viewer.plays().await;

    skylark.command(r#"{"command":"new_link"}"#).await;
    let links = skylark.event_where("links", |event| event["links"]["watch"] != old_watch).await["links"].clone();
    let new_whep = links["whep"].as_str().unwrap();
    assert!(links["qr_svg"].as_str().unwrap().contains("<svg"));

    let newcomer = Browser::new();
    assert_eq!(newcomer.refused(&old_whep).await, (410, "retired_link".into()));
    assert_eq!(newcomer.get(&old_watch).await.status(), 410, "with kind words");
    newcomer.watch(new_whep).await.plays().await;
    let seen = viewer.plays().await;
    assert_eq!((seen.missing, seen.closed), (0, false), "those watching stay");
    viewer.leave().await;
    browser.watch(&old_whep).await.plays().await;

    let kept = std::fs::read_to_string(skylark.folder.path().join("audience.json")).expect("it is kept");
    let token = |link: &str| link.rsplit('/').next().unwrap().to_owned();
    assert!(kept.contains(&token(&old_whep)) && kept.contains(&token(new_whep)));
}

#[tokio::test]
async fn the_link_survives_a_restart_and_so_do_retired_ones() {
    let mut first = Skylark::live().await;
    let (port, retired) = (first.port(), first.whep());
    first.command(r#"{"command":"new_link"}"#).await;
    let watch = first.event_where("links", |event| event["links"]["whep"] != retired).await["links"]["watch"].clone();
    let folder = first.quit().await;
    let again = Skylark::live_with(folder, &["--listen", &format!("127.0.0.1:{port}")]).await;
    assert_eq!(again.live["watch"], watch);
    assert_eq!(Browser::new().refused(&retired).await, (410, "retired_link".into()));
}

#[tokio::test]
async fn the_token_is_secret_and_private() {
    let skylark = Skylark::live().await;
    let token = skylark.watch().rsplit('/').next().unwrap().to_owned();
    assert!(token.len() == 32 && token.bytes().all(|b| b.is_ascii_hexdigit()), "128 bits: {token}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let file = std::fs::metadata(skylark.folder.path().join("audience.json")).unwrap();
        assert_eq!(file.permissions().mode() & 0o777, 0o600);
    }
    let guess = skylark.whep().replace(&token, &"0".repeat(32));
    assert_eq!(Browser::new().refused(&guess).await, (404, "unknown_link".into()));
    assert_eq!(Browser::new().get(&skylark.watch().replace(&token, "x")).await.status(), 404);
}

#[tokio::test]
async fn a_stream_name_makes_a_link_by_hand_for_this_run() {
    let named = Skylark::live_with(DataFolder::new(), &["--listen", "127.0.0.1:0", "--stream", "party"]).await;
    assert!(named.watch().ends_with("/w/party") && named.whep().ends_with("/whep/party"), "{}", named.live);
    Browser::at(&named.watch()).await.watch(&named.whep()).await.plays().await;
    let folder = named.quit().await;
    let secret = Skylark::live_with(folder, &["--listen", "127.0.0.1:0"]).await;
    assert!(!secret.watch().ends_with("/party"), "the secret link is kept for the next run");
}

#[tokio::test]
async fn the_public_name_goes_into_the_link_and_its_address_into_the_answer() {
    let options = ["--listen", "127.0.0.1:0", "--public", "127.0.0.9:4321"];
    let skylark = Skylark::live_with(DataFolder::new(), &options).await;
    assert!(skylark.watch().starts_with("http://127.0.0.9:4321/w/"), "{}", skylark.live);
    let token = skylark.watch().rsplit('/').next().unwrap().to_owned();
    let local = format!("http://127.0.0.1:{}/whep/{token}", skylark.port());
    let viewer = Browser::new().watch(&local).await;
    let answer = viewer.answer.clone();
    let candidates: Vec<_> = answer.lines().filter(|line| line.starts_with("a=candidate:")).collect();
    assert!(candidates.iter().any(|line| line.contains(" 127.0.0.9 4321 typ host")), "{candidates:?}");
    assert!(candidates.iter().any(|line| line.contains(&format!(" 127.0.0.1 {} typ host", skylark.port()))));
    viewer.plays().await;
}

#[tokio::test]
async fn another_of_the_machines_addresses_can_stand_in_the_link() {
    let mut skylark = Skylark::live_with(DataFolder::new(), &["--listen", "0.0.0.0:0"]).await;
    skylark.command(r#"{"command":"set_address","host":"no such host"}"#).await;
    assert_eq!(skylark.event("error").await["code"], "bad_setting");
    skylark.command(r#"{"command":"set_address","host":"127.0.0.1"}"#).await;
    let watch = format!("http://127.0.0.1:{}/w/", skylark.port());
    if !skylark.watch().starts_with(&watch) {
        let links = skylark.event_where("links", |event| event["links"]["host"] == "127.0.0.1").await;
        assert!(links["links"]["watch"].as_str().unwrap().starts_with(&watch), "{links}");
    }
}
