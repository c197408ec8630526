//! A real screen, of a compositor that shows it to nobody, by a real portal and a real PipeWire.

#[path = "../../../tests/support/wayland_desktop.rs"]
mod desktop;

use super::*;
use desktop::{Desktop, PATIENCE};
use std::{
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

/// One desktop at a time: each is nine programs.
fn alone() -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::new(());
    ONE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn open(desktop: &Desktop, permission: &Arc<Permission>, given_up: &AtomicBool) -> Result<Screen, DeviceError> {
    let is_given_up = || given_up.load(Ordering::Relaxed);
    let asking = AtomicBool::new(false);
    let way = Way { fps: 30, permission: permission.clone(), given_up: &is_given_up, asking: &asking };
    Screen::by(|| Ok(Portal::on(Some(&desktop.bus()))?), &way)
}

/// Opens it, while the person chooses the screen or nothing as soon as it is asked.
fn choosing(desktop: &Desktop, permission: &Arc<Permission>, something: bool) -> Result<Screen, DeviceError> {
    let before = desktop.asked();
    thread::scope(|scope| {
        scope.spawn(|| {
            let end = Instant::now() + PATIENCE;
            while desktop.asked() == before {
                assert!(Instant::now() < end, "nobody was asked");
                thread::sleep(Duration::from_millis(10));
            }
            desktop.choose(something);
        });
        open(desktop, permission, &AtomicBool::new(false))
    })
}

/// Looks until the screen is seen, in this size. This portal tells nothing of a screen that stands still, not even how it looks at first, where
/// it was shown before: so something is drawn there until it is seen. Returns the last colour of it.
fn until_seen(desktop: &Desktop, screen: &mut Screen, what: &str, wanted: (u16, u16)) -> u32 {
    let (end, mut pixels, mut last) = (Instant::now() + PATIENCE, Vec::new(), None);
    for colour in [0xff_80_00, 0x11_88_22, 0x99_00_55].into_iter().cycle() {
        desktop.output(&format!("bg #{colour:06x} solid_color"));
        let moment = Instant::now() + Duration::from_millis(500);
        while Instant::now() < moment {
            let size = screen.picture(&mut pixels, false).unwrap_or_else(|error| panic!("{what}: {error:?}"));
            if let Some(size) = size {
                assert_eq!(pixels.len(), 4 * usize::from(size.width) * usize::from(size.height));
                if is(wanted, colour)(size, &pixels) {
                    return colour;
                }
                last = Some((size, middle(size, &pixels)));
            }
            screen.rest(Instant::now() + Duration::from_millis(10));
        }
        assert!(Instant::now() < end, "{what} was not seen, but {last:x?}");
    }
    unreachable!("it goes on and on");
}

fn middle(Size { width, height }: Size, pixels: &[u8]) -> u32 {
    let at = 4 * (usize::from(height) / 2 * usize::from(width) + usize::from(width) / 2);
    u32::from_le_bytes([pixels[at], pixels[at + 1], pixels[at + 2], 0])
}

fn is(wanted: (u16, u16), colour: u32) -> impl Fn(Size, &[u8]) -> bool {
    move |size, pixels| (size.width, size.height) == wanted && middle(size, pixels) == colour
}

#[test]
fn a_screen_that_was_chosen_is_shown_as_it_changes_and_known_again() {
    let _alone = alone();
    let Some(desktop) = Desktop::start() else { return };
    let permission = Arc::<Permission>::default();
    let mut screen = choosing(&desktop, &permission, true).expect("it was chosen");
    until_seen(&desktop, &mut screen, "the screen", (640, 360));
    let colour = until_seen(&desktop, &mut screen, "what changed on it", (640, 360));
    // It is drawn once more, or twice, while the other background goes away; and then nothing comes any more.
    let (mut quiet, mut pixels, end) = (0, Vec::new(), Instant::now() + PATIENCE);
    while quiet < 20 {
        assert!(Instant::now() < end, "a screen that stands still is delivered on and on");
        screen.rest(Instant::now() + Duration::from_millis(30));
        quiet = if screen.picture(&mut pixels, false).expect("it is there").is_some() { 0 } else { quiet + 1 };
    }
    let again = screen.picture(&mut pixels, true).expect("it is there").expect("it was asked for anew");
    assert!(is((640, 360), colour)(again, &pixels));

    desktop.output("resolution 800x600");
    until_seen(&desktop, &mut screen, "it in its new size", (800, 600));
    desktop.output("transform 90");
    until_seen(&desktop, &mut screen, "it upright", (600, 800));
    drop(screen);

    // It is opened anew, as for another size of what is sent: the portal knows what was chosen, and asks nobody.
    let mut screen = open(&desktop, &permission, &AtomicBool::new(false)).expect("it is known again");
    until_seen(&desktop, &mut screen, "it, known again", (600, 800));
    assert_eq!(desktop.asked(), 1, "people were asked once");
    assert!(permission.choose_again());
    drop(screen);
    let mut screen = choosing(&desktop, &permission, true).expect("it was chosen");
    until_seen(&desktop, &mut screen, "it, chosen again", (600, 800));
    assert_eq!(desktop.asked(), 2);
}

#[test]
fn nobody_is_asked_again_who_chose_nothing_and_what_ends_is_said() {
    let _alone = alone();
    let Some(mut desktop) = Desktop::start() else { return };
    let permission = Arc::<Permission>::default();
    let declined = choosing(&desktop, &permission, false).err();
    let is_said = |error: &Option<DeviceError>, words: &str| matches!(error, Some(DeviceError::Said(_, said)) if said.contains(words));
    assert!(is_said(&declined, "No screen or window was chosen"), "{declined:?}");
    for _ in 0..5 {
        // Were it asked, it would be given up at once.
        let again = open(&desktop, &permission, &AtomicBool::new(true)).err();
        assert_eq!(again, declined, "it is tried again by itself, and nobody is asked");
    }
    assert_eq!(desktop.asked(), 1);

    // Whoever is asked takes time, and another source is chosen meanwhile.
    permission.chosen(false);
    let given_up = AtomicBool::new(false);
    thread::scope(|scope| {
        let opening = scope.spawn(|| open(&desktop, &permission, &given_up).err());
        let end = Instant::now() + PATIENCE;
        while desktop.asked() < 2 {
            assert!(Instant::now() < end, "nobody was asked");
            thread::sleep(Duration::from_millis(10));
        }
        given_up.store(true, Ordering::Relaxed);
        let ended = opening.join().expect("it does not panic");
        assert_eq!(ended, Some(portal::Trouble::GivenUp.into()));
    });
    desktop.choose(true);
    assert!(permission.ask(Instant::now()).is_ok(), "who comes back is asked");

    let mut screen = choosing(&desktop, &permission, true).expect("it was chosen");
    until_seen(&desktop, &mut screen, "the screen", (640, 360));
    desktop.end_backend();
    let (end, mut pixels) = (Instant::now() + PATIENCE, Vec::new());
    let lost = loop {
        match screen.picture(&mut pixels, false) {
            Ok(_) => screen.rest(Instant::now() + Duration::from_millis(10)),
            Err(error) => break Some(error),
        }
        assert!(Instant::now() < end, "it goes on");
    };
    assert!(is_said(&lost, "not shared any more"), "{lost:?}");
    assert_eq!(permission.ask(Instant::now()).err(), lost, "nobody is asked by itself");
}
