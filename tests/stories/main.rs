//! Stories about the whole product: the program as a child process, viewers as real WebRTC peers over real sockets.
//! One file a story; one binary for all of them, because each binary would link the whole of WebRTC once more.

mod support;

mod address;
mod attack;
#[cfg(target_os = "linux")]
mod attacked;
mod ban;
#[cfg(target_os = "linux")]
mod cameras;
mod capacity;
mod chat;
mod controls;
mod crowd;
mod documented;
mod end;
mod failed;
#[cfg(target_os = "linux")]
mod full_house;
mod guest_links;
mod home;
mod kick;
mod leave;
mod limit;
mod link;
mod lock;
#[cfg(target_os = "linux")]
mod no_router;
mod offer;
mod outside;
mod page;
mod passcode;
mod pasted;
mod patch;
#[cfg(target_os = "linux")]
mod priority;
#[cfg(target_os = "linux")]
mod proxied;
#[cfg(target_os = "linux")]
mod public_name;
mod quality;
mod record;
mod rehearsal;
#[cfg(target_os = "linux")]
mod relief;
mod scrape;
mod script;
mod settings;
mod shards;
mod sizes;
#[cfg(target_os = "linux")]
mod sources;
mod spare;
mod switch;
#[cfg(target_os = "linux")]
mod terminal;
#[cfg(target_os = "linux")]
mod thin;
mod threads;
mod usage;
mod waiting_room;
mod watch;
#[cfg(target_os = "linux")]
mod wayland;
mod worst;
