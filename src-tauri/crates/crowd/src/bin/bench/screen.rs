//! A screen that nobody sees (Xvfb), on which lines scroll up as in an editor, or stand still. Linux only, as all that is measured.

use anyhow::Context;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;
use x11rb::connection::Connection;
use x11rb::protocol::xproto::{ChangeGCAux, ConnectionExt as _, CreateGCAux, Rectangle};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

/// Of the screen, pixels.
const SIZE: [u16; 2] = [1920, 1080];
/// A line's height, and between two steps of the scrolling.
const LINE: u16 = 18;
const STEP: Duration = Duration::from_millis(66);

pub(crate) struct Screen {
    pub(crate) display: String,
    server: Child,
    scrolls: Arc<AtomicBool>,
    ends: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Screen {
    pub(crate) fn open() -> anyhow::Result<Screen> {
        let mut command = Command::new("Xvfb");
        command.args(["-displayfd", "1", "-screen", "0", &format!("{}x{}x24", SIZE[0], SIZE[1])]);
        command.args(["-nolisten", "tcp", "-noreset"]).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut server = command.spawn().context("Xvfb does not start")?;
        let stdout = server.stdout.take().expect("it is piped");
        let (scrolls, ends) = (Arc::<AtomicBool>::default(), Arc::<AtomicBool>::default());
        let mut screen = Screen { display: String::new(), server, scrolls, ends, thread: None };
        let mut number = String::new();
        BufReader::new(stdout).read_line(&mut number)?;
        screen.display = format!(":{}", number.trim());
        let page = Page::on(&screen.display)?;
        let (scrolls, ends) = (screen.scrolls.clone(), screen.ends.clone());
        screen.thread = Some(thread::spawn(move || page.write(&scrolls, &ends)));
        Ok(screen)
    }

    /// Has the lines scroll up, or stand still.
    pub(crate) fn scroll(&self, on: bool) {
        self.scrolls.store(on, Ordering::Relaxed);
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::Relaxed);
        drop(self.thread.take().map(JoinHandle::join));
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// What is drawn on it.
struct Page {
    connection: RustConnection,
    root: u32,
    brush: u32,
}

impl Page {
    fn on(display: &str) -> anyhow::Result<Page> {
        let (connection, screen) = x11rb::connect(Some(display))?;
        let (root, brush) = (connection.setup().roots[screen].root, connection.generate_id()?);
        connection.create_gc(brush, root, &CreateGCAux::new().graphics_exposures(0))?;
        Ok(Page { connection, root, brush })
    }

    /// A full page at first, then a line more with each step.
    fn write(&self, scrolls: &AtomicBool, ends: &AtomicBool) {
        let mut dice = 1;
        for _ in 0..SIZE[1] / LINE {
            if self.line(&mut dice).is_err() {
                return;
            }
        }
        while !ends.load(Ordering::Relaxed) {
            // It goes with its display, which ends before this does where the whole measurement is given up.
            if scrolls.load(Ordering::Relaxed) && self.line(&mut dice).is_err() {
                return;
            }
            thread::sleep(STEP);
        }
    }

    /// All goes up by a line, and below stands a new one: words of letters, each a few strokes.
    fn line(&self, dice: &mut u32) -> anyhow::Result<()> {
        let ([width, height], connection) = (SIZE, &self.connection);
        let mut roll = |below: u32| {
            *dice = dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (*dice >> 8) % below
        };
        connection.copy_area(self.root, self.root, self.brush, 0, LINE as i16, 0, 0, width, height - LINE)?;
        let top = (height - LINE) as i16;
        connection.change_gc(self.brush, &ChangeGCAux::new().foreground(0x1b_1e_24))?;
        connection.poly_fill_rectangle(self.root, self.brush, &[Rectangle { x: 0, y: top, width, height: LINE }])?;
        let colour = [0xd8_dc_e0, 0x7f_b8_e8, 0xc9_92_d8, 0x8f_c8_8a][roll(4) as usize];
        connection.change_gc(self.brush, &ChangeGCAux::new().foreground(colour))?;
        let (mut x, end, mut strokes) = (20 + 32 * roll(5) as i16, 400 + roll(1_400) as i16, Vec::new());
        while x < end {
            for _ in 0..1 + roll(9) {
                strokes.push(Rectangle { x, y: top + 4, width: 1, height: 11 });
                strokes.push(Rectangle { x, y: top + 4 + roll(10) as i16, width: 6, height: 1 });
                x += 9;
            }
            x += 9;
        }
        connection.poly_fill_rectangle(self.root, self.brush, &strokes)?;
        connection.sync()?;
        Ok(())
    }
}
