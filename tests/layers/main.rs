//! The project's rules that a compiler does not know: which crate may use which, and where a foreign library is named.

mod libraries;

use libraries::{ANYWHERE, NAMED_IN};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Which of our crates each may use. Nothing else: the control plane, the data plane and the devices do not know each
/// other, and only the studio and the app know them all.
const MAY_USE: &[(&str, &[&str])] = &[
    ("protocol", &["words"]),
    ("threads", &[]),
    ("port", &["threads"]),
    ("sdp", &["words"]),
    ("stream", &["protocol"]),
    ("words", &[]),
    ("audience", &["protocol", "words"]),
    ("chat", &["protocol", "audience", "words"]),
    ("rtp", &["stream"]),
    ("forward", &["protocol", "threads", "stream", "port", "rtp", "sdp", "words"]),
    ("media", &["protocol", "threads", "stream", "words"]),
    ("reach", &["protocol", "words"]),
    ("record", &["protocol", "stream", "words"]),
    ("relay", &["protocol", "threads", "stream", "rtp", "words"]),
    ("server", &["protocol", "threads", "audience", "sdp", "words"]),
    (
        "studio",
        &[
            "protocol", "threads", "stream", "port", "sdp", "audience", "chat", "forward", "media", "reach", "record",
            "relay", "server", "words",
        ],
    ),
    ("crowd", &[]),
    ("fakecam", &[]),
];

/// The crates that tests and measurements use, and that are never shipped.
const TOOLS: [&str; 2] = ["crowd", "fakecam"];

/// What the app's own code may use of ours.
const APP: &[&str] = &["protocol", "studio", "threads", "words"];

#[test]
fn dependencies_point_one_way() {
    let allowed: BTreeMap<_, _> = MAY_USE.iter().copied().collect();
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
    // The load tool is never shipped, and measures a floor made of the bare library; nor are the cameras for tests.
    let shipped =
        |file: &PathBuf| !TOOLS.iter().any(|tool| file.starts_with(root().join("src-tauri/crates").join(tool)));
    for file in files.into_iter().filter(shipped) {
        let text = fs::read_to_string(&file).unwrap();
        let path = file.strip_prefix(root()).unwrap().to_str().unwrap().replace('\\', "/");
        // A module of ours may have a library's name where the library is not: rtp::packetise::opus.
        let manifest = fs::read_to_string(manifest_of(&file)).unwrap().replace('-', "_");
        for (library, places) in NAMED_IN.iter().filter(|(library, _)| manifest.contains(library)) {
            let is_place = places.iter().any(|place| path.contains(place));
            let names =
                text.lines().filter(|line| !line.trim_start().starts_with("//")).any(|line| names(line, library));
            assert!(is_place || !names, "{path} names {library}; only {places:?} may");
        }
    }
}

#[test]
fn every_library_has_its_place_or_is_named_anywhere() {
    let manifests =
        crates().into_iter().filter(|path| !TOOLS.contains(&name(path))).map(|path| path.join("Cargo.toml"));
    for manifest in manifests.chain([root().join("Cargo.toml")]) {
        for used in dependencies(&fs::read_to_string(&manifest).unwrap()) {
            let is_ours = MAY_USE.iter().any(|(name, _)| *name == used);
            let named = used.replace('-', "_").replace("env_libvpx_sys", "vpx_sys");
            let has_a_place = NAMED_IN.iter().any(|(library, _)| named.starts_with(library));
            let place = is_ours || has_a_place || ANYWHERE.contains(&named.as_str());
            assert!(place, "{} uses {used}: say in this test where it may be named", manifest.display());
        }
    }
}

/// The manifest of the crate that a source file belongs to.
fn manifest_of(file: &Path) -> PathBuf {
    let found = file.ancestors().map(|folder| folder.join("Cargo.toml")).find(|manifest| manifest.exists());
    found.expect("the root has one")
}

/// The only files that name one of the codecs; all others ask its `CodecSpec`. A new codec is a file in the first folder and a
/// line in its registry, and what makes, what packetises and what records its bytes: a file each, and a line in their registries. The
/// last but one is what compares them, and is not shipped.
const CODECS_NAMED_IN: [&str; 10] = [
    "stream/src/codec/",
    "record/src/mp4/avc.rs",
    "media/src/encode/av1.rs",
    "media/src/encode/h264.rs",
    "media/src/encode/vp8.rs",
    "media/src/encode/vp9.rs",
    "media/src/pipeline/codecs/mod.rs",
    "media/src/pipeline/codecs/h264.rs",
    "media/src/measuring/settings.rs",
    "/src/packetise/mod.rs",
];

