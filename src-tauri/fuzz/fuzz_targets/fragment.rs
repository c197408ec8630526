#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| forward::fuzz::fragment(text));
