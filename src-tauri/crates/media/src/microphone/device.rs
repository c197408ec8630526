//! What records, by cpal; what plays is in `output`.

use super::{
    names::{Found, System},
    pieces::Choice,
};
use crate::{
    device::{DeviceError, Handover, IT},
    frame::SAMPLE_RATE,
};
use cpal::{
    BufferSize, Device, Error, ErrorKind, FromSample, Host, InputCallbackInfo, Sample, SampleFormat, SizedSample,
    Stream, StreamConfig, SupportedBufferSize, SupportedStreamConfig,
    traits::{DeviceTrait, HostTrait, StreamTrait},
};
use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};
use words::said;

/// A sound server that takes longer to make a stream hangs. A headset that has to be woken over Bluetooth takes some seconds.
const STREAM_TIMEOUT: Duration = Duration::from_secs(8);

/// A piece of sound is a hundredth of a second. PulseAudio left to itself hands over 80 ms at a time.
const PIECES_A_SECOND: u32 = 100;

/// A capture time further back is none.
const OLDEST_SOUND: Duration = Duration::from_secs(1);

/// What a device delivers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SoundFormat {
    /// Samples a second of each channel.
    pub(super) rate: u32,
    /// As they are delivered.
    pub(super) channels: u16,
    /// As the device has them, for people.
    pub(super) inputs: u16,
}

impl fmt::Display for SoundFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} kHz ", f64::from(self.rate) / 1000.0)?;
        match self.inputs {
            1 => f.write_str("mono"),
            2 => f.write_str("stereo"),
            inputs => write!(f, "with {inputs} channels"),
        }
    }
}

/// A piece of sound as the device's channels, interleaved.
pub(super) struct DeviceSound {
    pub(super) samples: Vec<f32>,
    /// When the first sample was taken.
    pub(super) captured: Instant,
}

/// The devices that record.
pub(super) fn found() -> Vec<Found> {
    let (host, system) = host();
    let devices = host.input_devices().map(Iterator::collect::<Vec<_>>).unwrap_or_else(|error| {
        tracing::warn!("the microphones cannot be listed: {error}");
        Vec::new()
    });
    let describe = |device: &Device| {
        let label = device.description().ok()?.name().to_owned();
        Some(Found { id: device.id().ok()?.id().to_owned(), label, system })
    };
    devices.iter().filter_map(describe).collect()
}

/// Opens the device with this id, or the system's default, and hands over its sound until it is over. The device's own
/// threads do the work; this one only holds it open.
pub(super) fn drive(id: Option<&str>, handover: &Arc<Handover<SoundFormat, DeviceSound>>) -> Result<(), DeviceError> {
    let (host, system) = host();
    let device = device(&host, id)?;
    let streams = hand_over(&device, system, handover)?;
    while !handover.wait_over_within(LOOK_FOR_DEVICE) {
        // PulseAudio takes the stream of a device that goes away to another one, and says nothing.
        if system == System::Pulse && id.is_some_and(|id| self::device(&host, Some(id)).is_err()) {
            handover.end(DeviceError::Gone);
        }
    }
    drop(streams);
    Ok(())
}

/// What this computer plays: what is heard where the system's sound goes to. It is over when that is another place.
pub(super) fn drive_desktop(handover: &Arc<Handover<SoundFormat, DeviceSound>>) -> Result<(), DeviceError> {
    let (host, system) = host();
    let output = |host: &Host| Some(host.default_output_device()?.id().ok()?.id().to_owned());
    let played_by = output(&host).ok_or_else(|| DeviceError::Impossible(said!("device.no_output", device = IT)))?;
    let device = match system {
        // Each output of the sound server has a source that hears what it plays, by its name.
        System::Pulse => device(&host, Some(&format!("{played_by}.monitor")))?,
        System::Alsa => {
            return Err(DeviceError::Impossible(said!("device.no_pulse", device = IT)));
        }
        // Windows and macOS let an output be listened to.
        System::Other => host.default_output_device().ok_or(DeviceError::Gone)?,
    };
    let streams = hand_over(&device, system, handover)?;
    while !handover.wait_over_within(LOOK_FOR_OUTPUT) {
        if output(&host).is_some_and(|now| now != played_by) {
            handover.end(DeviceError::Gone);
        }
    }
    drop(streams);
    Ok(())
}