#[test]
fn a_codec_is_named_in_its_own_files() {
    let mut files = Vec::new();
    for path in crates().iter().filter(|path| !TOOLS.contains(&name(path))) {
        rust_files(&path.join("src"), &mut files);
    }
    let tries = |path: &str| ["/tests/", "/tests.rs", "/fuzz/"].iter().any(|part| path.contains(part));
    let mut places = CODECS_NAMED_IN.to_vec();
    for file in files {
        let path = file.strip_prefix(root()).unwrap().to_str().unwrap().replace('\\', "/");
        let text = fs::read_to_string(&file).unwrap();
        let Some(line) = sources(&text).find(|line| names_a_codec(line) && !tries(&path)) else { continue };
        let place = CODECS_NAMED_IN.iter().find(|place| path.contains(**place));
        assert!(place.is_some(), "{path} names a codec ({}): ask its CodecSpec", line.trim());
        places.retain(|other| Some(other) != place);
    }
    assert!(places.is_empty(), "nothing in {places:?} names a codec any more: they need not be in this list");
}

/// The lines of a file that are shipped: no comments, and nothing of the tests at its end.
fn sources(text: &str) -> impl Iterator<Item = &str> {
    let shipped = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let shipped = shipped.split("#[cfg(test)]\npub(crate) mod tests {").next().unwrap_or_default();
    shipped.lines().filter(|line| !line.trim_start().starts_with("//"))
}

/// By a variant, or by making all variants known without their enum's name.
fn names_a_codec(line: &str) -> bool {
    let after = line.match_indices("VideoCodec::").map(|(at, path)| &line[at + path.len()..]);
    after.into_iter().any(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase() || c == '{' || c == '*'))
}

#[test]
fn a_codec_is_found_where_it_is_named() {
    for line in ["let codec = VideoCodec::H264;", "stream::VideoCodec::Vp8 => 1,", "use VideoCodec::*;"] {
        assert!(names_a_codec(line), "{line}");
    }
    for line in ["use stream::{Rid, VideoCodec};", "codec: VideoCodec,", "VideoCodec::deserialize(d)"] {
        assert!(!names_a_codec(line), "{line}");
    }
    let file = "a\n  // VideoCodec::H264\nb\n#[cfg(test)]\nmod tests {\n    VideoCodec::H264\n}";
    assert_eq!(sources(file).collect::<Vec<_>>(), ["a", "b"]);
}

/// Libraries whose name others begin with, which are not meant.
const WHOLE: [&str; 1] = ["rtc"];

/// Whether a line uses a library: as a path, in a `use` or in an `extern crate`.
fn names(line: &str, library: &str) -> bool {
    line.match_indices(library).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let rest = &line[at + library.len()..];
        let longer = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let rest = if WHOLE.contains(&library) { rest } else { rest.trim_start_matches(longer) };
        let whole = before.is_none_or(|c| !c.is_alphanumeric() && c != '_' && c != '"');
        let whole_crate = ["use", "crate"].contains(&line[..at].split_whitespace().next_back().unwrap_or_default());
        whole && (rest.starts_with("::") || whole_crate && (rest.starts_with(" as ") || rest.starts_with(';')))
    })
}

#[test]
fn a_library_is_found_however_it_is_named() {
    for line in [
        "use yuv_sys as sys;",
        "use yuv_sys::rs_Scale;",
        "    let x = yuv_sys::f();",
        "extern crate yuv_sys;",
        "use yuv_sys;",
    ] {
        assert!(names(line, "yuv_sys"), "{line}");
    }
    assert!(names("use rtc::sansio::Protocol;", "rtc") && !names("use rtp::rtcp::Report;", "rtc"));
    for line in ["mod opus;", "let opus = 1;", "use super::my_opus::Thing;", "pub use codec::opus;"] {
        assert!(!names(line, "opus"), "{line}");
    }
}

/// Those of our crates that a manifest names.
fn ours(manifest: &str) -> Vec<String> {
    dependencies(manifest).into_iter().filter(|used| MAY_USE.iter().any(|(name, _)| name == used)).collect()
}

/// What a manifest names under `[dependencies]` and `[build-dependencies]`, for all targets or for some, in a table of their
/// own or in a line. Tests may use what they like.
fn dependencies(manifest: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut listing = false;
    for line in manifest.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
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
        found.extend(used.map(str::to_owned));
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
