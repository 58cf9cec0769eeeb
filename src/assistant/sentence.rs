//! What holds for every sentence, whatever it says, and words that several share.

/// Where the sides stand: "4.4 dB below the middle".
pub(super) fn beside_the_middle(side_to_mid_db: f64) -> String {
    let side = if side_to_mid_db < 0.0 {
        "below"
    } else {
        "above"
    };
    format!("{:.1} dB {side} the middle", side_to_mid_db.abs())
}

/// The text without the sign of zeros: "−0.0 dB" is what rounding leaves of next to nothing.
pub(super) fn unsigned_zeros(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((at, sign)) = rest.match_indices(['-', '\u{2212}']).next() {
        let (before, after) = (&rest[..at], &rest[at + sign.len()..]);
        out.push_str(before);
        let end = after.find(|c: char| !c.is_ascii_digit() && c != '.');
        let number = &after[..end.unwrap_or(after.len())];
        let is_zero = number.starts_with('0') && number.chars().all(|c| "0.".contains(c));
        // Between letters or digits it is a hyphen or a dash.
        if !is_zero || out.ends_with(char::is_alphanumeric) {
            out.push_str(sign);
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_zero_loses_its_sign() {
        for (text, expected) in [
            ("pressed; -0.0 dB are left", "pressed; 0.0 dB are left"),
            ("(\u{2212}0.00) and -0, by -0.", "(0.00) and 0, by 0."),
            ("-0.05 dB, -0.10, -10.0", "-0.05 dB, -0.10, -10.0"),
            ("low-end, 20-0 and well-", "low-end, 20-0 and well-"),
            ("\u{2212}1.0 to +0.0", "\u{2212}1.0 to +0.0"),
            ("", ""),
        ] {
            assert_eq!(unsigned_zeros(text), expected);
        }
    }
}
