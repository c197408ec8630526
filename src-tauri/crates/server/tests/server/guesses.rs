//! What it costs to guess at a link.

use crate::world::{LINK, OFFER, World, header};
use reqwest::Method;
use server::Config;

async fn world(guessable_link: bool) -> World {
    let trusted_proxy = Some("127.0.0.1".parse().expect("well-formed"));
    World::live_with(Config { guessable_link, trusted_proxy, ..Config::default() }).await
}

/// The status of what is answered at this path, from this address or this machine.
async fn status(world: &World, method: Method, path: &str, from: Option<&str>) -> u16 {
    let request = world.request(method, path).header("content-type", "application/sdp").body(OFFER);
    let request =
        from.map_or(request.try_clone(), |from| request.try_clone().map(|r| r.header("x-forwarded-for", from)));
    request.expect("it can be cloned").send().await.expect("answered").status().as_u16()
}

/// Misses until one is answered with 429.
async fn misses(world: &World, from: Option<&str>) -> usize {
    let kinds = [(Method::GET, "/w/"), (Method::POST, "/whep/"), (Method::GET, "/whep/"), (Method::HEAD, "/whep/")];
    for (n, (method, path)) in kinds.iter().cycle().take(200).enumerate() {
        match status(world, method.clone(), &format!("{path}guess-{n}"), from).await {
            404 => {}
            429 => return n,
            other => panic!("{other}"),
        }
    }
    panic!("two hundred guesses cost nothing");
}

#[tokio::test]
async fn who_guesses_at_a_name_is_told_nothing_for_a_while_and_nobody_else_is_concerned() {
    let world = world(true).await;
    for from in [Some("203.0.113.7"), Some("2001:db8:1:203::7"), None] {
        let misses = misses(&world, from).await;
        assert!((30..40).contains(&misses), "{misses} from {from:?}: 30 and what time gave back");
        assert_eq!(status(&world, Method::GET, "/w/the-link", from).await, 429, "a right one tells nothing either");
        assert_eq!(status(&world, Method::POST, "/whep/the-link", from).await, 429);
    }
    assert_eq!(status(&world, Method::GET, "/w/the-link", Some("2001:db8:1:2ff::9")).await, 429, "the same /56");
    assert_eq!(status(&world, Method::GET, "/w/the-link", Some("203.0.113.8")).await, 200);
    assert_eq!(status(&world, Method::POST, "/whep/the-link", Some("203.0.113.8")).await, 201);
    let slowed = world.get("/w/guess").await;
    assert!(header(&slowed, "retry-after").parse::<u32>().is_ok_and(|seconds| (1..=40).contains(&seconds)));
}

#[tokio::test]
async fn a_right_link_that_cannot_be_guessed_is_never_refused_for_others_wrong_ones() {
    let world = world(false).await;
    let misses = misses(&world, None).await;
    assert!((30..40).contains(&misses), "{misses}");
    for _ in 0..100 {
        assert_eq!(status(&world, Method::GET, "/w/the-link", None).await, 200);
    }
    assert_eq!(world.offer(LINK).send().await.expect("answered").status(), 201);
    assert_eq!(status(&world, Method::GET, "/w/guess", None).await, 429, "wrong ones still are");
}

#[tokio::test]
async fn a_school_behind_one_address_comes_in_at_once_by_a_name() {
    let world = std::sync::Arc::new(world(true).await);
    let mut all = tokio::task::JoinSet::new();
    for _ in 0..300 {
        let world = world.clone();
        all.spawn(async move { status(&world, Method::GET, "/w/the-link", Some("203.0.113.7")).await });
    }
    assert!(all.join_all().await.into_iter().all(|status| status == 200), "right ones cost nothing");
}
