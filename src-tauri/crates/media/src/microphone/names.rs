//! What microphones are called in the panel, and which one a name means.

use protocol::Source;

/// A device that records, as the sound system lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// The system's own name for it: a PulseAudio source, an ALSA PCM.
    pub(super) id: String,
    /// For people.
    pub(super) label: String,
    pub(super) system: System,
}

/// Who lists it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum System {
    /// PulseAudio, or PipeWire in its place.
    Pulse,
    /// ALSA, the kernel's own.
    Alsa,
    /// Another system's only one.
    Other,
}

/// What of it is worth choosing, microphones before what listens to a loudspeaker.
pub(super) fn listed(mut found: Vec<Found>) -> Vec<Source> {
    found.retain(is_device);
    found.sort_by_key(is_monitor);
    found.into_iter().map(|Found { id, label, .. }| Source { id, label }).collect()
}

/// ALSA lists each device a dozen times, and converters that are none: the plug of each card, by its name, is enough.
fn is_device(found: &Found) -> bool {
    match found.system {
        System::Pulse | System::Other => true,
        System::Alsa => {
            found.id.strip_prefix("plughw:CARD=").is_some_and(|card| !card.starts_with(|c: char| c.is_ascii_digit()))
        }
    }
}

/// PulseAudio gives every loudspeaker a source that hears what it plays.
fn is_monitor(found: &Found) -> bool {
    found.system == System::Pulse && found.id.ends_with(".monitor")
}

/// The microphone that is meant by an id, by a name, or by a part of a name that only one microphone has.
pub(super) fn find<'a>(microphones: &'a [Source], wanted: &str) -> Option<&'a Source> {
    let lower = wanted.to_lowercase();
    let exact = microphones.iter().find(|microphone| microphone.id == wanted);
    let labelled = || microphones.iter().find(|microphone| microphone.label == wanted);
    let by_part = || {
        let has = |microphone: &&Source| microphone.label.to_lowercase().contains(&lower);
        let mut having = microphones.iter().filter(has);
        having.next().filter(|_| having.next().is_none() && !lower.is_empty())
    };
    exact.or_else(labelled).or_else(by_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn microphones(system: System, found: &[(&str, &str)]) -> Vec<Source> {
        listed(found.iter().map(|(id, label)| Found { id: (*id).into(), label: (*label).into(), system }).collect())
    }

    #[test]
    fn microphones_come_before_monitors() {
        let microphones = microphones(
            System::Pulse,
            &[("alsa_output.pci.monitor", "Monitor of Built-in Audio"), ("alsa_input.usb-Blue", "Blue Yeti")],
        );
        let labels: Vec<_> = microphones.iter().map(|microphone| microphone.label.as_str()).collect();
        assert_eq!(labels, ["Blue Yeti", "Monitor of Built-in Audio"]);
        let found = |wanted: &str| find(&microphones, wanted).map(|microphone| microphone.id.as_str());
        assert_eq!(found("alsa_input.usb-Blue"), Some("alsa_input.usb-Blue"));
        assert_eq!(found("Blue Yeti"), Some("alsa_input.usb-Blue"));
        assert_eq!(found("yeti"), Some("alsa_input.usb-Blue"));
        assert_eq!(found("Yeti 2"), None);
        assert_eq!(found(""), None);
    }

    #[test]
    fn of_alsa_only_what_is_a_device() {
        let all = ["null", "default", "lavrate", "hw:CARD=PCH,DEV=0", "plughw:CARD=PCH,DEV=0", "plughw:CARD=0,DEV=0"];
        let microphones = microphones(System::Alsa, &all.map(|id| (id, "HDA Intel PCH")));
        assert_eq!(microphones.len(), 1);
        assert_eq!(microphones[0].id, "plughw:CARD=PCH,DEV=0");
    }
}
