//! All in virtual time: an encoder that knows what refers to what, viewers that check it, and nothing in between but the
//! egress.

mod adaptation;
mod joins;
mod link;
mod numbers;
mod opening;
mod receiver;
mod repairs;
mod reports;
mod rfc8867;
mod seeds;
mod viewer;
mod world;
