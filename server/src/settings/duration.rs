//! Durations as settings write them: `10s`, `15m`, `12h`, `7d`, and `0` for off.

use std::time::Duration;

/// Reads a duration.
pub(super) fn parse(text: &str) -> Result<Duration, String> {
    let wrong = || "expected a duration such as `10s`, `15m`, `12h` or `7d`, or `0`".to_owned();
    if text == "0" {
        return Ok(Duration::ZERO);
    }
    let unit = text.chars().next_back().ok_or_else(wrong)?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 60 * 60,
        'd' => 24 * 60 * 60,
        _ => return Err(wrong()),
    };
    let digits = &text[..text.len() - 1];
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(wrong());
    }
    digits
        .parse::<u64>()
        .ok()
        .and_then(|count| count.checked_mul(seconds))
        .map(Duration::from_secs)
        .ok_or_else(wrong)
}

/// Writes a duration in the largest unit that fits.
pub(crate) fn show(duration: Duration) -> String {
    let seconds = duration.as_secs();
    for (unit, name) in [(86_400, 'd'), (3_600, 'h'), (60, 'm')] {
        if seconds >= unit && seconds.is_multiple_of(unit) {
            return format!("{}{name}", seconds / unit);
        }
    }
    format!("{seconds}s")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_as_they_are_written() {
        for (text, seconds) in [
            ("0", 0),
            ("10s", 10),
            ("15m", 900),
            ("12h", 43_200),
            ("7d", 604_800),
        ] {
            assert_eq!(parse(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for wrong in [
            "",
            "s",
            "10",
            "-1s",
            "1.5h",
            "10 s",
            "1w",
            "+1s",
            "99999999999999999999d",
            "é",
        ] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
        assert_eq!(show(Duration::from_hours(168)), "7d");
        assert_eq!(show(Duration::from_secs(90)), "90s");
    }
}
