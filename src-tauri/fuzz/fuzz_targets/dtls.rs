//! A join whose DTLS datagrams are changed on the way.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| skylark_fuzz::timed(|| forward::fuzz::dtls(data)));
