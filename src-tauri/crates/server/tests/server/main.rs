//! The server over real sockets, with a small owner that answers it by a real door out of a real audience.

mod conformance;
mod full_house;
mod guesses;
mod limits;
mod metrics;
mod owner;
mod pages;
mod passcode;
mod proxied;
mod shutdown;
mod socket;
mod takers;
mod whep;
mod world;
