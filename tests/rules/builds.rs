//! What is built is built once: a build script that watches what it writes itself, or what each terminal has otherwise, has everything
//! above it compiled again.

use crate::sources;

#[test]
fn no_build_script_watches_what_changes_by_itself() {
    let scripts = sources::files("src-tauri", &["build.rs"]);
    assert!(scripts.len() >= 2, "the app's and the media crate's: {scripts:?}");
    for path in scripts {
        let (name, code) = (sources::shown(&path), sources::code(&path));
        for variable in ["PATH", "HOME", "PWD", "TERM"] {
            let watched = format!("rerun-if-env-changed={variable}\"");
            assert!(
                !code.contains(&watched),
                "{name} runs again, and all above it, in a terminal with another {variable}"
            );
        }
        assert!(
            code.contains("rerun-if-changed="),
            "{name} names no file, so every change in its package runs it again"
        );
    }
}

#[test]
fn the_permissions_that_the_app_s_build_script_writes_are_not_watched_by_it() {
    let code = sources::code(&sources::root().join("src-tauri/build.rs"));
    let (_, rest) = code.split_once("permissions_path_pattern(\"").expect("without a pattern the folder is watched");
    let pattern = rest.split('"').next().expect("a string ends");
    assert!(pattern.contains('*'), "a folder's name alone is watched: {pattern}");
}
