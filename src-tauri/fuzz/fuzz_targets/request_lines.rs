//! Any bytes as the requests of one connection.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| skylark_fuzz::timed(|| server::fuzz::request_lines(data)));
