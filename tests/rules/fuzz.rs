//! What strangers reach is fuzzed: each target is built, has seeds, and runs on them in its crate's tests.

use crate::sources::{files, root};
use std::collections::BTreeSet;
use std::fs;

/// As many seeds as a target may have, and how long they may be, bytes: they are here so that a fuzzer begins with something, and
/// run with each test.
const MOST_SEEDS: usize = 48;
const LONGEST_SEED: u64 = 4096;

fn names(folder: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(root().join(folder)).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect()
}

#[test]
fn every_target_is_built_has_seeds_and_is_run_on_them() {
    let targets = names("src-tauri/fuzz/fuzz_targets");
    assert_eq!(names("src-tauri/fuzz/seeds"), targets, "a folder of seeds for each target");
    let manifest = fs::read_to_string(root().join("src-tauri/fuzz/Cargo.toml")).unwrap();
    let entries: String = files("src-tauri/crates", &["fuzz.rs"])
        .iter()
        .filter_map(|path| {
            fs::read_to_string(path).ok()?.split_once("pub const TARGETS").map(|(_, list)| list.to_owned())
        })
        .collect();
    for target in &targets {
        assert!(manifest.contains(&format!("name = \"{target}\"")), "{target} is built");
        assert!(
            entries.contains(&format!("(\"{target}\", ")),
            "{target} is among its crate's TARGETS, whose seeds a test runs"
        );
        let source = fs::read_to_string(root().join(format!("src-tauri/fuzz/fuzz_targets/{target}.rs"))).unwrap();
        assert!(source.contains("skylark_fuzz::timed("), "{target} fails where an input takes long");
    }
}

#[test]
fn the_seeds_are_few_and_short() {
    for target in names("src-tauri/fuzz/seeds") {
        let folder = root().join("src-tauri/fuzz/seeds").join(&target);
        let sizes: Vec<u64> =
            fs::read_dir(folder).unwrap().map(|seed| seed.unwrap().metadata().unwrap().len()).collect();
        assert!((1..=MOST_SEEDS).contains(&sizes.len()), "{target} has {} seeds", sizes.len());
        assert!(
            sizes.iter().all(|size| *size <= LONGEST_SEED),
            "{target} has a seed of {:?} bytes",
            sizes.iter().max()
        );
    }
}
