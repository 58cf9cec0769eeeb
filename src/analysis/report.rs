//! What was heard, in numbers. Judgements about it are made in `assistant`.
//!
//! Levels and spectra are relative (to the mean of 200 Hz–2 kHz, or to the loudest 3 s) unless their unit
//! says otherwise: turning the song up or down, its polarity, or swapping its channels changes none of them.

use super::bands::{THIRDS, WIDE};
use super::elements::ElementsReport;
use super::faults::FaultsReport;
use serde::Serialize;

/// A time range of the song.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Span {
    /// Start in seconds from the start of the song (without time-code: of what was heard).
    pub start_s: f64,
    /// End in seconds.
    pub end_s: f64,
}

/// All that is known of a song.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// How much was heard.
    pub heard: HeardReport,
    /// Loudness and peaks.
    pub loudness: LoudnessReport,
    /// The long-term spectrum.
    pub tone: ToneReport,
    /// How the bands move.
    pub dynamics: DynamicsReport,
    /// Hits, tempo, energy.
    pub rhythm: RhythmReport,
    /// Correlation and width.
    pub stereo: StereoReport,
    /// What goes on below 250 Hz.
    pub low_end: LowEndReport,
    /// Narrow peaks that stay while the notes change, strongest first; at most 8.
    pub resonances: Vec<Resonance>,
    /// Sharp consonants and the like.
    pub sibilance: SibilanceReport,
    /// What kick, bass, lead and cymbals are likely to be doing.
    pub elements: ElementsReport,
    /// Damage.
    pub faults: FaultsReport,
    /// What other loudspeakers make of it.
    pub translation: Vec<Translation>,
}

/// How much was heard.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct HeardReport {
    /// Seconds of song that slices are kept of.
    pub covered_s: f64,
    /// Seconds of them that pass the loudness gate: what all averages are made of.
    pub gated_s: f64,
    /// From 0 (nothing) to 1: `sat((gated_s − 5) / 20)` (dsp-notes §3.3).
    pub confidence: f64,
}

/// Loudness and peaks of the song as it is.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct LoudnessReport {
    /// Integrated loudness (BS.1770-5) in LUFS.
    pub integrated_lufs: Option<f64>,
    /// Loudness range (EBU Tech 3342) in LU.
    pub loudness_range_lu: Option<f64>,
    /// Highest loudness of 400 ms in LUFS.
    pub max_momentary_lufs: Option<f64>,
    /// Highest loudness of 3 s in LUFS: the reference level.
    pub max_short_term_lufs: Option<f64>,
    /// True peak in dBTP.
    pub true_peak_dbtp: Option<f64>,
    /// Highest sample in dBFS.
    pub sample_peak_dbfs: Option<f64>,
    /// True peak − integrated loudness, in dB.
    pub plr_db: Option<f64>,
    /// 10th percentile of true peak − loudness over 3 s (PSR) in the loud third of the song, in dB.
    pub psr_p10_db: Option<f64>,
    /// Loudness of 3 s every second of the song, in LUFS; `None` where nothing was heard.
    #[serde(skip)]
    pub short_term_lufs: Vec<Option<f64>>,
}

/// The long-term spectrum in third-octaves, weighted to the loud passages (BS.1770 gate at −10 LU).
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ToneReport {
    /// Power of left and right together, dB re the mean of 200 Hz–2 kHz. −120 where the rate has no band.
    pub level_db: [f64; THIRDS],
    /// The same of mid (`(L+R)/2`), with the reference of `level_db`.
    pub mid_db: [f64; THIRDS],
    /// The same of side (`(L−R)/2`), with the reference of `level_db`.
    pub side_db: [f64; THIRDS],
    /// Level over time in each band (100 ms, gated): 10th, 50th and 95th percentile, same reference.
    pub p10_db: [f64; THIRDS],
    /// See `p10_db`.
    pub p50_db: [f64; THIRDS],
    /// See `p10_db`.
    pub p95_db: [f64; THIRDS],
}

/// How the four wide bands move (splits of the multiband stage's defaults, its own detector).
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct DynamicsReport {
    /// Low to high.
    pub bands: [BandDynamics; WIDE],
}

