//! A window with nothing in it, or with one plain area that is repainted 15 times a second: what the toolkit itself takes, beside which
//! `./dev bench window` puts Skylark's. It is composited as Skylark's is.
//!
//! `empty_window auto|on|off [WIDTHxHEIGHT]`: with a size that area changes its colour.

#[allow(dead_code)] // Skylark's own decision, of which only its call is needed here.
#[path = "../src/window/acceleration.rs"]
mod acceleration;

use studio::HardwareAcceleration;
use tauri::{WebviewUrl, WebviewWindowBuilder};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let wish: HardwareAcceleration =
        arguments.next().and_then(|text| text.parse().ok()).unwrap_or(HardwareAcceleration::Auto);
    let page = arguments.next().map_or("index.html".to_owned(), |area| format!("index.html?{area}"));
    #[allow(unsafe_code)]
    // SAFETY: the program has this one thread yet.
    let policy = unsafe { acceleration::choose(wish) };
    tauri::Builder::default()
        .setup(move |app| {
            let window = WebviewWindowBuilder::new(app, "empty", WebviewUrl::App(page.into()));
            let window = window
                .inner_size(1280.0, 800.0)
                .position(0.0, 0.0)
                .background_color([14, 18, 22, 255].into())
                .build()?;
            Ok(acceleration::tell(&window, policy)?)
        })
        .run(tauri::generate_context!("tests/bench/empty/tauri.conf.json"))
        .expect("the window opens where there is a display");
}
