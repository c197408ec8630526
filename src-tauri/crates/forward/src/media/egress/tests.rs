//! Tests in virtual time. An encoder makes pictures that say which picture they refer to, and viewers check that they have it.

mod adaptation;
mod browser;
mod held;
mod initial_probe;
mod joins;
mod link;
mod nacks;
mod profiles;
mod reports;
mod rfc8867;
mod screens;
mod seeds;
mod switching;
mod viewer;
mod work;
mod world;
