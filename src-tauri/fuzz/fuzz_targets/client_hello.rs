//! Any bytes as a ClientHello, whole or in fragments.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| skylark_fuzz::timed(|| forward::fuzz::client_hello(data)));
