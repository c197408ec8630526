//! What kind of network an interface is on, and what people call it. Decisions only.

use words::{Said, said};

/// What carries a network, as people tell networks apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Medium {
    Wifi,
    Cable,
    Vpn,
    /// A phone that shares its connection, by USB or Bluetooth.
    Phone,
    /// A modem for the mobile network in this computer.
    Mobile,
    /// Containers and virtual machines on this computer.
    Guests,
    /// Only this computer.
    Computer,
    /// The system does not say.
    Unknown,
}

/// What Linux says about an interface in /sys/class/net.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(not(target_os = "linux"), allow(dead_code))] // Other systems say it in a word.
pub(crate) struct Hardware {
    /// ARPHRD_ of the kernel's if_arp.h.
    pub(crate) link_type: u32,
    /// DEVTYPE of `uevent`: "wlan", "bridge", "wireguard".
    pub(crate) device_type: String,
    /// The driver of the device behind it, where there is one.
    pub(crate) driver: Option<String>,
    /// There is a folder `wireless` or `phy80211`.
    pub(crate) wireless: bool,
    /// It is a tun or tap.
    pub(crate) tunnel: bool,
    /// It is a bridge with a device of its own behind it, not only guests.
    pub(crate) bridges_device: bool,
}

/// ARPHRD_PPP, ARPHRD_TUNNEL, ARPHRD_TUNNEL6, ARPHRD_SIT, ARPHRD_IPGRE and ARPHRD_NONE, which WireGuard and tun have.
const TUNNELS: [u32; 6] = [512, 768, 769, 776, 778, 0xfffe];
/// Drivers of phones that share their connection over USB: Android's RNDIS, iPhones.
const PHONES: [&str; 3] = ["rndis_host", "ipheth", "cdc_eem"];
/// Drivers of modems.
const MODEMS: [&str; 5] = ["qmi_wwan", "cdc_mbim", "huawei_cdc_ncm", "sierra_net", "mhi_net"];

#[cfg_attr(not(target_os = "linux"), allow(dead_code))]
impl Medium {
    /// Of an interface of Linux, by what is known about it before its name.
    pub(crate) fn of(name: &str, hardware: &Hardware) -> Self {
        let driver = hardware.driver.as_deref().unwrap_or_default();
        if name == "lo" || hardware.link_type == LOOPBACK {
            Self::Computer
        } else if hardware.wireless || hardware.device_type == "wlan" {
            Self::Wifi
        } else if hardware.device_type == "wwan" || MODEMS.contains(&driver) {
            Self::Mobile
        } else if PHONES.contains(&driver) || hardware.device_type == "bluetooth" || name.starts_with("bnep") {
            Self::Phone
        } else if hardware.tunnel || hardware.device_type == "wireguard" || TUNNELS.contains(&hardware.link_type) {
            Self::Vpn
        } else {
            match Self::of_name(name) {
                Self::Unknown if hardware.device_type == "bridge" && !hardware.bridges_device => Self::Guests,
                Self::Unknown if hardware.link_type == ETHERNET => Self::Cable,
                by_name => by_name,
            }
        }
    }
}

const LOOPBACK: u32 = 772;
const ETHERNET: u32 = 1;

impl Medium {
    /// Of an interface of which nothing is known but its name.
    pub(crate) fn of_name(name: &str) -> Self {
        if ["lo", "lo0"].contains(&name) {
            Self::Computer
        } else if is_guests(name) {
            Self::Guests
        } else if is_tunnel(name) {
            Self::Vpn
        } else if name.starts_with("wl") {
            Self::Wifi
        } else {
            Self::Unknown
        }
    }

    fn word(self) -> Said {
        match self {
            Self::Wifi => said!("network.wifi"),
            Self::Cable => said!("network.cable"),
            Self::Vpn => said!("network.vpn"),
            Self::Phone => said!("network.phone"),
            Self::Mobile => said!("network.mobile"),
            Self::Guests => said!("network.guests"),
            Self::Computer => said!("network.computer"),
            Self::Unknown => said!("network.other"),
        }
    }

    /// What people call a network: the name that it was given, with what it is, or only what it is. A name that is the interface's own was
    /// given by no person.
    pub(crate) fn called(self, interface: &str, given: Option<&str>) -> Said {
        let given = given.map(plain).filter(|given| !given.is_empty() && given != interface);
        let word = self.word();
        match given {
            Some(given) if matches!(self, Self::Computer | Self::Unknown) || says(&given, &word) => given.into(),
            Some(name) => said!("network.given", name, network = word),
            None => word,
        }
    }
}

/// Characters of a network's name that are shown; one of Wi-Fi has 32 bytes at most.
const MAX_NAME: usize = 48;

/// A name is a neighbour's choice: without what would break a line or turn the letters behind it round.
fn plain(name: &str) -> String {
    let turns = |letter| matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
    let shown: String = name.chars().filter(|letter| !letter.is_control() && !turns(*letter)).take(MAX_NAME).collect();
    shown.trim().to_owned()
}

