//! AES-GCM with a key whose place in memory is known.
//!
//! Between two packets to a viewer lie those to all the others, and its key of half a kilobyte is in no cache any more: with
//! 200 viewers the sending thread waited for keys one time in twenty. The safe wrapper around AWS-LC keeps the key where
//! nobody else can see it; here it can be fetched ahead.
#![allow(unsafe_code)] // AWS-LC is C.

use super::GCM_TAG;
use crate::prefetch::prefetch;
use aws_lc_sys::{
    EVP_AEAD, EVP_AEAD_CTX, EVP_AEAD_CTX_free, EVP_AEAD_CTX_new, EVP_AEAD_CTX_open, EVP_AEAD_CTX_seal_scatter,
    EVP_aead_aes_128_gcm, EVP_aead_aes_256_gcm,
};
use std::ptr::{NonNull, null};

/// One direction's key for RTP or for RTCP.
pub(super) struct Gcm {
    context: NonNull<EVP_AEAD_CTX>,
}

// SAFETY: the context is owned, and AWS-LC only reads it when it seals or opens.
unsafe impl Send for Gcm {}

pub(super) const NONCE: usize = 12;

impl Gcm {
    /// `key` has 16 or 32 bytes.
    pub(super) fn new(key: &[u8]) -> Gcm {
        // SAFETY: both only return the address of a constant.
        let algorithm: *const EVP_AEAD = match key.len() {
            16 => unsafe { EVP_aead_aes_128_gcm() },
            32 => unsafe { EVP_aead_aes_256_gcm() },
            len => unreachable!("there is no AES key of {len} bytes here"),
        };
        // SAFETY: the key is read for its length, and copied.
        let context = unsafe { EVP_AEAD_CTX_new(algorithm, key.as_ptr(), key.len(), GCM_TAG) };
        Gcm { context: NonNull::new(context).expect("the key has the length of its algorithm, and there is memory") }
    }

    /// Begins to fetch the key; it is used soon.
    #[inline]
    pub(super) fn prefetch(&self) {
        // SAFETY: the context lives as long as self, and nobody writes to it.
        prefetch(unsafe { self.context.as_ref() });
    }

    /// Puts `plain` encrypted at the start of `out`, the tag behind it.
    #[inline]
    pub(super) fn seal(&self, nonce: &[u8; NONCE], aad: &[u8], plain: &[u8], out: &mut [u8]) {
        let (sealed, tag) = out[..plain.len() + GCM_TAG].split_at_mut(plain.len());
        self.scatter(nonce, aad, plain.as_ptr(), sealed, tag);
    }

    /// Encrypts `data`, and puts the tag at the start of `tag`.
    #[inline]
    pub(super) fn seal_in_place(&self, nonce: &[u8; NONCE], aad: &[u8], data: &mut [u8], tag: &mut [u8]) {
        self.scatter(nonce, aad, data.as_ptr(), data, &mut tag[..GCM_TAG]);
    }

    /// `plain` is as long as `sealed`: the same bytes, or none of them.
    #[inline]
    fn scatter(&self, nonce: &[u8; NONCE], aad: &[u8], plain: *const u8, sealed: &mut [u8], tag: &mut [u8]) {
        let mut tag_len = 0;
        // SAFETY: all lengths are those of living slices; `plain` is `sealed` itself or apart from it, which both may be.
        let done = unsafe {
            EVP_AEAD_CTX_seal_scatter(
                self.context.as_ptr(),
                sealed.as_mut_ptr(),
                tag.as_mut_ptr(),
                &mut tag_len,
                tag.len(),
                nonce.as_ptr(),
                nonce.len(),
                plain,
                sealed.len(),
                null(),
                0,
                aad.as_ptr(),
                aad.len(),
            )
        };
        assert!(done == 1 && tag_len == GCM_TAG, "a packet is far shorter than AES-GCM's limit");
    }

    /// Decrypts `data`, which ends with the tag; false, and nothing of it in the clear, if it is not authentic.
    pub(super) fn open_in_place(&self, nonce: &[u8; NONCE], aad: &[u8], data: &mut [u8]) -> bool {
        let mut len = 0;
        // SAFETY: all lengths are those of living slices; AWS-LC decrypts in place.
        let done = unsafe {
            EVP_AEAD_CTX_open(
                self.context.as_ptr(),
                data.as_mut_ptr(),
                &mut len,
                data.len(),
                nonce.as_ptr(),
                nonce.len(),
                data.as_ptr(),
                data.len(),
                aad.as_ptr(),
                aad.len(),
            )
        };
        done == 1
    }
}

impl Drop for Gcm {
    fn drop(&mut self) {
        // SAFETY: it came from `EVP_AEAD_CTX_new` and is freed once; the key is wiped.
        unsafe { EVP_AEAD_CTX_free(self.context.as_ptr()) };
    }
}
