//! The command line. Its settings are those that the description of the settings gives an option.

use clap::{Arg, ArgMatches, Args, Command, FromArgMatches, Parser, Subcommand};
use std::path::PathBuf;
use studio::{Given, Options, Setting};

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
    #[command(flatten)]
    settings: Settings,
    /// The settings file.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Where the watch link and the bans are kept.
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// A fixed link that can be guessed, instead of the secret one.
    #[arg(long, value_name = "NAME")]
    stream: Option<String>,
    /// Record each broadcast: to a file (NAME.mp4; the next is numbered), or into a folder.
    #[arg(long, value_name = "FILE|FOLDER")]
    record: Option<PathBuf>,
    /// Hand the stream to an engine as well, as in whip+https://HOST/PATH; again for more.
    #[arg(long = "relay", value_name = "URL")]
    relays: Vec<String>,
    /// What relays are told: TOML, a table a relay by its URL, in a file that only you may read.
    #[arg(long, value_name = "FILE")]
    relay_secrets: Option<PathBuf>,
    /// Ask everybody who comes for the passcode in this file, which only you may read.
    #[arg(long, value_name = "FILE")]
    passcode_file: Option<PathBuf>,
    /// Have everybody who comes wait until you let them in.
    #[arg(long)]
    waiting_room: bool,
    /// Begin with a rehearsal, which only the private link that it tells leads to.
    #[arg(long)]
    rehearse: bool,
    /// Ask the system for no priority before other programs.
    #[arg(long)]
    no_priority: bool,
    /// Give nothing of the picture up where this computer has too little time for it: pictures are missing then as it comes.
    #[arg(long)]
    no_relief: bool,
}

/// The settings that were given.
#[derive(Debug)]
struct Settings(Given);

impl Args for Settings {
    fn augment_args(command: Command) -> Command {
        command.args(Setting::all().filter_map(argument))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

/// The option of a setting, if it has one.
fn argument(setting: &'static Setting) -> Option<Arg> {
    let long = setting.option?.trim_start_matches('-');
    let checked =
        move |text: &str| Given::default().set(setting, text).map(|()| text.to_owned()).map_err(|said| said.message);
    let help = setting.doc.trim().trim_end_matches('.');
    Some(Arg::new(setting.key).long(long).value_name(setting.value?).help(help).value_parser(checked))
}

impl FromArgMatches for Settings {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut given = Settings(Given::default());
        given.update_from_arg_matches(matches)?;
        Ok(given)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        for setting in Setting::all().filter(|setting| setting.option.is_some()) {
            if let Some(text) = matches.get_one::<String>(setting.key) {
                let set = self.0.set(setting, text);
                set.map_err(|said| clap::Error::raw(clap::error::ErrorKind::ValueValidation, said.message))?;
            }
        }
        Ok(())
    }
}

impl Cli {
    /// Whether threads are to ask the system for priority.
    pub fn wants_priority(&self) -> bool {
        let broadcast = match &self.headless {
            Some(Headless::Headless(broadcast)) => broadcast,
            None => &self.broadcast,
        };
        !broadcast.no_priority
    }

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
            stream: given.stream,
            record: given.record,
            relays: given.relays,
            relay_secrets: given.relay_secrets,
            passcode_file: given.passcode_file,
            waiting_room: given.waiting_room,
            no_relief: given.no_relief,
            rehearse: given.rehearse,
            usual_settings: false,
            elsewhere: None,
            settings: given.settings.0,
        }
    }
}