/// One band; levels as the multiband's detector reads them, in dB re the reference level (loudest 3 s) plus
/// −18, so that they compare with its thresholds.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct BandDynamics {
    /// 10th percentile of the gated level.
    pub p10_db: f64,
    /// Median.
    pub p50_db: f64,
    /// 95th percentile.
    pub p95_db: f64,
    /// Peak − RMS over 100 ms, mean over gated slices, in dB.
    pub crest_db: f64,
}

/// Hits, tempo, energy.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct RhythmReport {
    /// Share of percussive energy above 80 Hz, in dB (0 = all).
    pub percussive_db: f64,
    /// The same as prominence: −1 none, 0 usual, 1 all hits.
    pub percussiveness: f64,
    /// Onsets per second.
    pub onsets_per_s: f64,
    /// Tempo in beats per minute, when there is one.
    pub tempo_bpm: Option<f64>,
    /// Peak of the beat's autocorrelation over its mean; below 2 the tempo means little.
    pub tempo_strength: f64,
    /// Mean rise of the bands within 20 ms, in dB: how much happens.
    pub flux_db: f64,
    /// Centre of the spectrum's power on a scale of octaves, mean over time, in Hz.
    pub centroid_hz: f64,
    /// How dense and driving it is, 0 calm to 1 driving (dsp-notes §8, arousal).
    pub energy: f64,
}

/// Correlation and width.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct StereoReport {
    /// Correlation of left and right, −1 to 1.
    pub correlation: f64,
    /// Loudness of the mono fold, played on both loudspeakers, − loudness of the stereo, in LU.
    pub mono_change_lu: f64,
    /// Loudness of left − right, in LU.
    pub balance_lu: f64,
    /// The four wide bands of the image stage's default splits, low to high.
    pub bands: [BandStereo; WIDE],
}

/// One band.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct BandStereo {
    /// Correlation, −1 to 1, over all gated slices.
    pub correlation: f64,
    /// 10th percentile of the correlation over 400 ms.
    pub correlation_p10: f64,
    /// Power of side over mid in dB; −120 for mono.
    pub side_to_mid_db: f64,
    /// Power of left over right in dB.
    pub balance_db: f64,
}

/// What goes on below 250 Hz.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct LowEndReport {
    /// Notes that stick out, strongest first; at most 4.
    pub notes: Vec<RingingNote>,
    /// Power of side over mid below 120 Hz in dB.
    pub side_to_mid_db: f64,
    /// 10th percentile of the correlation over 400 ms below 120 Hz, energy-gated.
    pub correlation_p10: f64,
    /// Where side exceeds mid or the correlation is negative below 150 Hz.
    pub out_of_phase: Vec<Span>,
    /// Power below 60 Hz over that below 250 Hz, in dB.
    pub sub_share_db: f64,
}

/// A bass note that is louder than its neighbours whenever it is played.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RingingNote {
    /// Its frequency in Hz.
    pub frequency_hz: f64,
    /// What it is called, as D2.
    pub name: String,
    /// Level above the median of the notes played, in dB.
    pub excess_db: f64,
    /// Mean power above that of the strongest other note (two semitones off or more), in dB. The better
    /// evidence: of 142 finished songs 15 % have a note above 4.2 dB and 5 % one above 5.7 dB.
    pub margin_db: f64,
    /// Share of the gated time it sounds, 0 to 1.
    pub active: f64,
    /// Width at −3 dB as a Q.
    pub q: f64,
    /// Level below which it is like its neighbours, in dB as the equalizer's detector reads the band
    /// (re the reference level plus −18).
    pub threshold_db: f64,
    /// When.
    pub places: Vec<Span>,
}

/// A narrow peak of the spectrum that stays while the notes change.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Resonance {
    /// Centre in Hz.
    pub frequency_hz: f64,
    /// Width at −3 dB as a Q.
    pub q: f64,
    /// Mean prominence above the smoothed spectrum, in dB.
    pub prominence_db: f64,
    /// Share of gated time with more than 6 dB of prominence, 0 to 1.
    pub occupancy: f64,
    /// Mean of the prominence above 6 dB times occupancy: the score of dsp-notes §4.1, in dB.
    pub score_db: f64,
    /// Median level as the equalizer's detector reads the band (re the reference level plus −18), in dB.
    pub threshold_db: f64,
    /// Where it is strongest.
    pub places: Vec<Span>,
}

