//! A language is a file of the pages' table of words: all that are there become part of the program. What the program's sentences are called and take
//! is a table for the compiler.

use std::collections::BTreeSet;
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
    let out = env::var("OUT_DIR").expect("cargo says it");
    let write =
        |name: &str, made: String| fs::write(Path::new(&out).join(name), made).expect("cargo's folder takes a file");
    write("languages.rs", made);
    write("sentences.rs", sentences(&fs::read_to_string(&files[0]).expect("the file can be read")));
}

/// The keys of the section `told` with the names of the values that each takes.
fn sentences(english: &str) -> String {
    let table: serde_json::Value = serde_json::from_str(english).expect("the build of the pages reads it too");
    let told = table["told"].as_object().expect("the table has what the program says");
    let entries = told.iter().map(|(key, sentence)| {
        let sentence = sentence.as_str().expect("a message is a text");
        let places = sentence.split('{').skip(1).filter_map(|part| part.split_once('}'));
        let names: BTreeSet<_> = places.map(|(name, _)| name).collect();
        format!("({key:?}, &{:?}),", Vec::from_iter(names))
    });
    format!("&[{}]", entries.collect::<String>())
}
