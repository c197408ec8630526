//! A camera, as the kernel's V4L2 documentation describes one: capture into mapped buffers, of one plane or of several. Time is told to it, and it
//! touches no file: what is written where is said in its answers.

use crate::{
    agreed::Agreed,
    argument::{
        self, ALTERNATE, Argument, CAPTURE, CAPTURE_BY_PLANES, EVEN_THEN_ODD, FIELDS, INTERLACED, MMAP, ODD_THEN_EVEN,
        PROGRESSIVE, fourcc,
    },
    buffers::{Buffers, Filled},
    control::State,
    kind::{Camera, Format, Lie},
    listed, picture,
    scene::Scene,
};
use std::time::{Duration, Instant};

/// One who opened the node; each opening has its own number.
pub(crate) type Handle = u64;

/// A camera and what was agreed with it.
pub(crate) struct Device {
    pub(crate) camera: Camera,
    pub(crate) state: State,
    /// Who holds the buffers.
    owner: Option<Handle>,
    format: Agreed,
    interval: (u32, u32),
    buffers: Buffers,
    started: Option<Instant>,
    /// Of the next picture.
    number: u32,
}

/// What an ioctl asks of whoever has the memory.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    None,
    /// The handle's memory has this many bytes from now on.
    Memory(u64),
}

/// When a picture can be taken out.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Due {
    At(Instant),
    Never,
    Failed(i32),
}

/// Buffers are page by page.
const PAGE: usize = 4096;
const MOST_BUFFERS: u32 = 32;

impl Device {
    pub(crate) fn new(camera: Camera) -> Device {
        let first = camera.formats.first();
        let format = match (&camera.left_in, first) {
            (Some((fourcc, width, height)), _) => {
                Agreed { fourcc: fourcc.clone(), width: *width, height: *height, field: PROGRESSIVE }
            }
            (None, Some(format)) => {
                let (width, height) = listed::some_size(&format.sizes);
                Agreed { fourcc: format.fourcc.clone(), width, height, field: PROGRESSIVE }
            }
            (None, None) => Agreed { fourcc: String::new(), width: 0, height: 0, field: PROGRESSIVE },
        };
        let interval = first.map_or((1, 30), |format| listed::near_interval(&format.rates, (1, 30)));
        Device {
            camera,
            state: State::Ok,
            owner: None,
            format,
            interval,
            buffers: Buffers::default(),
            started: None,
            number: 0,
        }
    }

    /// Whoever held the buffers has gone.
    pub(crate) fn released(&mut self, handle: Handle) {
        if self.owner == Some(handle) {
            self.owner = None;
            self.buffers = Buffers::default();
            self.started = None;
        }
    }

    pub(crate) fn owner(&self) -> Option<Handle> {
        self.owner
    }

    /// Any ioctl but the one that takes a picture out.
    pub(crate) fn ioctl(
        &mut self,
        handle: Handle,
        request: u32,
        a: &mut Argument,
        now: Instant,
    ) -> Result<Effect, i32> {
        match request {
            argument::QUERYCAP => self.capabilities(a),
            argument::ENUM_FMT => self.list_format(a)?,
            argument::ENUM_FRAMESIZES => listed::size(self.of(a.get(4)).ok_or(libc::EINVAL)?, a)?,
            argument::ENUM_FRAMEINTERVALS => listed::interval(self.of(a.get(4)).ok_or(libc::EINVAL)?, a)?,
            argument::G_FMT => self.tell_format(a)?,
            argument::S_FMT => self.set_format(handle, a)?,
            argument::G_PARM => self.tell_rate(a)?,
            argument::S_PARM => self.set_rate(handle, a)?,
            argument::REQBUFS => return self.request_buffers(handle, a),
            argument::QUERYBUF | argument::QBUF => self.buffer(handle, request == argument::QBUF, a)?,
            argument::STREAMON => self.stream_on(handle, now)?,
            argument::STREAMOFF => self.stream_off(handle),
            argument::G_INPUT => a.put(0, [0]),
            argument::S_INPUT => {}
            // It has no brightness, zoom and the like.
            argument::QUERYCTRL
            | argument::QUERY_EXT_CTRL
            | argument::QUERYMENU
            | argument::G_CTRL
            | argument::S_CTRL
            | argument::G_EXT_CTRLS
            | argument::S_EXT_CTRLS => return Err(libc::EINVAL),
            _ => return Err(libc::ENOTTY),
        }
        Ok(Effect::None)
    }

    // ---- what it is and can ----

    fn capabilities(&self, a: &mut Argument) {
        a.clear(0);
        a.put_text(0, 16, self.camera.driver.as_bytes());
        a.put_text(16, 32, &self.camera.name.bytes());
        a.put_text(48, 32, self.camera.bus.as_bytes());
        // Linux 6.1; what the whole device can (each node says that of all), what this node can.
        let whole_device = self.camera.capabilities | 0x8000_0001;
        a.put(80, [0x0006_0100, whole_device, self.camera.capabilities]);
    }

