//! The watch page is part of the program: it has to be built before the program is.

use std::path::Path;

fn main() {
    // Where this runs, not where it was compiled: another clone with the same target folder may have done that.
    let page = Path::new("../../../ui/dist/viewer");
    println!("cargo::rerun-if-changed={}", page.display());
    if !page.join("index.html").is_file() {
        println!("cargo::error=The watch page is not built yet. Run `./dev build` once: it builds the pages first.");
    }
}
