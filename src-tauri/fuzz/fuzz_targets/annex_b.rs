//! Any bytes as a picture of an H.264 encoder.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| skylark_fuzz::timed(|| rtp::fuzz::annex_b(data)));
