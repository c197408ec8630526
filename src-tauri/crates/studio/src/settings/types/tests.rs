//! What each value may be.

use super::*;

#[test]
fn a_size_is_two_numbers() {
    assert_eq!("1280x720".parse(), Ok(Size { width: 1280, height: 720 }));
    for bad in ["", "1280", "1280x", "x720", "0x720", "1280x720x3", "big"] {
        let error = bad.parse::<Size>().expect_err(bad).0;
        assert!(error.contains("1280x720"), "the remedy is named: {error}");
    }
}

#[test]
fn a_folder_is_a_whole_path() {
    assert!("/home/anna/Videos".parse::<Folder>().is_ok());
    for bad in ["Videos", "~/Videos", "./x"] {
        let error = bad.parse::<Folder>().expect_err(bad).0;
        assert!(error.contains("as in /home/anna/Videos"), "{error}");
    }
}

#[test]
fn a_bitrate_has_a_unit_or_is_in_kilobits() {
    for text in ["2500k", "2500", "2.5M", "2500K"] {
        assert_eq!(text.parse(), Ok(Bitrate { kbps: 2500 }), "{text}");
    }
    for bad in ["", "k", "fast", "-3k", "0", "1e12", "NaN"] {
        assert!(bad.parse::<Bitrate>().is_err(), "{bad}");
    }
}
