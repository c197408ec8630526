//! What docs/api.md lists is what there is: every command, event, setting, option and metric, and nothing else.

use crate::support::{Skylark, metrics};
use clap::CommandFactory;
use serde::de::DeserializeOwned;
use serde_json::json;
use std::collections::BTreeSet;
use std::fmt::Display;
use studio::Setting;

type Names = BTreeSet<String>;

#[test]
fn the_commands_are_documented_and_no_others() {
    assert_eq!(column("## Commands", 0), known::<protocol::Command>(json!({ "command": "?" })));
}

#[test]
fn what_configure_changes_is_documented_and_nothing_else() {
    let rows = rows("## Commands");
    let configure = rows.iter().find(|row| row[0] == "`configure`").expect("it is a command");
    let mut listed = quoted(&configure[1]);
    assert!(listed.remove("settings"), "the field in which they stand");
    assert_eq!(listed, known::<protocol::SettingsChange>(json!({ "?": 0 })));
}

#[test]
fn the_events_are_documented_and_no_others() {
    assert_eq!(column("## Events", 0), known::<protocol::Event>(json!({ "event": "?" })));
}

#[test]
fn the_settings_are_documented_with_their_defaults_and_options_and_no_others() {
    for (heading, table) in [("## Settings", None), ("### `[limits]`", Some("limits"))] {
        let settings = || Setting::all().filter(move |setting| setting.table == table);
        let keys: Names = settings().map(|setting| setting.key.to_owned()).collect();
        assert_eq!(column(heading, 0), keys, "under {heading}");
        for row in rows(heading) {
            let setting = settings().find(|setting| row[0] == format!("`{}`", setting.key));
            let setting = setting.unwrap_or_else(|| panic!("one key a row: {row:?}"));
            let default = setting.default.filter(|text| !text.is_empty());
            assert_eq!(quoted(&row[1]), default.map(str::to_owned).into_iter().collect(), "{row:?}");
            if table.is_none() {
                assert_eq!(quoted(&row[2]), setting.option.map(str::to_owned).into_iter().collect(), "{row:?}");
            }
        }
    }
}

#[test]
fn the_options_are_documented_and_no_others() {
    let command = skylark::Cli::command();
    let headless = command.find_subcommand("headless").expect("it is one");
    for program in [&command, headless] {
        let options: Names =
            program.get_arguments().filter_map(|option| option.get_long()).map(|name| format!("--{name}")).collect();
        let everywhere = ["--help", "--version"].map(str::to_owned);
        let own: Names = options.into_iter().filter(|option| !everywhere.contains(option)).collect();
        assert_eq!(column("## Options", 0), own, "of {}", program.get_name());
    }
}

#[tokio::test]
async fn the_metrics_are_documented_and_no_others() {
    let skylark = Skylark::live().await;
    let page = metrics(&skylark).await;
    let mut printed = Names::new();
    for line in page.lines() {
        // `# TYPE NAME KIND` for each, and a sample a line: `NAME{LABEL="VALUE"} NUMBER`.
        let name = match line.strip_prefix("# TYPE ") {
            Some(rest) => rest.split(' ').next(),
            None => line.split(['{', ' ']).next().filter(|name| *name != "#"),
        };
        printed.extend(name.map(str::to_owned));
    }
    let listed = column("## Metrics", 0);
    let without_labels: Names = listed.iter().map(|name| name.split('{').next().unwrap().to_owned()).collect();
    assert_eq!(without_labels, printed);
    for name in &listed {
        let (name, label) = name.split_once('{').unwrap_or((name, ""));
        let labelled = page.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('{')?.split('=').next());
        if let Some(labelled) = labelled {
            assert_eq!(label.trim_end_matches('}'), labelled, "the label of {name}");
        }
    }
    let reasons = rows("## Metrics").into_iter().find(|row| row[0].contains("dropped_total")).expect("it is listed");
    let dropped =
        |line: &str| Some(line.strip_prefix("skylark_dropped_total{reason=\"")?.split('"').next()?.to_owned());
    assert_eq!(quoted(&reasons[1]), page.lines().filter_map(dropped).collect());
}

/// The names that a type knows, as its own message lists them about one that it does not know.
fn known<T: DeserializeOwned + std::fmt::Debug>(unknown: serde_json::Value) -> Names {
    let error = serde_json::from_value::<T>(unknown).expect_err("there is no such name").to_string();
    let (_, expected) = error.split_once("expected one of ").expect("it lists what there is");
    quoted(expected)
}

/// What stands between backticks.
fn quoted(text: &str) -> Names {
    text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// The names in a column of the table below a heading.
fn column(heading: &str, index: usize) -> Names {
    let mut names = Names::new();
    for row in rows(heading) {
        for name in quoted(&row[index]) {
            assert!(names.insert(name.clone()), "{name} stands twice under {heading}");
        }
    }
    names
}

/// The rows of the table below a heading, without its head.
fn rows(heading: impl Display) -> Vec<Vec<String>> {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/api.md");
    let text = std::fs::read_to_string(file).expect("it is part of the repository");
    let (_, below) = text.split_once(&format!("\n{heading}\n")).unwrap_or_else(|| panic!("{heading} is in {file}"));
    let section = below.split("\n#").next().expect("there is something before the next heading");
    let rows = section.lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"));
    let rows: Vec<_> = rows.skip(1).map(|row| row.split('|').map(|cell| cell.trim().to_owned()).collect()).collect();
    assert!(!rows.is_empty(), "there is a table under {heading}");
    rows
}
