//! A table in Markdown, so that docs can keep what was printed.

pub(crate) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn new(head: &[&str]) -> Table {
        Table { rows: vec![head.iter().map(|&h| h.to_owned()).collect()] }
    }

    pub(crate) fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    pub(crate) fn print(&self) {
        let columns = self.rows[0].len();
        let width = |c: usize| self.rows.iter().map(|r| r[c].chars().count()).max().unwrap_or(0);
        for (n, row) in self.rows.iter().enumerate() {
            let cells: Vec<String> = (0..columns).map(|c| format!("{:w$}", row[c], w = width(c))).collect();
            println!("| {} |", cells.join(" | "));
            if n == 0 {
                println!("|{}|", (0..columns).map(|c| "-".repeat(width(c) + 2)).collect::<Vec<_>>().join("|"));
            }
        }
        println!();
    }
}
