//! Every thread and task of the program has a name, is started by the crate `threads`, which tells when one panics, and stands in
//! ARCHITECTURE.md: those and no others.

use crate::sources;
use std::collections::BTreeSet;
use std::fs;

/// What stands before a name where a thread or task is started.
const STARTED_BY: &[&str] = &[
    "threads::vital(",
    "threads::restarted(",
    "threads::replaced(",
    "threads::task(",
    "threads::remade(",
    "threads::caught(",
    "threads::answered(",
];

/// What stands before a thread's name where the name is given to something that starts the thread.
const GIVEN_BY: &[&str] =
    &["Opening::begin(\"", "SlowOutput::start(\"", "const THREAD: &'static str = \"", "const THREAD: &str = \""];

/// Names that reach `threads` from one of the above.
const HANDED_ON: &[&str] = &["name,", "thread,"];

/// What starts a thread or a task past the crate that tells, and what must follow where there is no way around it.
const PAST_IT: &[(&str, Option<&str>)] = &[
    ("thread::spawn(", None),
    ("thread::Builder", None),
    ("thread::scope(", None),
    ("tokio::spawn(", Some("threads::task(\"")),
    ("runtime::spawn(", Some("threads::")),
    ("connections.spawn(", Some("threads::task(\"")),
    ("spawn_blocking(", Some("threads::")),
];

#[test]
fn every_thread_has_a_name_that_the_architecture_knows() {
    let mut named = BTreeSet::new();
    for path in program() {
        let (shown, code) = (sources::shown(&path), sources::code(&path));
        for started_by in STARTED_BY {
            for (at, found) in code.match_indices(started_by) {
                let given = code[at + found.len()..].trim_start();
                let literal = given.strip_prefix("&format!(").unwrap_or(given).strip_prefix('"');
                match literal {
                    Some(name) => drop(named.insert(pattern(name))),
                    None => assert!(
                        HANDED_ON.iter().any(|name| given.starts_with(name)),
                        "{shown} names a thread in a way that this test does not read: {}",
                        given.lines().next().unwrap_or_default()
                    ),
                }
            }
        }
        for before in GIVEN_BY {
            named.extend(code.match_indices(before).map(|(at, _)| pattern(&code[at + before.len()..])));
        }
    }
    for path in sources::shipped().iter().filter(|path| is_of_threads(path)) {
        let (code, before) = (sources::code(path), "crate::restarted(\"");
        named.extend(code.match_indices(before).map(|(at, _)| pattern(&code[at + before.len()..])));
    }
    let table = table();
    let missing: Vec<_> = named.difference(&table).collect();
    let gone: Vec<_> = table.difference(&named).collect();
    assert!(missing.is_empty(), "ARCHITECTURE.md's tables of threads and tasks have no row for {missing:?}");
    assert!(gone.is_empty(), "ARCHITECTURE.md's tables of threads and tasks have {gone:?}, which none is called");
}

#[test]
fn nothing_is_started_that_could_die_unseen() {
    for path in program() {
        let (shown, code) = (sources::shown(&path), sources::code(&path));
        for (start, then) in PAST_IT {
            for (at, found) in code.match_indices(start) {
                let rest = code[at + found.len()..].trim_start();
                let told = then.is_some_and(|then| rest.starts_with(then));
                assert!(
                    told,
                    "{shown} starts what nobody hears of when it panics: {start}{}",
                    rest.lines().next().unwrap()
                );
            }
        }
    }
}

#[test]
fn nothing_prints_where_a_closed_terminal_would_have_it_panic() {
    for path in program() {
        let (shown, code) = (sources::shown(&path), sources::code(&path));
        for print in ["println!(", "print!(", "dbg!("] {
            assert!(
                !code.contains(print),
                "{shown} prints, which panics where nobody reads: use logging::say or tracing"
            );
        }
    }
}

/// Nothing that is built for people can be made to fail: only tests turn that on.
#[test]
fn faults_are_for_tests() {
    for path in sources::files("", &["Cargo.toml"]) {
        let text = fs::read_to_string(&path).unwrap();
        let shipped = text.split("[dev-dependencies]").next().unwrap();
        let own = path.ends_with("crates/threads/Cargo.toml");
        assert!(own || !shipped.contains("\"faults\""), "{} can be made to fail", sources::shown(&path));
    }
}

/// What is part of the program, without the crate that the rules lead to. What measures the pipeline is no part of it.
fn program() -> impl Iterator<Item = std::path::PathBuf> {
    let apart = |path: &std::path::PathBuf| {
        let shown = sources::shown(path);
        is_of_threads(path) || shown.ends_with("media/src/measuring.rs")
    };
    sources::shipped().into_iter().filter(move |path| !apart(path))
}

/// The crate that starts what the others start, and one thread of its own.
fn is_of_threads(path: &std::path::Path) -> bool {
    sources::shown(path).contains("/crates/threads/")
}

/// A name up to its closing quote; a number in it is `N`.
fn pattern(text: &str) -> String {
    let name = text.split('"').next().unwrap();
    name.split_once('{').map_or(name.to_owned(), |(start, _)| format!("{start}N"))
}

/// The names in the first column of the tables under "Threads".
fn table() -> BTreeSet<String> {
    let text = fs::read_to_string(sources::root().join("ARCHITECTURE.md")).unwrap();
    let section =
        text.split("\n## Threads\n").nth(1).expect("there is a section on threads").split("\n## ").next().unwrap();
    let first_column = section.lines().filter_map(|line| line.strip_prefix('|')?.split('|').next());
    first_column.flat_map(|cell| cell.split('`').skip(1).step_by(2)).map(str::to_owned).collect()
}
