//! The project's rules that a compiler does not know: which crate may use which, and where a foreign library is named.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Which of our crates each may use. Nothing else: the control plane, the data plane and the devices do not know each
/// other, and only the studio and the app know them all.
const MAY_USE: [(&str, &[&str]); 8] = [
    ("protocol", &[]),
    ("audience", &["protocol"]),
    ("forward", &["protocol"]),
    ("media", &["protocol"]),
    ("reach", &["protocol"]),
    ("server", &["protocol", "audience"]),
    ("studio", &["protocol", "audience", "forward", "media", "reach", "server"]),
    ("crowd", &[]),
];

/// What the app's own code may use of ours.
const APP: [&str; 2] = ["protocol", "studio"];

/// Foreign libraries that could be replaced, and the only files or folders that name them, by crate and path in `src`.
const NAMED_IN: [(&str, &[&str]); 5] = [
    ("nokhwa", &["media/src/camera"]),
    ("cpal", &["media/src/microphone"]),
    ("openh264_sys2", &["media/src/encode"]),
    ("rtc_", &["forward/src", "forward/examples"]),
    ("tauri", &["src-tauri/src", "src-tauri/build.rs"]),
];

#[test]
fn dependencies_point_one_way() {
    let allowed: BTreeMap<_, _> = MAY_USE.into_iter().collect();
    let crates = crates();
    assert_eq!(
        crates.iter().map(|path| name(path)).collect::<Vec<_>>(),
        allowed.keys().copied().collect::<Vec<_>>(),
        "a new crate needs its place in this test"
    );
    for path in &crates {
        let name = name(path);
        for used in ours(&fs::read_to_string(path.join("Cargo.toml")).unwrap()) {
            assert!(allowed[name].contains(&used.as_str()), "{name} may not use {used}");
        }
    }
    for used in ours(&fs::read_to_string(root().join("Cargo.toml")).unwrap()) {
        assert!(APP.contains(&used.as_str()), "the app may not use {used}: it talks to the studio");
    }
}

#[test]
fn a_foreign_library_is_named_in_one_place() {
    let mut files = Vec::new();
    rust_files(&root().join("src-tauri"), &mut files);
    assert!(files.len() > 50, "these are all our sources");
    // The load tool is never shipped, and measures a floor made of the bare library.
    let shipped = |file: &PathBuf| !file.starts_with(root().join("src-tauri/crates/crowd"));
    for file in files.into_iter().filter(shipped) {
        let text = fs::read_to_string(&file).unwrap();
        let path = file.strip_prefix(root()).unwrap().to_str().unwrap().replace('\\', "/");
        for (library, places) in NAMED_IN {
            let is_place = places.iter().any(|place| path.contains(place));
            let names =
                text.lines().filter(|line| !line.trim_start().starts_with("//")).any(|line| names(line, library));
            assert!(is_place || !names, "{path} names {library}; only {places:?} may");
        }
    }
}

/// Whether a line uses a library: as a path, in a `use` or in an `extern crate`.
fn names(line: &str, library: &str) -> bool {
    line.match_indices(library).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let rest = line[at + library.len()..].trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_');
        before.is_none_or(|c| !c.is_alphanumeric() && c != '_' && c != '"') && rest.starts_with("::")
    })
}

/// Those of our crates that a manifest names under `[dependencies]` and `[build-dependencies]`, for all targets or for some, in a
/// table of their own or in a line. Tests may use what they like.
fn ours(manifest: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut listing = false;
    for line in manifest.lines().map(str::trim) {
        let used = match line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            Some(header) => {
                let (table, last) = header.rsplit_once('.').unwrap_or(("", header));
                let lists = |name: &str| matches!(name, "dependencies" | "build-dependencies");
                listing = lists(last) && (table.is_empty() || table.starts_with("target."));
                let own_table = lists(table.rsplit('.').next().unwrap_or_default()) && !table.starts_with("workspace");
                own_table.then_some(last)
            }
            None => line.split(['.', ' ', '=']).next().filter(|_| listing),
        };
        found.extend(used.filter(|used| MAY_USE.iter().any(|(name, _)| name == used)).map(str::to_owned));
    }
    found
}

#[test]
fn a_dependency_is_found_wherever_a_manifest_may_name_it() {
    for manifest in [
        "[dependencies]\nserde = '1'\nforward.workspace = true",
        "[build-dependencies]\nforward = { path = '../forward' }",
        "[dependencies.forward]\nworkspace = true",
        "[target.'cfg(target_os = \"linux\")'.dependencies]\nforward.workspace = true",
        "[target.x86_64-unknown-linux-gnu.build-dependencies]\nforward = '1'",
        "[target.'cfg(unix)'.dependencies.forward]\nworkspace = true",
    ] {
        assert_eq!(ours(manifest), ["forward"], "{manifest}");
    }
    for manifest in [
        "[dev-dependencies]\nforward.workspace = true",
        "[target.'cfg(unix)'.dev-dependencies]\nforward.workspace = true",
        "[dev-dependencies.forward]\nworkspace = true",
        "[workspace.dependencies]\nforward = { path = 'src-tauri/crates/forward' }",
        "[workspace.dependencies.forward]\npath = 'src-tauri/crates/forward'",
        "[package]\nname = 'forward'\n[[bin]]\nname = 'forward'",
    ] {
        assert!(ours(manifest).is_empty(), "{manifest}");
    }
}

fn crates() -> Vec<PathBuf> {
    let folders = fs::read_dir(root().join("src-tauri/crates")).unwrap();
    let mut crates: Vec<_> = folders.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
    crates.sort();
    crates
}

fn name(path: &Path) -> &str {
    path.file_name().unwrap().to_str().unwrap()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn rust_files(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push(path);
        }
    }
}
