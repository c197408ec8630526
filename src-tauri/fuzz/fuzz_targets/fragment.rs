//! Any text as a trickle-ICE fragment.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &str| skylark_fuzz::timed(|| forward::fuzz::fragment(data)));
