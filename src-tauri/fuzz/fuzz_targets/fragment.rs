//! Any text as a trickle-ICE fragment.

#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| forward::fuzz::fragment(text));
