//! Shows the panel's preview of what is sent, in the size in which the panel has a place for it.
//!
//! Where the system lets us, the program paints the picture itself, over the page's place for it (`painter.rs`): that costs a tenth of
//! bringing the pixels into the page, which paints them into memory that the program then copies. Elsewhere, and while something of
//! the page stands over the picture, the page is handed it, each as one message (`script.rs`).

mod painter;
mod script;

use super::place::Place;
use super::{PANEL, Shell};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tauri::{AppHandle, Manager, WebviewWindow};
use tokio::sync::{oneshot, watch};
use tokio::time::{Instant, timeout, timeout_at};

pub(super) use painter::prepare;

/// Enough to see oneself move.
const BETWEEN: Duration = Duration::from_micros(1_000_000 / 15);

/// The same behind something that stands over the picture for a while, where it costs more and is looked at less.
const BETWEEN_BEHIND: Duration = Duration::from_millis(200);

/// For a page to say that it has a picture. One that is being loaded anew never does.
const PATIENCE: Duration = Duration::from_secs(1);

/// The same while the program's own picture stands before what the page shows over it: it is taken away soon, whatever the page does.
const HANDOVER: Duration = Duration::from_millis(100);

/// A picture on its way to the screen.
enum Made {
    /// To be painted: blue, green, red and a byte that says nothing for each pixel.
    Pixels { size: (u16, u16), pixels: Vec<u8>, within: [f64; 4] },
    /// To be run by the page.
    Script(String),
}

/// Shows pictures until the program ends; none while nobody looks.
pub(super) async fn show(app: AppHandle, mut asked: watch::Receiver<Option<Place>>) {
    let (mut has, mut is_painted) = (0, false);
    loop {
        let place = *asked.borrow_and_update();
        let (Some(place), Ok(studio), Some(window)) =
            (place, app.state::<Shell>().studio(), app.get_webview_window(PANEL))
        else {
            if asked.changed().await.is_err() {
                return; // The program ends.
            }
            has = 0;
            continue;
        };
        let begun = Instant::now();
        let within = place.within.filter(|_| painter::CAN);
        // Scaling a picture takes a millisecond, so it happens on a thread that may block.
        let make = move || {
            let picture = studio.preview((place.width, place.height), has)?;
            let made = match within {
                Some(within) => {
                    Made::Pixels { size: (picture.width, picture.height), pixels: picture.pixels(), within }
                }
                None => Made::Script(script::write(&picture)),
            };
            Some((picture.number, made))
        };
        let made = tauri::async_runtime::spawn_blocking(threads::caught("preview", make)).await;
        // What panicked there was told; the next picture is tried all the same.
        if let Ok(Ok(Some((number, made)))) = made {
            has = number;
            match made {
                Made::Pixels { size, pixels, within } => {
                    paint(&window, size, pixels, within).await;
                    is_painted = true;
                }
                Made::Script(script) => deliver(&window, script, if is_painted { HANDOVER } else { PATIENCE }).await,
            }
        }
        if within.is_none() && is_painted {
            painter::clear(&window); // The page has its own by now, so that the place is not empty.
            is_painted = false;
        }
        let between = if painter::CAN && within.is_none() { BETWEEN_BEHIND } else { BETWEEN };
        match timeout_at(begun + between, asked.changed()).await {
            // Whoever asks may be a page that was loaded anew, and has none.
            Ok(Ok(())) => has = 0,
            Ok(Err(_)) => return,
            Err(_) => {}
        }
    }
}

/// Returns when it has been taken for the next time that the window is drawn.
async fn paint(window: &WebviewWindow, size: (u16, u16), pixels: Vec<u8>, within: [f64; 4]) {
    let (taken, is_taken) = oneshot::channel();
    let told = move || {
        // Nobody waits any more for a window that took too long.
        taken.send(()).ok();
    };
    if painter::paint(window, size, pixels, within, told).is_ok() {
        timeout(PATIENCE, is_taken).await.ok();
    }
}

/// Returns when the page has it: no picture is sent behind one that was not taken yet.
async fn deliver(window: &WebviewWindow, script: String, patience: Duration) {
    let (taken, is_taken) = oneshot::channel();
    let taken = Mutex::new(Some(taken));
    let told = move |_| {
        if let Some(taken) = taken.lock().unwrap_or_else(PoisonError::into_inner).take() {
            // Nobody waits any more for a page that took too long.
            taken.send(()).ok();
        }
    };
    if window.eval_with_callback(script, told).is_ok() {
        timeout(patience, is_taken).await.ok();
    }
}
