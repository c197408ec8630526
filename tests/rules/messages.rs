//! docs/protocol.md has every message between a watch page and the program and every code of a refusal, and no others.

use crate::sources;
use std::collections::BTreeSet;
use std::fs;

#[test]
fn the_document_has_every_message_of_the_pages_socket() {
    let mut declared = variants("page.rs", "PageMessage");
    declared.extend(variants("page.rs", "PageHello"));
    let document = document();
    let shown = document.split("{\"type\":\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned());
    assert_eq!(shown.collect::<BTreeSet<_>>(), declared, "docs/protocol.md and PageMessage, PageHello");
}

#[test]
fn the_document_has_every_code_of_a_refusal() {
    let document = document();
    let rows = document.split("| status | `code` | when |").nth(1).expect("there is a table of refusals").lines();
    let rows = rows.skip(1).take_while(|line| line.starts_with('|'));
    let codes = rows.filter_map(|row| row.split('|').nth(2)).flat_map(|cell| cell.split('`').skip(1).step_by(2));
    let codes: BTreeSet<_> = codes.map(str::to_owned).collect();
    assert_eq!(codes, variants("error.rs", "RefusalCode"), "docs/protocol.md and RefusalCode");
}

fn document() -> String {
    fs::read_to_string(sources::root().join("docs/protocol.md")).unwrap()
}

/// The variants of an enum of `protocol`, as they go over the wire: in snake case.
fn variants(file: &str, name: &str) -> BTreeSet<String> {
    let text = sources::code(&sources::root().join("src-tauri/crates/protocol/src").join(file));
    let body =
        text.split(&format!("pub enum {name} {{\n")).nth(1).expect("the enum is there").split("\n}").next().unwrap();
    let variants =
        body.lines().filter_map(|line| line.strip_prefix("    ").filter(|line| line.starts_with(char::is_uppercase)));
    variants.map(|line| snake(line.split(|c: char| !c.is_alphanumeric()).next().unwrap())).collect()
}

fn snake(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if c.is_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.extend(c.to_lowercase());
    }
    out
}
