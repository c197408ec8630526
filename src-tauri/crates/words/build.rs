//! A language is a file of the pages' table of words: all that are there become part of the program.

use std::path::Path;
use std::{env, fs};

fn main() {
    // Where this runs, not where it was compiled: another clone with the same target folder may have done that.
    let folder = Path::new("../../../ui/src/shared/words");
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut files: Vec<_> = fs::read_dir(folder)
        .expect("the table of words is part of the repository")
        .map(|entry| entry.expect("the folder can be read").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "json"))
        .collect();
    // English first: it stands in where another has nothing.
    files.sort_by_key(|path| (!path.ends_with("en.json"), path.clone()));
    let entries = files.iter().map(|path| {
        let tag = path.file_stem().and_then(|stem| stem.to_str()).expect("a language's tag is ASCII");
        // Nor does what is made here say where it was.
        format!("({tag:?}, include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/../../../ui/src/shared/words/{tag}.json\"))),")
    });
    let made = format!("&[{}]", entries.collect::<String>());
    fs::write(Path::new(&env::var("OUT_DIR").expect("cargo says it")).join("languages.rs"), made)
        .expect("cargo's folder takes a file");
}
