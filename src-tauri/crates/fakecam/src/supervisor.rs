//! Answers the program's calls, one after the other: at once, or when a picture is due.

use crate::{
    argument::{self, Argument},
    control::{Control, State},
    device::{Device, Due, Effect, Handle},
    filter,
    kind::Kind,
    notification::{self, Call, Listener},
    polled::Polled,
    room::Nodes,
};
use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, Write},
    os::{
        fd::AsRawFd,
        unix::fs::{FileExt, MetadataExt},
    },
    path::PathBuf,
    time::{Duration, Instant, SystemTime},
};

/// Answers for all cameras of a program.
pub(crate) struct Supervisor {
    listener: Listener,
    kind: Kind,
    control: Control,
    nodes: Nodes,
    cameras: Vec<Camera>,
    handles: BTreeMap<Handle, Opened>,
    next: Handle,
    waiting: Vec<Waiting>,
}

struct Camera {
    device: Device,
    /// Device and inode of its node.
    node: Option<(u64, u64)>,
    /// How many times it was plugged in: who opened it before has lost it.
    plugged: u32,
    /// How often it was called, by the names of the calls.
    calls: BTreeMap<String, u32>,
}

struct Opened {
    camera: usize,
    plugged: u32,
    memory: File,
    process: u32,
    number: i32,
}

enum Waiting {
    /// For ever: a driver that hangs.
    Hanging,
    Picture(Call, Handle),
    Poll(Call, Polled),
    /// A driver that takes its time, until then.
    Slow(Call, Instant),
}

/// How soon what the control file says is noticed.
const LOOK: Duration = Duration::from_millis(20);

/// The start of the memory's name; the handle follows.
const MEMORY: &str = "fakecam-";

impl Supervisor {
    pub(crate) fn new(listener: Listener, kind: Kind, control: Option<PathBuf>, process: u32) -> Supervisor {
        let camera = |of: &crate::Camera| Camera {
            device: Device::new(of.clone()),
            node: None,
            plugged: 0,
            calls: BTreeMap::new(),
        };
        Supervisor {
            listener,
            control: Control(control),
            nodes: Nodes::of(process),
            cameras: kind.cameras.iter().map(camera).collect(),
            kind,
            handles: BTreeMap::new(),
            next: 1,
            waiting: Vec::new(),
        }
    }

    /// Until nobody is left who could ask.
    pub(crate) fn run(mut self) {
        loop {
            self.look();
            self.serve();
            let entry = |fd| libc::pollfd { fd, events: libc::POLLIN, revents: 0 };
            let mut polled = vec![entry(self.listener.0.as_raw_fd())];
            for waiting in &self.waiting {
                if let Waiting::Poll(_, of) = waiting {
                    polled.extend(of.others());
                }
            }
            notification::poll(&mut polled, self.patience().as_millis() as i32 + 1);
            if polled[0].revents & libc::POLLIN != 0 {
                match self.listener.receive() {
                    Ok(call) => {
                        self.look();
                        self.answer(call);
                    }
                    // Whoever asked was interrupted, and asks again if it must.
                    Err(error) if matches!(error.raw_os_error(), Some(libc::ENOENT | libc::EINTR)) => {}
                    Err(_) => return,
                }
            } else if polled[0].revents != 0 {
                return;
            }
        }
    }

    fn patience(&self) -> Duration {
        let now = Instant::now();
        let due = |handle: &Handle| match self.due(*handle) {
            Due::At(at) => Some(at),
            _ => None,
        };
        let soonest = self.waiting.iter().filter_map(|waiting| match waiting {
            Waiting::Hanging => None,
            Waiting::Slow(_, until) => Some(*until),
            Waiting::Picture(_, handle) => due(handle),
            Waiting::Poll(_, of) => of.handles().filter_map(|handle| due(&handle)).chain(of.until).min(),
        });
        soonest.map(|at| at.saturating_duration_since(now)).min().unwrap_or(LOOK).min(LOOK)
    }

    /// Takes in what the control file says.
    fn look(&mut self) {
        for camera in &mut self.cameras {
            let node = camera.device.camera.node.clone();
            let state = self.control.state(&node);
            let before = std::mem::replace(&mut camera.device.state, state);
            match (before == State::Unplugged, state == State::Unplugged) {
                (false, true) => {
                    self.nodes.unplug(&self.kind, &node);
                    camera.node = None;
                    camera.plugged += 1;
                }
                (true, false) => {
                    camera.device = Device::new(camera.device.camera.clone());
                    camera.device.state = state;
                    self.nodes.plug(&self.kind, &node);
                }
                _ => {}
            }
            if camera.node.is_none() && state != State::Unplugged {
                let node = fs::metadata(self.nodes.path(&node));
                camera.node = node.ok().map(|node| (node.dev(), node.ino()));
            }
        }
    }

