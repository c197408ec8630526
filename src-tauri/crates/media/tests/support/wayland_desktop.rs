//! A desktop of its own, that nobody sees: a compositor (sway) on no screen, PipeWire, and a portal that asks a script what is to be shown.

use std::{
    env, fs,
    io::Write as _,
    os::unix::fs::{MetadataExt as _, PermissionsExt, chown},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    thread,
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// Nothing here takes longer, on a machine that has other things to do as well.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct Desktop {
    running: Vec<Running>,
    folder: TempDir,
}

struct Running {
    name: &'static str,
    process: Child,
}

/// Where systems keep what nobody starts by hand.
const PLACES: [&str; 3] = ["/usr/libexec", "/usr/lib/xdg-desktop-portal", "/usr/lib"];

const PROGRAMS: [&str; 8] = ["dbus-daemon", "dbus-send", "sway", "swaymsg", "swaybg", "pipewire", "wireplumber", "cc"];

const PORTAL: &str = "xdg-desktop-portal";
const BACKEND: &str = "xdg-desktop-portal-wlr";
const STORE: &str = "xdg-permission-store";

/// Anybody's number but root's, as whom sway does not run.
const NOBODY: u32 = 65_534;

/// The compositor's only output.
const OUTPUT: &str = "HEADLESS-1";

const BUS: &str = r#"<busconfig>
  <type>session</type>
  <listen>unix:path=FOLDER/bus</listen>
  <auth>EXTERNAL</auth>
  <policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy>
</busconfig>
"#;

/// The person: asked, it says so, and chooses what is written for it; an empty choice is none.
const CHOOSER: &str = "echo asked >>FOLDER/asked
while [ -d FOLDER ] && ! [ -e FOLDER/choice ]; do sleep 0.02; done
cat FOLDER/choice
rm -f FOLDER/choice
";

impl Desktop {
    /// None where something for it is not installed.
    pub(crate) fn start() -> Option<Desktop> {
        let missing = PROGRAMS.into_iter().find(|program| !is_in_path(program));
        // Sway does not run as root.
        let missing = missing.or_else(|| (is_root() && !is_in_path("setpriv")).then_some("setpriv"));
        let missing = missing.or_else(|| [PORTAL, BACKEND, STORE].into_iter().find(|name| installed(name).is_none()));
        if let Some(missing) = missing {
            eprintln!("skipped: {missing} is not installed");
            return None;
        }
        let folder = tempfile::Builder::new().prefix("skylark-wayland-").tempdir().expect("there is room");
        let mut desktop = Desktop { running: Vec::new(), folder };
        let place = desktop.folder.path();
        let shown = place.display().to_string();
        let write = |name: &str, text: &str| {
            let path = place.join(name);
            fs::create_dir_all(path.parent().expect("it is in the folder")).expect("there is room");
            fs::write(path, text.replace("FOLDER", &shown)).expect("there is room");
        };
        write("bus.conf", BUS);
        write("chooser.sh", CHOOSER);
        write("sway/config", "output HEADLESS-1 resolution 640x360\noutput HEADLESS-1 bg #204080 solid_color\n");
        write(
            "xdg-desktop-portal-wlr/config",
            "[screencast]\nchooser_type=simple\nchooser_cmd=sh FOLDER/chooser.sh\nmax_fps=30\n",
        );
        let shim = place.join("announce_dmabuf.so");
        let source = place.join("announce_dmabuf.c");
        fs::write(&source, include_str!("announce_dmabuf.c")).expect("there is room");
        let made =
            Command::new("cc").args(["-shared", "-fPIC", "-O1", "-o"]).args([&shim, &source]).arg("-ldl").status();
        assert!(made.expect("cc is there").success(), "the library for the portal is made");

        desktop.run("dbus-daemon", &["--nosyslog", "--nofork", "--config-file", &format!("{shown}/bus.conf")], &[]);
        desktop.until("the bus", || desktop.folder.path().join("bus").exists());
        let config = format!("{shown}/sway/config");
        if is_root() {
            // It may do nothing with files that are root's.
            chown(desktop.folder.path(), Some(NOBODY), None).expect("root may");
            fs::set_permissions(desktop.folder.path(), PermissionsExt::from_mode(0o700)).expect("root may");
            let [user, group] = ["--reuid", "--regid"].map(|name| format!("{name}={NOBODY}"));
            let arguments = [&user, &group, "--clear-groups", "sway", "--config", &config];
            desktop.run("setpriv", &arguments, &[]);
        } else {
            desktop.run("sway", &["--config", &config], &[]);
        }
        desktop.run("pipewire", &[], &[]);
        desktop.until("the compositor and PipeWire", || {
            desktop.socket("wayland-").is_some() && desktop.socket("pipewire-0").is_some()
        });
        desktop.run("wireplumber", &[], &[]);
        desktop.run(STORE, &[], &[]);
        let shim = shim.display().to_string();
        desktop.run(BACKEND, &[], &[("LD_PRELOAD", &shim)]);
        desktop.until("the portal's part for this compositor", || {
            ["org.freedesktop.impl.portal.desktop.wlr", "org.freedesktop.impl.portal.PermissionStore"]
                .iter()
                .all(|name| desktop.has_name(name))
        });
        desktop.run(PORTAL, &[], &[]);
        let version = ["string:org.freedesktop.portal.ScreenCast", "string:version"];
        let (portal, properties) = ("org.freedesktop.portal.Desktop", "org.freedesktop.DBus.Properties.Get");
        desktop.until("the portal", || {
            desktop.asks_bus(portal, "/org/freedesktop/portal/desktop", properties, &version).is_some()
        });
        Some(desktop)
    }