    /// How pictures are handed over.
    fn kind(&self) -> u32 {
        /// `V4L2_CAP_VIDEO_CAPTURE_MPLANE`.
        const BY_PLANES: u32 = 0x1000;
        if self.camera.capabilities & BY_PLANES != 0 { CAPTURE_BY_PLANES } else { CAPTURE }
    }

    fn list_format(&self, a: &mut Argument) -> Result<(), i32> {
        let index = Some(a.get(0)).filter(|_| a.get(4) == self.kind()).ok_or(libc::EINVAL)?;
        let Some(own) = index.checked_sub(self.camera.lists_before) else {
            a.put(44, [fourcc(&format!("N{index:03}"))]);
            return Ok(());
        };
        let format = self.camera.formats.get(own as usize).ok_or(libc::EINVAL)?;
        let compressed = u32::from(picture::stride(&format.fourcc, 2, 0) == 0);
        a.put(8, [compressed]);
        a.put_text(12, 32, format.fourcc.as_bytes());
        a.put(44, [fourcc(&format.fourcc)]);
        Ok(())
    }

    fn of(&self, number: u32) -> Option<&Format> {
        self.camera.formats.iter().find(|format| fourcc(&format.fourcc) == number)
    }

    fn padding(&self) -> usize {
        self.of(fourcc(&self.format.fourcc)).map_or(0, |format| format.padding as usize)
    }

    fn tell_format(&self, a: &mut Argument) -> Result<(), i32> {
        if a.get(0) != self.kind() {
            return Err(libc::EINVAL);
        }
        let by_planes = self.kind() == CAPTURE_BY_PLANES;
        self.format.tell(a, by_planes, self.padding(), self.camera.says_bytes_per_line);
        Ok(())
    }

    /// What it cannot do becomes the nearest that it can; the answer says what holds now, as drivers do.
    fn set_format(&mut self, handle: Handle, a: &mut Argument) -> Result<(), i32> {
        if a.get(0) != self.kind() || self.camera.formats.is_empty() {
            return Err(libc::EINVAL);
        }
        if self.is_taken(handle) || self.buffers.count > 0 {
            return Err(libc::EBUSY);
        }
        let (width, height, number) = (a.get(8), a.get(12), a.get(16));
        let format = self.of(number).unwrap_or(&self.camera.formats[0]);
        let (width, height) =
            self.camera.only_size.unwrap_or_else(|| listed::near_size(&format.sizes, (width, height)));
        let interval = listed::near_interval(&format.rates, self.interval);
        let field = match self.camera.fields {
            None => PROGRESSIVE,
            Some(fields) if a.get(20) == INTERLACED && !fields.always => INTERLACED,
            Some(fields) => match fields.lie {
                Lie::EvenFirst => EVEN_THEN_ODD,
                Lie::OddFirst => ODD_THEN_EVEN,
                Lie::Alternate => ALTERNATE,
            },
        };
        let agreed = Agreed { fourcc: format.fourcc.clone(), width, height, field };
        (self.interval, self.format) = (interval, agreed);
        self.tell_format(a)
    }

    fn tell_rate(&self, a: &mut Argument) -> Result<(), i32> {
        if a.get(0) != self.kind() {
            return Err(libc::EINVAL);
        }
        a.clear(4);
        // V4L2_CAP_TIMEPERFRAME.
        a.put(4, [0x1000, 0, self.interval.0, self.interval.1]);
        Ok(())
    }

    fn set_rate(&mut self, handle: Handle, a: &mut Argument) -> Result<(), i32> {
        if self.is_taken(handle) || self.started.is_some() {
            return Err(libc::EBUSY);
        }
        let wanted = (a.get(12), a.get(16));
        if let Some(format) = self.of(fourcc(&self.format.fourcc)).filter(|_| wanted.0 > 0 && wanted.1 > 0) {
            self.interval = listed::near_interval(&format.rates, wanted);
        }
        self.tell_rate(a)
    }

    // ---- buffers ----

    fn is_taken(&self, handle: Handle) -> bool {
        self.state == State::Busy || self.owner.is_some_and(|owner| owner != handle)
    }

    fn request_buffers(&mut self, handle: Handle, a: &mut Argument) -> Result<Effect, i32> {
        if a.get(8) != MMAP || a.get(4) != self.kind() {
            return Err(libc::EINVAL);
        }
        if self.is_taken(handle) || self.started.is_some() {
            return Err(libc::EBUSY);
        }
        self.released(handle);
        let most = self.camera.most_buffers.unwrap_or(MOST_BUFFERS);
        if a.get(0) > most && self.camera.refuses_more_buffers {
            return Err(libc::ENOMEM);
        }
        let count = a.get(0).min(most);
        // V4L2_BUF_CAP_SUPPORTS_MMAP.
        a.put(0, [count, self.kind(), MMAP, 1]);
        if count == 0 {
            return Ok(Effect::None);
        }
        let mut largest = self.format.clone();
        let sizes = self.camera.delivers.into_iter().chain(self.camera.becomes.map(|(_, size)| size));
        for (width, height) in sizes {
            (largest.width, largest.height) = (largest.width.max(width), largest.height.max(height));
        }
        let pieces = largest.pieces(self.padding()).iter().map(|bytes| bytes.next_multiple_of(PAGE)).collect();
        self.buffers = Buffers { pieces, count, queue: Vec::new() };
        self.owner = Some(handle);
        Ok(Effect::Memory(self.buffers.offset(count)))
    }

