//! SRTP and SRTCP (RFC 3711, RFC 7714): what is sent is sealed, the reports that come back are opened.
//!
//! Sealing writes into the caller's buffer and allocates nothing. Each direction has a [`MasterKey`]: a DTLS server seals with
//! [`KeyingMaterial::server`] and opens with [`KeyingMaterial::client`]; keys from a signalling channel are one for each way.

mod gcm;
mod keys;
mod open;
mod replay;
mod seal;

pub use keys::{KeyingMaterial, MasterKey, Profile};
pub use open::{OpenError, Opener};
pub use seal::Sealer;

/// The most that sealing adds to an RTP packet: AES-GCM's tag.
pub const RTP_OVERHEAD: usize = 16;
/// The most that sealing adds to an RTCP packet: AES-GCM's tag and the index.
pub const RTCP_OVERHEAD: usize = 20;

/// RTCP's header and the sender's SSRC, which stay in the clear.
const RTCP_CLEAR: usize = 8;
/// E flag and SRTCP index.
const RTCP_INDEX: usize = 4;
const GCM_TAG: usize = 16;
const SHA1_TAG: usize = 10;
/// Says that the packet is encrypted; the other 31 bits are the index.
const E_FLAG: u32 = 1 << 31;

#[cfg(test)]
mod tests;
