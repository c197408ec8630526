//! Which programs play sound now, and the sound of one of them alone, through PulseAudio or PipeWire in its place. cpal speaks to the
//! server by the same crate and knows devices only: this is the one file that names it.

use super::device::{DeviceSound, SoundFormat};
use crate::{
    device::{DeviceError, Handover, IT},
    frame::SAMPLE_RATE,
    listing::Listing,
};
use protocol::{ErrorCode, Source};
use pulseaudio::{
    Client, ClientError,
    protocol::{
        self as wire, AuthParams, AuthReply, ChannelMap, Command, CommandReply, Prop, Props, PulseError,
        RecordStreamParams, SampleFormat, SampleSpec, SetClientNameReply, SinkInputInfo, SinkInputInfoList,
        stream::{BufferAttr, StreamFlags},
    },
};
use std::{
    ffi::CStr,
    future::Future,
    io::{self, BufReader},
    os::unix::net::UnixStream,
    pin::pin,
    process,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
    thread::{self, Thread},
    time::{Duration, Instant},
};
use words::said;

/// What we are called in the sound server's own mixer.
const NAME: &CStr = c"Skylark";

/// A sound server that takes longer to answer hangs.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(2);

/// How often it is looked whether the program still plays, and how late its sound comes.
const LOOK: Duration = Duration::from_millis(250);

/// 10 ms of stereo, of 32 bits.
const PIECE: u32 = SAMPLE_RATE / 100 * 2 * 4;

/// A stream that a program plays.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Playing {
    index: u32,
    program: String,
    is_paused: bool,
}

/// The programs that play sound now, by their names.
pub(crate) fn list() -> Vec<Source> {
    static LISTING: Listing<Vec<Source>> = Listing::new("programs that play sound");
    LISTING.ask(|| {
        let mut names: Vec<_> = Asking::connect()
            .and_then(|mut asking| asking.playing())
            .unwrap_or_default()
            .into_iter()
            .map(|stream| stream.program)
            .collect();
        names.sort_by_key(|name| name.to_lowercase());
        names.dedup();
        names.into_iter().map(|name| Source { id: name.clone(), label: name }).collect()
    })
}

/// Hands over what this program plays, until it plays no more.
pub(super) fn drive(program: &str, handover: &Arc<Handover<SoundFormat, DeviceSound>>) -> Result<(), DeviceError> {
    let silent = || DeviceError::Said(ErrorCode::NoDevice, said!("device.program_silent", name = program));
    // It may end between two questions, and the server tells its streams before it tells us.
    let failed_or_silent = |error| match error {
        ClientError::ServerError(PulseError::NoEntity) => silent(),
        error => failed(error),
    };
    let mut asking = Asking::connect().map_err(failed)?;
    let mut streams = asking.playing().map_err(failed)?;
    streams.retain(|stream| stream.program == program);
    let Some(chosen) = best(&streams) else { return Err(silent()) };
    let client = Client::from_env(NAME).map_err(failed)?;
    let spec = SampleSpec { format: SampleFormat::Float32Le, channels: 2, sample_rate: SAMPLE_RATE };
    let params = RecordStreamParams {
        sample_spec: spec,
        channel_map: ChannelMap::stereo(),
        // The server knows which output that is, and follows the stream when it goes to another.
        direct_on_input_index: Some(chosen.index),
        buffer_attr: BufferAttr { max_length: u32::MAX, fragment_size: PIECE, ..Default::default() },
        flags: StreamFlags { adjust_latency: true, ..Default::default() },
        ..Default::default()
    };
    let late = Arc::new(AtomicU64::new(0));
    let (sound, told) = (Arc::clone(handover), Arc::clone(&late));
    let hand_over = move |bytes: &[u8]| {
        threads::turn();
        let sample = |bytes: &[u8]| f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
        let samples: Vec<f32> = bytes.chunks_exact(4).map(sample).collect();
        let age = Duration::from_micros(told.load(Ordering::Relaxed)) + spec.bytes_to_duration(bytes.len());
        let captured = Instant::now().checked_sub(age).unwrap_or_else(Instant::now);
        sound.put(DeviceSound { samples, captured });
    };
    let stream = wait(client.create_record_stream(params, hand_over)).map_err(failed_or_silent)?;
    handover.opened(SoundFormat { rate: SAMPLE_RATE, channels: 2, inputs: 2 });
    loop {
        let timing = wait(stream.timing_info()).map_err(failed_or_silent)?;
        late.store(timing.source_usec, Ordering::Relaxed);
        if handover.wait_over_within(LOOK) {
            break;
        }
        let mut streams = asking.playing().map_err(failed)?;
        streams.retain(|stream| stream.program == program);
        if !streams.iter().any(|stream| stream.index == chosen.index) {
            // Another of its streams is gone over to at once; a song that ended is told.
            handover.end(if streams.is_empty() { silent() } else { DeviceError::Gone });
        }
    }
    // The connection goes too, and takes it along.
    let _ = wait(stream.delete());
    Ok(())
}

