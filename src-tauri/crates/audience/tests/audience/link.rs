//! The link: made once, replaced on request, the old one answered kindly.

use crate::stage::{LINK, Stage, browser, token};
use audience::{Input, Output, Token};
use protocol::RefusalCode;

#[test]
fn a_new_link_keeps_who_is_watching_and_lets_them_return_by_the_old_one() {
    let mut stage = Stage::live();
    let (anna, boris) = (browser(1, "10.0.0.1"), browser(2, "10.0.0.2"));
    let viewer = stage.watch(&anna);
    let outputs = stage.input(Input::NewLink { token: token("fresh") });
    let [Output::LookAgain, Output::Keep(kept)] = outputs.as_slice() else {
        panic!("strangers' pages are closed, it is written to disk, and that is all: {outputs:?}")
    };
    assert_eq!((kept.token.as_str(), kept.retired.as_slice()), ("fresh", [token(LINK)].as_slice()));
    assert_eq!(stage.audience.token().as_str(), "fresh");
    assert_eq!(stage.audience.watching(), 1, "those watching stay");

    stage.input(Input::Gone { viewer, reason: protocol::LeaveReason::Left });
    assert_eq!(stage.visit(LINK, &anna), Ok(()), "a reload of the old page");
    assert!(stage.join_by(LINK, &anna).is_ok());
    assert!(stage.join_by("fresh", &anna).is_ok());
    assert_eq!(stage.visit(LINK, &boris), Err(RefusalCode::RetiredLink));
    assert_eq!(stage.knock(LINK, &boris), Err(RefusalCode::RetiredLink));
    assert!(stage.join_by("fresh", &boris).is_ok());
}

#[test]
fn retired_links_survive_a_restart_and_are_bounded() {
    let mut stage = Stage::live();
    for n in 0..100 {
        stage.input(Input::NewLink { token: token(&format!("link-{n}")) });
    }
    let kept = stage.audience.persisted();
    assert_eq!(kept.retired.len(), 64);
    let mut stage = Stage::restored(kept);
    stage.input(Input::GoLive);
    let anna = browser(1, "10.0.0.1");
    assert_eq!(stage.visit("link-98", &anna), Err(RefusalCode::RetiredLink));
    assert_eq!(stage.visit("link-35", &anna), Err(RefusalCode::RetiredLink), "the 64th");
    assert_eq!(stage.visit("link-34", &anna), Err(RefusalCode::UnknownLink), "the 65th is forgotten");
    assert_eq!(stage.visit("link-99", &anna), Ok(()));
}

#[test]
fn a_name_that_comes_back_into_use_is_not_retired() {
    let mut stage = Stage::live();
    for name in ["friday", "monday", "friday"] {
        stage.input(Input::NewLink { token: token(name) });
    }
    assert!(stage.join_by("friday", &browser(1, "10.0.0.1")).is_ok());
    let retired = stage.audience.persisted().retired;
    assert_eq!(retired, vec![token(LINK), token("monday")]);
}

#[test]
fn tokens_are_made_of_128_bits_or_chosen_by_hand() {
    let random = Token::from_random([0xa5; 16]);
    assert_eq!(random.as_str(), "a5".repeat(16));
    assert!(random.matches(&"a5".repeat(16)));
    assert!(!random.matches("a5"), "a part is not enough");
    assert!(!random.matches(""));
    for good in ["a", "My-stream_2", &"x".repeat(64)] {
        assert!(Token::named(good).is_ok(), "{good}");
    }
    for bad in ["", "a b", "a/b", "ä", "a%20b", &"x".repeat(65)] {
        assert!(Token::named(bad).is_err(), "{bad}");
    }
}

#[test]
fn a_token_is_kept_as_text_and_never_printed() {
    let random = Token::from_random([1; 16]);
    let text = serde_json::to_string(&random).expect("a token is a string");
    assert_eq!(serde_json::from_str::<Token>(&text).expect("it reads back"), random);
    assert!(serde_json::from_str::<Token>("\"../etc\"").is_err());
    assert!(!format!("{random:?}").contains("01"), "a log is no place for a key");
}