/// How often it is looked whether a device is still there.
const LOOK_FOR_DEVICE: Duration = Duration::from_secs(1);

/// How often it is looked whether the system's sound goes elsewhere: somebody who plugs headphones in hears them at once.
const LOOK_FOR_OUTPUT: Duration = Duration::from_secs(1);

/// Has the device's sound handed over as long as what comes back is kept.
fn hand_over(
    device: &Device,
    system: System,
    handover: &Arc<Handover<SoundFormat, DeviceSound>>,
) -> Result<Vec<Stream>, DeviceError> {
    let inputs = inputs(device);
    let config = config(device, delivered(device, inputs))?;
    let urgent = BufferSize::Fixed(piece(&config));
    let streams = match system {
        System::Pulse => {
            let choice = Arc::new(Choice::default());
            let choice_too = Arc::clone(&choice);
            let patient = stream(device, &config, BufferSize::Default, handover, move || choice.patient_came())?;
            let urgent = stream(device, &config, urgent, handover, move || choice_too.urgent_came())?;
            vec![patient, urgent]
        }
        // Some devices have a size of their own.
        System::Alsa | System::Other => match stream(device, &config, urgent, handover, || true) {
            Err(error) if error.kind() == ErrorKind::UnsupportedConfig => {
                vec![stream(device, &config, BufferSize::Default, handover, || true)?]
            }
            result => vec![result?],
        },
    };
    streams.iter().try_for_each(StreamTrait::play)?;
    handover.opened(SoundFormat { rate: config.sample_rate(), channels: config.channels(), inputs });
    Ok(streams)
}

/// PulseAudio where it runs, for it shares the device with other programs; else what the system has.
pub(super) fn host() -> (Host, System) {
    #[cfg(target_os = "linux")]
    {
        use cpal::HostId::PulseAudio;
        super::server::carry();
        if cpal::available_hosts().contains(&PulseAudio)
            && let Ok(host) = cpal::host_from_id(PulseAudio)
        {
            return (host, System::Pulse);
        }
        super::quiet::quieten_alsa();
    }
    let host = cpal::default_host();
    let system = if host.id().to_string().eq_ignore_ascii_case("ALSA") { System::Alsa } else { System::Other };
    (host, system)
}

fn device(host: &Host, id: Option<&str>) -> Result<Device, DeviceError> {
    let named = |id: &str| host.input_devices().ok()?.find(|device| device.id().is_ok_and(|found| found.id() == id));
    match id {
        Some(id) => named(id),
        None => host.default_input_device(),
    }
    .ok_or(DeviceError::Gone)
}

/// What a source of PulseAudio shows of itself where its channels are called by numbers.
#[cfg(target_os = "linux")]
const NUMBERS: &str = "channel_map: [Aux";

/// Channels that are taken of a device at most: as many as the sound servers know.
const MOST_CHANNELS: u16 = 32;

/// So many channels the device has; two where it has one, or does not say, since a server makes stereo of that.
fn inputs(device: &Device) -> u16 {
    native(device).map_or(2, |config| config.channels()).clamp(2, MOST_CHANNELS)
}

/// What the device is set to. An output that is listened to, as Windows lets it be (WASAPI's loopback), has no inputs: it is heard as
/// it plays.
fn native(device: &Device) -> Result<SupportedStreamConfig, Error> {
    if device.supports_input() { device.default_input_config() } else { device.default_output_config() }
}

/// How many channels are asked for, so that each input comes as it is. PulseAudio hands them over by what they are called, and drops
/// those whose name nobody asked for. cpal calls up to eight channels by the places of loudspeakers, and thirteen and more by
/// numbers, as inputs of an interface are called.
fn delivered(device: &Device, inputs: u16) -> u16 {
    #[cfg(target_os = "linux")]
    {
        const NUMBERED: u16 = 13;
        // cpal has no other way to say what the channels are called.
        if let cpal::platform::DeviceInner::PulseAudio(source) = device.as_inner()
            && format!("{source:?}").contains(NUMBERS)
        {
            return inputs.max(NUMBERED);
        }
    }
    let _ = device;
    inputs
}

