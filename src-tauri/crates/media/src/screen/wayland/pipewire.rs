//! A stream of pictures from PipeWire. All that its library calls back is called within [`Stream::rest`], by the thread that has the stream:
//! nothing here is seen by two threads.

#![allow(unsafe_code)] // PipeWire's library is written in C, and hands out memory that it maps.

mod buffer;
mod control;
mod library;

use super::{
    super::Size,
    copy::{self, Layout},
    format::{self, Format},
    pod::{self, Pod},
};
use buffer::pixels;
use control::Control;
use library::{Buffer, FLAGS, Hook, INPUT, Library, Opaque, PodHeader, STREAM_EVENTS_VERSION, StreamEvents, state};
use std::{
    ffi::{CStr, c_char, c_int, c_void},
    os::fd::{IntoRawFd, OwnedFd},
    ptr, slice,
    time::Instant,
};

/// Why there is no stream, or none any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// This machine has no library of PipeWire.
    NoLibrary,
    /// PipeWire refused: in its own words, where it has any.
    Refused(String),
    /// It was there and is gone.
    Lost,
}

/// An open stream. Dropping it closes it.
pub(super) struct Stream {
    library: &'static Library,
    control: Control,
    main_loop: *mut Opaque,
    context: *mut Opaque,
    core: *mut Opaque,
    stream: *mut Opaque,
    /// The library has its address: it is made into a box again when the stream is gone.
    told: *mut Told,
    /// The library puts it into a list of its own.
    hook: *mut Hook,
}

/// What the library told.
struct Told {
    library: &'static Library,
    stream: *mut Opaque,
    format: Option<Format>,
    /// The newest picture, which is ours until it is given back.
    held: *mut Buffer,
    /// It was not taken yet.
    is_new: bool,
    /// A picture that was not taken before its buffer went away.
    kept: Vec<u8>,
    kept_size: Option<Size>,
    trouble: Option<Trouble>,
    /// It was connected once.
    was_connected: bool,
}

static EVENTS: StreamEvents = StreamEvents {
    version: STREAM_EVENTS_VERSION,
    destroy: None,
    state_changed: Some(state_changed),
    control_info: None,
    io_changed: None,
    param_changed: Some(param_changed),
    add_buffer: None,
    remove_buffer: Some(remove_buffer),
    process: Some(process),
    drained: None,
    command: None,
    trigger_done: None,
};

/// What the session's manager is told of the stream.
const PROPERTIES: &CStr = c"{ media.type = Video media.category = Capture media.role = Screen node.name = skylark }";

/// What waits is heard in one go, and no more of it: whoever sends without end does not hold anybody up.
const MOST_AT_A_TIME: u32 = 64;

/// No parameter is longer.
const LONGEST_PARAMETER: usize = 1 << 16;

impl Stream {
    /// Whether there is a library that can be used.
    pub(super) fn is_possible() -> bool {
        Library::get().is_some()
    }

