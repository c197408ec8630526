//! Where everything meets: one owner task that goes live, ends, switches devices and keeps the settings.
//!
//! [`Studio`] is a handle; whoever shows or scripts Skylark (the panel, `skylark headless`) holds one and nothing else:
//! a [`protocol::Snapshot`] first, [`protocol::Event`]s after it, [`protocol::Command`]s in return.
//!
//! Behind it stands one task, the owner. Everything that happens comes to it as a message: commands, what the HTTP side
//! asks, what the forwarder and the devices tell, the second that went by. It owns the audience, which decides, and carries
//! out what the audience says. Packets never pass here: the encoders hand their frames straight to the forwarder.

// The handle, and what it is opened with.
mod open;
mod options;
mod studio;

// The owner task: what wakes it, and what it does then.
mod acts;
mod broadcast;
mod commands;
mod owner;
mod place;
mod requests;
mod sources;

// What it owns besides the audience.
mod configuration;
mod on_demand;
mod outputs;
mod pages;
mod sessions;
mod upload;

// What is told and kept.
mod files;
mod folders;
mod links;
mod meter;
mod metrics;
mod settings;
mod steps;
mod storage;

pub use media::Levels;
pub use open::OpenError;
pub use options::Options;
pub use outputs::{Dropped, Output, OutputId, Outputs, SlowOutput, Taken};
pub use settings::{Given, Setting};
pub use studio::{CommandError, Studio};
