//! How it gets there: a viewer's offer and the answer to it, the handshake, and the keys.
//!
//! No I/O and no clock: datagrams and time go in, what is to be done comes out.

pub(crate) mod answer;
pub(crate) mod dtls;
pub(crate) mod negotiated;
pub(crate) mod transport;
