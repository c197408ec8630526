//! What a file is called that the broadcaster has written without saying how, and how it tells times.

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// A file of that folder, called by what is in it and the time.
pub(crate) fn named(folder: &Path, what: &str, ending: &str, now: SystemTime) -> PathBuf {
    let time = utc(now.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64));
    let time: String = time.chars().filter(char::is_ascii_digit).collect();
    folder.join(format!("{what}-{time}.{ending}"))
}

/// A time in UTC, as in `2026-11-29 10:12:03`.
pub(crate) fn utc(unix_ms: u64) -> String {
    let seconds = unix_ms / 1000;
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    // Days to a date of the Gregorian calendar, in years that begin with March: then the day that some years have more is the last.
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02} {:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_utc() {
        for (ms, text) in [
            (0, "1970-01-01 00:00:00"),
            (951_782_400_000, "2000-02-29 00:00:00"),
            (1_796_000_000_000, "2026-11-30 00:53:20"),
            (4_107_542_399_999, "2100-02-28 23:59:59"),
        ] {
            assert_eq!(utc(ms), text);
        }
    }
}
