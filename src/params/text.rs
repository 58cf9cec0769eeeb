//! Numbers as text and back, as people type them.

/// Decimals that show every step of size `step`.
pub fn decimals(step: f32) -> usize {
    (0..6)
        .find(|&decimals| {
            let scaled = f64::from(step) * 10_f64.powi(decimals);
            (scaled - scaled.round()).abs() < 1e-4 && scaled.round() >= 1.0
        })
        .unwrap_or(6) as usize
}

/// The value with a fixed number of decimals; never "-0".
pub fn number(value: f32, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    match text.strip_prefix('-') {
        Some(rest) if rest.chars().all(|c| matches!(c, '0' | '.')) => rest.to_owned(),
        _ => text,
    }
}

/// Reads "-9.5", "-9.5 dB", "+2dB", "−1,0", "30 ms" or, where `unit` is ms, "0.03 s", and where it is Hz,
/// "1.5 kHz". `None` where that is no number, or one of another unit.
pub fn parse(typed: &str, unit: &str) -> Option<f32> {
    let typed = typed.trim().replace('\u{2212}', "-").replace(',', ".");
    let end = typed
        .find(|c: char| !(c.is_ascii_digit() || matches!(c, '+' | '-' | '.')))
        .unwrap_or(typed.len());
    let (digits, rest) = typed.split_at(end);
    let value: f32 = digits.parse().ok()?;
    let rest = rest.trim().to_lowercase();
    let unit = unit.to_lowercase();
    if rest.is_empty() || rest == unit || (rest == "db" && unit.starts_with("db")) {
        Some(value)
    } else if (unit == "ms" && rest == "s") || (unit == "hz" && matches!(&*rest, "k" | "khz")) {
        Some(value * 1000.0)
    } else {
        None
    }
}

/// A unit with the space that stands before it in a host.
pub fn spaced_unit(unit: &str) -> &'static str {
    match unit {
        "dB" => " dB",
        "dBTP" => " dBTP",
        "LUFS" => " LUFS",
        "Hz" => " Hz",
        "ms" => " ms",
        "%" => " %",
        ":1" => ":1",
        _ => "",
    }
}

/// Reads "on", "off", "yes", "no", "1", "0", "true", "false".
pub fn parse_switch(typed: &str) -> Option<bool> {
    match typed.trim().to_lowercase().as_str() {
        "on" | "yes" | "true" | "1" => Some(true),
        "off" | "no" | "false" | "0" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_type_them() {
        for (typed, unit, value) in [
            ("-9.5", "dB", Some(-9.5)),
            ("-9.5 dB", "dB", Some(-9.5)),
            (" +2dB ", "dB", Some(2.0)),
            ("\u{2212}1,0 dBTP", "dBTP", Some(-1.0)),
            ("-1 db", "dBTP", Some(-1.0)),
            ("30 ms", "ms", Some(30.0)),
            ("0.03 s", "ms", Some(30.0)),
            (".5", "dB", Some(0.5)),
            ("1.5 kHz", "Hz", Some(1500.0)),
            ("2k", "Hz", Some(2000.0)),
            ("2:1", ":1", Some(2.0)),
            ("50 %", "%", Some(50.0)),
            ("30 Hz", "ms", None),
            ("loud", "dB", None),
            ("", "dB", None),
            ("1e3", "dB", None),
            ("nan", "dB", None),
            ("--2", "dB", None),
        ] {
            assert_eq!(parse(typed, unit), value, "{typed:?}");
        }
    }

    #[test]
    fn every_step_shows_and_nothing_is_minus_zero() {
        assert_eq!(decimals(0.01), 2);
        assert_eq!(decimals(0.1), 1);
        assert_eq!(decimals(1.0), 0);
        assert_eq!(number(-0.001, 2), "0.00");
        assert_eq!(number(-0.01, 2), "-0.01");
        assert_eq!(number(-12.0, 2), "-12.00");
    }
}