/// Sharp consonants: how much 5–9 kHz stands out of 1–4 kHz in its bursts.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct SibilanceReport {
    /// 95th percentile − median of the ratio, 5 ms frames of mid, in dB.
    pub excess_db: f64,
    /// How much more 6–9 kHz jumps out of 3–4.5 and 11.5–14.5 kHz than it dips, in dB: 95th and 10th
    /// percentile together of its deviation from the median of half a second.
    pub jump_db: f64,
    /// Median of the ratio in dB.
    pub median_db: f64,
    /// Bursts per second more than 10 dB above the median, 20–250 ms long.
    pub bursts_per_s: f64,
    /// Centre of the bursts in Hz.
    pub center_hz: f64,
    /// Level of the bursts' band from which a de-esser works, in dB as the equalizer's detector reads it
    /// (re the reference level plus −18).
    pub threshold_db: f64,
    /// Where they are strongest.
    pub places: Vec<Span>,
}

/// A way of listening, and what it changes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Translation {
    /// `phone`, `laptop`, `car`, `earbuds`, `mono`.
    pub system: &'static str,
    /// Loudness there − loudness in full, in LU, without the system's own gain.
    pub loudness_change_lu: f64,
    /// Share of the energy below 250 Hz that is lost there, in dB.
    pub bass_loss_db: f64,
}

#[cfg(test)]
impl Report {
    /// A finished song without any trait of its own: what tests start from.
    pub(crate) fn plain() -> Self {
        // The neutral row of dsp-notes §3.5, in rough.
        let level_db: [f64; THIRDS] = core::array::from_fn(|third| match third {
            0..=4 => -20.0 + 5.0 * third as f64,
            5..=12 => 2.0,
            13..=17 => 1.5 - 0.5 * (third - 13) as f64,
            _ => -0.5 - 1.3 * (third - 17) as f64,
        });
        let offset = |db: f64| level_db.map(|level_db| level_db + db);
        Self {
            heard: HeardReport {
                covered_s: 180.0,
                gated_s: 170.0,
                confidence: 1.0,
            },
            loudness: LoudnessReport {
                integrated_lufs: Some(-11.0),
                loudness_range_lu: Some(6.0),
                max_momentary_lufs: Some(-8.5),
                max_short_term_lufs: Some(-9.5),
                true_peak_dbtp: Some(-1.0),
                sample_peak_dbfs: Some(-1.2),
                plr_db: Some(10.0),
                psr_p10_db: Some(9.0),
                short_term_lufs: (0..180).map(|_| Some(-11.0)).collect(),
            },
            tone: ToneReport {
                level_db,
                mid_db: offset(-0.5),
                side_db: offset(-10.5),
                p10_db: offset(-12.0),
                p50_db: offset(-2.0),
                p95_db: offset(4.0),
            },
            dynamics: DynamicsReport {
                bands: [-20.0, -21.0, -26.0, -32.0].map(|p50_db| BandDynamics {
                    p10_db: p50_db - 8.0,
                    p50_db,
                    p95_db: p50_db + 6.0,
                    crest_db: 9.0,
                }),
            },
            rhythm: RhythmReport {
                percussive_db: -8.0,
                percussiveness: 0.0,
                onsets_per_s: 3.0,
                tempo_bpm: Some(110.0),
                tempo_strength: 3.0,
                flux_db: 1.3,
                centroid_hz: 300.0,
                energy: 0.5,
            },
            stereo: StereoReport {
                correlation: 0.7,
                mono_change_lu: -0.7,
                balance_lu: 0.0,
                bands: [-24.0, -13.0, -10.0, -8.0].map(|side_to_mid_db| BandStereo {
                    correlation: 0.75,
                    correlation_p10: 0.5,
                    side_to_mid_db,
                    balance_db: 0.0,
                }),
            },
            low_end: LowEndReport {
                notes: Vec::new(),
                side_to_mid_db: -24.0,
                correlation_p10: 0.9,
                out_of_phase: Vec::new(),
                sub_share_db: -6.0,
            },
            resonances: Vec::new(),
            sibilance: SibilanceReport {
                excess_db: 5.0,
                jump_db: 0.8,
                median_db: -8.0,
                bursts_per_s: 0.1,
                center_hz: 7000.0,
                threshold_db: -30.0,
                places: Vec::new(),
            },
            elements: ElementsReport::default(),
            faults: FaultsReport {
                dc_db: [-120.0; 2],
                infrasonic_db: -80.0,
                ..FaultsReport::default()
            },
            translation: Vec::new(),
        }
    }
}
