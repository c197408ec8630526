//! A display that nobody sees (Xvfb), and a program that has windows on it.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use x11rb::connection::Connection;
use x11rb::protocol::randr::{ConnectionExt as _, ModeInfo, Rotation};
use x11rb::protocol::xproto::{
    AtomEnum, ChangeGCAux, ConfigureWindowAux, ConnectionExt as _, CreateGCAux, CreateWindowAux, PropMode, Rectangle,
    WindowClass,
};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

/// A display of the test's own.
pub(crate) struct Display {
    pub(crate) name: String,
    server: Child,
}

impl Display {
    /// None where there is no Xvfb; says so.
    pub(crate) fn open(screen: &str) -> Option<Display> {
        let mut command = Command::new("Xvfb");
        command.args(["-displayfd", "1", "-screen", "0", screen, "-nolisten", "tcp", "-noreset"]);
        let Ok(mut server) = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn() else {
            eprintln!("skipped: Xvfb is not installed");
            return None;
        };
        let stdout = server.stdout.take().expect("piped");
        let mut display = Display { name: String::new(), server };
        let mut number = String::new();
        BufReader::new(stdout).read_line(&mut number).expect("it says which display it is, or ends");
        assert!(!number.trim().is_empty(), "Xvfb opened no display");
        display.name = format!(":{}", number.trim());
        Some(display)
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// A program with windows.
pub(crate) struct Windows {
    connection: RustConnection,
    root: u32,
    brush: u32,
}

impl Windows {
    pub(crate) fn on(display: &Display) -> Windows {
        let (connection, screen) = x11rb::connect(Some(&display.name)).expect("the display is there");
        let root = connection.setup().roots[screen].root;
        let brush = connection.generate_id().expect("there are numbers left");
        connection.create_gc(brush, root, &CreateGCAux::new()).expect("it is there");
        Windows { connection, root, brush }
    }

    /// Opens one, and shows it.
    pub(crate) fn open(&self, title: &str, [x, y]: [i16; 2], [width, height]: [u16; 2]) -> u32 {
        let window = self.connection.generate_id().expect("there are numbers left");
        let looks = CreateWindowAux::new().background_pixel(0x30_60_90);
        let class = WindowClass::INPUT_OUTPUT;
        let made = self.connection.create_window(0, window, self.root, x, y, width, height, 0, class, 0, &looks);
        made.expect("it is there");
        let (name, text) = (AtomEnum::WM_NAME, AtomEnum::STRING);
        let named = self.connection.change_property8(PropMode::REPLACE, window, name, text, title.as_bytes());
        named.expect("it is there");
        self.connection.map_window(window).expect("it is there");
        self.done();
        window
    }

    /// Draws the `step`th picture of something that moves.
    pub(crate) fn draw(&self, window: u32, step: u32) {
        let colour = step.wrapping_mul(0x1f_35_7b) & 0xff_ff_ff;
        self.connection.change_gc(self.brush, &ChangeGCAux::new().foreground(colour)).expect("it is there");
        let at = i16::try_from(step * 7 % 200).expect("it is small");
        let area = Rectangle { x: at, y: at / 2, width: 120, height: 80 };
        self.connection.poly_fill_rectangle(window, self.brush, &[area]).expect("it is there");
        self.done();
    }

    pub(crate) fn resize(&self, window: u32, [width, height]: [u32; 2]) {
        let size = ConfigureWindowAux::new().width(width).height(height);
        self.connection.configure_window(window, &size).expect("it is there");
        self.done();
    }

    pub(crate) fn close(&self, window: u32) {
        self.connection.destroy_window(window).expect("it is there");
        self.done();
    }

    /// The whole screen gets another size, no larger than the first.
    pub(crate) fn resize_screen(&self, width: u16, height: u16) {
        let told = self.connection.randr_get_screen_resources_current(self.root).expect("it is there").reply();
        let resources = told.expect("it says");
        let name = format!("{width}x{height}");
        let name_len = u16::try_from(name.len()).expect("it is short");
        let mode = ModeInfo { width, height, htotal: width, vtotal: height, name_len, ..ModeInfo::default() };
        let made = self.connection.randr_create_mode(self.root, mode, name.as_bytes()).expect("it is there").reply();
        let (mode, output) = (made.expect("it may be").mode, resources.outputs[0]);
        self.connection.randr_add_output_mode(output, mode).expect("it is there").check().expect("it may be");
        let (now, since) = (x11rb::CURRENT_TIME, resources.config_timestamp);
        let crtc = resources.crtcs[0];
        let set = self.connection.randr_set_crtc_config(crtc, now, since, 0, 0, mode, Rotation::ROTATE0, &[output]);
        set.expect("it is there").reply().expect("it may be");
        let set = self.connection.randr_set_screen_size(self.root, width, height, 300, 200).expect("it is there");
        set.check().expect("it may be");
        self.done();
    }

    fn done(&self) {
        self.connection.sync().expect("it is there");
    }
}
