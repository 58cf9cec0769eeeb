//! What was promised, what came out, and which cases missed.

use serde::Serialize;

/// Misses named below a row of the printed table; the JSON has them all.
const NAMED_MAX: usize = 12;

/// One promise.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Row {
    /// The part of the evaluation.
    pub(crate) part: &'static str,
    /// What was done.
    pub(crate) what: String,
    /// How often.
    pub(crate) cases: usize,
    /// What came out.
    pub(crate) result: String,
    /// What was promised; empty where nothing was.
    pub(crate) limit: String,
    /// Whether it was held; nothing where nothing was promised or nothing could be tried.
    pub(crate) held: Option<bool>,
    /// Cases outside the limit, by name.
    pub(crate) misses: Vec<String>,
}

impl Row {
    pub(crate) fn new(part: &'static str, what: impl Into<String>, cases: usize) -> Self {
        Self {
            part,
            what: what.into(),
            cases,
            result: String::new(),
            limit: String::new(),
            held: None,
            misses: Vec::new(),
        }
    }

    fn shown_result(&self) -> &str {
        match self.cases {
            0 => "not tried",
            _ => &self.result,
        }
    }

    pub(crate) fn result(mut self, result: impl Into<String>) -> Self {
        self.result = result.into();
        self
    }

    /// The promise, and whether it was held.
    pub(crate) fn limit(mut self, limit: impl Into<String>, held: bool) -> Self {
        self.limit = limit.into();
        self.held = (self.cases > 0).then_some(held);
        self
    }

    pub(crate) fn misses(mut self, misses: Vec<String>) -> Self {
        self.misses = misses;
        self
    }
}

/// The rows as text, in columns.
pub(crate) fn shown(rows: &[Row]) -> String {
    let width = |cell: fn(&Row) -> &str| {
        rows.iter()
            .map(|row| cell(row).chars().count())
            .max()
            .unwrap_or(0)
    };
    let (what, result) = (width(|row| &row.what), width(Row::shown_result));
    let limit = width(|row| &row.limit);
    let mut text = String::new();
    let mut part = "";
    for row in rows {
        if row.part != part {
            part = row.part;
            text += &format!("\n{part}\n");
        }
        let held = match row.held {
            Some(true) => "pass",
            Some(false) => "MISS",
            None => "",
        };
        let line = format!(
            "  {:what$}  {:>5}  {:result$}  {:limit$}  {held}",
            row.what,
            row.cases,
            row.shown_result(),
            row.limit
        );
        text += line.trim_end();
        text.push('\n');
        for miss in row.misses.iter().take(NAMED_MAX) {
            text += &format!("      {miss}\n");
        }
        if row.misses.len() > NAMED_MAX {
            text += &format!("      and {} more\n", row.misses.len() - NAMED_MAX);
        }
    }
    text
}

/// The middle one; of an even number the mean of both. NaN of none.
pub(crate) fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut sorted: Vec<f64> = values.into_iter().collect();
    sorted.sort_by(f64::total_cmp);
    let half = sorted.len() / 2;
    match sorted.len() {
        0 => f64::NAN,
        even if even % 2 == 0 => f64::midpoint(sorted[half - 1], sorted[half]),
        _ => sorted[half],
    }
}

/// The case with the highest value.
pub(crate) fn worst<T>(cases: &[T], value: impl Fn(&T) -> f64) -> Option<&T> {
    cases.iter().max_by(|a, b| value(a).total_cmp(&value(b)))
}

/// A part of a whole in percent; of nothing, NaN.
pub(crate) fn percent(part: usize, whole: usize) -> f64 {
    100.0 * part as f64 / whole as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians() {
        assert_eq!(median([3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median([4.0, 1.0, 2.0, 3.0]), 2.5);
        assert!(median([]).is_nan());
    }

    #[test]
    fn a_miss_is_said_and_named() {
        let rows = [
            Row::new("A", "held", 3).result("1").limit("≤ 2", true),
            Row::new("A", "not held", 3)
                .result("3")
                .limit("≤ 2", false)
                .misses(vec!["song x".to_owned()]),
            Row::new("A", "never tried", 0).limit("≤ 2", true),
        ];
        let text = shown(&rows);
        assert!(text.contains("MISS\n      song x\n"));
        assert_eq!(text.matches("pass").count(), 1);
    }
}