    fn buffer(&mut self, handle: Handle, queue: bool, a: &mut Argument) -> Result<(), i32> {
        let index = a.get(0);
        let full = self.buffers.queue.len() >= self.buffers.count as usize;
        if self.owner != Some(handle) || index >= self.buffers.count || queue && full {
            return Err(libc::EINVAL);
        }
        if queue {
            self.buffers.queue.push(index);
        }
        self.describe(a, index, if queue { 2 } else { 0 });
        Ok(())
    }

    /// `flags` beside the one for the monotonic clock.
    fn describe(&self, a: &mut Argument, index: u32, flags: u32) {
        a.put(0, [index, self.kind()]);
        a.put(12, [0x2000 | flags, PROGRESSIVE]);
        a.put(60, [MMAP]);
        for (number, length) in self.buffers.pieces.iter().enumerate() {
            a.put_piece(number, 0, *length as u32, self.buffers.offset_of(index, number));
        }
    }

    // ---- pictures ----

    fn stream_on(&mut self, handle: Handle, now: Instant) -> Result<(), i32> {
        if self.is_taken(handle) {
            return Err(libc::EBUSY);
        }
        if self.owner != Some(handle) {
            return Err(libc::EINVAL);
        }
        let bytes: usize = self.format.pieces(self.padding()).iter().sum();
        if self.camera.line_carries.is_some_and(|most| bytes > most) {
            return Err(libc::ENOSPC);
        }
        (self.started, self.number) = (Some(now), 0);
        Ok(())
    }

    fn stream_off(&mut self, handle: Handle) {
        if self.owner == Some(handle) {
            self.started = None;
            self.buffers.queue.clear();
        }
    }

    fn between(&self) -> Duration {
        let agreed = Duration::from_secs(1) * self.interval.0 / self.interval.1.max(1);
        self.camera.picture_ms.map_or(agreed, Duration::from_millis).max(Duration::from_millis(1))
    }

    fn first(&self, started: Instant) -> Instant {
        started + self.camera.first_picture_ms.map_or(self.between(), Duration::from_millis)
    }

    /// When the next picture of who asks is there.
    pub(crate) fn due(&self, handle: Handle) -> Due {
        match (self.state, self.started) {
            (State::Unplugged, _) => Due::Failed(libc::ENODEV),
            (_, Some(_)) if self.owner == Some(handle) && self.buffers.queue.is_empty() => Due::Failed(libc::EAGAIN),
            (State::Stuck, Some(_)) if self.owner == Some(handle) => Due::Never,
            (_, Some(started)) if self.owner == Some(handle) => {
                Due::At(self.first(started) + self.between() * self.number)
            }
            _ => Due::Failed(libc::EINVAL),
        }
    }

    /// Takes the picture of now into the oldest buffer; only when one is due. Pictures that nobody took are left out.
    pub(crate) fn take(&mut self, a: &mut Argument, now: Instant, unix_ms: u64, monotonic: Duration) -> Vec<Filled> {
        let first = self.started.map_or(now, |started| self.first(started));
        let passed = now.saturating_duration_since(first).as_nanos() / self.between().as_nanos();
        let number = self.number.max(passed as u32);
        self.number = number + 1;
        if let Some((_, size)) = self.camera.becomes.filter(|(after, _)| number >= *after) {
            (self.format.width, self.format.height) = size;
        }
        let index = self.buffers.queue.remove(0);
        let bytes = self.picture(number, unix_ms);
        // V4L2_BUF_FLAG_DONE.
        self.describe(a, index, 4);
        if self.format.field == ALTERNATE {
            a.put(16, [FIELDS[number as usize % 2]]);
        }
        a.put_long(24, monotonic.as_secs());
        a.put_long(32, monotonic.subsec_micros().into());
        a.put(56, [number]);
        self.buffers.place(a, index, &self.format.pieces(self.padding()), bytes)
    }

    fn picture(&self, number: u32, unix_ms: u64) -> Vec<u8> {
        let Agreed { fourcc, width, height, field } = &self.format;
        if !self.camera.shown.is_empty() {
            return self.camera.shown.clone();
        }
        let (width, height) = self.camera.delivers.unwrap_or((*width, *height));
        let scene = Scene::at(width as usize, height as usize, number, unix_ms);
        let mut bytes = picture::encode(&scene, fourcc, self.padding(), self.camera.jpeg);
        bytes = picture::by_fields(bytes, picture::stride(fourcc, width as usize, self.padding()), *field, number);
        if let Some(percent) = self.camera.percent {
            bytes.truncate(bytes.len() * percent as usize / 100);
        }
        bytes
    }
}
