//! Refuses to build a slow encoder: where the assembler is missing, OpenH264 compiles without a word, and without any of
//! its assembly, into one that takes 2.3 times the CPU.

use std::{env, process::Command};

fn main() {
    println!("cargo:rerun-if-env-changed=PATH");
    println!("cargo:rerun-if-changed=build.rs");
    let h264 = env::var_os("CARGO_FEATURE_H264").is_some();
    let x86 = env::var("CARGO_CFG_TARGET_ARCH").is_ok_and(|arch| arch.starts_with("x86"));
    if h264 && x86 && Command::new("nasm").arg("-v").output().is_err() {
        eprintln!(
            "nasm, the assembler, is not installed: without it the H.264 encoder would be more than twice as slow. Run ./dev setup, or \
             install the package nasm, then remove what was built without it: cargo clean -p openh264-sys2"
        );
        std::process::exit(1);
    }
}
