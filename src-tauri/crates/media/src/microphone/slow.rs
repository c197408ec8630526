//! A headset that has to be woken over Bluetooth: it takes seconds to open, and as many again until it is heard.

use super::*;
use std::thread;

/// What headsets take for either, the slow ones among them.
const TAKES: Duration = Duration::from_millis(2500);

const _: () =
    assert!(PATIENCE.as_secs() >= 5, "headsets take two seconds and more to open, and as many until they are heard");

/// A second of a constant, in pieces of 10 ms.
fn sound() -> impl Iterator<Item = DeviceSound> {
    (0..100).map(|_| DeviceSound { samples: vec![0.5; 960], captured: Instant::now() })
}

#[test]
fn a_headset_that_takes_its_time_to_open_and_again_until_it_is_heard_is_waited_for() {
    let asked = Instant::now();
    let microphone = Microphone::open("The microphone \"Headset\"".into(), None, |handover| {
        thread::sleep(TAKES);
        handover.opened(SoundFormat { rate: 48_000, channels: 2, inputs: 2 });
        thread::sleep(TAKES);
        sound().for_each(|sound| handover.put(sound));
        handover.wait_over();
        Ok(())
    });
    let mut microphone = microphone.expect("there is room for a thread");
    assert!(asked.elapsed() < TAKES, "nobody is kept meanwhile");
    let mut chunk = SoundChunk::new();
    let mut silent = 0;
    loop {
        microphone.next(&mut chunk).expect("what takes its time has not failed");
        if !chunk.samples.is_empty() {
            break;
        }
        silent += 1;
    }
    assert!(silent > 100, "nobody is kept longer than a piece lasts, and hears something else: {silent}");
    assert!(asked.elapsed() >= 2 * TAKES && chunk.samples.iter().any(|sample| *sample > 0.1), "and then it is heard");
}
