//! What Linux says of its GPUs, and WebKitGTK's own switches.
#![allow(unsafe_code)] // The environment can only be changed where nobody else reads it, and access(2) has no safe wrapper here.

use super::{Device, Machine, Policy};
use std::ffi::CString;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use tauri::WebviewWindow;
use webkit2gtk::{HardwareAccelerationPolicy, SettingsExt, WebViewExt};

/// Mesa's drivers that compute by themselves what a GPU would.
const SOFTWARE: [&str; 5] = ["llvmpipe", "softpipe", "swr", "swrast", "kms_swrast"];

/// Looks at what is there. No device is opened: that would wake one that sleeps to save power.
pub(super) fn ask() -> Machine {
    looked_at(Path::new("/"), |name| std::env::var(name).ok())
}

/// WebKitGTK's word for a painted window that is handed over as plain memory. From 2.54 on (Debian 13) a web view that is told to paint
/// without it shows nothing at all but its background; before, it makes no difference.
const PLAIN_MEMORY: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";

/// Says in the environment what a web view reads there as it is made, unless somebody has said it already.
///
/// # Safety
/// No other thread may run.
pub(super) unsafe fn announce(policy: Policy) {
    if policy == Policy::Painted && std::env::var_os(PLAIN_MEMORY).is_none() {
        // SAFETY: the caller says that no other thread runs.
        unsafe { std::env::set_var(PLAIN_MEMORY, "1") };
    }
}

/// Tells the web view of the window.
pub(super) fn tell(window: &WebviewWindow, policy: Policy) -> tauri::Result<()> {
    let how = match policy {
        Policy::Gpu => "composited by the GPU",
        Policy::Painted => "painted without a GPU",
    };
    tracing::info!("the window is {how}");
    window.with_webview(move |webview| {
        let policy = match policy {
            Policy::Gpu => HardwareAccelerationPolicy::Always,
            Policy::Painted => HardwareAccelerationPolicy::Never,
        };
        if let Some(settings) = WebViewExt::settings(&webview.inner()) {
            settings.set_hardware_acceleration_policy(policy);
        }
    })
}

fn looked_at(root: &Path, variable: impl Fn(&str) -> Option<String>) -> Machine {
    let says = |name: &str, what: fn(&str) -> bool| variable(name).is_some_and(|value| what(&value.to_lowercase()));
    let software_asked = says("LIBGL_ALWAYS_SOFTWARE", |value| !["", "0", "false", "no", "n", "off"].contains(&value))
        || ["GALLIUM_DRIVER", "MESA_LOADER_DRIVER_OVERRIDE"]
            .into_iter()
            .any(|name| says(name, |value| SOFTWARE.contains(&value)));
    let nodes = fs::read_dir(root.join("dev/dri")).into_iter().flatten().flatten();
    let rendering =
        nodes.filter_map(|node| node.file_name().into_string().ok()).filter(|name| name.starts_with("renderD"));
    Machine { software_asked, devices: rendering.map(|name| device(root, &name)).collect() }
}

fn device(root: &Path, name: &str) -> Device {
    let about = root.join("sys/class/drm").join(name).join("device");
    let driver = fs::read_link(about.join("driver")).unwrap_or_default();
    let driver = driver.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Device { driver, host_renders: host_renders(&about), usable: may_be_opened(&root.join("dev/dri").join(name)) }
}

/// A virtio device lists what it was agreed with the host as digits, the first for bit 0: VIRTIO_GPU_F_VIRGL, the host renders
/// (virtio 1.2, section 5.7.3). They stand with the device, or one level below where it is found by its place on PCI.
fn host_renders(about: &Path) -> Option<bool> {
    let below = fs::read_dir(about).into_iter().flatten().flatten();
    let below =
        below.filter(|entry| entry.file_name().to_string_lossy().starts_with("virtio")).map(|entry| entry.path());
    let agreed =
        std::iter::once(about.to_owned()).chain(below).find_map(|at| fs::read_to_string(at.join("features")).ok());
    agreed.map(|digits| digits.starts_with('1'))
}

/// By the system's own rules, with what an access list adds to the permissions that are seen.
fn may_be_opened(node: &Path) -> bool {
    let Ok(path) = CString::new(node.as_os_str().as_bytes()) else { return false };
    // SAFETY: the path ends with a zero, and lives as long as the call.
    unsafe { libc::access(path.as_ptr(), libc::R_OK | libc::W_OK) == 0 }
}

#[cfg(test)]
mod tests {
    use super::super::{Wish, decide};
    use super::*;
    use std::os::unix::fs::symlink;

    /// A folder that looks like a machine's, with one device.
    fn machine(driver: &str, features: Option<(&str, &str)>) -> tempfile::TempDir {
        let root = tempfile::tempdir().expect("there is room");
        let about = root.path().join("sys/class/drm/renderD128/device");
        for folder in [root.path().join("dev/dri"), about.clone(), root.path().join("sys/bus/drivers").join(driver)] {
            fs::create_dir_all(folder).expect("it is a new folder");
        }
        for node in ["card0", "renderD128"] {
            fs::write(root.path().join("dev/dri").join(node), "").expect("it is a new file");
        }
        symlink(root.path().join("sys/bus/drivers").join(driver), about.join("driver")).expect("it is a new name");
        if let Some((place, digits)) = features {
            fs::create_dir_all(about.join(place)).expect("it is a new folder");
            fs::write(about.join(place).join("features"), digits).expect("it is a new file");
        }
        root
    }

    fn asked(root: &Path) -> Machine {
        looked_at(root, |_| None)
    }

    #[test]
    fn the_driver_of_each_device_that_renders_is_found() {
        let root = machine("amdgpu", None);
        let device = Device { driver: "amdgpu".into(), host_renders: None, usable: true };
        assert_eq!(asked(root.path()), Machine { software_asked: false, devices: vec![device] });
        let nothing = tempfile::tempdir().expect("there is room");
        assert_eq!(asked(nothing.path()), Machine::default());
    }

    #[test]
    fn a_virtual_machine_s_device_says_whether_the_host_renders() {
        for (driver, place) in [("virtio_gpu", "."), ("virtio-pci", "virtio3")] {
            for (digits, policy) in [("1100\n", Policy::Gpu), ("0100\n", Policy::Painted)] {
                let root = machine(driver, Some((place, digits)));
                assert_eq!(decide(Wish::Auto, &asked(root.path())), policy, "{driver}: {digits}");
            }
        }
    }

    #[test]
    fn who_told_mesa_to_do_without_a_gpu_is_believed() {
        let root = machine("i915", None);
        for (name, value, asked) in [
            ("LIBGL_ALWAYS_SOFTWARE", "1", true),
            ("LIBGL_ALWAYS_SOFTWARE", "true", true),
            ("LIBGL_ALWAYS_SOFTWARE", "0", false),
            ("GALLIUM_DRIVER", "llvmpipe", true),
            ("GALLIUM_DRIVER", "iris", false),
            ("MESA_LOADER_DRIVER_OVERRIDE", "swrast", true),
        ] {
            let machine = looked_at(root.path(), |variable| (variable == name).then(|| value.to_owned()));
            assert_eq!(machine.software_asked, asked, "{name}={value}");
        }
    }
}
