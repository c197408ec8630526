//! `/healthz` and `/metrics`.

use crate::support::{Browser, Skylark};

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
