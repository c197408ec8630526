//! `fakecam KIND.json [--control FILE] -- PROGRAM ARGUMENT…`: runs a program that has a kind's cameras, and ends as it does.

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    linux::main()
}

#[cfg(not(target_os = "linux"))]
fn main() -> std::process::ExitCode {
    eprintln!("fakecam needs Linux: its cameras are V4L2");
    std::process::ExitCode::from(2)
}

#[cfg(target_os = "linux")]
mod linux {
    #![allow(unsafe_code)] // Signals are handed on.

    use fakecam::{Kind, Refused};
    use std::{
        env,
        ffi::OsString,
        os::unix::process::ExitStatusExt,
        path::PathBuf,
        process::{Command, ExitCode},
        sync::atomic::{AtomicI32, Ordering},
    };

    /// This machine does not let this user have cameras: who runs tests skips them.
    const SKIP: u8 = 77;

    pub(crate) fn main() -> ExitCode {
        match run() {
            Ok(code) => code,
            Err((code, message)) => {
                eprintln!("fakecam: {message}");
                ExitCode::from(code)
            }
        }
    }

    fn run() -> Result<ExitCode, (u8, String)> {
        let usage = || (2, "fakecam KIND.json [--control FILE] -- PROGRAM ARGUMENT…".to_owned());
        let mut words = env::args_os().skip(1);
        let before: Vec<OsString> = words.by_ref().take_while(|word| word != "--").collect();
        let (kind, control) = match &before[..] {
            [kind] => (kind, None),
            [kind, option, file] if option == "--control" => (kind, Some(PathBuf::from(file))),
            _ => return Err(usage()),
        };
        let kind = Kind::read(kind.as_ref()).map_err(|error| (2, error))?;
        let mut command = Command::new(words.next().ok_or_else(usage)?);
        command.args(words);
        let running = fakecam::spawn(kind, control, command).map_err(|refused| match refused {
            Refused::Rights(_) => (SKIP, refused.to_string()),
            Refused::Program(_) => (127, refused.to_string()),
        })?;
        hand_signals_on(running.id() as i32);
        let status = running.wait().map_err(|error| (1, error.to_string()))?;
        let code = status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or_default());
        Ok(ExitCode::from(code as u8))
    }

    static PROGRAM: AtomicI32 = AtomicI32::new(0);

    fn hand_signals_on(program: i32) {
        PROGRAM.store(program, Ordering::Relaxed);
        for signal in [libc::SIGINT, libc::SIGTERM, libc::SIGHUP, libc::SIGUSR1] {
            // SAFETY: the handler makes one system call.
            unsafe { libc::signal(signal, hand_on as *const () as libc::sighandler_t) };
        }
    }

    extern "C" fn hand_on(signal: libc::c_int) {
        // SAFETY: it takes numbers.
        unsafe { libc::kill(PROGRAM.load(Ordering::Relaxed), signal) };
    }
}
