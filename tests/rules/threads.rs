//! Every thread of the program has a name, and ARCHITECTURE.md says what the threads are called: those and no others.

use crate::sources;
use std::collections::BTreeSet;
use std::fs;

/// What stands before a thread's name where the name is given to something that starts the thread.
const GIVEN_BY: &[&str] =
    &["spawn(\"", "OpenDevice::open(\"", "const THREAD: &'static str = \"", "const THREAD: &str = \""];

/// Names that reach `thread::Builder` from one of the above.
const HANDED_ON: &[&str] = &["name.into()", "name.to_owned()"];

#[test]
fn every_thread_has_a_name_that_the_architecture_knows() {
    let mut named = BTreeSet::new();
    // What measures the pipeline is no part of the program.
    let files = sources::shipped().into_iter().filter(|path| !path.ends_with("media/src/measuring.rs"));
    for path in files {
        let shown = sources::shown(&path);
        let code = sources::code(&path);
        assert!(!code.contains("thread::spawn("), "{shown} starts a thread without a name: use thread::Builder");
        for (at, builder) in code.match_indices("thread::Builder::new()") {
            let given = code[at + builder.len()..].trim_start().strip_prefix(".name(");
            let given = given.unwrap_or_else(|| panic!("{shown} starts a thread without a name"));
            let literal = given.strip_prefix("format!(").unwrap_or(given).strip_prefix('"');
            match literal {
                Some(name) => drop(named.insert(pattern(name))),
                None => assert!(
                    HANDED_ON.iter().any(|name| given.starts_with(name)),
                    "{shown} names a thread in a way that this test does not read: {}",
                    given.lines().next().unwrap_or_default()
                ),
            }
        }
        for before in GIVEN_BY {
            named.extend(code.match_indices(before).map(|(at, _)| pattern(&code[at + before.len()..])));
        }
    }
    let table = table();
    let missing: Vec<_> = named.difference(&table).collect();
    let gone: Vec<_> = table.difference(&named).collect();
    assert!(missing.is_empty(), "ARCHITECTURE.md's table of threads has no row for {missing:?}");
    assert!(gone.is_empty(), "ARCHITECTURE.md's table of threads has {gone:?}, which no thread is called");
}

/// A name up to its closing quote; a number in it is `N`.
fn pattern(text: &str) -> String {
    let name = text.split('"').next().unwrap();
    name.split_once('{').map_or(name.to_owned(), |(start, _)| format!("{start}N"))
}

/// The names in the first column of the table under "Threads".
fn table() -> BTreeSet<String> {
    let text = fs::read_to_string(sources::root().join("ARCHITECTURE.md")).unwrap();
    let section =
        text.split("\n## Threads\n").nth(1).expect("there is a section on threads").split("\n## ").next().unwrap();
    let first_column = section.lines().filter_map(|line| line.strip_prefix('|')?.split('|').next());
    first_column.flat_map(|cell| cell.split('`').skip(1).step_by(2)).map(str::to_owned).collect()
}