    /// Has this node's pictures come, so many a second at most, from the PipeWire behind this connection.
    pub(super) fn open(remote: OwnedFd, node: u32, fps: u32) -> Result<Stream, Trouble> {
        let library = Library::get().ok_or(Trouble::NoLibrary)?;
        let refused = |what: &str| Trouble::Refused(what.to_owned());
        // SAFETY: each function is given what the one before made, as <pipewire/*.h> says; what was made is unmade by `Drop`, also where one
        // of them fails. The connection's file is the library's from there on.
        unsafe {
            let main_loop = (library.pw_main_loop_new)(ptr::null());
            let inner = if main_loop.is_null() { ptr::null_mut() } else { (library.pw_main_loop_get_loop)(main_loop) };
            let Some(control) = Control::of(inner) else {
                if !main_loop.is_null() {
                    (library.pw_main_loop_destroy)(main_loop);
                }
                return Err(refused("its loop cannot be made"));
            };
            control.enter();
            let told = Told {
                library,
                stream: ptr::null_mut(),
                format: None,
                held: ptr::null_mut(),
                is_new: false,
                kept: Vec::new(),
                kept_size: None,
                trouble: None,
                was_connected: false,
            };
            let mut made = Stream {
                library,
                control,
                main_loop,
                context: ptr::null_mut(),
                core: ptr::null_mut(),
                stream: ptr::null_mut(),
                told: Box::into_raw(Box::new(told)),
                hook: Box::into_raw(Box::default()),
            };
            made.context = (library.pw_context_new)(inner, ptr::null_mut(), 0);
            if made.context.is_null() {
                return Err(refused("its modules cannot be loaded"));
            }
            made.core = (library.pw_context_connect_fd)(made.context, remote.into_raw_fd(), ptr::null_mut(), 0);
            if made.core.is_null() {
                return Err(refused("it does not answer"));
            }
            let properties = (library.pw_properties_new_string)(PROPERTIES.as_ptr());
            made.stream = (library.pw_stream_new)(made.core, c"skylark".as_ptr(), properties);
            if made.stream.is_null() {
                return Err(refused("it makes no stream"));
            }
            (*made.told).stream = made.stream;
            (library.pw_stream_add_listener)(made.stream, made.hook, &raw const EVENTS, made.told.cast());
            let wanted = format::wanted(fps);
            let wanted = addresses(&wanted);
            let result =
                (library.pw_stream_connect)(made.stream, INPUT, node, FLAGS, wanted.as_ptr(), wanted.len() as u32);
            if result < 0 {
                let error = std::io::Error::from_raw_os_error(-result);
                return Err(Trouble::Refused(error.to_string()));
            }
            Ok(made)
        }
    }

    /// Hears what the library has to tell, until then, or for a moment where that is over.
    pub(super) fn rest(&mut self, until: Instant) {
        for round in 0.. {
            let left = until.saturating_duration_since(Instant::now());
            // SAFETY: the loop is there as long as this is, and was entered by this thread.
            let heard = unsafe { self.control.iterate(left) };
            // A signal may cut its waiting short.
            let is_over = left.is_zero() && (heard <= 0 || round >= MOST_AT_A_TIME);
            if is_over || self.told().trouble.is_some() {
                return;
            }
        }
    }

    /// Puts the newest picture into `into`, where there is one that was not taken yet.
    pub(super) fn take(&mut self, into: &mut Vec<u8>) -> Result<Option<Size>, Trouble> {
        if let Some(trouble) = &self.told().trouble {
            return Err(trouble.clone());
        }
        // SAFETY: the library calls nothing back meanwhile, so nobody else has this.
        let told = unsafe { &mut *self.told };
        // SAFETY: the stream is there, and the buffer was taken from its queue.
        let size = unsafe {
            let size = told.copy(into);
            told.give_back();
            size
        };
        let kept = told.kept_size.take();
        if size.is_none() && kept.is_some() {
            std::mem::swap(into, &mut told.kept);
            return Ok(kept);
        }
        Ok(size)
    }

    fn told(&self) -> &Told {
        // SAFETY: it lives as long as this does, and what is called back is called within `rest` only.
        unsafe { &*self.told }
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        let library = self.library;
        // SAFETY: in the opposite order of making; nothing of it is used after this. The library forgets the hook and the data with the
        // stream.
        unsafe {
            if !self.stream.is_null() {
                (library.pw_stream_destroy)(self.stream);
            }
            if !self.core.is_null() {
                (library.pw_core_disconnect)(self.core);
            }
            if !self.context.is_null() {
                (library.pw_context_destroy)(self.context);
            }
            self.control.leave();
            (library.pw_main_loop_destroy)(self.main_loop);
            drop(Box::from_raw(self.told));
            drop(Box::from_raw(self.hook));
        }
    }
}

impl Told {
    /// Copies the picture that is held, where it is new.
    ///
    /// SAFETY: to be called while the stream is there.
    unsafe fn copy(&mut self, into: &mut Vec<u8>) -> Option<Size> {
        let Format { size, red_first } = self.format.filter(|_| std::mem::take(&mut self.is_new))?;
        // SAFETY: a buffer that is held is there until `remove_buffer` is told, and nobody writes into it until it is given back.
        let (pixels, seen) = unsafe { pixels(self.held) }?;
        copy::copy(pixels, &Layout { size, red_first, ..seen }, into)
    }

