//! Which window is meant by some words, where programs may look for windows by their titles.

/// How well a title fits: by two a step, so that a window that is shown comes before another that fits as well. None: it is not meant.
pub(super) fn likeness(title: &str, words: &str) -> Option<u8> {
    match () {
        () if title == words => Some(6),
        () if title.contains(words) => Some(4),
        () if title.to_lowercase().contains(&words.to_lowercase()) => Some(2),
        () => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_title_comes_before_a_part_and_a_part_before_one_in_other_letters() {
        let fit = |title| likeness(title, "Slides");
        assert!(fit("Slides") > fit("Slides - page 1") && fit("Slides - page 1") > fit("my slides"));
        assert_eq!(fit("Notes"), None);
        assert!(fit("Slides - page 1") > fit("my slides").map(|worth| worth + 1), "shown or not is the smaller thing");
    }
}
