//! A sentence for people, in English and by its key, so that whoever shows it can say it in another language.

use crate::{Language, SENTENCES, Sections, TABLES};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::{fmt, io, net, ops, path};

/// What a person is told. It is made by [`said!`](macro@crate::said) from the table's section `told`; what is no sentence of the table, as the words of
/// another program, has no key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Said {
    /// In English.
    pub message: String,
    /// What it is in the table.
    #[serde(flatten)]
    pub by: Key,
}

/// Which sentence of the table of words it is, and what stands in its places: what a page says it by, in its language.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Key {
    /// Its key in the section `told`; none where it is no sentence of the table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub key: Option<Cow<'static, str>>,
    /// By the names that stand in braces there; none where it has none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[cfg_attr(feature = "typescript", ts(optional, as = "Option<BTreeMap<String, Value>>"))]
    pub values: BTreeMap<Cow<'static, str>, Value>,
}

/// What stands in a place of a sentence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(untagged)]
pub enum Value {
    /// A number.
    Whole(#[cfg_attr(feature = "typescript", ts(type = "number"))] i64),
    /// A number with one digit behind the point, in tenths here and as it is in JSON.
    Tenths(
        #[serde(with = "tenths")]
        #[cfg_attr(feature = "typescript", ts(type = "number"))]
        i64,
    ),
    /// A name, a path, or what a system said: the same in every language.
    Text(String),
    /// Another sentence, or a part of one. Its English stands in the whole already: each level of it once more would make a long one longer by its
    /// square.
    Said(Key),
}

impl Said {
    /// Of the table. [`said!`](macro@crate::said) calls it, and has the key and the values looked at by the compiler.
    pub fn new<const N: usize>(key: &'static str, values: [(&'static str, Value); N]) -> Said {
        let values: BTreeMap<_, _> = values.into_iter().map(|(name, value)| (Cow::Borrowed(name), value)).collect();
        let by = Key { key: Some(Cow::Borrowed(key)), values };
        Said { message: by.english(), by }
    }

    /// In another language; in English what is no sentence of the table.
    pub fn in_language(&self, language: Language) -> String {
        if self.by.key.is_some() { self.by.say(language) } else { self.message.clone() }
    }

    /// For where there may be nothing to say.
    pub fn parts(said: Option<Said>) -> (Option<String>, Key) {
        said.map_or_else(Default::default, |said| (Some(said.message), said.by))
    }

    /// The same with another value in a place: what it is about may be known only to who hears of it. What is no sentence of the table has no
    /// places.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Said {
        if self.by.key.is_some() {
            self.by.values.insert(Cow::Borrowed(name), value.into());
            self.message = self.by.english();
        }
        self
    }
}

impl Key {
    fn english(&self) -> String {
        self.say(Language::ENGLISH)
    }

    /// The sentence; a key that is nowhere says nothing.
    fn say(&self, language: Language) -> String {
        let find = |table: &'static Sections| table.get("told")?.get(self.key.as_deref()?);
        let template = find(&TABLES[language.0]).or_else(|| find(&TABLES[0]));
        template.map(|template| filled(template, &self.values, language)).unwrap_or_default()
    }
}

/// Each name in braces gives way to its value; what stands in a value is left as it is.
fn filled(mut template: &str, values: &BTreeMap<Cow<'static, str>, Value>, language: Language) -> String {
    let mut text = String::with_capacity(template.len());
    while let Some((before, rest)) = template.split_once('{') {
        let (name, behind) = rest.split_once('}').expect("the table's test reads each of its messages");
        text += before;
        if let Some(value) = values.get(name) {
            text += &match value {
                Value::Said(key) => key.say(language),
                other => other.to_string(),
            };
        }
        template = behind;
    }
    text + template
}

/// Whether the table has this sentence, and it takes these values: for the compiler, so that no other can be written.
pub const fn takes(key: &str, values: &[&str]) -> bool {
    let mut at = 0;
    while at < SENTENCES.len() {
        let (known, wanted) = SENTENCES[at];
        if same(known, key) {
            return wanted.len() == values.len() && all_in(wanted, values);
        }
        at += 1;
    }
    false
}

