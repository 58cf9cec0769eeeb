//! The page's graphs: spectrum, loudness and gain reduction over time, what loudness costs.

use super::Story;
use super::charts::{Axis, chart};
use super::markup::{escaped, number};
use super::text::section;
use crate::analysis::bands::{NOMINAL_HZ, THIRDS};
use crate::analysis::report::Report;
use std::fmt::Write;

/// A band below this holds nothing.
const EMPTY_DB: f64 = -100.0;
/// Bands in which a curve is laid on the target: 63 Hz to 12.5 kHz.
const OFFSET_THIRDS: std::ops::RangeInclusive<usize> = 5..=28;
/// Points of a curve over time, at most.
const POINTS_MAX: usize = 700;

/// What the colours of a chart mean.
fn legend(entries: &[(&str, &str)]) -> String {
    let mut out = String::from("<figcaption>");
    for (class, name) in entries {
        let _ = write!(
            out,
            "<span class=\"key\"><i class=\"{class}\"></i>{}</span>",
            escaped(name)
        );
    }
    out.push_str("</figcaption>");
    out
}

pub(super) fn tone(story: &Story<'_>) -> String {
    let curve = |report: Option<&Report>| -> Vec<(f64, Option<f64>)> {
        let Some(report) = report else {
            return Vec::new();
        };
        let level = &report.tone.level_db;
        let offset_db = story
            .corridor
            .map_or(0.0, |(target, spread)| offset_db(level, &target, &spread));
        let point = |third: usize| (level[third] > EMPTY_DB).then(|| level[third] - offset_db);
        (0..THIRDS)
            .map(|third| (NOMINAL_HZ[third], point(third)))
            .collect()
    };
    let (before, after) = (curve(story.before), curve(story.after));
    let corridor: Vec<(f64, f64, f64)> = story.corridor.map_or_else(Vec::new, |(level, spread)| {
        (0..THIRDS)
            .map(|k| (NOMINAL_HZ[k], level[k] - spread[k], level[k] + spread[k]))
            .collect()
    });
    let heard = before.iter().chain(&after).filter_map(|point| point.1);
    let high = heard
        .chain(corridor.iter().map(|point| point.2))
        .fold(f64::NEG_INFINITY, f64::max);
    if before.is_empty() || !high.is_finite() {
        return String::new();
    }
    let heard = before.iter().chain(&after).filter_map(|point| point.1);
    let low = heard.fold(high - 20.0, f64::min).max(high - 60.0);
    let y = Axis::even(low, high, 8, "Level (dB)");
    let label = "Spectrum in third-octaves, before and after, and what is usual";
    let drawing = chart(label, 320.0, &Axis::frequency(), &y, |chart| {
        chart.area(&corridor, "corridor");
        chart.line(&before, "before");
        chart.line(&after, "after");
    });
    let mut keys = vec![("before", "before"), ("after", "after")];
    let words = format!("{}, \u{b1} one deviation", story.corridor_words);
    if story.corridor.is_some() {
        keys.push(("corridor", &words));
    }
    section(
        "tone",
        "Spectrum",
        &format!(
            "<figure>{drawing}{}</figure><p class=\"small\">Long-term third-octaves of the loud passages, brought \
             to one level: what is shown is balance, not loudness.</p>",
            legend(&keys)
        ),
    )
}

/// How far a curve lies above the target as a whole.
fn offset_db(level: &[f64; THIRDS], target: &[f64; THIRDS], spread: &[f64; THIRDS]) -> f64 {
    let (mut sum, mut weights) = (0.0, 0.0);
    for third in OFFSET_THIRDS.filter(|&third| level[third] > EMPTY_DB) {
        let weight = 1.0 / spread[third].max(0.1);
        sum += weight * (level[third] - target[third]);
        weights += weight;
    }
    if weights > 0.0 { sum / weights } else { 0.0 }
}

pub(super) fn loudness(story: &Story<'_>) -> String {
    let curve = |report: Option<&Report>| -> Vec<(f64, Option<f64>)> {
        let series = report.map_or(&[][..], |report| &report.loudness.short_term_lufs);
        let step = series.len().div_ceil(POINTS_MAX).max(1);
        let points = series.iter().enumerate().step_by(step);
        points
            .map(|(second, lufs)| (second as f64, *lufs))
            .collect()
    };
    let (before, after) = (curve(story.before), curve(story.after));
    let heard: Vec<f64> = before
        .iter()
        .chain(&after)
        .filter_map(|point| point.1)
        .collect();
    let high = heard.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if !high.is_finite() {
        return String::new();
    }
    let low = heard
        .iter()
        .copied()
        .fold(high - 6.0, f64::min)
        .max(high - 36.0);
    let y = Axis::even(low, high + 0.5, 7, "Loudness of 3 s (LUFS)");
    let x = Axis::time(story.mastered.before.measurement.duration_s);
    let goal_lufs = story.mastered.target.reached_lufs;
    let drawing = chart(
        "Loudness over time, before and after",
        260.0,
        &x,
        &y,
        |chart| {
            chart.line(&before, "before");
            chart.line(&after, "after");
            if let Some(lufs) = goal_lufs.filter(|lufs| (y.min..=y.max).contains(lufs)) {
                chart.level(lufs, &format!("integrated {}", number(lufs, 1)), "goal");
            }
        },
    );
    section(
        "loudness",
        "Loudness over time",
        &format!(
            "<figure>{drawing}{}</figure>",
            legend(&[
                ("before", "before"),
                ("after", "after"),
                ("goal", "the master as a whole")
            ])
        ),
    )
}

