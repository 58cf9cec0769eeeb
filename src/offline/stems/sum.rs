//! Stems summed into one song, which is metered and analysed.

use super::lockstep::Lockstep;
use super::reading::Stem;
use crate::analysis::analyzer::Analyzer;
use crate::dsp::block::Stream;
use crate::dsp::meter::Meter;
use crate::offline::failure::{Failure, Outcome};
use crate::offline::master::Song;
use crate::offline::measure::Measurement;
use crate::offline::raw::RawWriter;
use crate::offline::tags::Tags;
use crate::offline::watch::Watch;

/// Sums stems at unity gain, in double precision, rounded once. They have one sample rate; the longest gives
/// the length. `analyse`: the sum is to be judged.
pub(super) fn sum(
    stems: &mut [Stem],
    name: String,
    tags: Tags,
    analyse: bool,
    watch: Watch<'_>,
) -> Outcome<Song> {
    let channels = stems.iter().map(|stem| stem.audio.channels).max();
    let frames = stems.iter().map(|stem| stem.audio.frames).max();
    let rate_hz = stems.first().map(|stem| stem.audio.sample_rate_hz);
    let (Some(channels), Some(frames), Some(rate_hz)) = (channels, frames, rate_hz) else {
        return Err(Failure::because("there are no stems to sum"));
    };
    let stream = Stream::new(f64::from(rate_hz));
    let mut meter = Meter::new(stream);
    let mut analyzer = analyse.then(|| Analyzer::new(stream));
    let mut writer = RawWriter::new(channels, rate_hz)?;
    let songs = stems.iter_mut().map(|stem| (&mut stem.audio, 0));
    let mut lockstep = Lockstep::new(songs, frames)?;
    let mut sums = [Vec::new(), Vec::new()];
    let mut out = [Vec::new(), Vec::new()];
    let mut done = 0;
    while let Some(songs) = lockstep.next_chunk()? {
        for (channel, (sum, out)) in sums.iter_mut().zip(&mut out).enumerate() {
            sum.clear();
            sum.resize(songs[0][channel].len(), 0.0_f64);
            for song in &songs {
                for (sum, &sample) in sum.iter_mut().zip(song[channel]) {
                    *sum += f64::from(sample);
                }
            }
            out.clear();
            out.extend(sum.iter().map(|&sample| sample as f32));
        }
        let [left, right] = &out;
        meter.process(left, right);
        if let Some(analyzer) = &mut analyzer {
            analyzer.process(left, right, None);
        }
        writer.write(left, right)?;
        done += left.len() as u64;
        watch.at("summing", done, frames)?;
    }
    meter.finish();
    let reading = meter.reading();
    Ok(Song {
        name,
        measurement: Measurement::new(&reading, rate_hz, channels, frames),
        reading,
        audio: writer.finish()?,
        analyzer,
        tags,
    })
}
