//! A language is a file of the pages' table of words: all that are there become part of the program.

use std::path::Path;
use std::{env, fs};

fn main() {
    // Where this runs, not where it was compiled: another clone with the same target folder may have done that.
    let folder = Path::new("../../../ui/src/shared/words");
    println!("cargo::rerun-if-changed={}", folder.display());
    let folder = folder.canonicalize().expect("the table of words is part of the repository");
    let mut files: Vec<_> = fs::read_dir(folder)
        .expect("the folder can be read")
        .map(|entry| entry.expect("the folder can be read").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "json"))
        .collect();
    // English first: it stands in where another has nothing.
    files.sort_by_key(|path| (!path.ends_with("en.json"), path.clone()));
    let entries = files.iter().map(|path| {
        let tag = path.file_stem().and_then(|stem| stem.to_str()).expect("a language's tag is ASCII");
        format!("({tag:?}, include_str!({:?})),", path.to_str().expect("the path is UTF-8"))
    });
    let made = format!("&[{}]", entries.collect::<String>());
    fs::write(Path::new(&env::var("OUT_DIR").expect("cargo says it")).join("languages.rs"), made)
        .expect("cargo's folder takes a file");
}
