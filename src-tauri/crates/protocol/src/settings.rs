//! The settings: one table that describes each of them, and the two messages that are made from it.
//!
//! Everything that has to know all settings is made from [`settings!`](macro@crate::settings): here what the panel is shown and
//! may change, in `studio` what the settings file holds, what is meant by it and which options the command line has.
//! A new setting is one entry here, and what it does.

/// Hands the description of all settings to the macro that is named, so that it makes something of each.
///
/// An entry is `key: PLAIN as TYPE = "DEFAULT", option "--NAME" "VALUE", example "EXAMPLE";` under a sentence that says
/// what it is, for the settings file, the panel and the command line's help alike.
///
/// - `PLAIN` is how it stands in messages and in the file: `String`, `u32` or `bool`.
/// - `TYPE` is what it means: a type of `studio` that parses itself.
/// - The default is written as on the command line. Without one the setting has no value until somebody gives one.
/// - With `option`, the command line has it, and says what the value looks like.
/// - The example is the rest of a line of the settings file, for whoever wrote it wrong.
#[macro_export]
macro_rules! settings {
    ($make:ident) => {
        $make! {
            // The panel shows these; each is switched by a command of its own.
            shown {
                /// Which camera: its name or its index; `default` is the first that delivers pictures. `pattern`
                /// and `off` need no device.
                camera: String as CameraChoice = "default", option "--camera" "pattern|off|NAME|INDEX",
                    example "\"pattern\" (or \"off\", a camera's name or its index)";
                /// What the picture comes from: the camera that `camera` says, or another; a screen, a window whose title has these words,
                /// an image (PNG, JPEG). A camera that is given alone is this too.
                source: String as SourceChoice = "camera", option "--source" "camera[:NAME]|screen[:N]|window:TITLE|image:FILE|pattern|off",
                    example "\"screen\" (or \"window:Slides\", \"image:/home/anna/card.png\", \"camera\")";
                /// A screen and a camera together, the smaller one in a corner of the larger (`top-left`, `top-right`, `bottom-left`,
                /// `bottom-right`) or `side-by-side`. The screen is what `source` says, the primary one where that is a camera.
                scene: String as SceneChoice = "off", option "--scene" "off|screen+camera[:PLACE]",
                    example "\"screen+camera:bottom-right\" (or \"off\")";
                /// What the sound comes from: a microphone's name. `tone` and `off` need no device.
                microphone: String as MicrophoneChoice = "default", option "--microphone" "tone|off|NAME",
                    example "\"tone\" (or \"off\", or a microphone's name)";
            }
            // The panel shows these, and the command `configure` changes them.
            changed {
                /// Of the top layer; 1280x720 unless the settings say otherwise.
                size: String as Size = "1280x720", option "--size" "WIDTHxHEIGHT",
                    example "\"1280x720\"";
                /// Frames a second; 30 unless the settings say otherwise.
                fps: u32 as u32 = "30", option "--fps" "FPS",
                    example "30";
                /// Of the top layer, on the command line as 2500k or 2.5M; 2500k unless the settings say otherwise.
                bitrate_kbps: u32 as Bitrate = "2500", option "--bitrate" "RATE",
                    example "2500";
                /// What the sound is mostly, by which it is encoded: `music` at 128 kbit/s, `speech` at 48 with the means to mend what was
                /// lost, `standard` at 96.
                sound: String as SoundPreset = "standard", option "--sound" "standard|music|speech",
                    example "\"music\" (or \"speech\", or \"standard\")";
                /// Most viewers at one time; 0: no limit.
                max_viewers: u32 as u32 = "0",
                    example "100 (0: no limit)";
                /// Cap on what all viewers together are sent; 0: no limit.
                max_upload_kbps: u32 as u32 = "0",
                    example "20000 (0: no limit)";
                /// Who is sent to a relay that takes viewers: who would get less than the largest picture here (`full`), everyone outside
                /// this network as well, or `all`.
                relay_from: String as RelayFrom = "full", option "--relay-from" "full|outside|all",
                    example "\"full\" (or \"outside\", or \"all\")";
                /// Whether the panel hands the stream to a videobridge of Jitsi's, which is experimental.
                jitsi: bool as bool = "false",
                    example "true (or false)";
                /// The name that goes into the link, its address into the candidates; with https:// and a path where a proxy has the
                /// pages; empty: none.
                public: String as Public, option "--public" "[https://]HOST[:PORT][/PATH]",
                    example "\"live.example.org:8787\" (or \"https://live.example.org/tv\")";
                /// Where media is reached, if elsewhere than the pages: its address goes into the candidates; empty: where they are.
                public_media: String as PublicMedia, option "--public-media" "HOST[:PORT]",
                    example "\"203.0.113.7:8787\"";
                /// Shown on the watch page.
                title: String as Title = "",
                    example "\"Sunday's match\"";
                /// An image (PNG, JPEG) that stands in the picture's place while the camera is off, and while the broadcaster is away for a
                /// moment; empty: Skylark's own cards.
                card: String as ImageFile, option "--card" "FILE",
                    example "\"/home/anna/back-soon.png\"";
                /// What stands beside the link where somebody pasted it: `still`, the title and while live a picture of the last minute, or
                /// `title` alone; neither while a passcode, a waiting room or a lock stands before the page.
                link_preview: String as LinkPreview = "still",
                    example "\"title\" (or \"still\")";
                /// The folder that recordings go to; empty: the user's folder for videos.
                recordings: String as Folder,
                    example "\"/home/anna/Videos/Church\"";
                /// After so many minutes a recording goes on in another file; 0: never.
                recording_minutes: u32 as u32 = "0",
                    example "60 (0: one file)";
                /// When a file of a recording has so many megabytes it goes on in another; 0: never.
                recording_megabytes: u32 as u32 = "0",
                    example "4000 (0: one file)";
                /// What language the panel speaks, and what stands in the picture's place: `auto` is the system's where there are words in it,
                /// `en` English, `de` German.
                language: String as SpokenLanguage = "auto",
                    example "\"de\" (or \"auto\", or \"en\")";
                /// Whether the window is composited by the GPU, from the next start on: `auto` where there is one that can.
                hardware_acceleration: String as HardwareAcceleration = "auto", option "--hardware-acceleration" "auto|on|off",
                    example "\"off\" (or \"auto\", or \"on\")";
            }
            // These stand in the file alone: what they change is set up once, at the start.
            file {
                /// The mixer's strip of the microphone: its gain, and which of its channels are heard.
                microphone_strip: String as StripText = "0 dB",
                    example "\"-6 dB\" (or \"-6 dB, mono\")";
                /// Another microphone that is heard beside the first: its name.
                microphone2: String as String,
                    example "\"Blue Yeti\"";
                /// One more.
                microphone3: String as String,
                    example "\"Blue Yeti\"";
                /// One more.
                microphone4: String as String,
                    example "\"Blue Yeti\"";
                /// The mixer's strip of that microphone.
                microphone2_strip: String as StripText = "0 dB",
                    example "\"-6 dB\" (or \"-6 dB, mono\")";
                /// The mixer's strip of that microphone.
                microphone3_strip: String as StripText = "0 dB",
                    example "\"-6 dB\" (or \"-6 dB, mono\")";
                /// The mixer's strip of that microphone.
                microphone4_strip: String as StripText = "0 dB",
                    example "\"-6 dB\" (or \"-6 dB, mono\")";
                /// The mixer's strip of what this computer plays. Muted it is not listened to.
                desktop_strip: String as StripText = "0 dB, muted",
                    example "\"-12 dB\" (or \"0 dB, muted\")";
                /// Of what this computer plays this program alone is heard, by its name.
                desktop_program: String as String,
                    example "\"Firefox\"";
                /// The mixer's strip of the test tone, beside the others.
                tone_strip: String as StripText = "0 dB, muted",
                    example "\"-20 dB\" (or \"0 dB, muted\")";
                /// The host chosen for the link, among those of this machine.
                address: String as String,
                    example "\"192.168.1.20\"";
                /// TCP and UDP, one number; port 0: any that is free on both. Usually `[::]:8787`.
                listen: String as Listen = "[::]:8787", option "--listen" "ADDRESS:PORT",
                    example "\"[::]:8787\"";
                /// The proxy whose `X-Forwarded-For` is believed.
                trusted_proxy: String as IpAddr,
                    example "\"127.0.0.1\"";
                /// Who may read `/metrics`: nobody, who asks over loopback (a proxy, a tunnel and all behind them among them), or
                /// who sends the token that is kept in the data folder.
                metrics: String as MetricsAccess = "off", option "--metrics" "off|loopback|token",
                    example "\"token\" (or \"loopback\", or \"off\")";
                /// What `metrics` was called before it could ask for a token. It is read, and does nothing but stand for
                /// `metrics = "token"` where it is true.
                metrics_public: bool as bool,
                    example "true (better: metrics = \"token\")";
                /// How many threads send; 0: one less than there are cores.
                sending_threads: u32 as SendingThreads = "0",
                    example "4 (0: one less than there are cores)";
            }
            // The table `[limits]` of the file: what one client may take, and how long anything may last.
            limits {
                /// A request's header must be here after this.
                header_s: u32 as Seconds = "10",
                    example "10 (whole seconds)";
                /// A request's body must be here after this.
                body_s: u32 as Seconds = "10",
                    example "10 (whole seconds)";
                /// A connection without a request, or a page that does not answer pings, is closed after this.
                idle_s: u32 as Seconds = "30",
                    example "30 (whole seconds)";
                /// Largest offer or fragment.
                body_bytes: u32 as u32 = "65536",
                    example "65536 (a whole number)";
                /// Most TCP connections at one time.
                connections: u32 as u32 = "8192",
                    example "8192 (a whole number)";
                /// Most TCP connections at one time from one address (IPv6: /64). Loopback is exempt.
                connections_per_address: u32 as u32 = "4096",
                    example "4096 (a whole number)";
                /// Most joins from one address whose first check came and whose DTLS handshake is not finished. Loopback is exempt.
                unfinished_joins: u32 as u32 = "64",
                    example "64 (a whole number)";
                /// New joins a second from one address, in the long run: of browsers with a cookie, and again of all others.
                /// Loopback is exempt.
                joins_per_second: u32 as u32 = "50",
                    example "50 (a whole number)";
                /// New joins at once from one address, of each of the two. Loopback is exempt.
                joins_burst: u32 as u32 = "300",
                    example "300 (a whole number)";
                /// A join whose media does not flow after this is given up.
                join_timeout_s: u32 as Seconds = "10",
                    example "10 (whole seconds)";
                /// A viewer of whom nothing is heard for this long is gone.
                viewer_timeout_s: u32 as Seconds = "10",
                    example "10 (whole seconds)";
                /// Messages in the chat that a viewer may write within `chat_window_s`.
                chat_messages: u32 as u32 = "5",
                    example "5 (a whole number)";
                /// The time in which `chat_messages` are counted.
                chat_window_s: u32 as Seconds = "5",
                    example "5 (whole seconds)";
                /// Who writes on and on all the same is muted for this.
                chat_mute_s: u32 as Seconds = "60",
                    example "60 (whole seconds)";
            }
        }
    };
}

use serde::{Deserialize, Serialize};

/// Makes the messages. The file's own keys cross no boundary of the program.
macro_rules! messages {
    (
        shown { $(
            $(#[$shown_doc:meta])*
            $shown:ident: $shown_plain:ty as $shown_type:ty = $shown_default:literal,
            $(option $shown_option:literal $shown_value:literal,)? example $shown_example:literal;
        )* }
        changed { $(
            $(#[$doc:meta])*
            $key:ident: $plain:ty as $type:ty $(= $default:literal)?,
            $(option $option:literal $value:literal,)? example $example:literal;
        )* }
        file { $($file:tt)* }
        limits { $($limits:tt)* }
    ) => {
        /// The settings that the panel shows, as they are in effect.
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
        pub struct Settings {
            $( $(#[$shown_doc])* pub $shown: $shown_plain, )*
            $( $(#[$doc])* pub $key: $plain, )*
        }

        /// The settings that change; what is absent stays. An empty text takes back what was set.
        #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
        #[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
        #[cfg_attr(feature = "typescript", ts(optional_fields))]
        #[serde(default, deny_unknown_fields)]
        pub struct SettingsChange {
            $( $(#[$doc])* pub $key: Option<$plain>, )*
        }
    };
}

settings!(messages);