    fn answer(&mut self, call: Call) {
        let [first, second, third, ..] = call.arguments;
        let number = i64::from(call.number);
        if number == libc::SYS_ioctl {
            self.ioctl(call, first as i32, second as u32, third);
        } else if filter::polling().contains(&call.number) {
            let polled = Polled::of(&call, |number| handle(call.thread, number));
            match polled {
                Some(polled) => self.waiting.push(Waiting::Poll(call, polled)),
                None => self.listener.go_on(&call),
            }
        } else if number == libc::SYS_openat {
            self.open(call, second, third as i32);
        } else {
            self.open(call, first, second as i32);
        }
    }

    fn open(&mut self, call: Call, path: u64, flags: i32) {
        let path = call.path(path).unwrap_or_default();
        if let Some(text) = self.described(&path) {
            let file = notification::memory_file("fakecam").and_then(|mut file| {
                file.write_all(&text)?;
                io::Seek::rewind(&mut file)?;
                self.listener.hand_over(&call, &file, true)
            });
            return if file.is_err() {
                self.listener.fail(&call, libc::EIO)
            };
        }
        let inode = if path.starts_with(b"/dev/") { call.inode(&path) } else { None };
        let found = inode.and_then(|inode| self.cameras.iter().position(|camera| camera.node == Some(inode)));
        let Some(at) = found else { return self.listener.go_on(&call) };
        let device = &self.cameras[at].device;
        if device.state == State::Denied {
            return self.listener.fail(&call, libc::EACCES);
        }
        if self.misbehaves(&call, at, "open") {
            return;
        }
        self.release_the_gone();
        let memory = notification::memory_file(&format!("{MEMORY}{}", self.next));
        let opened = memory.and_then(|memory| {
            if flags & libc::O_NONBLOCK != 0 {
                notification::set_nonblocking(&memory);
            }
            let number = self.listener.hand_over(&call, &memory, flags & libc::O_CLOEXEC != 0)?;
            let process = notification::process(call.thread).ok_or(io::ErrorKind::NotFound)?;
            Ok(Opened { camera: at, plugged: self.cameras[at].plugged, memory, process, number })
        });
        // Whoever asked is gone where this fails.
        if let Ok(opened) = opened {
            self.handles.insert(self.next, opened);
        }
        self.next += 1;
    }

    /// What /sys says of a camera, by the path of a file there.
    fn described(&self, path: &[u8]) -> Option<Vec<u8>> {
        let path = std::str::from_utf8(path).ok()?.strip_prefix("/sys/class/video4linux/")?;
        let (node, file) = path.split_once('/')?;
        let there = |camera: &&Camera| {
            let Camera { device, .. } = camera;
            device.camera.node == node && device.state != State::Unplugged && !device.camera.not_in_sys
        };
        let camera = &self.cameras.iter().find(there)?.device.camera;
        match file {
            "name" => Some([camera.name.bytes(), b"\n".to_vec()].concat()),
            "index" => Some(b"0\n".to_vec()),
            // The node belongs to a function of the USB device, which is one folder further up.
            "device/../serial" => camera.serial.as_ref().map(|serial| format!("{serial}\n").into_bytes()),
            _ => None,
        }
    }

    /// True: a kind's camera never returns from that call, or fails it, and the call is taken care of.
    fn misbehaves(&mut self, call: &Call, at: usize, name: &str) -> bool {
        let Camera { device, calls, .. } = &mut self.cameras[at];
        let camera = &device.camera;
        let now = camera.fails_at_times.get(name).filter(|times| {
            let count = calls.entry(name.to_owned()).or_default();
            *count += 1;
            (*count - 1) % times.of.max(1) < times.fail
        });
        if let Some(error) = now.map(|times| times.error).or(camera.fails.get(name).copied()) {
            self.listener.fail(call, error);
        } else if camera.hangs.iter().any(|hanging| hanging == name) {
            self.waiting.push(Waiting::Hanging);
        } else {
            return false;
        }
        true
    }

    fn ioctl(&mut self, call: Call, number: i32, request: u32, address: u64) {
        let Some(handle) = handle(call.thread, number) else { return self.listener.go_on(&call) };
        let Some(opened) = self.handles.get(&handle) else { return self.listener.fail(&call, libc::ENODEV) };
        let at = opened.camera;
        if opened.plugged != self.cameras[at].plugged {
            return self.listener.fail(&call, libc::ENODEV);
        }
        let name = argument::name(request);
        if name.is_some_and(|name| self.misbehaves(&call, at, name)) {
            return;
        }
        let slow = &self.cameras[at].device.camera.slow;
        if let Some(ms) = name.and_then(|name| slow.get(name)) {
            let until = Instant::now() + Duration::from_millis(*ms);
            return self.waiting.push(Waiting::Slow(call, until));
        }
        self.answered(call, handle, request, address);
    }

