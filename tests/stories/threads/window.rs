//! The window's tasks fail, in the real window on a display of its own. Nobody clicks there: what the panel does by itself is enough.

use super::{ask_to_fail, count_in};
use crate::support::{Browser, DataFolder, Display, soon};
use std::net::TcpListener;
use std::process::{Child, Command};
use std::time::Duration;
use tempfile::TempDir;

pub(super) const IN_THE_WINDOW: [&str; 4] = ["awake", "feed", "preview", "closing"];

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(50);

#[tokio::test]
async fn the_window_goes_on_without_what_failed_and_ends_where_it_cannot() {
    let Some(display) = Display::open("1180x780x24") else { return };
    let faults = TempDir::new().expect("there is room for a folder");
    // It waits for the broadcast to begin, and is looked at once before: that is when it fails.
    ask_to_fail(&faults, "awake");
    let mut window = Window::open(&display, &faults).await;
    window.fails("awake", 1).await;
    // A second time: it was there again.
    for name in ["feed", "preview"] {
        for count in 1..=2 {
            ask_to_fail(&faults, name);
            window.fails(name, count).await;
        }
    }
    assert!(window.program.0.try_wait().expect("it is our child").is_none(), "it goes on without them");

    ask_to_fail(&faults, "closing");
    let asked = Command::new("kill").args(["-TERM", &window.program.0.id().to_string()]).status();
    assert!(asked.expect("there is a kill").success());
    let ended = soon("the program ends", async {
        loop {
            if let Some(status) = window.program.0.try_wait().expect("it is our child") {
                return status;
            }
            tokio::time::sleep(PAUSE).await;
        }
    });
    assert_eq!(ended.await.code(), Some(1), "it cannot be closed as it should be, so it ends as after any failure");
}

struct Window {
    program: Ends,
    metrics: String,
    _folder: DataFolder,
}

impl Window {
    async fn open(display: &Display, faults: &TempDir) -> Window {
        let folder = DataFolder::new();
        let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port is free");
        let mut command = Command::new(env!("CARGO_BIN_EXE_skylark"));
        command.args(["--listen", &free.to_string(), "--metrics", "loopback", "--camera", "pattern"]);
        command.args(["--microphone", "tone", "--size", "320x180"]).arg("--data-dir").arg(folder.path());
        command.env("DISPLAY", &display.name).env("GDK_BACKEND", "x11").env_remove("WAYLAND_DISPLAY");
        command.env("HOME", folder.path()).env(super::FAULTS, faults.path());
        for kind in ["XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"] {
            command.env_remove(kind);
        }
        let program = Ends(command.spawn().expect("the program starts"));
        let metrics = format!("http://{free}/metrics");
        soon("the window's studio answers", async {
            while reqwest::get(&metrics).await.is_err() {
                tokio::time::sleep(PAUSE).await;
            }
        })
        .await;
        Window { program, metrics, _folder: folder }
    }

    /// Waits until this one has panicked so often.
    async fn fails(&self, name: &str, count: u64) {
        let counted = async {
            let browser = Browser::new();
            loop {
                let text = browser.get(&self.metrics).await.text().await.expect("text");
                if count_in(&text, name) == Some(count) {
                    return;
                }
                tokio::time::sleep(PAUSE).await;
            }
        };
        soon(&format!("{name} fails for the {count}. time"), counted).await;
    }
}

/// A process that ends with this.
struct Ends(Child);

impl Drop for Ends {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
