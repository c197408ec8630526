//! Any text as an offer.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &str| skylark_fuzz::timed(|| forward::fuzz::offer(data)));