    /// An ioctl that neither hangs nor fails.
    fn answered(&mut self, call: Call, handle: Handle, request: u32, address: u64) {
        if request == argument::DQBUF {
            return self.waiting.push(Waiting::Picture(call, handle));
        }
        self.release_the_gone();
        match self.carry_out(&call, handle, request, address) {
            Ok(()) => self.listener.succeed(&call, 0),
            Err(error) => self.listener.fail(&call, error),
        }
    }

    fn carry_out(&mut self, call: &Call, handle: Handle, request: u32, address: u64) -> Result<(), i32> {
        let opened = self.handles.get(&handle).ok_or(libc::ENODEV)?;
        let mut argument = Argument::read(call, request, address).map_err(|_| libc::EFAULT)?;
        let device = &mut self.cameras[opened.camera].device;
        if let Effect::Memory(bytes) = device.ioctl(handle, request, &mut argument, Instant::now())? {
            opened.memory.set_len(bytes).map_err(|_| libc::ENOMEM)?;
        }
        if argument::answers(request) {
            argument.write(call, address).map_err(|_| libc::EFAULT)?;
        }
        Ok(())
    }

    /// Takes the buffers from those who closed their descriptors, which nobody tells.
    fn release_the_gone(&mut self) {
        for camera in &mut self.cameras {
            let Some(owner) = camera.device.owner() else { continue };
            let there = |opened: &Opened| handle_of(&format!("/proc/{}/fd/{}", opened.process, opened.number));
            if self.handles.get(&owner).and_then(there) != Some(owner) {
                camera.device.released(owner);
                self.handles.remove(&owner);
            }
        }
    }

    fn due(&self, handle: Handle) -> Due {
        let Some(opened) = self.handles.get(&handle) else { return Due::Failed(libc::ENODEV) };
        let camera = &self.cameras[opened.camera];
        if opened.plugged != camera.plugged { Due::Failed(libc::ENODEV) } else { camera.device.due(handle) }
    }

    /// Answers those of the waiting whose time has come.
    fn serve(&mut self) {
        for waiting in std::mem::take(&mut self.waiting) {
            let done = match &waiting {
                Waiting::Hanging => false,
                // Whoever is interrupted asks again.
                Waiting::Picture(call, _) | Waiting::Poll(call, _) | Waiting::Slow(call, _)
                    if !self.listener.waits(call) =>
                {
                    true
                }
                Waiting::Slow(_, until) if *until > Instant::now() => false,
                Waiting::Slow(call, _) => {
                    let [number, request, address, ..] = call.arguments;
                    match handle(call.thread, number as i32) {
                        Some(handle) => self.answered(*call, handle, request as u32, address),
                        None => self.listener.go_on(call),
                    }
                    true
                }
                Waiting::Picture(call, handle) => self.picture(call, *handle),
                Waiting::Poll(call, polled) => {
                    let ready = polled.ready(|handle| self.due(handle), Instant::now());
                    if let Some(ready) = &ready {
                        match polled.write(call, ready) {
                            Ok(count) => self.listener.succeed(call, count),
                            Err(_) => self.listener.fail(call, libc::EFAULT),
                        }
                    }
                    ready.is_some()
                }
            };
            if !done {
                self.waiting.push(waiting);
            }
        }
    }

    /// True: the call is answered.
    fn picture(&mut self, call: &Call, handle: Handle) -> bool {
        let now = Instant::now();
        let due = self.due(handle);
        let waits = || self.handles.get(&handle).is_some_and(|opened| !notification::is_nonblocking(&opened.memory));
        match due {
            Due::Failed(error) => self.listener.fail(call, error),
            Due::At(at) if at <= now => match self.fill(call, handle, now) {
                Ok(()) => self.listener.succeed(call, 0),
                Err(error) => self.listener.fail(call, error),
            },
            _ if waits() => return false,
            _ => self.listener.fail(call, libc::EAGAIN),
        }
        true
    }

    fn fill(&mut self, call: &Call, handle: Handle, now: Instant) -> Result<(), i32> {
        let opened = self.handles.get(&handle).ok_or(libc::ENODEV)?;
        let address = call.arguments[2];
        let mut argument = Argument::read(call, argument::DQBUF, address).map_err(|_| libc::EFAULT)?;
        let unix_ms = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_millis() as u64;
        let device = &mut self.cameras[opened.camera].device;
        let filled = device.take(&mut argument, now, unix_ms, notification::monotonic());
        for part in filled {
            opened.memory.write_all_at(&part.bytes, part.offset).map_err(|_| libc::EIO)?;
        }
        argument.write(call, address).map_err(|_| libc::EFAULT)
    }
}

/// The handle behind a descriptor of the asking process.
fn handle(thread: u32, number: i32) -> Option<Handle> {
    handle_of(&format!("/proc/{thread}/fd/{number}"))
}

fn handle_of(link: &str) -> Option<Handle> {
    let target = fs::read_link(link).ok()?;
    target.to_str()?.strip_prefix("/memfd:")?.strip_prefix(MEMORY)?.split(' ').next()?.parse().ok()
}
