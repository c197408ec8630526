//! Opening what the receivers of media report.

use super::keys::{Cipher, For, MasterKey, nonce};
use super::replay::ReplayWindow;
use super::{E_FLAG, GCM_TAG, RTCP_CLEAR, RTCP_INDEX, SHA1_TAG};
use crate::prefetch::prefetch;
use subtle::ConstantTimeEq;

/// Opens the SRTCP of one receiver.
pub struct Opener {
    rtcp: Cipher,
    /// By sender SSRC, as each counts on its own.
    senders: Vec<(u32, ReplayWindow)>,
}

/// A browser reports from one SSRC or one a medium. Whoever holds the keys and makes up more is not remembered further, and
/// what cannot be checked for replay is not taken.
const MAX_SENDERS: usize = 8;

/// Why a packet was dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Too short, in the clear, or sealed with other keys.
    #[error("the packet was not sealed with these keys")]
    Unauthenticated,
    /// Seen before, or too old to tell.
    #[error("the packet came before, or is too old to tell")]
    Replayed,
}

impl Opener {
    /// Derives the session keys from the master key of those who report.
    pub fn new(master: &MasterKey<'_>) -> Opener {
        Opener { rtcp: master.cipher(For::Rtcp), senders: Vec::new() }
    }

    /// Begins to fetch what [`Opener::rtcp`] needs; a packet comes soon.
    #[inline]
    pub fn prefetch(&self) {
        self.rtcp.prefetch();
        if let Some(sender) = self.senders.first() {
            prefetch(sender);
        }
    }

    /// The compound packet in the clear. `packet` is used as the workplace.
    ///
    /// # Errors
    /// See [`OpenError`]; of what is in `packet` then, nothing may be used.
    pub fn rtcp<'p>(&mut self, packet: &'p mut [u8]) -> Result<&'p [u8], OpenError> {
        let tail = RTCP_INDEX + if matches!(self.rtcp, Cipher::Gcm { .. }) { GCM_TAG } else { SHA1_TAG };
        if packet.len() < RTCP_CLEAR + tail {
            return Err(OpenError::Unauthenticated);
        }
        let plain = packet.len() - tail;
        let at = match self.rtcp {
            Cipher::Gcm { .. } => packet.len() - RTCP_INDEX,
            Cipher::CmSha1(_) => plain,
        };
        let word = u32::from_be_bytes([packet[at], packet[at + 1], packet[at + 2], packet[at + 3]]);
        if word & E_FLAG == 0 {
            return Err(OpenError::Unauthenticated);
        }
        let index = word & !E_FLAG;
        let ssrc = u32::from_be_bytes([packet[4], packet[5], packet[6], packet[7]]);
        // The cheap check first; nothing is remembered before the packet is authenticated.
        let known = self.senders.iter().position(|(s, _)| *s == ssrc);
        if known.is_some_and(|k| !self.senders[k].1.is_new(index)) {
            return Err(OpenError::Replayed);
        }
        self.open(packet, plain, word, ssrc)?;
        match known {
            Some(known) => self.senders[known].1.remember(index),
            None if self.senders.len() == MAX_SENDERS => return Err(OpenError::Replayed),
            None => {
                let mut window = ReplayWindow::default();
                window.remember(index);
                self.senders.push((ssrc, window));
            }
        }
        Ok(&packet[..plain])
    }

    fn open(&self, packet: &mut [u8], plain: usize, word: u32, ssrc: u32) -> Result<(), OpenError> {
        let index = u64::from(word & !E_FLAG);
        match &self.rtcp {
            Cipher::Gcm { key, salt } => {
                let mut aad = [0; RTCP_CLEAR + RTCP_INDEX];
                aad[..RTCP_CLEAR].copy_from_slice(&packet[..RTCP_CLEAR]);
                aad[RTCP_CLEAR..].copy_from_slice(&word.to_be_bytes());
                let sealed = &mut packet[RTCP_CLEAR..plain + GCM_TAG];
                if !key.open_in_place(&nonce(salt, ssrc, index), &aad, sealed) {
                    return Err(OpenError::Unauthenticated);
                }
            }
            Cipher::CmSha1(cm) => {
                let (signed, tag) = packet.split_at(plain + RTCP_INDEX);
                if !bool::from(cm.tag(&[signed]).ct_eq(tag)) {
                    return Err(OpenError::Unauthenticated);
                }
                cm.apply_keystream(ssrc, index, &mut packet[RTCP_CLEAR..plain]);
            }
        }
        Ok(())
    }
}
