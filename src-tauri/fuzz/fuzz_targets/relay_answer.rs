//! Any text as what a relay's server answers.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &str| skylark_fuzz::timed(|| relay::fuzz::relay_answer(data)));