/// 48 kHz in so many channels where the device, or the sound server for it, has that; else what it is set to.
fn config(device: &Device, channels: u16) -> Result<SupportedStreamConfig, DeviceError> {
    const FORMATS: [SampleFormat; 4] = [SampleFormat::F32, SampleFormat::I32, SampleFormat::I16, SampleFormat::U8];
    let supported = device.supported_input_configs()?;
    let wanted = supported
        .filter(|range| (range.min_sample_rate()..=range.max_sample_rate()).contains(&SAMPLE_RATE))
        .filter_map(|range| {
            let format = FORMATS.iter().position(|format| *format == range.sample_format())?;
            Some((range.channels().abs_diff(channels), format, range.with_sample_rate(SAMPLE_RATE)))
        })
        .min_by_key(|(channels, format, _)| (*channels, *format));
    match wanted {
        Some((_, _, config)) => Ok(config),
        None => Ok(native(device)?),
    }
}

/// A stream that hands over its pieces where `listen` says so of them.
fn stream(
    device: &Device,
    config: &SupportedStreamConfig,
    size: BufferSize,
    handover: &Arc<Handover<SoundFormat, DeviceSound>>,
    listen: impl FnMut() -> bool + Send + 'static,
) -> Result<Stream, Error> {
    match config.sample_format() {
        SampleFormat::F32 => stream_of::<f32>(device, config, size, handover, listen),
        SampleFormat::F64 => stream_of::<f64>(device, config, size, handover, listen),
        SampleFormat::I16 => stream_of::<i16>(device, config, size, handover, listen),
        SampleFormat::I32 => stream_of::<i32>(device, config, size, handover, listen),
        SampleFormat::U8 => stream_of::<u8>(device, config, size, handover, listen),
        SampleFormat::U16 => stream_of::<u16>(device, config, size, handover, listen),
        other => {
            let message = format!("its samples are {other}, which Skylark cannot read");
            Err(Error::with_message(ErrorKind::UnsupportedOperation, message))
        }
    }
}

fn stream_of<T: SizedSample>(
    device: &Device,
    config: &SupportedStreamConfig,
    size: BufferSize,
    handover: &Arc<Handover<SoundFormat, DeviceSound>>,
    mut listen: impl FnMut() -> bool + Send + 'static,
) -> Result<Stream, Error>
where
    f32: FromSample<T>,
{
    let config = StreamConfig { buffer_size: size, ..config.config() };
    let (sound, errors) = (Arc::clone(handover), Arc::clone(handover));
    device.build_input_stream(
        config,
        move |samples: &[T], info: &InputCallbackInfo| {
            // It is a thread of the library's.
            threads::ask_for(threads::Priority::Sound);
            threads::turn();
            if listen() {
                let samples = samples.iter().map(|sample| f32::from_sample(*sample)).collect();
                sound.put(DeviceSound { samples, captured: capture_time(info) });
            }
        },
        move |error| {
            if ends_the_stream(&error) {
                errors.end(error.into());
            } else {
                tracing::debug!("the microphone goes on after: {error}");
            }
        },
        Some(STREAM_TIMEOUT),
    )
}

/// Frames in a piece of sound.
fn piece(config: &SupportedStreamConfig) -> u32 {
    let wanted = config.sample_rate() / PIECES_A_SECOND;
    match *config.buffer_size() {
        SupportedBufferSize::Range { min, max } => wanted.clamp(min, max.max(min)),
        SupportedBufferSize::Unknown => wanted,
    }
}

/// cpal tells both times by a clock of the stream's own; their difference is the age of the first sample.
fn capture_time(info: &InputCallbackInfo) -> Instant {
    let now = Instant::now();
    let times = info.timestamp();
    let age = times.callback.duration_since(times.capture);
    now.checked_sub(age.min(OLDEST_SOUND)).unwrap_or(now)
}

pub(super) fn ends_the_stream(error: &Error) -> bool {
    !matches!(error.kind(), ErrorKind::Xrun | ErrorKind::RealtimeDenied | ErrorKind::DeviceChanged)
}

impl From<Error> for DeviceError {
    fn from(error: Error) -> Self {
        match error.kind() {
            ErrorKind::DeviceBusy => Self::Busy,
            ErrorKind::PermissionDenied => Self::Denied,
            ErrorKind::DeviceNotAvailable | ErrorKind::HostUnavailable | ErrorKind::StreamInvalidated => Self::Gone,
            _ => Self::Other(said!("device.error", device = IT, error = error.to_string())),
        }
    }
}
