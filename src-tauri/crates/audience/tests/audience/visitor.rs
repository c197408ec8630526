//! Who a visitor is.

use crate::stage::{bare, browser};
use audience::{Visitor, VisitorCookie};

#[test]
fn a_mapped_address_is_the_ipv4_address() {
    assert_eq!(browser(1, "::ffff:10.0.0.1"), browser(1, "10.0.0.1"));
    assert_ne!(browser(1, "::ffff:10.0.0.1"), browser(1, "10.0.0.2"));
}

#[test]
fn a_user_agent_is_cut_between_characters() {
    let long = format!("{}ä{}", "x".repeat(255), "y".repeat(9000));
    assert_eq!(bare("10.0.0.1", &long).user_agent, "x".repeat(255), "half a character is no text");
    assert_eq!(bare("10.0.0.1", "short").user_agent, "short");
}

#[test]
fn a_cookie_is_32_hex_digits() {
    let cookie = VisitorCookie::from_random([0x0f; 16]);
    assert_eq!(cookie.to_string(), "0f".repeat(16));
    assert_eq!(cookie.to_string().parse(), Ok(cookie));
    assert_eq!("0F".repeat(16).parse(), Ok(cookie));
    for bad in ["", "0f", &"0f".repeat(17), &"0g".repeat(16), &format!("+{}", "0".repeat(31)), &"ä".repeat(16)] {
        assert!(bad.parse::<VisitorCookie>().is_err(), "{bad}");
    }
}

#[test]
fn a_visitor_without_cookie_is_another_than_one_with() {
    let with = browser(1, "10.0.0.1");
    let without = Visitor::new(None, with.address, &with.user_agent);
    assert_ne!(with, without);
}
