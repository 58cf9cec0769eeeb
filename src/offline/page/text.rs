//! The page's words and order.

use super::Story;
use super::charts::{Axis, chart, rows_height};
use super::graphs;
use super::markup::{base64, clock, escaped, number, signed};
use super::stems::stems;
use crate::assistant::finding::{Finding, Reach, Severity};
use crate::assistant::verdict::{Verdict, VerdictKind};
use crate::offline::master::sentence;
use std::fmt::Write;
use std::path::Path;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// All of it.
pub(super) fn page(story: &Story<'_>) -> String {
    let name = escaped(&file_name(story));
    let sections = [
        verdict(story),
        numbers(story),
        listen(story),
        moves(story),
        stems(story),
        findings(story),
        graphs::tone(story),
        graphs::loudness(story),
        graphs::reduction(story),
        graphs::cost(story),
        meters(story),
    ];
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n\
         <meta name=\"color-scheme\" content=\"light dark\"/>\n\
         <title>{name} \u{2013} Finalcoat</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n\
         <header><p class=\"brand\">Finalcoat</p><h1>{name}</h1>{subtitle}</header>\n{sections}\
         <footer>Finalcoat {version}. Nothing on this page comes from a network.</footer>\n</main>\n\
         {sounds}<script>\n{SCRIPT}</script>\n</body>\n</html>\n",
        subtitle = subtitle(story),
        sections = sections.concat(),
        version = env!("CARGO_PKG_VERSION"),
        sounds = sounds(story),
    )
}

fn file_name(story: &Story<'_>) -> String {
    let path = Path::new(story.name);
    let name = path.file_name().unwrap_or(path.as_os_str());
    name.to_string_lossy().into_owned()
}

fn subtitle(story: &Story<'_>) -> String {
    let mut parts = vec![clock(story.mastered.before.measurement.duration_s)];
    if let Some(style) = &story.style {
        parts.push(escaped(style));
    }
    match story.intensity_pct {
        Some(intensity) => parts.push(format!(
            "mastered at {} % intensity",
            number(f64::from(intensity), 0)
        )),
        None => parts.push("mastered with a preset".to_owned()),
    }
    format!("<p class=\"sub\">{}</p>", parts.join(" \u{b7} "))
}

/// A part of the page under a heading.
pub(super) fn section(id: &str, heading: &str, body: &str) -> String {
    format!("<section id=\"{id}\"><h2>{heading}</h2>\n{body}\n</section>\n")
}

fn verdict(story: &Story<'_>) -> String {
    let Some(verdict) = story.verdict else {
        return String::new();
    };
    let (class, head) = if verdict.confidence > 0.0 {
        headline(verdict.kind)
    } else {
        ("warn", "Not judged")
    };
    // The summary may begin with the same words.
    let more = verdict.summary.strip_prefix(head);
    let more = more.map(|more| more.trim_start_matches([':', '.', ' ']));
    let mut body = format!("<p class=\"head\">{head}</p>");
    match more.unwrap_or(&verdict.summary) {
        "" => {}
        more => drop(write!(body, "<p>{}</p>", escaped(&sentence(more)))),
    }
    body.push_str(&what_to_do(verdict));
    format!(
        "<section id=\"verdict\" class=\"verdict {class}\"><h2>Verdict</h2>\n{body}\n</section>\n"
    )
}

fn headline(kind: VerdictKind) -> (&'static str, &'static str) {
    match kind {
        VerdictKind::Master => ("good", "Stereo mastering is enough"),
        VerdictKind::Stems => ("warn", "Stems would help"),
        VerdictKind::Mix => ("bad", "Fix the mix first"),
        VerdictKind::Done => ("good", "Nothing needs to be done"),
    }
}

fn what_to_do(verdict: &Verdict) -> String {
    let card = |head: &str, text: &str| {
        if text.is_empty() {
            return String::new();
        }
        format!("<div><h3>{head}</h3><p>{}</p></div>", escaped(text))
    };
    let cards = if verdict.if_open == verdict.if_locked {
        card("What to do", &verdict.if_open)
    } else {
        let open = card("If the mix can be reopened", &verdict.if_open);
        open + &card("If it cannot", &verdict.if_locked)
    };
    if cards.is_empty() {
        return String::new();
    }
    format!("<div class=\"pair\">{cards}</div>")
}

