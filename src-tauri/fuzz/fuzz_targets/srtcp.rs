//! Any bytes as a sealed SRTCP packet.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| skylark_fuzz::timed(|| rtp::fuzz::srtcp(data)));
