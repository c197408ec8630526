//! Where each foreign library has its place.

/// Foreign libraries that could be replaced, by the start of the name that code uses, and the only files or folders that
/// name them, by a part of the path. Two of them are named in more than one place, and that is meant:
/// - AWS-LC and the `rtc` family are three things each: DTLS, STUN with its message integrity, and sealing; AWS-LC signs cookies
///   as well. Each has its place.
/// - A test, example or fuzz target that compares with a library, or decodes what was encoded, names it where it does so.
pub(crate) const NAMED_IN: &[(&str, &[&str])] = &[
    // Devices and codecs.
    ("nokhwa", &["media/src/camera/device.rs"]),
    ("cpal", &["media/src/microphone/device.rs", "media/src/microphone/output.rs"]),
    ("pulseaudio", &["media/src/microphone/programs.rs"]),
    ("openh264_sys2", &["media/src/encode"]),
    ("vpx_sys", &["media/src/encode/vp8.rs", "media/src/encode/vp9.rs", "media/src/encode/vpx.rs"]),
    (
        "opus",
        &["media/src/encode", "media/tests/microphone.rs", "media/tests/support/ear.rs", "media/examples/cost.rs"],
    ),
    ("rubato", &["media/src/microphone/convert.rs", "media/src/mixer/follower.rs"]),
    ("ebur128", &["media/src/mixer/loudness.rs"]),
    ("nnnoiseless", &["media/src/mixer/denoise.rs"]),
    ("turbojpeg", &["media/src/jpeg.rs"]),
    ("yuv_sys", &["media/src/yuv.rs"]),
    ("png", &["media/src/image.rs"]),
    ("x11rb", &["media/src/screen/x11", "tests/stories/support/display.rs", "crowd/src/bin/bench/screen.rs"]),
    ("ab_glyph", &["media/src/text.rs"]),
    ("unicode_", &["chat/src/text.rs", "chat/src/likeness.rs", "audience/src/passcode.rs"]),
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
    ("flate2", &["server/src/assets.rs", "server/src/spliced.rs", "server/tests"]),
    // What stands in the document itself is named in its policy by its hash.
    ("base64", &["server/src/assets.rs", "server/tests", "relay/src/livekit/token.rs", "relay/src/plain/mod.rs"]),
    ("reqwest", &["server/tests"]),
    (
        "futures_util",
        &[
            "server/tests",
            "relay/src/websocket.rs",
            "relay/src/janus/socket.rs",
            "relay/src/livekit/socket.rs",
            "relay/src/jitsi/mod.rs",
            "relay/src/jitsi/tests.rs",
            "relay/src/jitsi/channel/tests.rs",
        ],
    ),
    (
        "tokio_tungstenite",
        &[
            "server/tests",
            "relay/src/websocket.rs",
            "relay/src/janus/socket.rs",
            "relay/src/livekit/socket.rs",
            "relay/src/mediasoup/socket.rs",
            "relay/src/jitsi/channel.rs",
            "relay/src/jitsi/channel/tests.rs",
            "relay/src/jitsi/tests.rs",
        ],
    ),
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
            "relay/src/mediasoup",
            "relay/src/jitsi",
            "relay/src/target.rs",
            "relay/src/websocket.rs",
            "relay/src/fuzz.rs",
        ],
    ),
    // Settings, links, the vocabulary in TypeScript.
    ("toml_edit", &["studio/src/settings"]),
    ("qrcode", &["studio/src/qr.rs"]),
    ("ts_rs", &["protocol/src", "words/src/said.rs"]),
    // The app.
    ("clap", &["src-tauri/src/main.rs", "src-tauri/src/options.rs"]),
    ("keepawake", &["src-tauri/src/window/awake.rs"]),
    ("tauri", &["src-tauri/src/window", "src-tauri/build.rs", "src-tauri/examples"]),
    (
        "gtk",
        &[
            "src-tauri/src/window/display/linux.rs",
            "src-tauri/src/window/preview/painter",
            "src-tauri/src/window/choose/linux.rs",
        ],
    ),
    ("webkit2gtk", &["src-tauri/src/window/acceleration", "src-tauri/src/window/preview/painter"]),
    ("tracing_subscriber", &["src-tauri/src/logging.rs"]),
    // What is of one system stands in a file of that system. Error numbers are the exception: a camera's are read where
    // nokhwa hands them on. V4L2 is spoken by libc's calls.
    (
        "libc",
        &[
            "server/src/allocator/gnu.rs",
            "reach/src/system",
            "media/src/camera",
            "media/src/microphone/quiet.rs",
            "media/src/encode/aom/library.rs",
            "media/src/screen/wayland/pipewire/library.rs",
            "media/src/screen/x11/shared.rs",
            "studio/src/files/unix.rs",
            "src-tauri/src/headless/columns/unix.rs",
            "src-tauri/src/signals/unix.rs",
            "src-tauri/src/window/acceleration/linux.rs",
            "threads/src/priority/linux/kernel.rs",
        ],
    ),
    (
        "rustix",
        &[
            "record/src/space/unix.rs",
            "server/src/nofile/unix.rs",
            "studio/src/processor_time/unix.rs",
            "threads/src/priority/linux/kernel.rs",
            "src-tauri/fuzz/src",
        ],
    ),
    ("windows_com", &["media/src/screen/windows"]),
    (
        "windows_sys",
        &[
            "reach/src/system/windows",
            "record/src/space/windows.rs",
            "studio/src/files/windows.rs",
            "studio/src/rights/windows.rs",
            "studio/src/processor_time/windows.rs",
            "threads/src/priority/windows.rs",
            "src-tauri/src/console.rs",
            "src-tauri/src/timers/windows.rs",
            "src-tauri/src/window/display/windows.rs",
        ],
    ),
    ("zbus", &["media/src/screen/wayland/portal.rs", "threads/src/priority/linux/rtkit.rs"]),
    ("socket2", &["reach/src"]),
];

/// Libraries that are named anywhere: the language that the rest is written in, not something a crate is built on.
pub(crate) const ANYWHERE: &[&str] = &[
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
