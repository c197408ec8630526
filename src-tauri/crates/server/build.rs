//! The watch page is part of the program: it has to be built before the program is.

use std::path::Path;

fn main() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../ui/dist/viewer");
    println!("cargo::rerun-if-changed={}", page.display());
    if !page.join("index.html").is_file() {
        println!("cargo::error=The watch page is not built yet. Run `./dev build` once: it builds the pages first.");
    }
}
