//! How it went as a file: comma-separated values (RFC 4180), which every spreadsheet reads.

use crate::saved::{self, utc};
use protocol::HistoryPoint;
use std::fmt::Write;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use words::{Said, said};

/// The names of the columns, with their units.
const HEADER: &str = "time,viewers,sent_kbps,encoded_kbps,fps,cpu_percent,left_out,latency_ms";

/// Writes points into a file that is not there yet, one of the data folder if none is named. Answers with where they are and how many, or
/// with a sentence that says why not.
pub(crate) fn save(
    path: Option<PathBuf>,
    folder: &Path,
    points: &[HistoryPoint],
    now: SystemTime,
) -> Result<(String, u32), Said> {
    let written = saved::write(path, folder, ("history", "csv"), now, as_csv(points).as_bytes());
    let path = written.map_err(|(path, error)| {
        let path = path.display();
        match error.kind() {
            ErrorKind::AlreadyExists => said!("history.not_saved", path),
            _ => said!("history.unsaved", path, error),
        }
    })?;
    Ok((path.display().to_string(), points.len() as u32))
}

/// A line a point, each ended by CRLF as the RFC has it. No value has a comma or a quote in it.
fn as_csv(points: &[HistoryPoint]) -> String {
    let mut out = format!("{HEADER}\r\n");
    for HistoryPoint { at, watching, sent_kbps, encoded_kbps, fps, cpu, left_out, latency_ms } in points {
        let time = utc(*at).replace(' ', "T");
        let latency = latency_ms.map(|ms| ms.to_string()).unwrap_or_default();
        let cpu = (cpu * 1000.0).round() / 10.0;
        write!(out, "{time}Z,{watching},{sent_kbps},{encoded_kbps},{fps},{cpu},{left_out},{latency}\r\n")
            .expect("a string takes everything");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, UNIX_EPOCH};

    #[test]
    fn a_line_a_point_and_nothing_is_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let now = UNIX_EPOCH + Duration::from_millis(1_796_000_000_000);
        let one = HistoryPoint {
            at: 1_796_000_000_000,
            watching: 12,
            sent_kbps: 30_120,
            encoded_kbps: 2498,
            fps: 29.8,
            cpu: 0.253,
            left_out: 0,
            latency_ms: Some(47.2),
        };
        let points = [one, HistoryPoint { at: one.at + 5000, fps: 30.0, cpu: 1.0, latency_ms: None, ..one }];
        let save = |path: Option<PathBuf>| save(path, folder.path(), &points, now);
        let (path, count) = save(None).unwrap();
        assert_eq!((&path, count), (&folder.path().join("history-20261130005320.csv").display().to_string(), 2));
        let lines = [
            HEADER,
            "2026-11-30T00:53:20Z,12,30120,2498,29.8,25.3,0,47.2",
            "2026-11-30T00:53:25Z,12,30120,2498,30,100,0,",
            "",
        ];
        assert_eq!(std::fs::read_to_string(&path).unwrap(), lines.join("\r\n"));
        let again = save(Some(PathBuf::from(&path))).unwrap_err();
        assert!(again.contains("is there already"), "{again}");
        let nowhere = save(Some(folder.path().join("no/such/file"))).unwrap_err();
        assert!(nowhere.contains("no/such/file") && nowhere.contains("another folder"), "{nowhere}");
    }
}
