//! Any text as what somebody writes in the chat.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &str| skylark_fuzz::timed(|| chat::fuzz::chat(data)));
