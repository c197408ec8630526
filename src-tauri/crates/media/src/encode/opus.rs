//! Sound by libopus.

use super::{Action, EncodeError};
use bytes::Bytes;
use opus::{Application, Bitrate, Channels, Encoder, Signal};
use protocol::SoundPreset;

/// Samples (of each channel) in a packet: 20 ms.
///
/// Packets of 10 ms would bring the sound 10 ms earlier, and it has time: it is played 40 ms after the picture anyway, on
/// purpose. They would cost twice as many packets for every viewer, and a lone packet costs a sender as much as two of a
/// picture's. Encoding itself costs about the same (see `examples/cost.rs`).
pub(crate) const PACKET: usize = 960;

/// What the encoder is told of the sound.
///
/// 96 kbit/s are enough that music has no artefacts one would hear on a desk's loudspeakers. Opus repeats a lost packet's sound in the next one
/// (RFC 6716, 2.1.7) only in the modes that it has for speech, and takes those where it is told that it is speech.
fn signal(preset: SoundPreset) -> Signal {
    match preset {
        SoundPreset::Standard => Signal::Auto,
        SoundPreset::Music => Signal::Music,
        SoundPreset::Speech => Signal::Voice,
    }
}

/// How much loss the encoder prepares for.
const EXPECTED_LOSS_PERCENT: i32 = 5;
/// No packet is longer (RFC 6716 3.2.1, R5, for one frame).
const LONGEST: usize = 1275;

/// Opus at 48 kHz, stereo.
#[derive(Debug)]
pub(crate) struct SoundEncoder {
    encoder: Encoder,
    preset: SoundPreset,
}

impl SoundEncoder {
    pub(crate) fn new(preset: SoundPreset) -> Result<Self, EncodeError> {
        let mut encoder =
            Encoder::new(crate::frame::SAMPLE_RATE, Channels::Stereo, Application::Audio).map_err(failed)?;
        encoder.set_inband_fec(true).map_err(failed)?;
        encoder.set_packet_loss_perc(EXPECTED_LOSS_PERCENT).map_err(failed)?;
        let mut encoder = Self { encoder, preset };
        encoder.make(preset)?;
        Ok(encoder)
    }

    /// From the next packet on.
    pub(crate) fn set(&mut self, preset: SoundPreset) -> Result<(), EncodeError> {
        if preset == self.preset { Ok(()) } else { self.make(preset) }
    }

    fn make(&mut self, preset: SoundPreset) -> Result<(), EncodeError> {
        self.encoder.set_bitrate(Bitrate::Bits(1000 * preset.kbps() as i32)).map_err(failed)?;
        self.encoder.set_signal(signal(preset)).map_err(failed)?;
        self.preset = preset;
        Ok(())
    }

    /// One packet out of [`PACKET`] samples of each channel, interleaved.
    pub(crate) fn encode(&mut self, samples: &[f32]) -> Result<Bytes, EncodeError> {
        debug_assert_eq!(samples.len(), 2 * PACKET);
        let mut packet = [0; LONGEST];
        match self.encoder.encode_float(samples, &mut packet) {
            Ok(length) => Ok(Bytes::copy_from_slice(&packet[..length])),
            Err(error) => Err(EncodeError { encoder: "Opus", action: Action::EncodeSound, code: error.code() as i32 }),
        }
    }
}

fn failed(error: opus::Error) -> EncodeError {
    EncodeError { encoder: "Opus", action: Action::Start, code: error.code() as i32 }
}
