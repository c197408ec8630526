//! The cost over viewers as a picture, written by hand: both axes logarithmic, as servers differ by factors.

use crate::row::{Row, Spread};
use std::fmt::Write;

const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 440.0;
/// Around the plot: left, top, right, bottom.
const MARGIN: (f64, f64, f64, f64) = (64.0, 56.0, 150.0, 56.0);

/// Readable on light and on dark pages.
const STYLE: &str = "text{font:13px system-ui,sans-serif;fill:#333}.title{font-size:16px;font-weight:600}\
.grid{stroke:#0002}.line{fill:none;stroke-width:2.2}.bar{stroke-width:1.2}\
.a{--c:#0a6cc4}.b{--c:#7a7a7a}.c{--c:#c24a00}.d{--c:#7b3fb5}.line,.bar{stroke:var(--c)}.dot,.name{fill:var(--c)}.dash{stroke-dasharray:5 4}\
@media (prefers-color-scheme:dark){text{fill:#ddd}.grid{stroke:#fff3}.a{--c:#5ab0ff}.b{--c:#b0b0b0}.c{--c:#ff9a57}.d{--c:#c79bf2}}";

/// One line of the picture.
struct Series {
    name: String,
    class: &'static str,
    dashed: bool,
    points: Vec<(f64, Spread)>,
}

/// Every server's cost without loss and with, and the floor; none if there are no such rows.
///
/// A server that holds fewer than half of its viewers does not do the work that its cost is divided by: such rows have no point.
pub(crate) fn cost(rows: &[Row], sound: bool) -> Option<String> {
    let rows: Vec<&Row> = rows.iter().filter(|row| row.sound == sound && row.holds_half()).collect();
    let series = series(&rows);
    let values = || series.iter().flat_map(|s| &s.points);
    let most_x = values().map(|(x, _)| *x).fold(f64::NAN, f64::max);
    let least_x = values().map(|(x, _)| *x).fold(f64::NAN, f64::min);
    if !most_x.is_finite() {
        return None;
    }
    let x = Axis { least: least_x * 0.8, most: most_x * 1.25, from: MARGIN.0, to: WIDTH - MARGIN.2 };
    let most_y = values().map(|(_, y)| y.most).fold(0.0, f64::max) * 1.25;
    let least_y = values().map(|(_, y)| y.least).fold(f64::INFINITY, f64::min) * 0.8;
    let y = Axis { least: least_y, most: most_y, from: HEIGHT - MARGIN.3, to: MARGIN.1 };
    let mut out = String::new();
    let title = if sound { "Picture and sound" } else { "Picture only" };
    // Writing to a String cannot fail, here and below.
    let _ = write!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{title}: CPU of one viewer's second over the number of viewers\">\
         <style>{STYLE}</style>\
         <text class=\"title\" x=\"{}\" y=\"24\">{title}: CPU of one viewer’s second</text>\
         <text x=\"{}\" y=\"43\">ms of CPU a viewer-second</text>",
        MARGIN.0, MARGIN.0
    );
    grid(&mut out, &x, &y, &rows);
    for s in &series {
        line(&mut out, s, &x, &y);
    }
    names(&mut out, &series, &y);
    out.push_str("</svg>\n");
    Some(out)
}

fn series(rows: &[&Row]) -> Vec<Series> {
    let mut series: Vec<Series> = Vec::new();
    let mut servers: Vec<&str> = Vec::new();
    let mut add = |name: String, class, dashed, x: u32, y: Spread| {
        let at = series.iter().position(|s| s.name == name).unwrap_or_else(|| {
            series.push(Series { name, class, dashed, points: Vec::new() });
            series.len() - 1
        });
        series[at].points.push((f64::from(x), y));
    };
    for row in rows {
        if !servers.contains(&row.server) {
            servers.push(row.server);
        }
        let class = ["a", "c", "d"][servers.iter().position(|s| *s == row.server).unwrap_or(0).min(2)];
        let lossy = row.loss_percent > 0.0;
        let name = if lossy { format!("{}, {} % loss", row.server, row.loss_percent) } else { row.server.to_owned() };
        add(name, class, lossy, row.viewers, row.cost_ms);
        if let Some(floor) = row.floor_ms.filter(|_| row.server == rows[0].server && !lossy) {
            add("floor".to_owned(), "b", false, row.viewers, floor);
        }
    }
    series
}

/// A logarithmic axis.
struct Axis {
    least: f64,
    most: f64,
    from: f64,
    to: f64,
}

impl Axis {
    fn at(&self, value: f64) -> f64 {
        self.from + (self.to - self.from) * (value / self.least).ln() / (self.most / self.least).ln()
    }

    /// 1, 2, 5, 10 … that lie on it.
    fn ticks(&self) -> impl Iterator<Item = f64> {
        let decades = (-3..=3).flat_map(|power| [1.0, 1.5, 2.0, 3.0, 5.0, 7.0].map(|digit| digit * 10f64.powi(power)));
        let few = self.most / self.least > 8.0;
        decades.filter(move |tick| {
            let digit = tick / 10f64.powf(tick.log10().floor() + 1e-9);
            let round = [1.0, 2.0, 5.0].iter().any(|r| (digit - r).abs() < 0.1);
            (round || !few) && (self.least..=self.most).contains(tick)
        })
    }
}

