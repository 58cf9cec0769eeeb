//! The page of a made-up song with everything in it.

use super::sound::Sounds;
use super::text::page;
use super::*;
use crate::analysis::report::{
    DynamicsReport, HeardReport, LoudnessReport, LowEndReport, RhythmReport, SibilanceReport, Span,
    StereoReport, ToneReport,
};
use crate::assistant::cost::CostPoint;
use crate::assistant::finding::{Cause, FindingKind, Fix, Reach, Severity};
use crate::assistant::limiting::Limiting;
use crate::assistant::verdict::VerdictKind;
use crate::engine::settings::Settings;
use crate::offline::master::{Metered, Reason, Target};
use crate::offline::measure::Measurement;

const SECONDS: f64 = 213.0;

fn measurement(lufs: f64, peak_dbtp: f64) -> Measurement {
    Measurement {
        sample_rate_hz: 48_000,
        channels: 2,
        duration_s: SECONDS,
        integrated_lufs: Some(lufs),
        loudness_range_lu: Some(6.2),
        max_momentary_lufs: Some(lufs + 5.1),
        max_short_term_lufs: Some(lufs + 3.4),
        true_peak_dbtp: Some(peak_dbtp),
        true_peak_bs1770_dbtp: Some(peak_dbtp - 0.1),
        sample_peak_dbfs: Some(peak_dbtp - 0.2),
        plr_db: Some(peak_dbtp - lufs),
        correlation: Some(0.71),
    }
}

fn report(lufs: f64, tilt: f64) -> Report {
    let level_db = std::array::from_fn(|third| {
        let octaves = (third as f64 - 17.0) / 3.0;
        -3.0 * octaves - 0.7 * octaves * octaves + tilt * octaves + 1.5 * libm::sin(octaves * 4.0)
    });
    let series = (0..SECONDS as usize).map(|second| {
        let part = if (60..90).contains(&second) {
            -7.0
        } else {
            0.0
        };
        Some(lufs + part + 1.5 * libm::sin(second as f64 / 5.0))
    });
    Report {
        heard: HeardReport {
            covered_s: SECONDS,
            gated_s: SECONDS,
            confidence: 1.0,
        },
        loudness: LoudnessReport {
            integrated_lufs: Some(lufs),
            short_term_lufs: series.collect(),
            ..LoudnessReport::default()
        },
        tone: ToneReport {
            level_db,
            mid_db: level_db,
            side_db: level_db,
            p10_db: level_db,
            p50_db: level_db,
            p95_db: level_db,
        },
        dynamics: DynamicsReport::default(),
        rhythm: RhythmReport::default(),
        stereo: StereoReport::default(),
        low_end: LowEndReport::default(),
        resonances: Vec::new(),
        sibilance: SibilanceReport::default(),
        elements: Default::default(),
        faults: Default::default(),
        translation: Vec::new(),
    }
}

fn finding(kind: FindingKind, severity: Severity, text: &str, places: &[(f64, f64)]) -> Finding {
    Finding {
        kind,
        severity,
        value: 3.4,
        unit: "dB",
        places: places
            .iter()
            .map(|&(start_s, end_s)| Span { start_s, end_s })
            .collect(),
        text: text.to_owned(),
        advice: "Lower the upper band of the lead synth by about 2 dB in the mix.".to_owned(),
        fix: Fix {
            stereo: Reach::Limited,
            stems: Reach::Yes,
            better: "A lower level of the snare's upper partials in the mix.".to_owned(),
        },
        cause: Cause::Element,
        element: None,
        confidence: 0.8,
    }
}

fn reason(stage: &'static str, text: &str) -> Reason {
    Reason {
        stage,
        text: text.to_owned(),
        value: 1.2,
        unit: "dB",
    }
}

