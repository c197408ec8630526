//! The settings file: TOML, every key optional.

use crate::Size;
use reach::{Listen, Public};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt::Display;
use std::net::IpAddr;
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

/// What is written. Absent: the default.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Written {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) camera: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) microphone: Option<String>,
    #[serde(with = "text", skip_serializing_if = "Option::is_none")]
    pub(crate) size: Option<Size>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) fps: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) bitrate_kbps: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_viewers: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_upload_kbps: Option<u32>,
    #[serde(with = "text", skip_serializing_if = "Option::is_none")]
    pub(crate) public: Option<Public>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) address: Option<String>,
    #[serde(with = "text", skip_serializing_if = "Option::is_none")]
    pub(crate) listen: Option<Listen>,
    #[serde(with = "text", skip_serializing_if = "Option::is_none")]
    pub(crate) trusted_proxy: Option<IpAddr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) metrics_public: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sending_threads: Option<u32>,
    #[serde(skip_serializing_if = "Limits::is_empty")]
    pub(crate) limits: Limits,
}

/// `[limits]`: what one client may take, and how long anything may last. Seconds are whole ones.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Limits {
    #[serde(skip_serializing_if = "Option::is_none")]
    header_s: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body_s: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    idle_s: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body_bytes: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    connections: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    connections_per_address: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unfinished_joins: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    joins_per_second: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    joins_burst: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) join_timeout_s: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) viewer_timeout_s: Option<u32>,
}

impl Limits {
    fn is_empty(&self) -> bool {
        *self == Limits::default()
    }

    /// What is meant, as far as the server goes.
    pub(super) fn meant(&self) -> server::Limits {
        let usual = server::Limits::default();
        let seconds = |written: Option<u32>, usual| written.map_or(usual, |s| Duration::from_secs(s.into()));
        let count = |written: Option<u32>, usual| written.map_or(usual, |n| n as usize);
        server::Limits {
            header_time: seconds(self.header_s, usual.header_time),
            body_time: seconds(self.body_s, usual.body_time),
            idle_time: seconds(self.idle_s, usual.idle_time),
            body_bytes: count(self.body_bytes, usual.body_bytes),
            connections: count(self.connections, usual.connections),
            connections_per_address: count(self.connections_per_address, usual.connections_per_address),
            unfinished_joins: self.unfinished_joins.unwrap_or(usual.unfinished_joins),
            joins_per_second: self.joins_per_second.unwrap_or(usual.joins_per_second),
            joins_burst: self.joins_burst.unwrap_or(usual.joins_burst),
        }
    }
}

/// Reads a file's text. The error says file, line, key and remedy; it is one sentence or two.
pub(crate) fn read(path: &Path, text: &str) -> Result<Written, String> {
    let written: Written = toml::from_str(text).map_err(|error| {
        let at = error.span().map_or(text.len(), |span| span.start);
        let (line, key) = locate(text, at);
        complaint(path, line, key, error.message())
    })?;
    super::Settings::from(&written).map(|_| ()).map_err(|wrong| {
        let starts = |line: &str| line.trim_start().starts_with(wrong.key);
        let line = text.lines().position(starts).map_or(1, |index| index + 1);
        complaint(path, line, wrong.key, &wrong.message)
    })?;
    Ok(written)
}

/// Line number and key of the place `at`, a byte offset.
fn locate(text: &str, at: usize) -> (usize, &str) {
    let at = at.min(text.len());
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count();
    let key = text.lines().nth(line).and_then(|line| line.split_once('=')).map_or("", |(key, _)| key.trim());
    (line + 1, key)
}

fn complaint(path: &Path, line: usize, key: &str, message: &str) -> String {
    let message = message.trim().trim_end_matches('.');
    let subject = if key.is_empty() { String::new() } else { format!("{key}: ") };
    let remedy = example(key).map(|example| format!(" Write it like this: {example}")).unwrap_or_default();
    format!("{}, line {line}: {subject}{message}.{remedy}", path.display())
}

