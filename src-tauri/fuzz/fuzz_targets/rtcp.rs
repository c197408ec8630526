//! Any bytes as an RTCP compound that was sealed rightly.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| forward::fuzz::rtcp(data));
