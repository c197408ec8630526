//! A link for one guest: named in the row, for so many devices, revoked, over by itself, kept, and removed with the guest.

use crate::support::{Browser, Skylark};
use serde_json::Value;

async fn make(skylark: &mut Skylark, command: &str) -> (String, String) {
    skylark.command(command).await;
    let made = skylark.event("guest_link").await;
    let link = |of: &str| made[of].as_str().unwrap_or_else(|| panic!("{made}")).to_owned();
    assert_ne!(link("watch"), skylark.watch());
    (link("watch"), link("whep"))
}

async fn joined(skylark: &mut Skylark) -> Value {
    skylark.event("viewer_joined").await["viewer"].clone()
}

#[tokio::test]
async fn the_row_bears_the_name_one_device_watches_and_revoking_ends_it() {
    let mut skylark = Skylark::live().await;
    let (watch, whep) = make(&mut skylark, r#"{"command":"make_guest_link","name":"Anna","devices":1}"#).await;
    skylark.command(r#"{"command":"make_guest_link","name":"Anna"}"#).await;
    assert_eq!(skylark.event("error").await["code"], "bad_guest_link");
    let (phone, laptop) = (Browser::at(&watch).await, Browser::at(&watch).await);
    let viewer = phone.watch(&whep).await;
    viewer.plays().await;
    assert_eq!(joined(&mut skylark).await["guest"], "Anna");
    assert_eq!(laptop.refused(&whep).await, (503, "link_in_use".into()));
    let other = Browser::at(&skylark.watch()).await.watch(&skylark.whep()).await;
    other.plays().await;
    assert_eq!(joined(&mut skylark).await["guest"], Value::Null);

    // A new link for all others is none of the guest's business.
    let retired = skylark.watch();
    skylark.command(r#"{"command":"new_link"}"#).await;
    // The links are told at other times, too.
    skylark.event_where("links", |event| event["links"]["watch"] != retired).await;
    viewer.leave().await;
    let viewer = laptop.watch(&whep).await;
    viewer.plays().await;

    skylark.command(r#"{"command":"revoke_guest_link","name":"Anna"}"#).await;
    viewer.is_dropped().await;
    assert_eq!(skylark.event("guest_link_ended").await["name"], "Anna");
    assert_eq!(phone.refused(&whep).await, (410, "retired_link".into()));
    assert_eq!(phone.get(&watch).await.status(), 410);
    other.plays().await;
}

#[tokio::test]
async fn it_outlives_the_program_and_not_its_time() {
    let mut first = Skylark::live().await;
    let port = first.port();
    let (_, kept) = make(&mut first, r#"{"command":"make_guest_link","name":"Anna"}"#).await;
    let (_, short) = make(&mut first, r#"{"command":"make_guest_link","name":"Boris","expires_s":2}"#).await;
    let viewer = Browser::new().watch(&short).await;
    viewer.is_dropped().await;
    assert_eq!(first.event("guest_link_ended").await["name"], "Boris");
    let folder = first.quit().await;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let file = std::fs::metadata(folder.path().join("audience.json")).unwrap();
        assert_eq!(file.permissions().mode() & 0o777, 0o600);
    }
    let again = Skylark::live_with(folder, &["--listen", &format!("127.0.0.1:{port}")]).await;
    Browser::new().watch(&kept).await.plays().await;
    assert_eq!(Browser::new().refused(&short).await, (410, "retired_link".into()));
    drop(again);
}

#[tokio::test]
async fn a_kick_sticks_to_it() {
    let mut skylark = Skylark::live().await;
    let (watch, whep) = make(&mut skylark, r#"{"command":"make_guest_link","name":"Anna"}"#).await;
    let viewer = Browser::at(&watch).await.watch(&whep).await;
    viewer.plays().await;
    let id = joined(&mut skylark).await["id"].clone();
    skylark.command(&format!(r#"{{"command":"kick","viewer":{id}}}"#)).await;
    viewer.is_dropped().await;
    let elsewhere = Browser::new();
    assert_eq!(elsewhere.refused(&whep).await, (403, "kicked".into()), "whoever comes by it");
    elsewhere.watch(&skylark.whep()).await.plays().await;
    skylark.command(&format!(r#"{{"command":"forgive","viewer":{id}}}"#)).await;
    skylark.event("forgiven").await;
    Browser::at(&watch).await.watch(&whep).await.plays().await;
}