fn mastered() -> Mastered {
    let mut settings = Settings::default();
    settings.loudness.on = true;
    Mastered {
        output: "out/song.master.wav".to_owned(),
        mp3: None,
        report: None,
        before: Metered {
            file: "song.wav".to_owned(),
            measurement: measurement(-17.3, -2.1),
        },
        after: Metered {
            file: "song.master.wav".to_owned(),
            measurement: measurement(-11.9, -1.0),
        },
        target: Target {
            lufs: Some(-11.0),
            reached: false,
            reached_lufs: Some(-11.9),
            stopped_by: Some("more would push the peak to loudness ratio below 7 dB".to_owned()),
        },
        settings,
        reasons: vec![
            reason(
                "equalizer",
                "2.8 dB more than is usual for rock around 160 Hz: a wide cut of 1.4 dB clears it",
            ),
            reason(
                "multiband",
                "the low band swings 3.1 dB further than is usual: it is held by 1.0 dB",
            ),
            reason(
                "glue",
                "a calm bus compressor, 0.8 dB on the loudest hits, ties the parts together",
            ),
            reason(
                "loudness",
                "a drive of +5.60 dB takes the song from -17.3 to -11.9 LUFS",
            ),
        ],
        verdict: Default::default(),
        assisted: None,
        warnings: Vec::new(),
        limiter: Limiting {
            max_gain_reduction_db: 4.9,
            p95_gain_reduction_db: 2.2,
            mean_gain_reduction_db: 0.5,
        },
        renders: 4,
        render_s: 9.0,
        times_real_time: 23.0,
    }
}

fn verdict(kind: VerdictKind) -> Verdict {
    Verdict {
        kind,
        confidence: 0.8,
        summary: "One element, the snare, drives the limiter before each chorus.".to_owned(),
        if_open: "Lower the snare by 1 dB in the mix and soften its transient.".to_owned(),
        if_locked: "Ask for stems: drums apart from the rest are enough.".to_owned(),
    }
}

/// The page of a song with this name, with everything in it.
fn whole_page(input: &str) -> String {
    page_with(input, &verdict(VerdictKind::Stems))
}

fn page_with(input: &str, verdict: &Verdict) -> String {
    let mastered = mastered();
    let findings = [
        finding(
            FindingKind::LimiterTrigger,
            Severity::High,
            "The snare at 200 Hz triggers 70 % of the limiting.",
            &[(41.0, 60.0), (120.0, 171.0)],
        ),
        finding(
            FindingKind::Harsh,
            Severity::Low,
            "2 to 5 kHz is 3.4 dB above what is usual.",
            &[(118.0, 140.0)],
        ),
        finding(
            FindingKind::SmallSpeakerBass,
            Severity::Info,
            "A phone loses the bass.",
            &[],
        ),
    ];
    let (before, after) = (report(-17.3, 0.6), report(-11.9, 0.1));
    let cost = CostCurve {
        points: (0..9)
            .map(|at| CostPoint {
                lufs: -17.0 + f64::from(at),
                drive_db: f64::from(at),
                p95_gain_reduction_db: libm::pow(f64::from(at) / 3.0, 2.0),
                plr_db: 15.0 - 0.9 * f64::from(at),
                distortion_db: -60.0 + 4.0 * f64::from(at),
            })
            .collect(),
        knee_lufs: Some(-12.4),
    };
    let reduction_db: Vec<f32> = (0..2130)
        .map(|at| (2.0 * libm::sin(f64::from(at) / 37.0) + 1.6).max(0.0) as f32)
        .collect();
    page(&Story {
        name: input,
        stems: None,
        mastered: &mastered,
        intensity_pct: Some(50.0),
        style: Some("closest to rock (72 %)".to_owned()),
        notes: &["no equalizer band is free for the mud at 240 Hz: it is left out".to_owned()],
        corridor_words: "your reference".to_owned(),
        corridor: Some((report(0.0, 0.2).tone.level_db, [2.5; THIRDS])),
        before: Some(&before),
        after: Some(&after),
        reduction_db: &reduction_db,
        reduction_per_s: 10.0,
        findings: &findings,
        verdict: Some(verdict),
        cost: Some(&cost),
        sounds: Sounds {
            coded: [vec![1, 2, 3], vec![4, 5, 6]],
            mime: "audio/mpeg",
            note: "Both are MP3.",
            start_s: 100.0,
            seconds: 30.0,
            gain_db: [0.0, -5.4],
        },
    })
}

/// Markup without what stands inside scripts and style sheets.
fn markup(page: &str) -> String {
    let mut out = String::new();
    let mut rest = page;
    while let Some(at) = ["<script", "<style"]
        .iter()
        .filter_map(|tag| rest.find(tag))
        .min()
    {
        let open_end = at + rest[at..].find('>').expect("a closed tag") + 1;
        let close = open_end + rest[open_end..].find("</s").expect("an end");
        out.push_str(&rest[..open_end]);
        rest = &rest[close..];
    }
    out + rest
}

