//! Refuses to build a slow encoder: where the assembler is missing, OpenH264 compiles without a word, and without any of
//! its assembly, into one that takes 2.3 times the CPU.

use std::{env, path::PathBuf};

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let h264 = env::var_os("CARGO_FEATURE_H264").is_some();
    let x86 = env::var("CARGO_CFG_TARGET_ARCH").is_ok_and(|arch| arch.starts_with("x86"));
    if !h264 || !x86 {
        return;
    }
    // Looked for again when this file goes away, and not when PATH changes: each terminal and each editor has another one, and
    // everything above this crate would be built anew for each.
    match assembler() {
        Some(path) => println!("cargo:rerun-if-changed={}", path.display()),
        None => {
            eprintln!(
                "nasm, the assembler, is not installed: without it the H.264 encoder would be more than twice as slow. Run ./dev setup, \
                 or install the package nasm, then remove what was built without it: cargo clean -p openh264-sys2"
            );
            std::process::exit(1);
        }
    }
}

fn assembler() -> Option<PathBuf> {
    let name = format!("nasm{}", env::consts::EXE_SUFFIX);
    env::split_paths(&env::var_os("PATH")?).map(|folder| folder.join(&name)).find(|path| path.is_file())
}