    /// The compositor's socket.
    pub(crate) fn display(&self) -> Option<PathBuf> {
        self.socket("wayland-")
    }

    /// How often the portal has asked.
    pub(crate) fn asked(&self) -> usize {
        fs::read_to_string(self.folder.path().join("asked")).unwrap_or_default().lines().count()
    }

    /// The person chooses the screen, or nothing.
    pub(crate) fn choose(&self, something: bool) {
        let written = self.folder.path().join("choosing");
        let mut file = fs::File::create(&written).expect("there is room");
        if something {
            writeln!(file, "{OUTPUT}").expect("there is room");
        }
        // At once, with all that is in it.
        fs::rename(written, self.folder.path().join("choice")).expect("there is room");
    }

    /// Has the compositor do something with its output.
    pub(crate) fn output(&self, what: &str) {
        let socket = self.socket("sway-ipc").expect("it is there");
        let Output { status, stdout, .. } = Command::new("swaymsg")
            .arg("-s")
            .arg(socket)
            .arg(format!("output {OUTPUT} {what}"))
            .output()
            .expect("it is installed");
        assert!(status.success(), "{what}: {}", String::from_utf8_lossy(&stdout));
    }

    /// Ends the portal's part for this compositor, which shows the screen.
    pub(crate) fn end_backend(&mut self) {
        let at = self.running.iter().position(|running| running.name == BACKEND).expect("it runs");
        self.running.remove(at).end();
    }

    /// The session's bus.
    pub(crate) fn bus(&self) -> String {
        format!("unix:path={}/bus", self.folder.path().display())
    }

    fn run(&mut self, name: &'static str, arguments: &[&str], more: &[(&str, &str)]) {
        let place = self.folder.path();
        let log = fs::File::create(place.join(format!("{name}.log"))).expect("there is room");
        let program = installed(name).unwrap_or_else(|| PathBuf::from(name));
        let process = Command::new(program)
            .args(arguments)
            // Nothing of the desktop that somebody may sit at.
            .env_clear()
            .env("PATH", env::var_os("PATH").unwrap_or_default())
            .envs(
                ["HOME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"]
                    .map(|name| (name, place)),
            )
            .env("DBUS_SESSION_BUS_ADDRESS", self.bus())
            .env("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nowhere")
            .envs(self.display().map(|path| ("WAYLAND_DISPLAY", path)))
            .envs([
                ("XDG_CURRENT_DESKTOP", "sway"),
                ("XDG_SESSION_TYPE", "wayland"),
                ("WLR_BACKENDS", "headless"),
                ("WLR_RENDERER", "pixman"),
                ("WLR_LIBINPUT_NO_DEVICES", "1"),
                ("WLR_HEADLESS_OUTPUTS", "1"),
            ])
            .envs(more.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        self.running.push(Running { name, process });
    }

    /// A socket whose name begins so.
    fn socket(&self, name: &str) -> Option<PathBuf> {
        let entries = fs::read_dir(self.folder.path()).expect("it is there");
        let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
        let is_it = |path: &Path| {
            let found = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            found.starts_with(name) && !found.ends_with(".lock") && !found.ends_with(".log")
        };
        paths.into_iter().find(|path| is_it(path))
    }

    fn has_name(&self, name: &str) -> bool {
        let (bus, name) = ("org.freedesktop.DBus", format!("string:{name}"));
        let answer = self.asks_bus(bus, "/org/freedesktop/DBus", "org.freedesktop.DBus.NameHasOwner", &[&name]);
        answer.is_some_and(|answer| answer.contains("true"))
    }

    /// What somebody on the bus answers; None: an error, or nobody.
    fn asks_bus(&self, whom: &str, path: &str, method: &str, arguments: &[&str]) -> Option<String> {
        let asked = Command::new("dbus-send")
            .args([&format!("--bus={}", self.bus()), &format!("--dest={whom}"), "--print-reply", path, method])
            .args(arguments)
            .output()
            .expect("it is installed");
        asked.status.success().then(|| String::from_utf8_lossy(&asked.stdout).into_owned())
    }

    fn until(&self, what: &str, is_there: impl Fn() -> bool) {
        let end = Instant::now() + PATIENCE;
        while !is_there() {
            assert!(Instant::now() < end, "{what} does not come up: {}", self.logs());
            thread::sleep(Duration::from_millis(20));
        }
    }

    fn logs(&self) -> String {
        let log = |running: &Running| {
            let said = fs::read_to_string(self.folder.path().join(format!("{}.log", running.name)));
            let said = said.unwrap_or_default();
            let from = said.len().saturating_sub(600);
            format!("\n{}: {}", running.name, said.get(from..).unwrap_or_default())
        };
        self.running.iter().map(log).collect()
    }
}

impl Running {
    /// They are asked first: sway has a child that it ends.
    fn end(mut self) {
        let asked = Command::new("kill").arg(self.process.id().to_string()).status();
        let end = Instant::now() + Duration::from_secs(5);
        while asked.as_ref().is_ok_and(|status| status.success()) && Instant::now() < end {
            match self.process.try_wait() {
                Ok(None) => thread::sleep(Duration::from_millis(10)),
                Ok(Some(_)) | Err(_) => return,
            }
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Drop for Desktop {
    fn drop(&mut self) {
        // The bus last: it is what the others are asked by.
        self.running.drain(..).rev().for_each(Running::end);
    }
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|of_us| of_us.uid() == 0)
}

fn is_in_path(program: &str) -> bool {
    let places = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&places).any(|place| place.join(program).is_file())
}

fn installed(name: &str) -> Option<PathBuf> {
    PLACES.iter().map(|place| Path::new(place).join(name)).find(|path| path.is_file())
}
