//! The QR code in the links, read module by module and compared with what a terminal would show of a link.

use serde_json::Value;
use std::collections::BTreeSet;

/// The columns and rows of what is dark.
type Dark = BTreeSet<(usize, usize)>;

/// Checks that the code is of the link that stands beside it, and hands that link out.
pub(crate) fn link_in_code(links: &Value) -> String {
    let watch = links["watch"].as_str().expect("a URL").to_owned();
    let drawn = of_drawing(links["qr_svg"].as_str().expect("a drawing"));
    assert!(drawn.len() > 200, "it is a code");
    assert!(drawn == of_terminal(&code(&watch)), "the code is of another link than {watch}");
    assert!(drawn != of_terminal(&code(&format!("{watch}x"))), "another link would be seen");
    watch
}

fn code(watch: &str) -> String {
    studio::qr_for_terminal(watch, None).expect("nobody says how much room there is")
}

/// Of squares, each written as `M{left} {top}h{width}…`.
fn of_drawing(svg: &str) -> Dark {
    let path = svg.split_once(" d=\"").and_then(|(_, path)| path.split('"').next()).expect("a path");
    let number = |text: &str| -> usize { text.parse().unwrap_or_else(|_| panic!("{text} in {path}")) };
    let squares = path.split('M').skip(1).map(|square| {
        let (left, rest) = square.split_once(' ').expect("a place");
        let (top, rest) = rest.split_once('h').expect("a place");
        let (width, _) = rest.split_once('v').expect("a width");
        (number(left), number(top), number(width))
    });
    squares.map(|(left, top, width)| (left / width, top / width)).collect()
}

/// Of half blocks, between what sets a line's colours and what gives them back.
fn of_terminal(lines: &str) -> Dark {
    let mut dark = Dark::new();
    for (row, line) in lines.lines().enumerate() {
        let blocks = line.split('m').nth(1).and_then(|line| line.split('\x1b').next()).expect("a line has colours");
        for (column, block) in blocks.chars().enumerate() {
            if matches!(block, '█' | '▀') {
                dark.insert((column, 2 * row));
            }
            if matches!(block, '█' | '▄') {
                dark.insert((column, 2 * row + 1));
            }
        }
    }
    dark
}
