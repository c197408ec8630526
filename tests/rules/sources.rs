//! The sources that the rules are about.

use std::fs;
use std::path::{Path, PathBuf};

/// The repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file below a folder of the repository whose name ends in one of `endings`, except what is installed or built.
pub(crate) fn files(folder: &str, endings: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    collect(&root().join(folder), endings, &mut found);
    found.sort();
    found
}

fn collect(folder: &Path, endings: &[&str], into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_dir() {
            if !["node_modules", "dist", "target", "corpus", "artifacts"].contains(&name) {
                collect(&path, endings, into);
            }
        } else if endings.iter().any(|ending| name.ends_with(ending)) {
            into.push(path);
        }
    }
}

/// A path as it is written from the repository's root.
pub(crate) fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap().to_str().unwrap().replace('\\', "/")
}

/// The Rust that is part of what runs: without tests, examples, fuzz targets, the load tool and the cameras for tests.
pub(crate) fn shipped() -> Vec<PathBuf> {
    let tried = |path: &PathBuf| {
        let path = shown(path);
        let apart = ["/tests/", "/tests.rs", "/examples/", "/fuzz", "/crowd/", "/fakecam/", "/build.rs"];
        !apart.iter().any(|part| path.contains(part))
    };
    files("src-tauri", &[".rs"]).into_iter().filter(tried).collect()
}

/// A file's code: comments are left out, and the unit tests at its end.
pub(crate) fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let text = text.split("\n#[cfg(test)]\nmod ").next().unwrap();
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}