    /// Copies it before its buffer goes away, or is none of this format any more: where nothing is drawn it is the last one for long.
    ///
    /// SAFETY: to be called while the stream is there.
    unsafe fn keep(&mut self) {
        let mut kept = std::mem::take(&mut self.kept);
        // SAFETY: the same.
        let size = unsafe { self.copy(&mut kept) };
        self.kept = kept;
        self.kept_size = size.or(self.kept_size);
    }

    /// SAFETY: to be called while the stream is there.
    unsafe fn give_back(&mut self) {
        let held = std::mem::replace(&mut self.held, ptr::null_mut());
        if !held.is_null() {
            // SAFETY: it came from the queue of this stream, and was not given back yet.
            unsafe { (self.library.pw_stream_queue_buffer)(self.stream, held) };
        }
    }
}

fn addresses<const COUNT: usize>(pods: &[Pod; COUNT]) -> [*const c_void; COUNT] {
    pods.each_ref().map(|pod| pod.words().as_ptr().cast())
}

// What the library calls. `data` is the stream's `Told` in each, which nobody else has at that time.

unsafe extern "C" fn state_changed(data: *mut c_void, _: c_int, now: c_int, error: *const c_char) {
    // SAFETY: see above; an error is null or a text that ends with a zero.
    let (told, error) = unsafe {
        let error = (!error.is_null()).then(|| CStr::from_ptr(error).to_string_lossy().into_owned());
        (&mut *data.cast::<Told>(), error)
    };
    let trouble = match now {
        state::ERROR => Some(Trouble::Refused(error.unwrap_or_default())),
        state::UNCONNECTED if told.was_connected => Some(Trouble::Lost),
        _ => None,
    };
    told.was_connected |= now > state::UNCONNECTED;
    // The first is the cause of those that come after it.
    told.trouble = told.trouble.take().or(trouble);
}

unsafe extern "C" fn param_changed(data: *mut c_void, parameter: u32, value: *const PodHeader) {
    if parameter != format::FORMAT_CHOSEN {
        return;
    }
    // SAFETY: see above; a value is null or a pod that is as long as its first eight bytes say, and lives until this returns.
    let (told, value) = unsafe {
        let length = value.as_ref().map(|header| pod::size(*header)).filter(|length| *length <= LONGEST_PARAMETER);
        (&mut *data.cast::<Told>(), length.map(|length| slice::from_raw_parts(value.cast::<u8>(), length)))
    };
    // None: it has no format for a moment, as while it gets another one.
    let Some(value) = value else { return };
    // SAFETY: the stream is there while it calls.
    unsafe { told.keep() };
    told.format = format::read(value);
    if told.format.is_none() {
        let unknown = "it gives pictures of a kind that was not asked for".to_owned();
        told.trouble = told.trouble.take().or(Some(Trouble::Refused(unknown)));
        return;
    }
    let wanted = format::buffers();
    let wanted = addresses(&wanted);
    // SAFETY: the pods live until it returns, which copies them.
    unsafe { (told.library.pw_stream_update_params)(told.stream, wanted.as_ptr(), wanted.len() as u32) };
}

unsafe extern "C" fn remove_buffer(data: *mut c_void, buffer: *mut Buffer) {
    // SAFETY: see above.
    let told = unsafe { &mut *data.cast::<Told>() };
    if told.held == buffer {
        // SAFETY: the stream is there while it calls, and so is the buffer until this returns.
        unsafe { told.keep() };
        told.held = ptr::null_mut();
    }
}

unsafe extern "C" fn process(data: *mut c_void) {
    // SAFETY: see above.
    let told = unsafe { &mut *data.cast::<Told>() };
    loop {
        // SAFETY: the stream is there while it calls.
        let next = unsafe { (told.library.pw_stream_dequeue_buffer)(told.stream) };
        if next.is_null() {
            return;
        }
        // SAFETY: it was taken from the queue just now.
        if unsafe { pixels(next) }.is_some() {
            // SAFETY: the stream is there.
            unsafe { told.give_back() };
            (told.held, told.is_new) = (next, true);
        } else {
            // SAFETY: the same.
            unsafe { (told.library.pw_stream_queue_buffer)(told.stream, next) };
        }
    }
}
