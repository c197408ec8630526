//! A link as a QR code: for the panel as a drawing, for a terminal in half blocks.

use qrcode::{
    QrCode,
    render::{svg, unicode},
};

/// Black on white whatever the theme: not every reader takes an inverted code.
pub(crate) fn svg(text: &str) -> String {
    code(text).render::<svg::Color<'_>>().min_dimensions(240, 240).quiet_zone(true).build()
}

/// Lines for a terminal, each with its end: half a character a module, and around them the quiet zone of four modules that a
/// reader needs. Every line sets its own two colours of the 256 that no theme changes, so it is black on white everywhere. None where it has
/// more columns than there are.
pub fn qr_for_terminal(text: &str, columns: Option<usize>) -> Option<String> {
    const BLACK_ON_WHITE: &str = "\x1b[38;5;16;48;5;231m";
    const AS_BEFORE: &str = "\x1b[0m";
    // The renderer takes "dark" for the colour of the letters; here the letters are black.
    let drawn = code(text).render::<unicode::Dense1x2>().quiet_zone(true).build();
    let wide = drawn.lines().next().map_or(0, |line| line.chars().count());
    let lines = || drawn.lines().map(|line| format!("{BLACK_ON_WHITE}{line}{AS_BEFORE}\n")).collect();
    columns.is_none_or(|columns| wide <= columns).then(lines)
}

fn code(text: &str) -> QrCode {
    QrCode::new(text).expect("a link is far shorter than the 2953 bytes a code holds")
}

#[cfg(test)]
mod tests {
    use super::*;
    use qrcode::Color;

    /// The modules of what stands in a terminal, by its characters: dark is where a letter's colour is seen.
    fn modules(lines: &str) -> Vec<Vec<bool>> {
        let mut rows = Vec::new();
        for line in lines.lines() {
            let letters = line.strip_prefix("\x1b[38;5;16;48;5;231m").and_then(|line| line.strip_suffix("\x1b[0m"));
            let halves = |top: bool| {
                let dark = move |letter| match letter {
                    ' ' => false,
                    '█' => true,
                    '▀' => top,
                    '▄' => !top,
                    other => panic!("{other:?} is no half block"),
                };
                letters.expect("a line sets its colours and gives them back").chars().map(dark).collect()
            };
            rows.extend([halves(true), halves(false)]);
        }
        rows
    }

    #[test]
    fn a_terminal_shows_the_code_itself_with_its_quiet_zone() {
        let link = "http://192.168.1.20:8787/w/q5Qe3mXbNn1hT9wV0zYc4A";
        let shown = modules(&qr_for_terminal(link, None).expect("there is room"));
        let code = code(link);
        let width = code.width();
        const QUIET: usize = 4;
        assert_eq!(shown[0].len(), width + 2 * QUIET);
        for (y, row) in shown.iter().enumerate() {
            for (x, dark) in row.iter().enumerate() {
                let inside = (QUIET..QUIET + width).contains(&x) && (QUIET..QUIET + width).contains(&y);
                let expected = inside && code[(x - QUIET, y - QUIET)] == Color::Dark;
                assert_eq!(*dark, expected, "column {x}, row {y}");
            }
        }
    }
}