/// How a key is written, for whoever wrote it wrong.
fn example(key: &str) -> Option<&'static str> {
    Some(match key {
        "camera" => "camera = \"pattern\" (or \"off\", a camera's name or its index)",
        "microphone" => "microphone = \"tone\" (or \"off\", or a microphone's name)",
        "size" => "size = \"1280x720\"",
        "fps" => "fps = 30",
        "bitrate_kbps" => "bitrate_kbps = 2500",
        "max_viewers" => "max_viewers = 100 (0: no limit)",
        "max_upload_kbps" => "max_upload_kbps = 20000 (0: no limit)",
        "public" => "public = \"live.example.org:8787\"",
        "title" => "title = \"Sunday's match\"",
        "address" => "address = \"192.168.1.20\"",
        "listen" => "listen = \"[::]:8787\"",
        "trusted_proxy" => "trusted_proxy = \"127.0.0.1\"",
        "metrics_public" => "metrics_public = true",
        "sending_threads" => "sending_threads = 4 (0: one less than there are cores)",
        "header_s" | "body_s" | "idle_s" | "join_timeout_s" | "viewer_timeout_s" => "10 (whole seconds)",
        "body_bytes" | "connections" | "connections_per_address" => "4096 (a whole number)",
        "unfinished_joins" | "joins_per_second" | "joins_burst" => "64 (a whole number)",
        _ => return None,
    })
}

/// A value that is written as text and parses itself.
mod text {
    use super::*;

    pub(super) fn serialize<T: Display, S: Serializer>(value: &Option<T>, to: S) -> Result<S::Ok, S::Error> {
        match value {
            Some(value) => to.collect_str(value),
            None => to.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, T, D>(from: D) -> Result<Option<T>, D::Error>
    where
        T: FromStr<Err: Display>,
        D: Deserializer<'de>,
    {
        let text = String::deserialize(from)?;
        match text.trim() {
            "" => Ok(None),
            text => text.parse().map(Some).map_err(serde::de::Error::custom),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(text: &str) -> String {
        read(Path::new("skylark.toml"), text).expect_err(text)
    }

    #[test]
    fn every_key_is_read_and_written_back() {
        let text = "camera = \"pattern\"\nmicrophone = \"tone\"\nsize = \"640x360\"\nfps = 25\nbitrate_kbps = 900\n\
            max_viewers = 3\nmax_upload_kbps = 4000\npublic = \"live.example.org:9000\"\ntitle = \"T\"\n\
            address = \"10.0.0.1\"\nlisten = \"127.0.0.1:9000\"\ntrusted_proxy = \"127.0.0.1\"\nmetrics_public = true\n\
            sending_threads = 2\n\n\
            [limits]\nheader_s = 1\nbody_s = 2\nidle_s = 3\nbody_bytes = 4\nconnections = 5\n\
            connections_per_address = 6\nunfinished_joins = 7\njoins_per_second = 8\njoins_burst = 9\n\
            join_timeout_s = 10\nviewer_timeout_s = 11\n";
        let written = read(Path::new("x"), text).expect("all of it is right");
        assert_eq!(toml::to_string(&written).unwrap(), text);
        for line in text.lines().filter_map(|line| line.split_once(" = ")) {
            assert!(example(line.0).is_some(), "{} needs an example for whoever writes it wrong", line.0);
        }
        assert_eq!(read(Path::new("x"), ""), Ok(Written::default()));
        assert_eq!(toml::to_string(&Written::default()).unwrap(), "");
    }

    #[test]
    fn an_error_names_file_line_key_and_remedy() {
        for (text, line, needles) in [
            ("fps = \"fast\"", 1, &["fps", "fps = 30"][..]),
            ("\ncolour = 3\n", 2, &["colour", "unknown field", "`camera`"]),
            ("camera = \"off\"\nsize = \"big\"", 2, &["size", "\"big\"", "1280x720"]),
            ("camera = \"off\"\n\nfps = 99", 3, &["fps", "1 to 60"]),
            ("sending_threads = 65", 1, &["sending_threads", "at most 64", "0: one less"]),
            ("listen = \"here\"", 1, &["listen", "ADDRESS:PORT"]),
            ("trusted_proxy = \"me\"", 1, &["trusted_proxy", "127.0.0.1"]),
            ("[limits]\njoins = 3", 2, &["joins", "unknown field", "joins_burst"]),
            ("[limits]\nidle_s = -1", 2, &["idle_s", "whole seconds"]),
            ("camera = \"off", 1, &["camera"]),
        ] {
            let message = wrong(text);
            assert!(message.starts_with(&format!("skylark.toml, line {line}: ")), "{message}");
            for needle in needles {
                assert!(message.contains(needle), "{needle} in: {message}");
            }
        }
    }
}
