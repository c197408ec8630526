//! All in virtual time: an encoder that knows what refers to what, viewers that check it, and nothing in between but the
//! egress.

mod adaptation;
mod joins;
mod link;
mod numbers;
mod repairs;
mod reports;
mod viewer;
mod world;
