//! Real screens and windows, of an X server that shows them to nobody (Xvfb).

use super::*;
use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};
use x11rb::{
    protocol::xproto::{
        AtomEnum, ChangeGCAux, ConfigureWindowAux, CreateGCAux, CreateWindowAux, PropMode, Rectangle, WindowClass,
    },
    wrapper::ConnectionExt as _,
};

/// Nothing here takes longer.
const PATIENCE: Duration = Duration::from_secs(10);

/// An X server of our own, on a display that is free.
struct Server {
    process: Child,
    display: String,
}

impl Server {
    /// None where there is no Xvfb.
    fn start(screen: &str) -> Option<Server> {
        let begun = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", screen, "-nolisten", "tcp", "-noreset"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let mut process = match begun {
            Ok(process) => process,
            Err(_) => {
                eprintln!("skipped: Xvfb is not installed");
                return None;
            }
        };
        let mut number = String::new();
        BufReader::new(process.stdout.take().expect("piped")).read_line(&mut number).expect("it says which is free");
        Some(Server { process, display: format!(":{}", number.trim()) })
    }

    fn capture(&self, wanted: &Wanted) -> Result<Screen, DeviceError> {
        Screen::on(Display::named(self.display.clone())?, wanted)
    }

    fn client(&self) -> Client {
        let display = Display::named(self.display.clone()).unwrap_or_else(|error| panic!("{error:?}"));
        let brush = display.connection.generate_id().expect("there are numbers left");
        display.connection.create_gc(brush, display.root, &CreateGCAux::new()).expect("it is there");
        // Out of the way: the pointer is drawn over what is looked at.
        display.connection.warp_pointer(x11rb::NONE, display.root, 0, 0, 0, 0, 2000, 2000).expect("it is there");
        Client { display, brush }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A program that has windows.
struct Client {
    display: Display,
    brush: u32,
}

impl Client {
    fn window(&self, title: &str, [x, y]: [i16; 2], [width, height]: [u16; 2], colour: u32) -> u32 {
        let Display { connection, root } = &self.display;
        let id = connection.generate_id().expect("there are numbers left");
        let looks = CreateWindowAux::new().background_pixel(colour);
        let class = WindowClass::INPUT_OUTPUT;
        connection.create_window(0, id, *root, x, y, width, height, 0, class, 0, &looks).expect("it is there");
        let (name, text) = (AtomEnum::WM_NAME, AtomEnum::STRING);
        connection.change_property8(PropMode::REPLACE, id, name, text, title.as_bytes()).expect("it is there");
        connection.map_window(id).expect("it is there");
        self.done();
        id
    }

    fn fill(&self, drawable: u32, colour: u32, [x, y, width, height]: [i16; 4]) {
        let connection = &self.display.connection;
        connection.change_gc(self.brush, &ChangeGCAux::new().foreground(colour)).expect("it is there");
        let area = Rectangle { x, y, width: width as u16, height: height as u16 };
        connection.poly_fill_rectangle(drawable, self.brush, &[area]).expect("it is there");
        self.done();
    }

    /// All that was asked is done.
    fn done(&self) {
        self.display.connection.sync().expect("it is there");
    }
}

/// Looks until this is what the picture is like.
fn until(screen: &mut Screen, what: &str, seen: impl Fn(Size, &[u8]) -> bool) {
    let (end, mut pixels) = (Instant::now() + PATIENCE, Vec::new());
    loop {
        let size = screen.picture(&mut pixels, false).unwrap_or_else(|error| panic!("{what}: {error:?}"));
        if size.is_some_and(|size| seen(size, &pixels)) {
            return;
        }
        assert!(Instant::now() < end, "{what} was not seen");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Looks until it fails.
fn until_lost(screen: &mut Screen) -> String {
    let (end, mut pixels) = (Instant::now() + PATIENCE, Vec::new());
    loop {
        match screen.picture(&mut pixels, false) {
            Err(DeviceError::Said(_, message)) => return message.message,
            other => assert!(other.is_ok(), "{other:?}"),
        }
        assert!(Instant::now() < end, "it goes on");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn at(Size { width, .. }: Size, pixels: &[u8], x: usize, y: usize) -> u32 {
    let at = 4 * (y * usize::from(width) + x);
    u32::from_le_bytes([pixels[at], pixels[at + 1], pixels[at + 2], 0])
}

#[test]
fn a_screen_is_taken_as_it_is_and_only_when_it_changed() {
    let Some(server) = Server::start("640x360x24") else { return };
    let client = server.client();
    let root = client.display.root;
    client.fill(root, 0x20_40_80, [0, 0, 640, 360]);
    let mut screen = server.capture(&Wanted::Screen(None)).expect("there is one");
    assert!(screen.shared.is_some() && screen.damage.is_some(), "the server has both");
    let first = |size: Size, pixels: &[u8]| at(size, pixels, 10, 10) == 0x20_40_80 && size.width == 640;
    until(&mut screen, "the first picture", first);
    let mut pixels = Vec::new();
    for _ in 0..20 {
        assert_eq!(screen.picture(&mut pixels, false).expect("it is there"), None, "nothing was drawn");
    }
    assert!(screen.picture(&mut pixels, true).expect("it is there").is_some(), "it was asked for anew");
    client.fill(root, 0xff_80_00, [100, 50, 20, 20]);
    let drawn = |size, pixels: &[u8]| (at(size, pixels, 110, 60), at(size, pixels, 99, 60)) == (0xff_80_00, 0x20_40_80);
    until(&mut screen, "what was drawn", drawn);
    // The pointer is seen where it points, and leaves nothing behind.
    client.display.connection.warp_pointer(x11rb::NONE, root, 0, 0, 0, 0, 300, 200).expect("it is there");
    client.done();
    let around = |size, pixels: &[u8]| (292..308).any(|x| (192..208).any(|y| at(size, pixels, x, y) != 0x20_40_80));
    until(&mut screen, "the pointer", around);
    client.display.connection.warp_pointer(x11rb::NONE, root, 0, 0, 0, 0, 600, 300).expect("it is there");
    client.done();
    until(&mut screen, "that it went on", |size, pixels| !around(size, pixels));
}

#[test]
fn one_of_two_screens_is_taken_and_its_going_is_said() {
    let Some(server) = Server::start("1200x400x24") else { return };
    let client = server.client();
    let Display { connection, root } = &client.display;
    client.fill(*root, 0x11_22_33, [0, 0, 800, 400]);
    client.fill(*root, 0xaa_bb_cc, [800, 0, 400, 400]);
    let resources =
        connection.randr_get_screen_resources_current(*root).expect("it is there").reply().expect("it says");
    let monitor = |name: &[u8], x: i16, width: u16, outputs: &[u32]| {
        let name = connection.intern_atom(false, name).expect("it is there").reply().expect("it says").atom;
        let info = randr::MonitorInfo {
            name,
            primary: x == 0,
            automatic: false,
            x,
            y: 0,
            width,
            height: 400,
            width_in_millimeters: 100,
            height_in_millimeters: 100,
            outputs: outputs.to_vec(),
        };
        connection.randr_set_monitor(*root, info).expect("it is there").check().expect("it may be");
        name
    };
    monitor(b"left", 0, 800, &resources.outputs);
    let right = monitor(b"right", 800, 400, &[]);
    let listed = find::screens(connection, *root).expect("it says");
    let named: Vec<String> = (1..).zip(&listed).map(|(number, screen)| screen.source(number).label).collect();
    assert_eq!(named, ["left (800x400)", "right (400x400)"]);
    let mut screen = server.capture(&Wanted::Screen(Some(2))).expect("there are two");
    until(&mut screen, "the second one", |size, pixels| size.width == 400 && at(size, pixels, 5, 5) == 0xaa_bb_cc);
    client.fill(*root, 0xff_ff_ff, [0, 0, 800, 400]);
    let mut pixels = Vec::new();
    for _ in 0..10 {
        assert_eq!(screen.picture(&mut pixels, false).expect("it is there"), None, "only the other one changed");
    }
    client.fill(*root, 0x00_ff_00, [800, 0, 10, 10]);
    until(&mut screen, "what was drawn there", |size, pixels| at(size, pixels, 5, 5) == 0x00_ff_00);
    connection.randr_delete_monitor(*root, right).expect("it is there").check().expect("it may be");
    assert!(until_lost(&mut screen).contains("Screen 2 went away"));
    let refused = server.capture(&Wanted::Screen(Some(2))).err();
    assert!(
        matches!(refused, Some(DeviceError::Said(ErrorCode::NoDevice, said)) if said.contains("There is no screen 2"))
    );
}

#[test]
fn a_window_is_taken_whatever_stands_before_it_and_follows_its_size() {
    let Some(server) = Server::start("800x600x24") else { return };
    let client = server.client();
    let connection = &client.display.connection;
    let window = client.window("Slides - page 1", [50, 60], [320, 180], 0x30_60_90);
    client.window("Something else", [40, 40], [400, 300], 0xff_00_00);
    let mut screen = server.capture(&Wanted::Window("Slides".to_owned())).expect("it is shown");
    let seen =
        |size: Size, pixels: &[u8]| (size.width, size.height) == (320, 180) && at(size, pixels, 160, 90) == 0x30_60_90;
    until(&mut screen, "the window behind the other", seen);
    client.fill(window, 0x01_fe_02, [100, 50, 20, 20]);
    until(&mut screen, "what was drawn in it", |size, pixels| at(size, pixels, 110, 60) == 0x01_fe_02);
    connection.configure_window(window, &ConfigureWindowAux::new().x(100).y(10)).expect("it is there");
    client.fill(window, 0x02_02_fe, [0, 0, 320, 180]);
    until(&mut screen, "it where it was moved", |size, pixels| at(size, pixels, 160, 90) == 0x02_02_fe);
    connection.configure_window(window, &ConfigureWindowAux::new().width(500).height(400)).expect("it is there");
    client.fill(window, 0x99_88_77, [0, 0, 500, 400]);
    let grown =
        |size: Size, pixels: &[u8]| (size.width, size.height) == (500, 400) && at(size, pixels, 499, 399) == 0x99_88_77;
    until(&mut screen, "it in its new size", grown);
    connection.unmap_window(window).expect("it is there");
    client.done();
    assert!(until_lost(&mut screen).contains("is minimised. Show it again"));
    let minimised = server.capture(&Wanted::Window("Slides".to_owned())).err();
    assert!(matches!(minimised, Some(DeviceError::Said(_, said)) if said.contains("minimised")));
    connection.map_window(window).expect("it is there");
    client.fill(window, 0x44_55_66, [0, 0, 500, 400]);
    let mut screen = server.capture(&Wanted::Window("slides".to_owned())).expect("it is shown again");
    until(&mut screen, "it, back", |size, pixels| at(size, pixels, 250, 200) == 0x44_55_66);
    connection.destroy_window(window).expect("it is there");
    client.done();
    assert!(until_lost(&mut screen).contains("was closed. Open it again"));
    let missing = server.capture(&Wanted::Window("Slides".to_owned())).err();
    assert!(
        matches!(missing, Some(DeviceError::Said(ErrorCode::NoDevice, said)) if said.contains("There is no window"))
    );
}

#[test]
fn a_display_that_goes_away_is_said() {
    let Some(server) = Server::start("4096x2160x24") else { return };
    let mut screen = server.capture(&Wanted::Screen(None)).expect("there is one");
    until(&mut screen, "a picture of 4K", |size, pixels| {
        (size.width, size.height) == (4096, 2160) && pixels.len() == 4 * 4096 * 2160
    });
    drop(server);
    assert!(until_lost(&mut screen).contains("comes back by itself"));
}
