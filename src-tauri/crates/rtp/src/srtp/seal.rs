//! Sealing, straight into the buffer that is sent.

use super::keys::{Cipher, For, MasterKey, nonce};
use super::{E_FLAG, GCM_TAG, RTCP_CLEAR, RTCP_INDEX, SHA1_TAG};

/// Seals what one receiver is sent, from at most so many sources. Three are what a viewer has: picture, its repairs, sound.
pub struct Sealer<const SOURCES: usize = 3> {
    rtp: Cipher,
    rtcp: Cipher,
    /// One for each SSRC. In place, as each packet looks here.
    streams: [Option<Stream>; SOURCES],
    rtcp_index: u32,
}

/// The rollover counter of one SSRC.
#[derive(Clone, Copy)]
struct Stream {
    ssrc: u32,
    /// The highest index sent: rollover counter and sequence number.
    highest: u64,
}

impl<const SOURCES: usize> Sealer<SOURCES> {
    /// Derives the session keys from the sender's master key.
    pub fn new(master: &MasterKey<'_>) -> Sealer<SOURCES> {
        Sealer { rtp: master.cipher(For::Rtp), rtcp: master.cipher(For::Rtcp), streams: [None; SOURCES], rtcp_index: 0 }
    }

    /// Begins to fetch the key of RTP packets; one is sealed soon.
    #[inline]
    pub fn prefetch(&self) {
        self.rtp.prefetch();
    }

    /// What sealing adds to an RTP packet.
    #[inline]
    pub fn rtp_overhead(&self) -> usize {
        match self.rtp {
            Cipher::Gcm { .. } => GCM_TAG,
            Cipher::CmSha1(_) => SHA1_TAG,
        }
    }

    /// Puts header and sealed payload at the start of `out`, which must have room for both and
    /// [`super::RTP_OVERHEAD`], and says how long the packet is. The payload comes in pieces, to be put one after the other.
    ///
    /// A packet sent again must be the same to the byte: a nonce is made of SSRC and index, and two packets that differ
    /// under one nonce would give the authentication key away.
    ///
    /// # Panics
    /// If `out` has no room for it, or if it is of another source than the first `SOURCES`.
    #[inline]
    pub fn rtp(&mut self, header: &[u8], payload: &[&[u8]], out: &mut [u8]) -> usize {
        let sequence = u16::from_be_bytes([header[2], header[3]]);
        let ssrc = u32::from_be_bytes([header[8], header[9], header[10], header[11]]);
        let index = self.index(ssrc, sequence);

        out[..header.len()].copy_from_slice(header);
        if let (Cipher::Gcm { key, salt }, [payload]) = (&self.rtp, payload) {
            // Almost always: from the history's bytes into the run, without a copy in between.
            key.seal(&nonce(salt, ssrc, index), header, payload, &mut out[header.len()..]);
            return header.len() + payload.len() + GCM_TAG;
        }
        let mut end = header.len();
        for part in payload {
            out[end..end + part.len()].copy_from_slice(part);
            end += part.len();
        }
        let (packet, rest) = out.split_at_mut(end);
        let sealed = &mut packet[header.len()..];
        match &self.rtp {
            Cipher::Gcm { key, salt } => {
                key.seal_in_place(&nonce(salt, ssrc, index), header, sealed, rest);
                end + GCM_TAG
            }
            Cipher::CmSha1(cm) => {
                cm.apply_keystream(ssrc, index, sealed);
                let rollover = ((index >> 16) as u32).to_be_bytes();
                rest[..SHA1_TAG].copy_from_slice(&cm.tag(&[packet, &rollover]));
                end + SHA1_TAG
            }
        }
    }

    /// Puts the sealed compound packet at the start of `out`, which must have room for it and [`super::RTCP_OVERHEAD`], and
    /// says how long it is. 0 if the 2^31 packets that one key may seal are used up, after 680 years of one a second.
    pub fn rtcp(&mut self, compound: &[u8], out: &mut [u8]) -> usize {
        if self.rtcp_index == E_FLAG || compound.len() < RTCP_CLEAR {
            return 0;
        }
        let index = self.rtcp_index;
        self.rtcp_index += 1;
        let word = (E_FLAG | index).to_be_bytes();
        let ssrc = u32::from_be_bytes([compound[4], compound[5], compound[6], compound[7]]);

        out[..compound.len()].copy_from_slice(compound);
        let (packet, rest) = out.split_at_mut(compound.len());
        let (clear, sealed) = packet.split_at_mut(RTCP_CLEAR);
        match &self.rtcp {
            Cipher::Gcm { key, salt } => {
                let mut aad = [0; RTCP_CLEAR + RTCP_INDEX];
                aad[..RTCP_CLEAR].copy_from_slice(clear);
                aad[RTCP_CLEAR..].copy_from_slice(&word);
                key.seal_in_place(&nonce(salt, ssrc, index.into()), &aad, sealed, rest);
                rest[GCM_TAG..GCM_TAG + RTCP_INDEX].copy_from_slice(&word);
                compound.len() + GCM_TAG + RTCP_INDEX
            }
            Cipher::CmSha1(cm) => {
                cm.apply_keystream(ssrc, index.into(), sealed);
                rest[..RTCP_INDEX].copy_from_slice(&word);
                rest[RTCP_INDEX..RTCP_INDEX + SHA1_TAG].copy_from_slice(&cm.tag(&[packet, &word]));
                compound.len() + RTCP_INDEX + SHA1_TAG
            }
        }
    }

    /// As if so many compound packets had been sealed.
    #[cfg(test)]
    pub(super) fn skip_to_rtcp(&mut self, index: u32) {
        self.rtcp_index = index;
    }

    /// RFC 3711 3.3.1: the index of a sequence number, nearest to the highest so far, so that a packet sent again after the
    /// sequence number rolled over has the index it had.
    #[inline]
    fn index(&mut self, ssrc: u32, sequence: u16) -> u64 {
        let place = self.streams.iter_mut().find(|s| s.is_none_or(|s| s.ssrc == ssrc));
        let stream = place
            .expect("there are no more sources than the type says")
            .get_or_insert(Stream { ssrc, highest: sequence.into() });
        let ahead = sequence.wrapping_sub(stream.highest as u16) as i16;
        let index = stream.highest.saturating_add_signed(ahead.into());
        stream.highest = stream.highest.max(index);
        index
    }
}
