//! What people read here: the table that the watch page reads too, so that both say the same in the same words.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// The part of the table that this side has messages from. They are text, with the names of values in braces.
#[derive(Deserialize)]
struct Table {
    watch: BTreeMap<String, String>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../../../ui/src/shared/words/en.json")).expect("the table is JSON")
});

/// A message by its key. One that is missing is said by its key, as the page does, and fails the test below.
pub(crate) fn say(key: &'static str) -> &'static str {
    TABLE.watch.get(key).map_or(key, String::as_str)
}

#[cfg(test)]
mod tests {
    use super::TABLE;

    #[test]
    fn what_this_side_says_is_in_the_table_and_takes_what_it_is_given() {
        let said =
            include_str!("notice.rs").split("say(\"").skip(1).chain(include_str!("head.rs").split("say(\"").skip(1));
        let keys: Vec<&str> = said.filter_map(|rest| rest.split('"').next()).collect();
        assert!(keys.len() >= 10, "{keys:?}");
        for key in keys {
            let message = TABLE.watch.get(key).unwrap_or_else(|| panic!("{key} is not in the table"));
            assert!(
                !message.contains('{') || key == "removed.reason" && message.contains("{reason}"),
                "{key}: {message}"
            );
        }
    }
}
