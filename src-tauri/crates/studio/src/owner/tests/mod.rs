//! The owner without socket, thread and clock: what it asks of the others is written down in one list.

mod asks;
mod chat;
mod controls;
mod devices;
mod door;
mod figures;
mod hanging;
mod life;
mod microphones;
mod quality;
mod recording;
mod rehearsal;
mod relays;
mod relief;
mod settings;
mod thinning;
mod world;
