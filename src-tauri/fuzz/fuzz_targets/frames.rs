//! Any bytes as the frames of a page's socket.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| skylark_fuzz::timed(|| server::fuzz::frames(data)));
