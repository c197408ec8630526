//! Where everything meets: one owner task that goes live, ends, switches devices and keeps the settings.
//!
//! [`Studio`] is a handle; whoever shows or scripts Skylark (the panel, `skylark headless`) holds one and nothing else:
//! a [`protocol::Snapshot`] first, [`protocol::Event`]s after it, [`protocol::Command`]s in return.
//!
//! Behind it stands one task, the owner. Everything that happens comes to it as a message: commands, what the HTTP side
//! asks, what the forwarder and the devices tell, the second that went by. It is made of parts, each with a state of its own
//! that decides one thing; it says which part is concerned, and carries out what they decide. It waits for nothing: what
//! takes time is done on other threads, and comes back as a message. Packets never pass here: the encoders hand their frames
//! straight to the forwarder.

// The handle, and what it is opened with.
mod open;
mod options;
mod studio;

// The owner task, which holds the parts.
mod owner;

// The parts: decisions, in virtual time.
mod admission;
mod broadcast;
mod capacity;
mod chat_file;
mod configuration;
mod controls;
mod cookie_key;
mod devices;
mod elsewhere;
mod encoder_room;
mod events;
mod history;
mod history_file;
mod on_demand;
mod panicked;
mod public_name;
mod quality;
mod reachability;
mod recording;
mod rehearsal;
mod relays;
mod relief;

// What the parts are made of.
mod link_preview;
mod links;
mod metrics;
mod metrics_token;
mod qr;
mod random;
mod screen_token;
mod settings;
mod upload;

// Where the owner meets other threads.
mod aftermath;
mod background;
mod encoding;
mod files;
mod folder_lock;
mod folders;
mod forwarding;
mod happened;
mod meter;
mod outputs;
mod places;
mod processor_time;
mod profiles;
mod recorders;
mod relaying;
mod rights;
mod saved;
mod secret_file;
mod steps;
mod storage;
mod thinning;
mod turns;
mod writer;

#[cfg(target_os = "linux")]
pub use media::find_sound_server;
pub use media::{Levels, PreviewPicture};
pub use open::{OpenError, hardware_acceleration};
pub use options::{Elsewhere, Options};
pub use outputs::{Delivery, Dropped, Output, OutputId, Outputs, SlowOutput, Taken};
pub use panicked::panicked;
pub use qr::qr_for_terminal;
pub use settings::{Given, HardwareAcceleration, Setting};
pub use studio::{CommandError, Failed, Studio};
