//! A file can be read at one sitting, and its first line says what it is for.

use crate::sources;
use std::fs;

/// More lines than this are two concerns, or one that is not understood yet.
const MOST_LINES: usize = 400;

/// Made by `./dev types`, so nobody reads it from top to bottom.
const GENERATED: &str = "ui/src/protocol/index.ts";

const LANGUAGES: &[(&str, &[&str])] = &[
    (".rs", &["//! "]),
    (".ts", &["// ", "/**"]),
    (".mjs", &["// ", "/**"]),
    (".sh", &["# "]),
    (".svelte", &["<!-- "]),
    (".c", &["/* ", "// "]),
    (".h", &["/* ", "// "]),
];

fn sources_in_every_language() -> Vec<(std::path::PathBuf, &'static [&'static str])> {
    let mut found = Vec::new();
    for (ending, comments) in LANGUAGES {
        for folder in ["src-tauri", "tests", "ui", "scripts"] {
            found.extend(sources::files(folder, &[ending]).into_iter().map(|path| (path, *comments)));
        }
    }
    found.retain(|(path, _)| sources::shown(path) != GENERATED);
    assert!(found.len() > 300, "these are all our sources");
    found
}

#[test]
fn no_source_file_is_longer_than_one_can_read() {
    let long = sources_in_every_language().into_iter().filter_map(|(path, _)| {
        let lines = fs::read_to_string(&path).unwrap().lines().count();
        (lines > MOST_LINES).then(|| format!("{} has {lines} lines", sources::shown(&path)))
    });
    let long: Vec<_> = long.collect();
    assert!(long.is_empty(), "at most {MOST_LINES} lines a file:\n{}", long.join("\n"));
}

#[test]
fn every_source_file_begins_with_what_it_is_for() {
    let silent = sources_in_every_language().into_iter().filter_map(|(path, comments)| {
        let text = fs::read_to_string(&path).unwrap();
        // Who is run by itself says first by what.
        let first = text.strip_prefix("#!/").and_then(|text| text.split_once('\n')).map_or(&*text, |(_, rest)| rest);
        (!comments.iter().any(|comment| first.starts_with(comment))).then(|| sources::shown(&path))
    });
    let silent: Vec<_> = silent.collect();
    assert!(silent.is_empty(), "these begin without a line that says what they are for:\n{}", silent.join("\n"));
}