/// "Home Wi-Fi" needs no "(Wi-Fi)" behind it, nor "wifi-2".
fn says(name: &str, word: &str) -> bool {
    let letters = |text: &str| {
        text.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>()
    };
    letters(name).contains(&letters(word))
}

/// The usual names of tunnels.
fn is_tunnel(name: &str) -> bool {
    let names = [
        "tun",
        "tap",
        "wg",
        "tailscale",
        "zt",
        "ppp",
        "utun",
        "nordlynx",
        "proton",
        "ipsec",
        "vti",
        "gre",
        "sit",
        "ip6tnl",
        "nebula",
    ];
    names.iter().any(|start| name.starts_with(start))
}

/// The usual names of what containers and virtual machines on this computer are behind. A bridge that people made themselves (`br0`,
/// `br-lan`) is none: Docker's has twelve hex digits behind its `br-`.
fn is_guests(name: &str) -> bool {
    let names = [
        "docker",
        "virbr",
        "lxc",
        "lxd",
        "incusbr",
        "podman",
        "cni",
        "flannel",
        "cali",
        "cilium",
        "vboxnet",
        "vmnet",
        "vnet",
        "ve-",
        "vb-",
        "waydroid",
        "vEthernet",
    ];
    let is_docker = |id: &str| id.len() == 12 && id.bytes().all(|digit| digit.is_ascii_hexdigit());
    names.iter().any(|start| name.starts_with(start)) || name.strip_prefix("br-").is_some_and(is_docker)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ethernet() -> Hardware {
        Hardware { link_type: ETHERNET, ..Hardware::default() }
    }

    fn driven(driver: &str) -> Hardware {
        Hardware { driver: Some(driver.into()), ..ethernet() }
    }

    #[test]
    fn what_the_system_says_counts_more_than_a_name() {
        let typed = |device_type: &str| Hardware { device_type: device_type.into(), ..ethernet() };
        for (name, hardware, medium) in [
            ("lo", Hardware { link_type: LOOPBACK, ..Hardware::default() }, Medium::Computer),
            ("wlp2s0", Hardware { wireless: true, ..driven("iwlwifi") }, Medium::Wifi),
            ("radio0", typed("wlan"), Medium::Wifi),
            ("enp3s0", driven("e1000e"), Medium::Cable),
            ("eth0", ethernet(), Medium::Cable),
            ("enx0a1b2c", driven("rndis_host"), Medium::Phone),
            ("eth1", driven("ipheth"), Medium::Phone),
            ("bnep0", ethernet(), Medium::Phone),
            ("enx00e04c", driven("r8152"), Medium::Cable),
            ("wwan0", driven("qmi_wwan"), Medium::Mobile),
            ("work", Hardware { tunnel: true, ..ethernet() }, Medium::Vpn),
            (
                "office",
                Hardware { link_type: 0xfffe, device_type: "wireguard".into(), ..Hardware::default() },
                Medium::Vpn,
            ),
            ("ppp0", Hardware { link_type: 512, ..Hardware::default() }, Medium::Vpn),
            ("docker0", typed("bridge"), Medium::Guests),
            ("br-0123456789ab", typed("bridge"), Medium::Guests),
            ("bridge7", typed("bridge"), Medium::Guests),
            ("br-lan", Hardware { bridges_device: true, ..typed("bridge") }, Medium::Cable),
            ("ib0", Hardware { link_type: 32, ..Hardware::default() }, Medium::Unknown),
        ] {
            assert_eq!(Medium::of(name, &hardware), medium, "{name} {hardware:?}");
        }
    }

    #[test]
    fn where_only_a_name_is_known_it_counts() {
        let names = ["utun3", "wlan0", "vboxnet0", "en0", "lo0"].map(Medium::of_name);
        assert_eq!(names, [Medium::Vpn, Medium::Wifi, Medium::Guests, Medium::Unknown, Medium::Computer]);
    }

    #[test]
    fn a_network_is_called_as_somebody_named_it_and_never_by_its_interface() {
        let called = |medium: Medium, given: Option<&str>| medium.called("wlp2s0", given).message;
        assert_eq!(called(Medium::Wifi, Some("Café Luna")), "Café Luna (Wi-Fi)");
        assert_eq!(called(Medium::Wifi, Some("Our WiFi")), "Our WiFi");
        assert_eq!(called(Medium::Cable, Some("Office")), "Office (Cable)");
        assert_eq!(called(Medium::Wifi, None), "Wi-Fi");
        for given in ["wlp2s0", "", " \u{202e} "] {
            assert_eq!(called(Medium::Cable, Some(given)), "Cable", "{given:?} was given by nobody");
        }
        assert_eq!(called(Medium::Unknown, None), "Network");
    }

    #[test]
    fn a_neighbour_s_name_breaks_no_line_and_turns_no_letters_round() {
        let called = Medium::Wifi.called("wlan0", Some("a\nb\u{202e}c\u{7}d")).message;
        assert_eq!(called, "abcd (Wi-Fi)");
        let long = Medium::Wifi.called("wlan0", Some(&"x".repeat(500)));
        assert_eq!(long.chars().count(), MAX_NAME + " (Wi-Fi)".len());
    }
}
