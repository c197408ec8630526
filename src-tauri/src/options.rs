use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;
use studio::{Bitrate, Listen, Options, Public, Size};

/// Go live from your own desk: share a link, see who is watching, remove whom you like.
#[derive(Debug, Parser)]
#[command(name = "skylark", version, args_conflicts_with_subcommands = true, args_override_self = true)]
pub struct Cli {
    #[command(subcommand)]
    headless: Option<Headless>,
    #[command(flatten)]
    broadcast: Broadcast,
}

/// What the command line asks for.
#[derive(Debug)]
pub enum Mode {
    /// The control panel.
    Window(Options),
    /// Live at once, no window.
    Headless(Options),
}

#[derive(Debug, Subcommand)]
enum Headless {
    /// Live at once, without a window: events on stdout, commands on stdin, one JSON object a line.
    ///
    /// SIGINT, SIGTERM and the command {"command":"quit"} end it cleanly. Logs go to stderr, as much as RUST_LOG asks for.
    ///
    /// Exit code 0 after a clean end, 1 when it cannot go live (the port is taken, a folder cannot be written, no picture
    /// comes from the encoder), 2 for an option or a settings key that cannot be.
    #[command(args_override_self = true)]
    Headless(Broadcast),
}

#[derive(Args, Debug)]
struct Broadcast {
    /// `pattern` and `off` need no device.
    #[arg(long, value_name = "pattern|off|NAME|INDEX")]
    camera: Option<String>,
    /// `tone` and `off` need no device.
    #[arg(long, value_name = "tone|off|NAME")]
    microphone: Option<String>,
    /// Of the top layer; 1280x720 unless the settings say otherwise.
    #[arg(long, value_name = "WIDTHxHEIGHT")]
    size: Option<Size>,
    /// Frames a second; 30 unless the settings say otherwise.
    #[arg(long)]
    fps: Option<u32>,
    /// Of the top layer, as 2500k or 2.5M; 2500k unless the settings say otherwise.
    #[arg(long, value_name = "RATE")]
    bitrate: Option<Bitrate>,
    /// TCP and UDP, one number; port 0: any that is free on both. Usually `[::]:8787`.
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<Listen>,
    /// The name that goes into the link; its address goes into the candidates.
    #[arg(long, value_name = "HOST[:PORT]")]
    public: Option<Public>,
    /// The settings file.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Where the watch link and the bans are kept.
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// A fixed link that can be guessed, instead of the secret one.
    #[arg(long, value_name = "NAME")]
    stream: Option<String>,
}

impl Cli {
    /// The options together with what they are for.
    pub fn mode(self) -> Mode {
        match self.headless {
            Some(Headless::Headless(broadcast)) => Mode::Headless(broadcast.into()),
            None => Mode::Window(self.broadcast.into()),
        }
    }
}

impl From<Broadcast> for Options {
    fn from(given: Broadcast) -> Options {
        Options {
            config: given.config,
            data_dir: given.data_dir,
            listen: given.listen,
            public: given.public,
            stream: given.stream,
            camera: given.camera,
            microphone: given.microphone,
            size: given.size,
            fps: given.fps,
            bitrate: given.bitrate,
        }
    }
}
