//! `skylark headless`: live at once, or in a rehearsal, events out on stdout, commands in on stdin, one JSON object a line; sentences on a terminal.

mod columns;
mod out;
mod stdin;
mod terminal;
mod wrong;

use crate::{logging, signals, timers};
use out::Out;
use protocol::{Command, ErrorCode, Event};
use std::io;
use std::process::ExitCode;
use studio::{CommandError, Failed, OpenError, Options, Studio};
use threads::{After, Died};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, mpsc};

/// Bad usage: an option or a settings key that cannot be.
const BAD_USAGE: u8 = 2;

/// The world's fault: the port is taken, a folder cannot be written, the encoder does not start. Or ours: a part failed
/// without which the program cannot go on.
const CANNOT: u8 = 1;

/// The control plane needs one thread, HTTP and the pages' sockets little of another; media has threads of its own.
const WORKERS: usize = 2;

/// Runs until `quit`, SIGINT, SIGTERM or SIGHUP, which are exit code 0.
pub fn run(options: Options) -> ExitCode {
    #[cfg(windows)]
    crate::console::need();
    logging::to_stderr();
    signals::stay_in_background();
    timers::wake_on_time();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(WORKERS).enable_all().build();
    let ended = runtime.map_err(Failure::from).and_then(|runtime| {
        let ended = runtime.block_on(broadcast(options));
        // A driver that hangs while devices are listed holds a thread of the runtime, and must not hold the end.
        runtime.shutdown_background();
        ended
    });
    let code = match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure { code, message }) => {
            logging::say(&format!("skylark: {message}"));
            ExitCode::from(code)
        }
    };
    logging::finish();
    code
}

/// Why the program ends otherwise than by being asked to.
struct Failure {
    code: u8,
    message: String,
}

async fn broadcast(options: Options) -> Result<(), Failure> {
    let stop = signals::stop()?;
    let first = if options.rehearse { Command::Rehearse { on: true } } else { Command::GoLive };
    let studio = Studio::open(options).await?;
    let mut between = Between {
        stop,
        events: studio.events(),
        wrong: carry_out(studio.clone(), stdin::lines()),
        out: Out::start(),
        studio,
    };
    between.studio.command(first).await?;
    let mut ended = threads::task("main", After::Ends, between.follow()).await;
    if ended.is_err() {
        // The studio heard of it, and ends: what it tells on the way is printed all the same.
        ended = threads::task("main", After::Ends, between.follow()).await;
    }
    between.out.finish().await;
    ended.unwrap_or_else(|Died(panicked)| Err(Failure { code: CANNOT, message: panicked.to_string() }))
}

/// Stands between the studio and those who read and write.
struct Between {
    studio: Studio,
    stop: mpsc::Receiver<()>,
    events: broadcast::Receiver<Event>,
    wrong: mpsc::Receiver<Event>,
    out: Out,
}

impl Between {
    /// Hands on what comes from either side, to the end.
    async fn follow(&mut self) -> Result<(), Failure> {
        let Between { studio, stop, events, wrong, out } = self;
        let ended = loop {
            tokio::select! {
                event = events.recv(), if out.keeps_up() => match event {
                    Ok(event) => out.event(event),
                    Err(RecvError::Lagged(missed)) => {
                        tracing::warn!("stdout is too slow: {missed} events were not printed");
                    }
                    Err(RecvError::Closed) => break studio.closed().await,
                },
                Some(error) = wrong.recv(), if out.keeps_up() => out.event(error),
                () = out.caught_up(), if !out.keeps_up() => {}
                // An error only says that it is closing already.
                Some(()) = stop.recv() => drop(studio.command(Command::Quit).await),
                ended = studio.closed() => break ended,
            }
            if let Some(message) = out.never_live() {
                return Err(Failure { code: CANNOT, message: message.to_owned() });
            }
        };
        while let Ok(event) = events.try_recv() {
            out.event(event);
        }
        Ok(ended?)
    }
}

/// Carries out the lines in their order, beside the loop above: what takes its time (a name to look up, a driver to ask)
/// keeps no signal and no event waiting. Whatever is wrong with a line becomes an error event, and changes nothing.
fn carry_out(studio: Studio, mut lines: mpsc::Receiver<Result<String, stdin::Unread>>) -> mpsc::Receiver<Event> {
    let (tell, wrong) = mpsc::channel(1);
    tokio::spawn(threads::task("lines", After::Ends, async move {
        while let Some(line) = lines.recv().await {
            // A line that has us panic is answered, and the next is carried out all the same.
            let result = threads::task("commands", After::Lost, carry_out_line(&studio, line)).await;
            let result = result.unwrap_or_else(|Died(panicked)| {
                Err(CommandError { code: ErrorCode::ThreadFailed, message: studio::panicked(&panicked) })
            });
            if let Err(CommandError { code, message }) = result
                && tell.send(Event::Error { code, message }).await.is_err()
            {
                break;
            }
        }
    }));
    wrong
}

async fn carry_out_line(studio: &Studio, line: Result<String, stdin::Unread>) -> Result<(), CommandError> {
    match wrong::command(line) {
        Ok(command) => studio.command(command).await,
        Err(message) => Err(CommandError { code: ErrorCode::BadCommand, message: message.into() }),
    }
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Failure {
        let code = match error {
            OpenError::Settings(_) | OpenError::Option { .. } => BAD_USAGE,
            _ => CANNOT,
        };
        Failure { code, message: error.to_string() }
    }
}

impl From<Failed> for Failure {
    fn from(Failed(message): Failed) -> Failure {
        Failure { code: CANNOT, message: message.message }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Failure {
        Failure { code: CANNOT, message: error.to_string() }
    }
}

impl From<CommandError> for Failure {
    fn from(error: CommandError) -> Failure {
        Failure { code: CANNOT, message: error.message.message }
    }
}