const fn all_in(wanted: &[&str], there: &[&str]) -> bool {
    let mut at = 0;
    while at < wanted.len() {
        let mut other = 0;
        while other < there.len() && !same(wanted[at], there[other]) {
            other += 1;
        }
        if other == there.len() {
            return false;
        }
        at += 1;
    }
    true
}

const fn same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    if one.len() != other.len() {
        return false;
    }
    let mut at = 0;
    while at < one.len() {
        if one[at] != other[at] {
            return false;
        }
        at += 1;
    }
    true
}

/// A sentence of the table's section `told` by its key, with the values that it takes: `said!("record.gone", path = file.display())`,
/// or only their names where they are called so. What the table has not, or what takes other values, does not compile.
#[macro_export]
macro_rules! said {
    (@value $name:ident) => { $name };
    (@value $name:ident $value:expr) => { $value };
    ($key:literal $(, $name:ident $(= $value:expr)?)* $(,)?) => {{
        const _: () = assert!(
            $crate::takes($key, &[$(stringify!($name)),*]),
            "the table of words has no such sentence in `told`, or it takes other values"
        );
        $crate::Said::new($key, [$((stringify!($name), $crate::Value::from($crate::said!(@value $name $($value)?)))),*])
    }};
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.message.fmt(f)
    }
}

impl ops::Deref for Said {
    type Target = str;

    fn deref(&self) -> &str {
        &self.message
    }
}

/// Words that are not in the table.
impl From<String> for Said {
    fn from(message: String) -> Said {
        Said { message, by: Key::default() }
    }
}

impl From<&str> for Said {
    fn from(message: &str) -> Said {
        message.to_owned().into()
    }
}

/// A text that can be anything.
impl From<Infallible> for Said {
    fn from(never: Infallible) -> Said {
        match never {}
    }
}

/// As the standard library says it.
impl From<net::AddrParseError> for Said {
    fn from(error: net::AddrParseError) -> Said {
        error.to_string().into()
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(number) => number.fmt(f),
            Self::Tenths(tenths) => write!(f, "{:.1}", tenths::number(*tenths)),
            Self::Text(text) => text.fmt(f),
            Self::Said(key) => key.english().fmt(f),
        }
    }
}

impl Value {
    /// A number to one digit behind the point.
    pub fn tenths(number: f64) -> Value {
        Value::Tenths(tenths::of(number))
    }
}

impl From<Said> for Value {
    fn from(Said { message, by }: Said) -> Value {
        if by.key.is_some() { Value::Said(by) } else { Value::Text(message) }
    }
}

macro_rules! value {
    ($variant:ident $made:ident: $($from:ty),*) => {
        $(impl From<$from> for Value {
            fn from(value: $from) -> Value {
                Value::$variant(value.$made())
            }
        })*
    };
}

