//! The project's rules that a compiler does not know: which crate may use which, and where a foreign library is named.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Which of our crates each may use. Nothing else: the control plane, the data plane and the devices do not know each
/// other, and only the studio and the app know them all.
const MAY_USE: &[(&str, &[&str])] = &[
    ("protocol", &[]),
    ("threads", &[]),
    ("port", &["threads"]),
    ("sdp", &[]),
    ("stream", &["protocol"]),
    ("audience", &["protocol"]),
    ("chat", &["protocol", "audience"]),
    ("rtp", &["stream"]),
    ("forward", &["protocol", "threads", "stream", "port", "rtp", "sdp"]),
    ("media", &["protocol", "threads", "stream"]),
    ("reach", &["protocol"]),
    ("record", &["protocol", "stream"]),
    ("relay", &["protocol", "threads", "stream", "rtp"]),
    ("server", &["protocol", "threads", "audience", "sdp"]),
    (
        "studio",
        &[
            "protocol", "threads", "stream", "port", "sdp", "audience", "chat", "forward", "media", "reach", "record",
            "relay", "server",
        ],
    ),
    ("crowd", &[]),
    ("fakecam", &[]),
];

/// The crates that tests and measurements use, and that are never shipped.
const TOOLS: [&str; 2] = ["crowd", "fakecam"];

/// What the app's own code may use of ours.
const APP: &[&str] = &["protocol", "studio", "threads"];

/// Foreign libraries that could be replaced, by the start of the name that code uses, and the only files or folders that
/// name them, by a part of the path. Two of them are named in more than one place, and that is meant:
/// - AWS-LC and the `rtc` family are three things each: DTLS, STUN with its message integrity, and sealing; AWS-LC signs cookies
///   as well. Each has its place.
/// - A test, example or fuzz target that compares with a library, or decodes what was encoded, names it where it does so.
const NAMED_IN: &[(&str, &[&str])] = &[
    // Devices and codecs.
    ("nokhwa", &["media/src/camera/device.rs"]),
    ("cpal", &["media/src/microphone/device.rs"]),
    ("openh264_sys2", &["media/src/encode"]),
    ("vpx_sys", &["media/src/encode/vp8.rs", "media/src/encode/vp9.rs", "media/src/encode/vpx.rs"]),
    ("opus", &["media/src/encode", "media/tests/microphone.rs", "media/examples/cost.rs"]),
    ("rubato", &["media/src/microphone/convert.rs"]),
    ("turbojpeg", &["media/src/jpeg.rs"]),
    ("yuv_sys", &["media/src/yuv.rs"]),
    ("ab_glyph", &["media/src/text.rs"]),
    ("unicode_", &["chat/src/text.rs", "chat/src/likeness.rs"]),
    // What carries media.
    (
        "rtc_",
        &[
            "/dtls",
            "forward/src/client.rs",
            "/tests/handshake.rs",
            "/tests/delivery.rs",
            "forward/examples",
            "port/src/ice.rs",
            "port/src/own_check.rs",
            "port/src/fuzz.rs",
            "rtp/src/srtp/tests.rs",
            "rtp/tests",
        ],
    ),
    ("webrtc", &["relay/src/peer"]),
    ("rtc", &["relay/src/peer"]),
    ("async_trait", &["relay/src"]),
    ("dimpl", &["forward/src/client.rs"]),
    (
        "aws_lc",
        &[
            "forward/src/connection/dtls",
            "rtp/src/srtp",
            "forward/src/client.rs",
            "forward/src/fuzz/dtls.rs",
            "relay/src/http/tls.rs",
            "relay/src/livekit/token.rs",
            "relay/tests",
            "server/src/assets.rs",
            "server/src/cookie.rs",
            "server/tests",
        ],
    ),
    ("quinn_udp", &["port/src/socket.rs", "port/src/datagrams/receiver.rs"]),
    ("mio", &["port/src/datagrams", "port/src/port.rs"]),
    // The HTTP side. All of `server` is written in axum, so replacing it is writing `server` anew.
    ("axum", &["server/src"]),
    ("hyper", &["server/src/http.rs", "relay/src/http", "relay/src/whip/mod.rs"]),
    ("httparse", &["server/src/fuzz.rs"]),
    ("http_body_util", &["server/src/whep/body.rs", "relay/src/http/mod.rs"]),
    ("tower", &["server/src/http.rs"]),
    ("rust_embed", &["server/src/assets.rs"]),
    ("flate2", &["server/src/assets.rs", "server/tests"]),
    // What stands in the document itself is named in its policy by its hash.
    ("base64", &["server/src/assets.rs", "server/tests", "relay/src/livekit/token.rs"]),
    ("reqwest", &["server/tests"]),
    ("futures_util", &["server/tests", "relay/src/janus/socket.rs", "relay/src/livekit/socket.rs"]),
    ("tokio_tungstenite", &["server/tests", "relay/src/janus/socket.rs", "relay/src/livekit/socket.rs"]),
    // Recording: what the clock on the wall shows.
    ("jiff", &["record/src/names.rs"]),
    ("tokio_rustls", &["relay/src/http", "relay/tests"]),
    ("rustls_native_certs", &["relay/src/http/tls.rs"]),
    (
        "url",
        &[
            "relay/src/http",
            "relay/src/whip",
            "relay/src/janus",
            "relay/src/livekit",
            "relay/src/target.rs",
            "relay/src/fuzz.rs",
        ],
    ),
    // Settings, links, the vocabulary in TypeScript.
    ("toml_edit", &["studio/src/settings"]),
    ("qrcode", &["studio/src/qr.rs"]),
    ("ts_rs", &["protocol/src"]),
    // The app.
    ("clap", &["src-tauri/src/main.rs", "src-tauri/src/options.rs"]),
    ("keepawake", &["src-tauri/src/window/awake.rs"]),
    ("tauri", &["src-tauri/src/window", "src-tauri/build.rs", "src-tauri/examples"]),
    (
        "gtk",
        &[
            "src-tauri/src/window/display.rs",
            "src-tauri/src/window/acceleration",
            "src-tauri/src/window/preview/painter",
        ],
    ),
    ("webkit2gtk", &["src-tauri/src/window/acceleration", "src-tauri/src/window/preview/painter"]),
    ("tracing_subscriber", &["src-tauri/src/logging.rs"]),
    // What is of one system stands in a file of that system. Error numbers are the exception: a camera's are read where
    // nokhwa hands them on, and a test of `bind` makes one. V4L2 is spoken by libc's calls.
    (
        "libc",
        &[
            "server/src/allocator/gnu.rs",
            "reach/src/system",
            "reach/src/bind.rs",
            "media/src/camera",
            "media/src/microphone/quiet.rs",
            "studio/src/files/unix.rs",
            "src-tauri/src/signals/unix.rs",
        ],
    ),
    (
        "rustix",
        &[
            "record/src/space/unix.rs",
            "server/src/nofile/unix.rs",
            "studio/src/processor_time/unix.rs",
            "src-tauri/fuzz/src",
        ],
    ),
    ("windows_sys", &["reach/src/system/windows.rs"]),
    ("socket2", &["reach/src"]),
];

/// Libraries that are named anywhere: the language that the rest is written in, not something a crate is built on.
const ANYWHERE: &[&str] = &[
    "anyhow",
    "bytes",
    "crossbeam_channel",
    "getrandom",
    "rand",
    "serde",
    "serde_json",
    "subtle",
    "thiserror",
    "tokio",
    "tracing",
];

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
const CODECS_NAMED_IN: [&str; 9] = [
    "stream/src/codec/",
    "record/src/mp4/avc.rs",
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