/// Which of a program's streams is heard: the newest that is not paused.
fn best(streams: &[Playing]) -> Option<&Playing> {
    streams.iter().max_by_key(|stream| (!stream.is_paused, stream.index))
}

/// A connection for questions: the crate's own client has none for what is asked here, and waits for every answer for ever.
struct Asking {
    socket: BufReader<UnixStream>,
    version: u16,
    /// Of the next question.
    number: u32,
}

impl Asking {
    fn connect() -> Result<Self, ClientError> {
        let path = pulseaudio::socket_path_from_env().ok_or(ClientError::ServerUnavailable)?;
        let cookie = pulseaudio::cookie_path_from_env().and_then(|path| std::fs::read(path).ok()).unwrap_or_default();
        let socket = UnixStream::connect(path)?;
        socket.set_read_timeout(Some(ANSWER_TIMEOUT))?;
        socket.set_write_timeout(Some(ANSWER_TIMEOUT))?;
        let mut asking = Self { socket: BufReader::new(socket), version: wire::MAX_VERSION, number: 0 };
        let auth = AuthParams { version: wire::MAX_VERSION, supports_shm: false, supports_memfd: false, cookie };
        let auth: AuthReply = asking.ask(Command::Auth(auth))?;
        asking.version = wire::MAX_VERSION.min(auth.version);
        let mut props = Props::new();
        props.set(Prop::ApplicationName, NAME);
        let _: SetClientNameReply = asking.ask(Command::SetClientName(props))?;
        Ok(asking)
    }

    /// What other programs play now.
    fn playing(&mut self) -> Result<Vec<Playing>, ClientError> {
        let streams: SinkInputInfoList = self.ask(Command::GetSinkInputInfoList)?;
        let ours = process::id().to_string();
        let of_others =
            |stream: &&SinkInputInfo| property(stream, Prop::ApplicationProcessId).as_deref() != Some(&ours);
        Ok(streams.iter().filter(of_others).filter_map(described).collect())
    }

    fn ask<R: CommandReply>(&mut self, command: Command) -> Result<R, ClientError> {
        let number = self.number;
        self.number = number.wrapping_add(1);
        wire::write_command_message(self.socket.get_mut(), number, &command, self.version)?;
        let (answered, reply) = wire::read_reply_message(&mut self.socket, self.version)?;
        if answered == number { Ok(reply) } else { Err(ClientError::UnexpectedSequenceNumber) }
    }
}

/// A stream by what its program calls itself; those of the server's own modules are nobody's.
fn described(stream: &SinkInputInfo) -> Option<Playing> {
    let program = property(stream, Prop::ApplicationName)?;
    Some(Playing { index: stream.index, program, is_paused: stream.corked })
}

fn property(stream: &SinkInputInfo, what: Prop) -> Option<String> {
    let text = CStr::from_bytes_until_nul(stream.props.get(what)?).ok()?.to_str().ok()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

fn failed(error: ClientError) -> DeviceError {
    match error {
        ClientError::ServerUnavailable => DeviceError::Impossible(said!("device.program_no_pulse", device = IT)),
        ClientError::Io(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {
            DeviceError::Other(said!("device.program_failed", device = IT, error = said!("device.server_silent")))
        }
        error => DeviceError::Other(said!("device.program_failed", device = IT, error = error.to_string())),
    }
}

/// Waits for what another thread does, and not for ever: the crate has one, and hands out futures that need no other.
fn wait<T>(future: impl Future<Output = Result<T, ClientError>>) -> Result<T, ClientError> {
    struct Woken(Thread);
    impl Wake for Woken {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Woken(thread::current())));
    let mut future = pin!(future);
    let end = Instant::now() + ANSWER_TIMEOUT;
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return output;
        }
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::Error::from(io::ErrorKind::TimedOut).into());
        }
        thread::park_timeout(left);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_several_streams_the_newest_that_plays_is_heard() {
        let stream = |index, is_paused| Playing { index, program: "Firefox".into(), is_paused };
        assert_eq!(best(&[]), None);
        let (old, new, paused) = (stream(3, false), stream(5, false), stream(7, true));
        assert_eq!(best(&[old.clone(), new.clone(), paused.clone()]), Some(&new));
        assert_eq!(best(std::slice::from_ref(&paused)), Some(&paused), "it may go on");
        assert_eq!(best(&[new, old.clone(), paused]).map(|stream| stream.index), Some(5));
    }

    #[test]
    fn a_program_is_what_it_calls_itself_and_the_servers_own_streams_are_nobodys() {
        let mut stream = SinkInputInfo { index: 4, corked: true, ..SinkInputInfo::default() };
        assert_eq!(described(&stream), None);
        stream.props.set(Prop::ApplicationName, c"Firefox");
        assert_eq!(described(&stream), Some(Playing { index: 4, program: "Firefox".into(), is_paused: true }));
        stream.props.set_bytes(c"application.name", b"no end");
        assert_eq!(described(&stream), None, "what is no text is no name");
    }
}
