//! What the window is composited by. Where there is no GPU the web view would have one imitated by the processor, which composes the
//! whole window anew for each change of a small part; painting only what changed, without any compositing, costs a tenth of that.

#[cfg(target_os = "linux")]
#[path = "acceleration/linux.rs"]
mod system;
#[cfg(not(target_os = "linux"))]
#[path = "acceleration/other.rs"]
mod system;

use studio::HardwareAcceleration as Wish;
use tauri::WebviewWindow;

/// What the web view is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Policy {
    /// A GPU composites.
    Gpu,
    /// Nothing is composited; what changes is painted.
    Painted,
}

/// What the machine says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Machine {
    /// The drivers of OpenGL were told to do without a GPU.
    software_asked: bool,
    devices: Vec<Device>,
}

/// A device that renders without a display: what OpenGL uses where there is a GPU.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Device {
    /// The kernel driver's name.
    driver: String,
    /// Of a virtual machine's: whether the host renders for it.
    host_renders: Option<bool>,
    /// This user may open it.
    usable: bool,
}

/// Drivers with such a device behind which no GPU is.
const WITHOUT_GPU: [&str; 2] = ["vgem", "vkms"];

/// Virtual machines' drivers: there is a GPU where the host lends its own.
const OF_VIRTUAL_MACHINES: [&str; 2] = ["virtio_gpu", "virtio-pci"];

/// As the settings say, or else as the machine is. Painting works everywhere, so that is what is chosen in doubt.
pub(super) fn decide(wish: Wish, machine: &Machine) -> Policy {
    let has_gpu = || !machine.software_asked && machine.devices.iter().any(Device::is_gpu);
    match wish {
        Wish::On => Policy::Gpu,
        Wish::Auto if has_gpu() => Policy::Gpu,
        Wish::Auto | Wish::Off => Policy::Painted,
    }
}

impl Device {
    fn is_gpu(&self) -> bool {
        let lent = !OF_VIRTUAL_MACHINES.contains(&&*self.driver) || self.host_renders == Some(true);
        self.usable && lent && !self.driver.is_empty() && !WITHOUT_GPU.contains(&&*self.driver)
    }
}

/// What there is, looked at before anything of the window is made, and said where the web view looks for it.
///
/// # Safety
/// No other thread may run.
#[allow(unsafe_code)]
pub(super) unsafe fn choose(wish: Wish) -> Policy {
    let machine = system::ask();
    let policy = decide(wish, &machine);
    // SAFETY: the caller says that no other thread runs.
    unsafe { system::announce(policy) };
    policy
}

/// Tells the web view. To be called as soon as there is the window, before the main loop runs: what was begun with a GPU goes on
/// with it.
pub(super) fn tell(window: &WebviewWindow, policy: Policy) -> tauri::Result<()> {
    system::tell(window, policy)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn device(driver: &str) -> Device {
        Device { driver: driver.into(), host_renders: None, usable: true }
    }

    fn machine(devices: &[Device]) -> Machine {
        Machine { software_asked: false, devices: devices.to_vec() }
    }

    #[test]
    fn a_gpu_composites_where_there_is_one() {
        for driver in ["i915", "xe", "amdgpu", "radeon", "nouveau", "nvidia", "v3d", "panfrost", "msm", "vmwgfx"] {
            assert_eq!(decide(Wish::Auto, &machine(&[device(driver)])), Policy::Gpu, "{driver}");
        }
        let second = [device("vgem"), device("amdgpu")];
        assert_eq!(decide(Wish::Auto, &machine(&second)), Policy::Gpu, "any of them will do");
    }

    #[test]
    fn without_one_the_window_is_painted() {
        assert_eq!(decide(Wish::Auto, &machine(&[])), Policy::Painted, "no device at all");
        for driver in ["vgem", "vkms", ""] {
            assert_eq!(decide(Wish::Auto, &machine(&[device(driver)])), Policy::Painted, "{driver:?}");
        }
        let closed = Device { usable: false, ..device("i915") };
        assert_eq!(decide(Wish::Auto, &machine(&[closed])), Policy::Painted, "it may not be opened");
        let told = Machine { software_asked: true, ..machine(&[device("i915")]) };
        assert_eq!(decide(Wish::Auto, &told), Policy::Painted, "somebody asked for software");
    }

    #[test]
    fn a_virtual_machine_has_one_where_its_host_renders() {
        for driver in OF_VIRTUAL_MACHINES {
            for (host_renders, policy) in
                [(Some(true), Policy::Gpu), (Some(false), Policy::Painted), (None, Policy::Painted)]
            {
                let device = Device { host_renders, ..device(driver) };
                assert_eq!(decide(Wish::Auto, &machine(&[device])), policy, "{driver}: {host_renders:?}");
            }
        }
    }

    #[test]
    fn what_the_settings_say_holds_whatever_the_machine_says() {
        for machine in [machine(&[]), machine(&[device("i915")])] {
            assert_eq!(decide(Wish::On, &machine), Policy::Gpu);
            assert_eq!(decide(Wish::Off, &machine), Policy::Painted);
        }
    }
}
