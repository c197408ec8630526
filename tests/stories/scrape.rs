//! `/healthz` and `/metrics`.

use crate::support::{Browser, DataFolder, Skylark};
#[cfg(target_os = "linux")]
use crate::support::{NAME, Ports, Proxy};

#[tokio::test]
async fn metrics_are_for_whom_the_setting_says_and_a_proxy_on_this_machine_is_anybody() {
    let skylark = Skylark::live_with(DataFolder::new(), &["--listen", "127.0.0.1:0", "--metrics", "off"]).await;
    let metrics = |skylark: &Skylark| format!("{}/metrics", skylark.origin());
    // What nginx sends by default, and what socat and an SSH tunnel do: the same as this test itself does.
    assert_eq!(Browser::new().get(&metrics(&skylark)).await.status(), 404);
    let folder = skylark.quit().await;
    assert!(!folder.path().join("metrics.token").exists(), "nobody asked for one");

    let skylark = Skylark::live_with(folder, &["--listen", "127.0.0.1:0", "--metrics", "token"]).await;
    assert_eq!(Browser::new().get(&metrics(&skylark)).await.status(), 401);
    let file = skylark.folder.path().join("metrics.token");
    let token = std::fs::read_to_string(&file).expect("it was made");
    #[cfg(unix)]
    assert_eq!(std::os::unix::fs::MetadataExt::mode(&std::fs::metadata(&file).unwrap()) & 0o777, 0o600);
    let scraper = reqwest::Client::builder().no_proxy().build().expect("a client");
    let answer = scraper.get(metrics(&skylark)).bearer_auth(token.trim()).send().await.expect("answered");
    assert!(answer.text().await.expect("text").contains("skylark_live 1"));
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn through_nginx_metrics_are_for_who_has_the_token_and_for_nobody_where_they_are_off() {
    for how in ["off", "token"] {
        let ports = Ports::free();
        let public = format!("https://{NAME}:{}", ports.tls());
        let options = ["--listen", "127.0.0.1:0", "--public", &public, "--metrics", how];
        let skylark = Skylark::live_with(DataFolder::with("trusted_proxy = \"127.0.0.1\""), &options).await;
        // As people write it who know of no headers, and as README has it.
        for headers in ["", "proxy_set_header X-Forwarded-For $remote_addr;"] {
            let location = format!("location / {{ proxy_pass http://127.0.0.1:{}; {headers} }}", skylark.port());
            let Some(proxy) = Proxy::nginx(Ports::free(), &location).await else { return };
            let answer = proxy.ask("/metrics", &[]).await;
            if how == "off" {
                assert_eq!(answer.status, 404, "{headers}: {}", answer.body);
                continue;
            }
            assert_eq!(answer.status, 401, "{headers}: {}", answer.body);
            assert!(!answer.body.contains("skylark_"), "{}", answer.body);
            let token = std::fs::read_to_string(skylark.folder.path().join("metrics.token")).expect("it was made");
            for (token, status) in [(token.trim(), 200), ("another", 401)] {
                let bearer = format!("Authorization: Bearer {token}");
                let answer = proxy.ask("/metrics", &["--header", &bearer]).await;
                assert_eq!(answer.status, status, "{headers}: {}", answer.body);
                assert_eq!(answer.body.contains("skylark_live 1"), status == 200);
            }
        }
    }
}

#[tokio::test]
async fn the_key_of_before_still_loads_and_says_what_it_became() {
    let folder = DataFolder::new();
    std::fs::write(folder.path().join("skylark.toml"), "metrics_public = true\n").unwrap();
    let mut skylark = Skylark::live_with(folder, &["--listen", "127.0.0.1:0"]).await;
    let error = skylark.event("error").await;
    assert_eq!(error["code"], "bad_setting");
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("metrics_public") && message.contains("metrics = \"off\", \"loopback\""), "{error}");
}

#[cfg(unix)]
#[tokio::test]
async fn a_data_folder_that_others_can_write_is_said() {
    use std::os::unix::fs::PermissionsExt;
    let folder = DataFolder::new();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o777)).unwrap();
    let mut skylark = Skylark::live_with(folder, &["--listen", "127.0.0.1:0"]).await;
    let error = skylark.event("error").await;
    assert_eq!(error["code"], "storage");
    assert!(error["message"].as_str().unwrap().contains("chmod go-w"), "{error}");
}

#[tokio::test]
async fn it_is_well_and_counts() {
    let mut skylark = Skylark::live().await;
    let browser = Browser::new();
    assert_eq!(browser.get(&format!("{}/healthz", skylark.origin())).await.status(), 200);
    let viewer = browser.watch(&skylark.whep()).await;
    let id = skylark.joined().await["id"].clone();
    viewer.plays().await;
    skylark.command(&format!(r#"{{"command":"kick","viewer":{id}}}"#)).await;
    skylark.left(&id).await;
    browser.refused(&skylark.whep()).await;
    let text = browser.get(&format!("{}/metrics", skylark.origin())).await.text().await.unwrap();
    let value = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.unwrap_or_else(|| panic!("{name} in:\n{text}")).parse::<f64>().unwrap()
    };
    assert_eq!(value("skylark_live"), 1.0);
    assert_eq!(value("skylark_viewers"), 0.0);
    assert_eq!(value("skylark_joins_total"), 1.0);
    assert_eq!(value("skylark_connected_total"), 1.0);
    assert!(value("skylark_rtp_packets_sent_total") > 50.0);
    assert_eq!(value(r#"skylark_refused_total{code="kicked"}"#), 1.0);
    assert!(!text.contains("127.0.0.1"), "sums only: nobody is named");
}
