//! The TypeScript in `ui/src/protocol` is the one these types make. `SKYLARK_WRITE_TYPES=1` (`./dev types`) writes it.
#![cfg(feature = "typescript")]

#[test]
fn the_committed_typescript_is_current() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../ui/src/protocol/index.ts");
    let made = protocol::typescript::document();
    if std::env::var_os("SKYLARK_WRITE_TYPES").is_some() {
        std::fs::write(file, &made).expect("ui/src/protocol is part of the repository");
    }
    let kept = std::fs::read_to_string(file).unwrap_or_default();
    assert!(kept == made, "ui/src/protocol/index.ts is not what the Rust types make: run `./dev types` and commit it");
}
