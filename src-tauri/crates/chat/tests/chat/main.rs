//! The chat in virtual time: people who write, and pages that listen, lose their sockets and come back.

mod moderation;
mod order;
mod says;
mod stage;
