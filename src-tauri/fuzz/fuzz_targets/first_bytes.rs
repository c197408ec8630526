//! Any bytes as the first of a TCP connection.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| skylark_fuzz::timed(|| server::fuzz::first_bytes(data)));
