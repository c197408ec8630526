//! The names that people gave to this machine's connections, as NetworkManager knows them.
//!
//! They are asked of its own program, `nmcli`, which any user may: a client of the system's bus would be a library for one answer. It is asked
//! again only when the machine's addresses are others than at the last time.

use crate::system;
use std::collections::HashMap;
use std::net::IpAddr;

/// What was asked last, and what came of it.
#[derive(Debug, Default)]
pub(crate) struct Connections {
    asked_for: Vec<(String, IpAddr)>,
    /// By interface.
    names: HashMap<String, String>,
}

impl Connections {
    /// The names of the connections, asked for where these addresses are others than before.
    pub(crate) fn of(&mut self, addresses: Vec<(String, IpAddr)>) -> &HashMap<String, String> {
        self.of_by(addresses, system::connections)
    }

    /// Those that are known, without asking anybody.
    pub(crate) fn known(&self) -> &HashMap<String, String> {
        &self.names
    }

    fn of_by(&mut self, addresses: Vec<(String, IpAddr)>, ask: impl FnOnce() -> String) -> &HashMap<String, String> {
        if addresses != self.asked_for {
            self.names = names(&ask());
            self.asked_for = addresses;
        }
        &self.names
    }
}

/// Reads `DEVICE:NAME`, a connection a line, where `\` stands before a colon or a backslash of a name.
fn names(answer: &str) -> HashMap<String, String> {
    let connection = |line: &str| {
        let mut fields = vec![String::new()];
        let mut letters = line.chars();
        while let Some(letter) = letters.next() {
            match letter {
                ':' => fields.push(String::new()),
                letter => {
                    let letter = if letter == '\\' { letters.next() } else { Some(letter) };
                    fields.last_mut().expect("there is one from the start").extend(letter);
                }
            }
        }
        let [device, name] = <[String; 2]>::try_from(fields).ok()?;
        (!device.is_empty() && !name.is_empty()).then_some((device, name))
    };
    answer.lines().filter_map(connection).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_with_their_colons_and_backslashes() {
        let known = names("wlp2s0:Café\\: Luna\nenp3s0:Office \\\\ 2\n:none\neth9:\nodd\na:b:c\n");
        assert_eq!(known.get("wlp2s0").map(String::as_str), Some("Café: Luna"));
        assert_eq!(known.get("enp3s0").map(String::as_str), Some("Office \\ 2"));
        assert_eq!(known.len(), 2, "{known:?}");
    }

    #[test]
    fn it_is_asked_once_for_the_same_addresses() {
        let mut connections = Connections::default();
        let here = |name: &str| vec![(name.to_owned(), IpAddr::from([192, 168, 1, 20]))];
        let mut asked = 0;
        for _ in 0..3 {
            let names = connections.of_by(here("wlp2s0"), || {
                asked += 1;
                "wlp2s0:Home".into()
            });
            assert_eq!(names.get("wlp2s0").map(String::as_str), Some("Home"));
        }
        assert_eq!(asked, 1);
        assert!(connections.of_by(here("eth0"), String::new).is_empty(), "another network, and nobody to ask");
        assert!(connections.known().is_empty());
    }

    #[test]
    fn where_the_program_is_missing_nothing_has_a_name() {
        // On a machine that has it, it answers with the machine's own connections.
        assert!(names(&system::connections()).iter().all(|(device, name)| !device.is_empty() && !name.is_empty()));
    }
}
