//! Whoever listens in a test: a viewer, who decodes what is sent.

use crate::support::{DESKTOP, HERTZ, amplitude_of};
use std::{
    sync::mpsc::Receiver,
    time::{Duration, Instant},
};
use stream::Frame;

/// Sound as a viewer hears it.
pub(crate) struct Ear {
    stream: Receiver<Frame>,
    decoder: opus::Decoder,
}

impl Ear {
    pub(crate) fn new(stream: Receiver<Frame>) -> Self {
        let decoder = opus::Decoder::new(48_000, opus::Channels::Stereo).expect("Opus has this rate");
        Self { stream, decoder }
    }

    /// Listens until the last half second is this: the levels of the microphone's tone and of the desktop's.
    pub(crate) fn hears(&mut self, what: &str, microphone: f64, desktop: f64) {
        let (mut heard, mut decoded) = (Vec::new(), vec![0.0; 2 * 5760]);
        let end = Instant::now() + Duration::from_secs(15);
        loop {
            let Frame::Audio(packet) = self.stream.recv_timeout(Duration::from_secs(5)).expect("sound flows") else {
                continue;
            };
            let frames = self.decoder.decode_float(&packet.data, &mut decoded, false).expect("it is Opus");
            heard.extend_from_slice(&decoded[..frames * 2]);
            let Some(start) = heard.len().checked_sub(48_000) else { continue };
            let last = &heard[start..];
            let found = [0, 1].map(|side| (amplitude_of(HERTZ, last, side), amplitude_of(DESKTOP, last, side)));
            let near = |level: f64, wanted: f64| (level - wanted).abs() < 0.02;
            if found.iter().all(|(one, other)| near(*one, microphone) && near(*other, desktop)) {
                return;
            }
            assert!(Instant::now() < end, "{what}: {found:?}, {microphone} and {desktop} wanted");
        }
    }
}