pub(super) fn reduction(story: &Story<'_>) -> String {
    let series = story.reduction_db;
    if series.is_empty() {
        return String::new();
    }
    let step = series.len().div_ceil(POINTS_MAX).max(1);
    let points: Vec<(f64, f64, f64)> = series
        .chunks(step)
        .enumerate()
        .map(|(at, part)| {
            let deepest = part.iter().copied().fold(0.0_f32, f32::max);
            let seconds = at as f64 * step as f64 / story.reduction_per_s;
            (seconds, -f64::from(deepest), 0.0)
        })
        .collect();
    let deepest = points.iter().map(|p| p.1).fold(-1.0, f64::min);
    let x = Axis::time(story.mastered.before.measurement.duration_s);
    let mut y = Axis::even(deepest, 0.0, 5, "Gain (dB)");
    y.max = 0.0;
    let drawing = chart(
        "Gain reduction of the loudness stage over time",
        190.0,
        &x,
        &y,
        |chart| {
            chart.area(&points, "reduction");
        },
    );
    section(
        "reduction",
        "Gain reduction",
        &format!(
            "<figure>{drawing}{}</figure>",
            legend(&[(
                "reduction",
                "what clipper and limiter take, deepest moments"
            )])
        ),
    )
}

pub(super) fn cost(story: &Story<'_>) -> String {
    let Some(cost) = story.cost.filter(|cost| cost.points.len() >= 2) else {
        return String::new();
    };
    let points = &cost.points;
    let lowest = points.iter().map(|p| p.lufs).fold(f64::INFINITY, f64::min);
    let highest = points
        .iter()
        .map(|p| p.lufs)
        .fold(f64::NEG_INFINITY, f64::max);
    let chosen = story.mastered.target.reached_lufs.filter(|lufs| {
        story.mastered.settings.loudness.on && (lowest - 1.0..=highest + 1.0).contains(lufs)
    });
    let mut x = Axis::even(
        chosen.unwrap_or(lowest).min(lowest),
        chosen.unwrap_or(highest).max(highest),
        8,
        "Integrated loudness (LUFS)",
    );
    x.title = "Integrated loudness (LUFS)";
    let panel = |label: &str,
                 title: &'static str,
                 value: fn(&crate::assistant::cost::CostPoint) -> f64,
                 named: bool| {
        let line: Vec<(f64, Option<f64>)> = points
            .iter()
            .map(|point| (point.lufs, Some(value(point)).filter(|v| v.is_finite())))
            .collect();
        let values = line.iter().filter_map(|point| point.1);
        let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| {
            (low.min(v), high.max(v))
        });
        if !low.is_finite() {
            return String::new();
        }
        let y = Axis::even(low, high, 4, title);
        let drawing = chart(label, 200.0, &x, &y, |chart| {
            if let Some(knee) = cost.knee_lufs {
                let name = format!("knee {}", number(knee, 1));
                chart.moment(knee, if named { &name } else { "" }, 0, "knee");
            }
            chart.line(&line, "after");
            if let Some(chosen) = chosen {
                let name = format!("chosen {}", number(chosen, 1));
                chart.moment(chosen, if named { &name } else { "" }, 1, "goal");
                if let Some(at) = between(&line, chosen) {
                    chart.dot(chosen, at, "dot");
                }
            }
        });
        format!("<h3>{label}</h3>{drawing}")
    };
    let body = [
        panel(
            "Limiting (95th percentile)",
            "Limiting (dB)",
            |p| p.p95_gain_reduction_db,
            true,
        ),
        panel("Peak to loudness ratio", "PLR (dB)", |p| p.plr_db, false),
        panel(
            "Added distortion",
            "Distortion (dB)",
            |p| p.distortion_db,
            false,
        ),
    ];
    section(
        "cost",
        "What loudness costs",
        &format!(
            "<p>Rehearsed on passages of this song. To the right of the knee, more costs more than it gives.</p>\
             <figure>{}</figure>",
            body.concat()
        ),
    )
}

/// The value of a curve at `x`.
fn between(line: &[(f64, Option<f64>)], x: f64) -> Option<f64> {
    line.windows(2).find_map(|pair| {
        let ((x0, y0), (x1, y1)) = ((pair[0].0, pair[0].1?), (pair[1].0, pair[1].1?));
        let inside = x0 < x1 && (x0..=x1).contains(&x);
        inside.then(|| y0 + (y1 - y0) * (x - x0) / (x1 - x0))
    })
}
