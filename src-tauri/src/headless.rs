//! `skylark headless`: live at once, events out on stdout, commands in on stdin, one JSON object a line; sentences on a terminal.

mod out;
mod stdin;
mod terminal;
mod wrong;

use crate::{logging, signals};
use out::Out;
use protocol::{Command, ErrorCode, Event};
use std::io;
use std::process::ExitCode;
use studio::{CommandError, OpenError, Options, Studio};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc;

/// Bad usage: an option or a settings key that cannot be.
const BAD_USAGE: u8 = 2;

/// The world's fault: the port is taken, a folder cannot be written, the encoder does not start.
const CANNOT: u8 = 1;

/// The control plane needs one thread, HTTP and the pages' sockets little of another; media has threads of its own.
const WORKERS: usize = 2;

/// Runs until `quit`, SIGINT or SIGTERM, which are exit code 0.
pub fn run(options: Options) -> ExitCode {
    logging::to_stderr();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(WORKERS).enable_all().build();
    let ended = runtime.map_err(Failure::from).and_then(|runtime| {
        let ended = runtime.block_on(broadcast(options));
        // A driver that hangs while devices are listed holds a thread of the runtime, and must not hold the end.
        runtime.shutdown_background();
        ended
    });
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure { code, message }) => {
            eprintln!("skylark: {message}");
            ExitCode::from(code)
        }
    }
}

/// Why the program ends otherwise than by being asked to.
struct Failure {
    code: u8,
    message: String,
}

async fn broadcast(options: Options) -> Result<(), Failure> {
    let mut stop = signals::stop()?;
    let studio = Studio::open(options).await?;
    let mut events = studio.events();
    let mut wrong = carry_out(studio.clone(), stdin::lines());
    let mut out = Out::start();
    studio.command(Command::GoLive).await?;
    loop {
        tokio::select! {
            event = events.recv(), if out.keeps_up() => match event {
                Ok(event) => out.event(event),
                Err(RecvError::Lagged(missed)) => tracing::warn!("stdout is too slow: {missed} events were not printed"),
                Err(RecvError::Closed) => break,
            },
            Some(error) = wrong.recv(), if out.keeps_up() => out.event(error),
            () = out.caught_up(), if !out.keeps_up() => {}
            // An error only says that it is closing already.
            Some(()) = stop.recv() => drop(studio.command(Command::Quit).await),
            () = studio.closed() => break,
        }
        if let Some(message) = out.never_live() {
            return Err(Failure { code: CANNOT, message: message.to_owned() });
        }
    }
    while let Ok(event) = events.try_recv() {
        out.event(event);
    }
    out.finish().await;
    Ok(())
}

/// Carries out the lines in their order, beside the loop above: what takes its time (a name to look up, a driver to ask)
/// keeps no signal and no event waiting. Whatever is wrong with a line becomes an error event, and changes nothing.
fn carry_out(studio: Studio, mut lines: mpsc::Receiver<Result<String, stdin::TooLong>>) -> mpsc::Receiver<Event> {
    let (tell, wrong) = mpsc::channel(1);
    tokio::spawn(async move {
        while let Some(line) = lines.recv().await {
            let result = match wrong::command(line) {
                Ok(command) => studio.command(command).await,
                Err(message) => Err(CommandError { code: ErrorCode::BadCommand, message }),
            };
            if let Err(CommandError { code, message }) = result
                && tell.send(Event::Error { code, message }).await.is_err()
            {
                break;
            }
        }
    });
    wrong
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

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Failure {
        Failure { code: CANNOT, message: error.to_string() }
    }
}

impl From<CommandError> for Failure {
    fn from(error: CommandError) -> Failure {
        Failure { code: CANNOT, message: error.message }
    }
}
