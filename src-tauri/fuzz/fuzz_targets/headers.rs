//! Any lines as a request's header.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| skylark_fuzz::timed(|| server::fuzz::headers(data)));