/// Fails where tags do not balance, as in XML.
fn assert_balanced(markup: &str) {
    let mut open: Vec<&str> = Vec::new();
    for part in markup.split('<').skip(1) {
        let (tag, text) = part.split_once('>').expect("every tag is closed");
        assert!(!text.contains('>'), "a bare > in {part:?}");
        if tag.starts_with('!') || tag.ends_with('/') {
            continue;
        }
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "before {part:?}");
            continue;
        }
        assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
        open.push(tag.split_whitespace().next().expect("a name"));
    }
    assert!(open.is_empty(), "{open:?}");
}

#[test]
fn the_page_is_whole_and_needs_nothing_else() {
    let page = whole_page("song.wav");
    let markup = markup(&page);
    assert_balanced(&markup);
    for outside in [
        "http", "//", "url(", "@import", "src=", "href=", "<link", "<img", "fetch(",
    ] {
        let code = page.replace("// Both play", "");
        assert!(!code.contains(outside), "{outside}");
    }
    for id in [
        "verdict",
        "numbers",
        "listen",
        "moves",
        "findings",
        "tone",
        "loudness",
        "reduction",
        "cost",
        "meters",
    ] {
        assert!(page.contains(&format!("<section id=\"{id}\"")), "{id}");
    }
    // Every id and side that the script asks for is there.
    for asked in [
        "play",
        "seek",
        "clock",
        "trouble",
        "tally",
        "blind",
        "sound-before",
        "sound-after",
    ] {
        assert!(page.contains(&format!("id=\"{asked}\"")), "{asked}");
    }
    assert!(!page.contains("NaN") && !page.contains("inf "));
}

#[test]
fn the_page_says_all_that_was_found_and_done() {
    let page = whole_page("song.wav");
    for text in [
        "The snare at 200 Hz triggers 70 % of the limiting.",
        "2 to 5 kHz is 3.4 dB above what is usual.",
        "A phone loses the bass.",
        "Limiter trigger",
        "Small speaker bass (all through)",
        "clears it.",
        "it is held by 1.0 dB.",
        "ties the parts together.",
        "A drive of +5.60 dB",
        "Stems would help",
        "Lower the snare by 1 dB",
        "Ask for stems",
        "closest to rock (72 %)",
        "your reference, \u{b1} one deviation",
        "What was held back",
        "No equalizer band is free for the mud at 240 Hz: it is left out.",
        "knee \u{2212}12.4",
        "chosen \u{2212}11.9",
        "Stopped short of \u{2212}11.0 LUFS",
    ] {
        assert!(page.contains(text), "{text}");
    }
}

#[test]
fn a_verdict_says_nothing_twice() {
    for (kind, confidence, summary, expected) in [
        (
            VerdictKind::Done,
            0.8,
            "Nothing needs to be done: dense enough.",
            "Nothing needs to be done</p><p>Dense enough.</p>",
        ),
        (
            VerdictKind::Stems,
            0.8,
            "The snare is too loud.",
            "Stems would help</p><p>The snare is too loud.</p>",
        ),
        (
            VerdictKind::Master,
            0.0,
            "Too little music to judge.",
            "Not judged</p><p>Too little music to judge.</p>",
        ),
    ] {
        let verdict = Verdict {
            confidence,
            summary: summary.to_owned(),
            ..verdict(kind)
        };
        let page = page_with("song.wav", &verdict);
        assert!(page.contains(expected), "{expected}");
    }
}

#[test]
fn a_hostile_name_stays_a_name() {
    let page = whole_page("<script>alert(1)<b>&\"'.wav");
    assert_balanced(&markup(&page));
    assert!(!page.contains("<script>alert"));
    assert_eq!(
        page.matches("&lt;script&gt;alert(1)&lt;b&gt;&amp;&quot;&#39;.wav")
            .count(),
        2
    );
}

#[test]
fn a_page_with_little_to_tell_is_whole_too() {
    let mastered = mastered();
    let page = page(&Story {
        name: "song.wav",
        stems: None,
        mastered: &mastered,
        intensity_pct: None,
        style: None,
        notes: &[],
        corridor_words: String::new(),
        corridor: None,
        before: None,
        after: None,
        reduction_db: &[],
        reduction_per_s: 10.0,
        findings: &[],
        verdict: None,
        cost: None,
        sounds: Sounds {
            coded: [Vec::new(), Vec::new()],
            mime: "audio/mpeg",
            note: "",
            start_s: 0.0,
            seconds: 2.0,
            gain_db: [0.0, 0.0],
        },
    });
    assert_balanced(&markup(&page));
    assert!(page.contains("mastered with a preset"));
}
