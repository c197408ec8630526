//! What of Janus' offers, and of what viewers answer, is read and left out.

/// The longest mid that is kept: Janus' own are numbers, or what we called them.
const LONGEST_MID: usize = 32;

/// The mid of the picture that is offered.
pub(super) fn picture(offer: &str) -> Option<&str> {
    let mut lines = offer.lines().map(str::trim_end).skip_while(|line| !line.starts_with("m=video"));
    lines.next()?;
    let mid = lines.take_while(|line| !line.starts_with("m=")).find_map(|line| line.strip_prefix("a=mid:"));
    mid.filter(|mid| mid.len() <= LONGEST_MID)
}

/// Without the session's name, in which Janus tells the room's.
pub(super) fn nameless(offer: &str) -> String {
    let line = |line: &str| if line.starts_with("s=") { "s=-\r\n".to_owned() } else { line.to_owned() };
    offer.split_inclusive('\n').map(line).collect()
}

/// Without candidates: Janus would send checks to each, whoever is there. It learns from the viewer's own checks where that is.
pub(super) fn placeless(answer: &str) -> String {
    answer.split_inclusive('\n').filter(|line| !names_a_place(line)).collect()
}

/// Janus looks at no attribute's case.
fn names_a_place(line: &str) -> bool {
    let attribute = line.get(..2).filter(|kind| kind.eq_ignore_ascii_case("a=")).map(|_| &line[2..]);
    attribute.is_some_and(|attribute| {
        let (name, _) = attribute.split_once(':').unwrap_or((attribute, ""));
        name.trim().eq_ignore_ascii_case("candidate")
    })
}
