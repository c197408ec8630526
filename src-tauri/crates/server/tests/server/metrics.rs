//! `/metrics` is for this machine unless set.

use crate::world::World;
use reqwest::Method;
use server::Config;

#[tokio::test]
async fn on_this_machine() {
    let world = World::live().await;
    let response = world.get("/metrics").await;
    assert_eq!(response.status(), 200);
    assert!(crate::world::header(&response, "content-type").starts_with("text/plain; version=0.0.4"));
    assert_eq!(response.text().await.expect("text"), "skylark_viewers 0\n[(TooMany, 0)]\n");
}

#[tokio::test]
async fn nobody_else_unless_set() {
    let through_a_tunnel =
        |world: &World| world.request(Method::GET, "/metrics").header("x-forwarded-for", "203.0.113.7").send();
    let by_another_name = |world: &World| world.request(Method::GET, "/metrics").header("host", "evil.example").send();
    let world = World::live().await;
    assert_eq!(through_a_tunnel(&world).await.expect("answered").status(), 403);
    assert_eq!(by_another_name(&world).await.expect("answered").status(), 403, "DNS rebinding");
    let world = World::live_with(Config { metrics_public: true, ..Config::default() }).await;
    assert_eq!(through_a_tunnel(&world).await.expect("answered").status(), 200);
    assert_eq!(by_another_name(&world).await.expect("answered").status(), 200);
}
