//! Passes over stems side by side: products, residue, windows.

use super::lockstep::Lockstep;
use super::reading::Stem;
use crate::offline::failure::Outcome;
use crate::offline::raw::RawAudio;
use crate::offline::watch::Watch;
use crate::stems::delivery::place::OFFSET_MAX_S;
use crate::stems::delivery::products::Products;
use crate::stems::delivery::residue::{Residue, ResidueMeter};

/// Frames over which stems and mix are held against each other. Where the stems differ in length, what all of them
/// have: what is too short is told as that.
pub(super) fn span(stems: &[Stem], mix: Option<&Stem>) -> u64 {
    let lengths = stems.iter().map(|stem| stem.audio.frames);
    let shortest = lengths.clone().min().unwrap_or(0);
    match mix.map(|mix| mix.audio.frames) {
        Some(mix) if Some(shortest) == lengths.max() => mix,
        Some(mix) => mix.min(shortest),
        None => shortest,
    }
}

/// What goes into the products: the stems in order, each as much later as it lies in the mix, then the others.
pub(super) fn products(
    songs: &mut [&mut Stem],
    late: &[i64],
    frames: u64,
    watch: Watch<'_>,
) -> Outcome<Products> {
    let rate_hz = songs.first().map_or(1, |song| song.audio.sample_rate_hz);
    let mut products = Products::new(songs.len(), rate_hz);
    let lanes = songs
        .iter_mut()
        .zip(late)
        .map(|(song, &late)| (&mut song.audio, -late));
    let mut lockstep = Lockstep::new(lanes, frames)?;
    let mut done = 0;
    while let Some(signals) = lockstep.next_chunk()? {
        products.process(&signals);
        done += signals.first().map_or(0, |signal| signal[0].len() as u64);
        watch.at("comparing stems", done, frames)?;
    }
    products.finish();
    Ok(products)
}

/// What of the mix, the last of the songs, the others do not give at their gains.
pub(super) fn residue(
    songs: &mut [&mut Stem],
    late: &[i64],
    gains: &[f64],
    frames: u64,
    watch: Watch<'_>,
) -> Outcome<Option<Residue>> {
    let rate_hz = songs.first().map_or(1, |song| song.audio.sample_rate_hz);
    let mut meter = ResidueMeter::new(rate_hz);
    let lanes = songs
        .iter_mut()
        .zip(late)
        .map(|(song, &late)| (&mut song.audio, -late));
    let mut lockstep = Lockstep::new(lanes, frames)?;
    let mut sum = [Vec::new(), Vec::new()];
    let mut done = 0;
    while let Some(signals) = lockstep.next_chunk()? {
        let Some((mix, stems)) = signals.split_last() else {
            break;
        };
        for (channel, sum) in sum.iter_mut().enumerate() {
            sum.clear();
            sum.resize(mix[channel].len(), 0.0_f32);
            for (stem, &gain) in stems.iter().zip(gains) {
                let gain = gain as f32;
                for (sum, x) in sum.iter_mut().zip(stem[channel]) {
                    *sum += gain * x;
                }
            }
        }
        meter.process(*mix, [&sum[0], &sum[1]]);
        done += mix[0].len() as u64;
        watch.at("comparing with the mix", done, frames)?;
    }
    Ok(meter.finish())
}

/// A window of the stem at `at`, and of what the others leave of the mix (the last of the songs) around it.
pub(super) fn window(
    songs: &mut [&mut Stem],
    late: &[i64],
    gains: &[f64],
    at: usize,
    (start, frames): (u64, usize),
) -> Outcome<(Vec<f64>, Vec<f64>)> {
    let reach = (OFFSET_MAX_S * f64::from(songs[at].audio.sample_rate_hz)) as usize;
    let stem = one(&mut songs[at].audio, start as i64, frames)?;
    let mut left = vec![0.0; frames + 2 * reach];
    let last = songs.len() - 1;
    for (n, song) in songs.iter_mut().enumerate() {
        let gain = if n == last {
            1.0
        } else if n == at {
            continue;
        } else {
            -gains[n]
        };
        let from = start as i64 - reach as i64 - late[n];
        let sound = one(&mut song.audio, from, left.len())?;
        for (sum, x) in left.iter_mut().zip(&sound) {
            *sum += gain * x;
        }
    }
    Ok((stem, left))
}

/// Left and right as one, so that neither middle nor side nor a channel by itself is lost; silence before the
/// beginning and behind the end.
fn one(audio: &mut RawAudio, start: i64, frames: usize) -> Outcome<Vec<f64>> {
    let silence = (-start).clamp(0, frames as i64) as usize;
    let [left, right] = audio.cut(start.max(0) as u64, (frames - silence) as u64)?;
    let mut sound = vec![0.0; silence];
    sound.extend(
        left.iter()
            .zip(&right)
            .map(|(&l, &r)| f64::from(l) + 0.6 * f64::from(r)),
    );
    sound.resize(frames, 0.0);
    Ok(sound)
}