value!(Text to_string: String, &String, &str, &&str, path::Display<'_>, io::Error, &io::Error, net::IpAddr, &net::IpAddr, net::SocketAddr, &net::SocketAddr);
value!(Whole into: u8, u16, u32, i32, i64);

/// Counts and sizes: no number that a person is told is near the end of an i64.
impl From<u64> for Value {
    fn from(number: u64) -> Value {
        Value::Whole(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<usize> for Value {
    fn from(number: usize) -> Value {
        Value::Whole(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

mod tenths {
    use serde::{Deserialize, Deserializer, Serializer};

    #[expect(clippy::cast_precision_loss, reason = "what people are told in tenths is small")]
    pub(super) fn number(tenths: i64) -> f64 {
        tenths as f64 / 10.0
    }

    #[expect(clippy::cast_possible_truncation, reason = "it is a whole number")]
    pub(super) fn of(number: f64) -> i64 {
        (number * 10.0).round() as i64
    }

    pub(super) fn serialize<S: Serializer>(tenths: &i64, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_f64(number(*tenths))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<i64, D::Error> {
        f64::deserialize(from).map(of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_is_english_and_has_its_key_and_values() {
        let device = said!("device.camera", name = "{device} \"HD\"");
        let lost = said!("device.lost", device);
        assert!(lost.starts_with("The camera \"{device} \"HD\"\" went away. "), "{lost}");
        let written = serde_json::to_value(&lost).expect("it can be written");
        assert_eq!(written["key"], "device.lost");
        assert_eq!(written["values"]["device"]["key"], "device.camera");
        assert_eq!(written["message"], lost.to_string());
        assert_eq!(serde_json::from_value::<Said>(written).expect("it is read back"), lost);
    }

    #[test]
    fn it_is_said_in_another_language_too_and_what_stands_in_it_as_well() {
        let lost = said!("device.lost", device = said!("device.camera", name = "HD"));
        assert!(lost.in_language(Language::choose(["de"])).starts_with("Die Kamera „HD“ ist weg. "));
        assert_eq!(lost.in_language(Language::ENGLISH), lost.message);
        assert_eq!(Said::from("it says 4711").in_language(Language::choose(["de"])), "it says 4711");
    }

    #[test]
    fn numbers_stay_numbers() {
        let sound = said!("record.sound", seconds = Value::tenths(0.44));
        assert_eq!(sound.to_string(), "0.4 s of sound");
        let text = serde_json::to_string(&said!(
            "record.missing",
            what = said!("record.pictures", pictures = 3u32),
            more_what = sound.clone()
        ));
        let text = text.expect("it can be written");
        assert!(text.contains(r#""pictures":3"#) && text.contains(r#""seconds":0.4"#), "{text}");
        assert_eq!(said!("record.sound", seconds = Value::tenths(2.0)).to_string(), "2.0 s of sound");
    }

    #[test]
    fn a_sentence_in_a_sentence_in_a_sentence_is_no_longer_than_all_of_them() {
        let one = |what: Said| said!("offer.nothing_told", what, media = "audio", why = said!("offer.no_opus"));
        let length = |said: &Said| serde_json::to_string(said).expect("it can be written").len();
        let (first, last) = (one(said!("offer.nothing")), (0..16).fold(said!("offer.nothing"), |said, _| one(said)));
        assert!(length(&last) < 16 * length(&first), "{}", length(&last));
        assert_eq!(last.matches("it has no Opus").count(), 16);
    }

    #[test]
    fn what_is_not_in_the_table_has_no_key() {
        let other = Said::from("it says 4711");
        assert_eq!(serde_json::to_string(&other).expect("it can be written"), r#"{"message":"it says 4711"}"#);
        assert_eq!(other.clone().with("device", "it"), other);
        let held = said!("record.nothing", cause = other);
        assert_eq!(held.by.values["cause"], Value::Text("it says 4711".into()));
    }

    #[test]
    fn the_compiler_knows_the_table() {
        const { assert!(takes("device.lost", &["device"]), "it is there") };
        const { assert!(!takes("device.lost", &[]) && !takes("device.lost", &["what"]), "it takes another value") };
        const { assert!(!takes("device.lost", &["device", "device"]), "and no more than that") };
        const { assert!(!takes("device.found", &[]), "it is nowhere") };
    }

    #[test]
    fn every_sentence_takes_plain_values_that_have_a_name_in_every_language() {
        for language in Language::all() {
            for (key, values) in SENTENCES {
                let sentence = language.say("told", key);
                let mut places: Vec<_> =
                    sentence.split('{').skip(1).filter_map(|part| part.split_once('}')).map(|(name, _)| name).collect();
                places.sort_unstable();
                places.dedup();
                let mut wanted = values.to_vec();
                wanted.sort_unstable();
                assert_eq!(places, wanted, "{language}: {key}: {sentence}");
                assert!(
                    !sentence.contains(", plural,") && !sentence.contains(", select,"),
                    "{language}: {key}: the program fills in values only"
                );
            }
        }
    }
}
