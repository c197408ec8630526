//! The forms that a setting has in the program, all made from the one description in `protocol`: what is written, what is
//! meant by it, and the list that the command line and the file's messages read.

use super::scene::SceneChoice;
use super::strip::StripText;
use super::types::{
    Bitrate, Folder, HardwareAcceleration, ImageFile, MetricsAccess, Seconds, SendingThreads, Size, SpokenLanguage,
    Title,
};
use super::value::{self, Value};
use super::{Setting, Wrong};
use crate::elsewhere::RelayFrom;
use crate::link_preview::LinkPreview;
use media::{CameraChoice, MicrophoneChoice, SourceChoice};
use protocol::SettingsChange;
use protocol::SoundPreset;
use reach::{Listen, Public, PublicMedia};
use serde::Deserialize;
use std::net::IpAddr;

/// The type of what is meant: a setting without a default may have none.
macro_rules! meaning {
    ($type:ty) => { Option<$type> };
    ($type:ty, $default:literal) => { $type };
}

/// What is meant by what is written.
macro_rules! meant {
    ($written:expr, $type:ty) => {
        Option::clone(&$written)
    };
    ($written:expr, $type:ty, $default:literal) => {
        Option::clone(&$written).unwrap_or_else(|| value::default::<$type>($default))
    };
}

/// What the panel shows of what is meant.
macro_rules! shown {
    ($meant:expr) => {
        $meant.as_ref().map(Value::plain).unwrap_or_default()
    };
    ($meant:expr, $default:literal) => {
        $meant.plain()
    };
}

/// What an entry has, or that it has none.
macro_rules! perhaps {
    () => {
        None
    };
    ($there:expr) => {
        Some($there)
    };
}

/// Makes the forms of one table of the file: what is written in it, what is meant by that, and the list of its keys.
macro_rules! table {
    (
        $(#[$written_doc:meta])* $written:ident,
        $(#[$meant_doc:meta])* $meant:ident,
        tables { $( $(#[$inner_doc:meta])* $inner:ident: $inner_written:ty => $inner_meant:ty )? }
        keys { $(
            $(#[doc = $doc:literal])*
            $key:ident: $plain:ty as $type:ty $(= $default:literal)?,
            $(option $option:literal $value:literal,)? example $example:literal;
        )* }
    ) => {
        $(#[$written_doc])*
        #[derive(Clone, Debug, Default, PartialEq, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub(crate) struct $written {
            $( $(#[doc = $doc])* #[serde(deserialize_with = "value::read")] pub(crate) $key: Option<$type>, )*
            $( $(#[$inner_doc])* pub(crate) $inner: $inner_written, )?
        }

        $(#[$meant_doc])*
        #[derive(Clone, Debug, PartialEq)]
        pub(crate) struct $meant {
            $( $(#[doc = $doc])* pub(crate) $key: meaning!($type $(, $default)?), )*
            $( $(#[$inner_doc])* pub(crate) $inner: $inner_meant, )?
        }

        impl $written {
            /// With defaults in the place of what nobody said.
            pub(super) fn meant(&self) -> $meant {
                $meant {
                    $( $key: meant!(self.$key, $type $(, $default)?), )*
                    $( $inner: self.$inner.meant(), )?
                }
            }

            /// What stands in the other and, where it has nothing, what stands here.
            pub(super) fn overlaid(self, with: $written) -> $written {
                $written {
                    $( $key: with.$key.or(self.$key), )*
                    $( $inner: self.$inner.overlaid(with.$inner), )?
                }
            }
        }

        impl $meant {
            /// Every key of the table, in its order.
            pub(super) const KEYS: &[Setting] = &[ $( Setting {
                table: <$written as Table>::NAME,
                key: stringify!($key),
                doc: concat!($($doc),*),
                default: perhaps!($($default)?),
                option: perhaps!($($option)?),
                value: perhaps!($($value)?),
                example: $example,
                set: |all, text| {
                    let parsed = <$type as Value>::parse(text)?;
                    <$written as Table>::of_mut(all).$key = Some(parsed);
                    Ok(())
                },
                written: |all| {
                    let written = <$written as Table>::of(all).$key.as_ref();
                    written.map(|value| value::Plain::to_file(Value::plain(value)))
                },
            } ),* ];
        }
    };
}

/// A table of the settings file: the whole of it, or one in it.
trait Table {
    /// Its name; none for the whole.
    const NAME: Option<&str>;

    fn of(all: &Written) -> &Self;

    fn of_mut(all: &mut Written) -> &mut Self;
}

impl Table for Written {
    const NAME: Option<&str> = None;

    fn of(all: &Written) -> &Self {
        all
    }

    fn of_mut(all: &mut Written) -> &mut Self {
        all
    }
}

impl Table for WrittenLimits {
    const NAME: Option<&str> = Some("limits");

    fn of(all: &Written) -> &Self {
        &all.limits
    }

    fn of_mut(all: &mut Written) -> &mut Self {
        &mut all.limits
    }
}

/// Makes what has to do with the panel.
macro_rules! panel {
    (
        shown { $(
            $(#[$shown_doc:meta])*
            $shown:ident: $shown_plain:ty as $shown_type:ty = $shown_default:literal,
            $(option $shown_option:literal $shown_value:literal,)? example $shown_example:literal;
        )* }
        changed { $(
            $(#[$doc:meta])*
            $key:ident: $plain:ty as $type:ty $(= $default:literal)?,
            $(option $option:literal $value:literal,)? example $example:literal;
        )* }
    ) => {
        impl Values {
            /// As the panel shows them.
            pub(crate) fn shown(&self) -> protocol::Settings {
                protocol::Settings {
                    $( $shown: shown!(self.$shown, $shown_default), )*
                    $( $key: shown!(self.$key $(, $default)?), )*
                }
            }
        }

        impl Written {
            /// Takes in what the panel changed, key after key; some of it may be in when an error comes.
            pub(super) fn take(&mut self, change: &SettingsChange) -> Result<(), Wrong> {
                $( if let Some(plain) = Option::clone(&change.$key) {
                    let given = <$type as Value>::given(plain);
                    self.$key = given.map_err(|message| Wrong { key: stringify!($key), message })?;
                } )*
                Ok(())
            }
        }
    };
}

macro_rules! forms {
    (shown { $($shown:tt)* } changed { $($changed:tt)* } file { $($file:tt)* } limits { $($limits:tt)* }) => {
        table! {
            /// What is written, in the file or on the command line. Absent: the default.
            Written,
            /// What each setting means.
            Values,
            tables {
                /// What one client may take, and how long anything may last.
                limits: WrittenLimits => Limits
            }
            keys { $($shown)* $($changed)* $($file)* }
        }
        table! {
            /// What is written under `[limits]`.
            WrittenLimits,
            /// What one client may take, and how long anything may last.
            Limits,
            tables {}
            keys { $($limits)* }
        }
        panel! { shown { $($shown)* } changed { $($changed)* } }
    };
}

protocol::settings!(forms);
