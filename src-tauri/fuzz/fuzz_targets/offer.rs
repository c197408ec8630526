//! Any text as an offer.

#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| forward::fuzz::offer(text));