fn grid(out: &mut String, x: &Axis, y: &Axis, rows: &[&Row]) {
    for tick in y.ticks() {
        let at = y.at(tick);
        let digits = if tick < 1.0 { 2 } else { 1 };
        let _ = write!(
            out,
            "<line class=\"grid\" x1=\"{:.1}\" x2=\"{:.1}\" y1=\"{at:.1}\" y2=\"{at:.1}\"/>\
             <text text-anchor=\"end\" x=\"{:.1}\" y=\"{:.1}\">{tick:.digits$}</text>",
            x.from,
            x.to,
            x.from - 8.0,
            at + 4.0
        );
    }
    let mut viewers: Vec<u32> = rows.iter().map(|row| row.viewers).collect();
    viewers.sort_unstable();
    viewers.dedup();
    for n in viewers {
        let at = x.at(f64::from(n));
        let _ = write!(
            out,
            "<line class=\"grid\" x1=\"{at:.1}\" x2=\"{at:.1}\" y1=\"{:.1}\" y2=\"{:.1}\"/>\
             <text text-anchor=\"middle\" x=\"{at:.1}\" y=\"{:.1}\">{n}</text>",
            y.from,
            y.to,
            y.from + 20.0
        );
    }
    let middle = (x.from + x.to) / 2.0;
    let _ = write!(out, "<text text-anchor=\"middle\" x=\"{middle:.1}\" y=\"{:.1}\">viewers</text>", y.from + 42.0);
}

/// The means joined, with a bar from the least to the most.
fn line(out: &mut String, s: &Series, x: &Axis, y: &Axis) {
    let points: Vec<String> =
        s.points.iter().map(|(n, cost)| format!("{:.1},{:.1}", x.at(*n), y.at(cost.mean))).collect();
    let dash = if s.dashed { " dash" } else { "" };
    let _ = write!(out, "<g class=\"{}\"><polyline class=\"line{dash}\" points=\"{}\"/>", s.class, points.join(" "));
    for (n, cost) in &s.points {
        let (cx, cy) = (x.at(*n), y.at(cost.mean));
        let _ = write!(
            out,
            "<line class=\"bar\" x1=\"{cx:.1}\" x2=\"{cx:.1}\" y1=\"{:.1}\" y2=\"{:.1}\"/>\
             <circle class=\"dot\" cx=\"{cx:.1}\" cy=\"{cy:.1}\" r=\"3.6\"><title>{}, {n} viewers: {:.3} ms</title></circle>",
            y.at(cost.least),
            y.at(cost.most),
            s.name,
            cost.mean
        );
    }
    out.push_str("</g>");
}

/// Each name beside the end of its line, moved apart where lines end close together.
fn names(out: &mut String, series: &[Series], y: &Axis) {
    const APART: f64 = 17.0;
    let mut ends: Vec<(f64, &Series)> =
        series.iter().filter_map(|s| s.points.last().map(|(_, cost)| (y.at(cost.mean) + 4.0, s))).collect();
    ends.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut free = MARGIN.1;
    for (at, s) in ends {
        let at = at.max(free);
        free = at + APART;
        let (class, x) = (s.class, WIDTH - MARGIN.2 + 8.0);
        let _ = write!(
            out,
            "<g class=\"{class}\"><text class=\"name\" style=\"fill:var(--c)\" x=\"{x}\" y=\"{at:.1}\">{}</text></g>",
            s.name
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crowd::{Report, ViewerReport};

    /// A row all of whose viewers are held.
    fn row(server: &'static str, viewers: u32, cost: f64, loss_percent: f64) -> Row {
        let held = ViewerReport { pictures_per_second: 30.0, ..ViewerReport::default() };
        Row {
            server,
            viewers,
            sound: false,
            loss_percent,
            cost_ms: Spread { mean: cost, least: cost * 0.9, most: cost * 1.1 },
            floor_ms: Some(Spread { mean: 0.4, least: 0.39, most: 0.41 }),
            over_clean: None,
            packets_per_second: 270.0,
            kb_a_viewer: None,
            cores_busy: 1.0,
            report: Report { viewers: vec![held; viewers as usize], ..Report::default() },
        }
    }

    #[test]
    fn a_server_that_holds_fewer_than_half_of_its_viewers_has_no_point_there() {
        let mut overrun = row("Janus", 1000, 1.5, 0.0);
        overrun.report.viewers[499..].iter_mut().for_each(|viewer| viewer.lost = 1);
        let mut rows = vec![row("Skylark", 1000, 0.5, 0.0), row("Janus", 200, 4.0, 0.0), overrun];
        let points = |rows: &[Row]| cost(rows, false).expect("there are rows").matches("<circle").count();
        assert_eq!(points(&rows), 3, "Skylark, its floor, and Janus at 200");
        rows[2].report.viewers[499].lost = 0;
        assert_eq!(points(&rows), 4, "500 of 1,000 are half");
    }

    #[test]
    fn every_server_and_the_floor_have_a_line_and_every_point_is_inside() {
        let rows = [
            row("Skylark", 50, 0.6, 0.0),
            row("Skylark", 50, 0.65, 1.0),
            row("Skylark", 1000, 0.5, 0.0),
            row("Janus", 200, 4.0, 0.0),
        ];
        let picture = cost(&rows, false).expect("there are rows");
        assert_eq!(picture.matches("<polyline").count(), 4, "Skylark, with loss, the floor, Janus");
        assert_eq!(picture.matches("<circle").count(), 6);
        for part in picture.split("cx=\"").skip(1) {
            let x: f64 = part.split('"').next().expect("it ends").parse().expect("a number");
            let y: f64 = part
                .split("cy=\"")
                .nth(1)
                .and_then(|p| p.split('"').next())
                .expect("it ends")
                .parse()
                .expect("a number");
            assert!(
                (MARGIN.0..=WIDTH - MARGIN.2).contains(&x) && (MARGIN.1..=HEIGHT - MARGIN.3).contains(&y),
                "{x}, {y}"
            );
        }
        assert!(cost(&rows, true).is_none(), "no row has sound");
    }
}