fn numbers(story: &Story<'_>) -> String {
    let (before, after) = (
        &story.mastered.before.measurement,
        &story.mastered.after.measurement,
    );
    let value =
        |value: Option<f64>, decimals| value.map_or("\u{2013}".to_owned(), |v| number(v, decimals));
    let tile = |name: &str, from: Option<f64>, to: Option<f64>, unit: &str| {
        format!(
            "<div class=\"tile\"><h3>{name} <small>{unit}</small></h3><p><span class=\"from\">{} \u{2192}</span> \
             <strong>{}</strong></p></div>",
            value(from, 1),
            value(to, 1)
        )
    };
    let mut tiles = tile(
        "Loudness",
        before.integrated_lufs,
        after.integrated_lufs,
        "LUFS",
    );
    tiles += &tile(
        "True peak",
        before.true_peak_dbtp,
        after.true_peak_dbtp,
        "dBTP",
    );
    tiles += &tile("Peak to loudness", before.plr_db, after.plr_db, "dB");
    let limiter = &story.mastered.limiter;
    let _ = write!(
        tiles,
        "<div class=\"tile\"><h3>Limiting <small>dB, 95 % of loud parts</small></h3><p><strong>{}</strong> \
         <span class=\"from\">at most {}</span></p></div>",
        number(limiter.p95_gain_reduction_db, 1),
        number(limiter.max_gain_reduction_db, 1)
    );
    let mut body = format!("<div class=\"tiles\">{tiles}</div>");
    let target = &story.mastered.target;
    if let (Some(goal), Some(stopped_by)) = (target.lufs, &target.stopped_by) {
        let _ = write!(
            body,
            "<p class=\"note\">Stopped short of {} LUFS: {}.</p>",
            number(goal, 1),
            escaped(stopped_by)
        );
    }
    section("numbers", "At a glance", &body)
}

fn listen(story: &Story<'_>) -> String {
    let sounds = &story.sounds;
    let [before_db, after_db] = sounds.gain_db;
    let body = format!(
        "<p>The loudest {seconds:.0} s, from {start}, at equal loudness: the original plays at {before} dB, the \
         master at {after} dB. {note}</p>\n\
         <div class=\"player\">\n\
         <div class=\"transport\"><button type=\"button\" id=\"play\" class=\"main\">Play</button>\
         <input type=\"range\" id=\"seek\" min=\"0\" max=\"{seconds:.2}\" step=\"0.01\" value=\"0\" \
         aria-label=\"Position in seconds\"/><output id=\"clock\">0:00</output></div>\n\
         <div class=\"choice\" role=\"group\" aria-label=\"What plays\">\
         <button type=\"button\" data-side=\"before\" aria-pressed=\"false\">Before</button>\
         <button type=\"button\" data-side=\"after\" aria-pressed=\"true\">After</button></div>\n\
         <details id=\"blind\"><summary>Blind: which do you prefer?</summary>\n\
         <p>X is one of the two and Y the other, shuffled anew each round. Listen, then choose.</p>\n\
         <div class=\"choice\" role=\"group\" aria-label=\"Blind choice of what plays\">\
         <button type=\"button\" data-side=\"x\" aria-pressed=\"false\">X</button>\
         <button type=\"button\" data-side=\"y\" aria-pressed=\"false\">Y</button></div>\n\
         <div class=\"choice\"><button type=\"button\" data-pick=\"x\">I prefer X</button>\
         <button type=\"button\" data-pick=\"y\">I prefer Y</button></div>\n\
         <p id=\"tally\" aria-live=\"polite\">No round yet.</p></details>\n\
         <p id=\"trouble\" role=\"alert\" hidden=\"hidden\"></p>\n\
         <noscript><p>Listening needs scripts; everything else on this page does not.</p></noscript>\n</div>",
        seconds = sounds.seconds,
        start = clock(sounds.start_s),
        before = signed(before_db, 1),
        after = signed(after_db, 1),
        note = sounds.note,
    );
    section("listen", "Before and after", &body)
}

fn sounds(story: &Story<'_>) -> String {
    let mut out = String::new();
    for (side, coded) in ["before", "after"].iter().zip(&story.sounds.coded) {
        let _ = writeln!(
            out,
            "<script type=\"text/plain\" id=\"sound-{side}\" data-mime=\"{}\">{}</script>",
            story.sounds.mime,
            base64(coded)
        );
    }
    out
}

fn moves(story: &Story<'_>) -> String {
    if story.mastered.reasons.is_empty() {
        return section(
            "moves",
            "What was done, and why",
            "<p>Nothing: it was left as it is.</p>",
        );
    }
    let mut rows = String::new();
    for reason in &story.mastered.reasons {
        let _ = write!(
            rows,
            "<li><span class=\"chip\">{}</span><p>{}</p></li>",
            escaped(&reason.stage.replace('_', " ")),
            escaped(&sentence(&reason.text))
        );
    }
    let mut body = format!("<ul class=\"moves\">{rows}</ul>{}", notes(story));
    for warning in &story.mastered.warnings {
        let _ = write!(
            body,
            "<p class=\"note\">{}</p>",
            escaped(&sentence(warning))
        );
    }
    section("moves", "What was done, and why", &body)
}

/// What was given up and why.
fn notes(story: &Story<'_>) -> String {
    let mut rows = String::new();
    for note in story.notes {
        let _ = write!(rows, "<p class=\"note\">{}</p>", escaped(&sentence(note)));
    }
    if rows.is_empty() {
        return rows;
    }
    format!("<h3>What was held back</h3>{rows}")
}

