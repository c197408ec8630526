//! Any bytes as an RTCP compound that was sealed rightly.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| skylark_fuzz::timed(|| forward::fuzz::rtcp(data)));
