//! Changes values in the text of a settings file and leaves everything else in it as it was written: the order, the
//! comments, the blank lines.

use super::Setting;
use super::forms::Written;
use toml_edit::{Decor, DocumentMut, Item, RawString, TableLike, TomlError, Value};

/// The text with the settings that differ between `before` and `after`, and no other, as they stand in `after`.
pub(super) fn changed(text: &str, before: &Written, after: &Written) -> Result<String, TomlError> {
    let mut document: DocumentMut = text.parse()?;
    let shown = |value: &Option<Value>| value.as_ref().map(ToString::to_string);
    for setting in Setting::all() {
        let now = (setting.written)(after);
        if shown(&(setting.written)(before)) == shown(&now) {
            continue;
        }
        let was_empty = document.is_empty();
        let table: Option<&mut dyn TableLike> = match setting.table {
            None => Some(document.as_table_mut()),
            Some(name) => document.entry(name).or_insert_with(toml_edit::table).as_table_like_mut(),
        };
        match (table, now) {
            (Some(table), Some(value)) => put(table, setting.key, value),
            (Some(table), None) => take_out(table, setting.key),
            // The user made something else of it since it was read, which the next start will name.
            (None, _) => {}
        }
        if was_empty && setting.table.is_none() {
            begin_below_comments(&mut document, setting.key);
        }
    }
    Ok(document.to_string())
}

/// Puts a value where the old one stands, between the comments that stand around it, or at the end of the table.
fn put(table: &mut dyn TableLike, key: &str, mut value: Value) {
    match table.get_mut(key) {
        Some(Item::Value(old)) => {
            *value.decor_mut() = old.decor().clone();
            *old = value;
        }
        _ => drop(table.insert(key, Item::Value(value))),
    }
}

/// Takes a key out. If a comment belongs to it, the line stays and its value becomes empty, which says the same: only
/// texts are ever taken out, and of those that can be, an empty one is none.
fn take_out(table: &mut dyn TableLike, key: &str) {
    let above = table.key(key).is_some_and(|key| has_comment(key.leaf_decor()));
    let behind = table.get(key).and_then(Item::as_value).is_some_and(|value| has_comment(value.decor()));
    match above || behind {
        true => put(table, key, Value::from("")),
        false => drop(table.remove(key)),
    }
}

fn has_comment(decor: &Decor) -> bool {
    let has = |part: Option<&RawString>| part.and_then(RawString::as_str).is_some_and(|text| text.contains('#'));
    has(decor.prefix()) || has(decor.suffix())
}

/// A file of nothing but comments: the first key stands below them.
fn begin_below_comments(document: &mut DocumentMut, key: &str) {
    let mut comments = document.trailing().as_str().unwrap_or_default().to_owned();
    if !comments.contains('#') {
        return;
    }
    if !comments.ends_with('\n') {
        comments.push('\n');
    }
    if let Some(mut key) = document.as_table_mut().key_mut(key) {
        key.leaf_decor_mut().set_prefix(comments);
        document.set_trailing("");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::read;
    use std::path::Path;

    /// The text after a change from what it says to what `meant` says.
    fn after(text: &str, meant: &str) -> String {
        let read = |text| read(Path::new("x"), text).expect("it can be read");
        let changed = changed(text, &read(text), &read(meant)).expect("it is TOML");
        assert_eq!(read(&changed), read(meant), "the file says what was meant:\n{changed}");
        changed
    }

    const COMMENTED: &str = "\
        # Our church's stream.\n\n\
        title = \"Service\"   # seen by everybody\n\
        # Not more: the line is thin.\n\
        max_viewers=30\n\
        public = 'live.example.org' # the router leads here\n\n\
        [limits] # see the documents\n\
        idle_s = 20\n\
        # the end\n";

    #[test]
    fn comments_order_and_blank_lines_stay() {
        let meant = COMMENTED.replace("Service", "Choir").replace("=30", " = 40");
        let text = after(COMMENTED, &meant);
        assert_eq!(text, COMMENTED.replace("Service", "Choir").replace("=30", "=40"));
    }

    #[test]
    fn a_new_key_comes_before_the_tables_and_takes_nothing_with_it() {
        let text = after(COMMENTED, &COMMENTED.replace("\n\n[limits]", "\nfps = 25\n\n[limits]"));
        assert!(text.contains("fps = 25\n") && text.find("fps") < text.find("[limits]"), "{text}");
        assert_eq!(text.replace("fps = 25\n", ""), COMMENTED);
    }

    #[test]
    fn a_key_that_is_taken_out_leaves_its_comment() {
        let text = after(COMMENTED, &COMMENTED.replace("public =", "# public ="));
        assert_eq!(text, COMMENTED.replace("'live.example.org'", "\"\""));
        assert_eq!(after("public = 'a.example'\nfps = 25\n", "fps = 25\n"), "fps = 25\n");
    }

    #[test]
    fn what_the_user_wrote_meanwhile_stays() {
        let says = read(Path::new("x"), "fps = 25\n").expect("it can be read");
        let meant = read(Path::new("x"), "fps = 30\n").expect("it can be read");
        let text = changed("title = 'new'\nfps = 25\n", &says, &meant).expect("it is TOML");
        assert_eq!(text, "title = 'new'\nfps = 30\n");
        assert!(changed("title = ", &says, &meant).is_err(), "half a line is nothing to write over");
    }

    #[test]
    fn a_file_of_comments_keeps_them_above() {
        assert_eq!(after("# Mine", "fps = 25\ntitle = 'T'"), "# Mine\nfps = 25\ntitle = \"T\"\n");
        assert_eq!(after("", "fps = 25"), "fps = 25\n");
    }

    #[test]
    fn a_table_that_is_not_there_is_made() {
        assert_eq!(after("fps = 25\n", "fps = 25\n[limits]\nidle_s = 3"), "fps = 25\n\n[limits]\nidle_s = 3\n");
        assert_eq!(
            after("limits = { idle_s = 3 } # short\n", "limits = { idle_s = 4 }"),
            "limits = { idle_s = 4 } # short\n"
        );
    }
}
