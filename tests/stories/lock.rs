//! Nobody new is let in.

use crate::support::{Browser, Skylark};

#[tokio::test]
async fn who_was_in_may_return_and_nobody_else_comes_in() {
    let mut skylark = Skylark::live().await;
    let browser = Browser::at(&skylark.watch()).await;
    let viewer = browser.watch(&skylark.whep()).await;
    viewer.plays().await;
    let newcomer = Browser::at(&skylark.watch()).await;
    skylark.command(r#"{"command":"lock","on":true}"#).await;
    assert_eq!(skylark.event("lock").await["on"], true);
    viewer.plays().await;

    assert_eq!(newcomer.refused(&skylark.whep()).await, (403, "locked".into()));
    assert_eq!(Browser::new().get(&skylark.watch()).await.status(), 403, "the page says so, too");
    viewer.leave().await;
    browser.watch(&skylark.whep()).await.plays().await;

    skylark.command(r#"{"command":"lock","on":false}"#).await;
    assert_eq!(skylark.event("lock").await["on"], false);
    newcomer.watch(&skylark.whep()).await.plays().await;
}
