//! Any datagrams from several addresses.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| skylark_fuzz::timed(|| port::fuzz::demux(data)));
