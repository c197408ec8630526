//! What one viewer is to do.

use crate::Codec;
use std::net::IpAddr;

#[derive(Clone)]
pub(crate) struct Plan {
    /// Which of all viewers of this process it is.
    pub(crate) n: u32,
    pub(crate) endpoint: String,
    pub(crate) name: String,
    pub(crate) sound: bool,
    pub(crate) codec: Codec,
    /// A light one asks for the time of capture as well.
    pub(crate) stamps: bool,
    /// The viewer's own address: one from which the endpoint can be reached.
    pub(crate) local: IpAddr,
}
