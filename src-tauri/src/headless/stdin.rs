use std::io::BufRead;
use tokio::sync::mpsc;

/// Lines that wait to be carried out. Whoever writes more waits.
const LINES: usize = 64;

/// The lines of stdin that are not blank. They end when stdin does, which ends nothing else.
///
/// A thread of its own reads them, because a read of stdin cannot be called off: at the program's end it is left waiting.
pub(super) fn lines() -> mpsc::Receiver<String> {
    let (sender, receiver) = mpsc::channel(LINES);
    let run = move || {
        let mut stdin = std::io::stdin().lock();
        let mut line = Vec::new();
        // What is not UTF-8 becomes a line that is no command, and is answered as one.
        while matches!(stdin.read_until(b'\n', &mut line), Ok(1..)) {
            let text = String::from_utf8_lossy(&line).trim().to_owned();
            line.clear();
            if !text.is_empty() && sender.blocking_send(text).is_err() {
                break;
            }
        }
    };
    std::thread::Builder::new().name("stdin".into()).spawn(run).expect("the system has room for a thread");
    receiver
}
