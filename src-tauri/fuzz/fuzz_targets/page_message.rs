//! Any text as what a watch page says.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &str| skylark_fuzz::timed(|| server::fuzz::page_message(data)));
