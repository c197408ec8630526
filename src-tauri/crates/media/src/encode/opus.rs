//! Sound by libopus.

use super::EncodeError;
use bytes::Bytes;
use opus::{Application, Bitrate, Channels, Encoder, Signal};

/// Samples (of each channel) in a packet: 20 ms.
///
/// Packets of 10 ms would bring the sound 10 ms earlier, and it has time: it is played 40 ms after the picture anyway, on
/// purpose. They would cost twice as many packets for every viewer, and a lone packet costs a sender as much as two of a
/// picture's. Encoding itself costs about the same (see `examples/cost.rs`).
pub(crate) const PACKET: usize = 960;

/// Enough that music has no artefacts one would hear on a desk's loudspeakers.
const BITS_A_SECOND: i32 = 96_000;
/// How much loss the encoder prepares for.
const EXPECTED_LOSS_PERCENT: i32 = 5;
/// No packet is longer (RFC 6716 3.2.1, R5, for one frame).
const LONGEST: usize = 1275;

/// Opus at 48 kHz, stereo.
#[derive(Debug)]
pub(crate) struct SoundEncoder {
    encoder: Encoder,
}

impl SoundEncoder {
    pub(crate) fn new() -> Result<Self, EncodeError> {
        let failed = |error: opus::Error| EncodeError { encoder: "Opus", action: "start", code: error.code() as i32 };
        let mut encoder =
            Encoder::new(crate::frame::SAMPLE_RATE, Channels::Stereo, Application::Audio).map_err(failed)?;
        encoder.set_bitrate(Bitrate::Bits(BITS_A_SECOND)).map_err(failed)?;
        encoder.set_signal(Signal::Auto).map_err(failed)?;
        encoder.set_inband_fec(true).map_err(failed)?;
        encoder.set_packet_loss_perc(EXPECTED_LOSS_PERCENT).map_err(failed)?;
        Ok(Self { encoder })
    }

    /// One packet out of [`PACKET`] samples of each channel, interleaved.
    pub(crate) fn encode(&mut self, samples: &[f32]) -> Result<Bytes, EncodeError> {
        debug_assert_eq!(samples.len(), 2 * PACKET);
        let mut packet = [0; LONGEST];
        match self.encoder.encode_float(samples, &mut packet) {
            Ok(length) => Ok(Bytes::copy_from_slice(&packet[..length])),
            Err(error) => Err(EncodeError { encoder: "Opus", action: "encode", code: error.code() as i32 }),
        }
    }
}