fn findings(story: &Story<'_>) -> String {
    let seconds = story.mastered.before.measurement.duration_s;
    if story.findings.is_empty() {
        if story.verdict.is_none() {
            return String::new();
        }
        return section(
            "findings",
            "Findings",
            "<p>Nothing was found that stands in the way.</p>",
        );
    }
    let kind = |finding: &Finding| kind_words(finding);
    let x = Axis::time(seconds);
    let y = Axis {
        min: 0.0,
        max: 1.0,
        logarithmic: false,
        title: "",
        ticks: Vec::new(),
    };
    let label = format!("Time line of {} findings", story.findings.len());
    let line = chart(&label, rows_height(story.findings.len()), &x, &y, |chart| {
        for (row, finding) in story.findings.iter().enumerate() {
            let mut spans: Vec<(f64, f64)> = finding
                .places
                .iter()
                .map(|span| (span.start_s, span.end_s))
                .collect();
            let mut name = kind(finding);
            let class = if spans.is_empty() {
                spans.push((0.0, seconds));
                name.push_str(" (all through)");
                format!("bar {} through", severity(finding))
            } else {
                format!("bar {}", severity(finding))
            };
            chart.bars(row, &name, &spans, &class);
        }
    });
    let mut cards = String::new();
    for finding in story.findings {
        let _ = write!(
            cards,
            "<article class=\"finding {class}\"><h3>{kind} <small>{value}</small></h3><p>{text}</p>\
             <p><strong>Advice.</strong> {advice}</p>{better}\
             <p class=\"reach\"><span>Stereo master: {stereo}</span><span>Stems: {stems}</span></p></article>",
            class = severity(finding),
            kind = escaped(&kind(finding)),
            value = escaped(&format!("{} {}", short(finding.value), finding.unit)),
            text = escaped(&finding.text),
            advice = escaped(&finding.advice),
            better = if finding.fix.better.is_empty() || finding.fix.better == finding.advice {
                String::new()
            } else {
                format!(
                    "<p><strong>Better.</strong> {}</p>",
                    escaped(&finding.fix.better)
                )
            },
            stereo = reach(finding.fix.stereo),
            stems = reach(finding.fix.stems),
        );
    }
    section(
        "findings",
        "Findings",
        &format!("<figure>{line}</figure>\n<div class=\"cards\">{cards}</div>"),
    )
}

fn kind_words(finding: &Finding) -> String {
    serde_json::to_value(finding.kind)
        .ok()
        .and_then(|kind| Some(sentence(&kind.as_str()?.replace('_', " "))))
        .map(|text| text.trim_end_matches('.').to_owned())
        .unwrap_or_default()
}

fn severity(finding: &Finding) -> &'static str {
    match finding.severity {
        Severity::Info => "info",
        Severity::Low => "low",
        Severity::High => "high",
    }
}

fn reach(reach: Reach) -> &'static str {
    match reach {
        Reach::Yes => "yes",
        Reach::Limited => "limited",
        Reach::No => "no",
    }
}

fn short(value: f64) -> String {
    number(value, if value.abs() >= 100.0 { 0 } else { 1 })
}

fn meters(story: &Story<'_>) -> String {
    let (b, a) = (
        &story.mastered.before.measurement,
        &story.mastered.after.measurement,
    );
    let rows = [
        (
            "Integrated loudness",
            "LUFS",
            b.integrated_lufs,
            a.integrated_lufs,
            1,
        ),
        (
            "Loudness range",
            "LU",
            b.loudness_range_lu,
            a.loudness_range_lu,
            1,
        ),
        (
            "Loudest 3 s",
            "LUFS",
            b.max_short_term_lufs,
            a.max_short_term_lufs,
            1,
        ),
        (
            "Loudest 400 ms",
            "LUFS",
            b.max_momentary_lufs,
            a.max_momentary_lufs,
            1,
        ),
        (
            "True peak (16\u{d7})",
            "dBTP",
            b.true_peak_dbtp,
            a.true_peak_dbtp,
            2,
        ),
        (
            "Sample peak",
            "dBFS",
            b.sample_peak_dbfs,
            a.sample_peak_dbfs,
            2,
        ),
        ("Peak to loudness", "dB", b.plr_db, a.plr_db, 1),
        ("Correlation", "", b.correlation, a.correlation, 2),
        (
            "Sample rate",
            "kHz",
            Some(f64::from(b.sample_rate_hz) / 1000.0),
            Some(f64::from(a.sample_rate_hz) / 1000.0),
            1,
        ),
    ];
    let mut body = String::new();
    for (name, unit, from, to, decimals) in rows {
        let cell =
            |value: Option<f64>| value.map_or("\u{2013}".to_owned(), |v| number(v, decimals));
        let _ = write!(
            body,
            "<tr><th scope=\"row\">{name} <small>{unit}</small></th><td>{}</td><td>{}</td></tr>",
            cell(from),
            cell(to)
        );
    }
    section(
        "meters",
        "Meters",
        &format!(
            "<table><thead><tr><th scope=\"col\"><span class=\"hidden\">Measure</span></th>\
             <th scope=\"col\">Before</th><th scope=\"col\">After</th></tr></thead><tbody>{body}</tbody></table>\
             <p class=\"small\">After ITU-R BS.1770-5 and EBU Tech 3341 and 3342. Written to {}.</p>",
            escaped(&output_name(story))
        ),
    )
}

fn output_name(story: &Story<'_>) -> String {
    let path = std::path::Path::new(&story.mastered.output);
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}
