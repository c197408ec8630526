//! Any bytes as a sealed SRTCP packet.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| rtp::fuzz::srtcp(data));
