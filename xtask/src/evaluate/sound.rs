//! Sound in memory: read from any file, written as WAV.

use crate::shell::Result;
use std::fs::File;
use std::path::Path;
use symphonia::core::codecs::audio::AudioDecoderOptions;
use symphonia::core::errors::Error;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, TrackType};
use symphonia::core::io::{MediaSourceStream, MediaSourceStreamOptions};
use symphonia::core::meta::MetadataOptions;

/// A stereo sound.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Sound {
    /// Left and right, of the same length.
    pub(crate) channels: [Vec<f32>; 2],
    /// Frames per second.
    pub(crate) sample_rate_hz: u32,
}

impl Sound {
    /// Reads a sound file; mono is taken as the same on both sides.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        decode(path).map_err(|error| format!("{} cannot be read: {error}", path.display()).into())
    }

    /// Writes 32-bit float WAV, which holds anything above full scale too.
    pub(crate) fn write(&self, path: &Path) -> Result<()> {
        let spec = hound::WavSpec {
            channels: 2,
            sample_rate: self.sample_rate_hz,
            bits_per_sample: 32,
            sample_format: hound::SampleFormat::Float,
        };
        let mut writer = hound::WavWriter::create(path, spec)?;
        for (&left, &right) in self.channels[0].iter().zip(&self.channels[1]) {
            writer.write_sample(left)?;
            writer.write_sample(right)?;
        }
        Ok(writer.finalize()?)
    }

    pub(crate) fn frames(&self) -> usize {
        self.channels[0].len()
    }

    pub(crate) fn duration_s(&self) -> f64 {
        self.frames() as f64 / self.rate()
    }

    pub(crate) fn rate(&self) -> f64 {
        f64::from(self.sample_rate_hz)
    }

    /// The `seconds` in the middle, or all of it if it is not longer.
    pub(crate) fn middle(mut self, seconds: f64) -> Self {
        let frames = (seconds * self.rate()) as usize;
        if frames < self.frames() {
            let start = (self.frames() - frames) / 2;
            for channel in &mut self.channels {
                channel.truncate(start + frames);
                channel.drain(..start);
            }
        }
        self
    }

    /// Each channel put through `change`, which may keep state from sample to sample.
    pub(crate) fn each_channel(&self, change: impl Fn(usize, &[f64]) -> Vec<f64>) -> Self {
        let channel = |side: usize| {
            let samples: Vec<f64> = self.channels[side].iter().map(|&x| f64::from(x)).collect();
            change(side, &samples).iter().map(|&x| x as f32).collect()
        };
        Self {
            channels: [channel(0), channel(1)],
            sample_rate_hz: self.sample_rate_hz,
        }
    }

    /// Mid `(L+R)/2` and side `(L−R)/2` put through `change` together.
    pub(crate) fn mid_and_side(&self, change: impl Fn(&mut [f64], &mut [f64])) -> Self {
        let pairs = || self.channels[0].iter().zip(&self.channels[1]);
        let sum = |(&left, &right): (&f32, &f32)| (f64::from(left) + f64::from(right)) / 2.0;
        let difference = |(&left, &right): (&f32, &f32)| (f64::from(left) - f64::from(right)) / 2.0;
        let mut mid: Vec<f64> = pairs().map(sum).collect();
        let mut side: Vec<f64> = pairs().map(difference).collect();
        change(&mut mid, &mut side);
        let left = mid.iter().zip(&side).map(|(m, s)| (m + s) as f32).collect();
        let right = mid.iter().zip(&side).map(|(m, s)| (m - s) as f32).collect();
        Self {
            channels: [left, right],
            sample_rate_hz: self.sample_rate_hz,
        }
    }

    /// The sum of sounds of one rate, each with its gain, as long as the longest.
    pub(crate) fn mixed(parts: &[(&Self, f64)]) -> Self {
        let frames = parts.iter().map(|(part, _)| part.frames()).max();
        let channel = |side: usize| {
            let mut sum = vec![0.0f64; frames.unwrap_or(0)];
            for (part, gain) in parts {
                for (sum, &x) in sum.iter_mut().zip(&part.channels[side]) {
                    *sum += f64::from(x) * gain;
                }
            }
            sum.iter().map(|&x| x as f32).collect()
        };
        Self {
            channels: [channel(0), channel(1)],
            sample_rate_hz: parts
                .first()
                .map_or(44_100, |(part, _)| part.sample_rate_hz),
        }
    }
}

fn decode(path: &Path) -> Result<Sound> {
    let stream = MediaSourceStream::new(
        Box::new(File::open(path)?),
        MediaSourceStreamOptions::default(),
    );
    let mut format = symphonia::default::get_probe().probe(
        &Hint::new(),
        stream,
        FormatOptions::default(),
        MetadataOptions::default(),
    )?;
    let track = format
        .default_track(TrackType::Audio)
        .ok_or("there is no sound in it")?;
    let track_id = track.id;
    let parameters = track
        .codec_params
        .as_ref()
        .and_then(|parameters| parameters.audio())
        .ok_or("its codec is unknown")?;
    // Trimming Ogg pages to their positions loses frames in the middle where a muxer's are off.
    let options = AudioDecoderOptions::default().gapless(false);
    let mut decoder = symphonia::default::get_codecs().make_audio_decoder(parameters, &options)?;
    let mut sound = Sound {
        channels: [Vec::new(), Vec::new()],
        sample_rate_hz: 0,
    };
    let mut interleaved: Vec<f32> = Vec::new();
    loop {
        let packet = match format.next_packet() {
            Ok(Some(packet)) => packet,
            Ok(None) => break,
            Err(Error::IoError(error)) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
                break;
            }
            Err(error) => return Err(error.into()),
        };
        if packet.track_id != track_id {
            continue;
        }
        let buffer = decoder.decode(&packet)?;
        let (count, rate_hz) = (buffer.spec().channels().count(), buffer.spec().rate());
        if !(1..=2).contains(&count) {
            return Err(format!("it has {count} channels: give mono or stereo").into());
        }
        if sound.sample_rate_hz != 0 && sound.sample_rate_hz != rate_hz {
            return Err("its sample rate changes".into());
        }
        sound.sample_rate_hz = rate_hz;
        buffer.copy_to_vec_interleaved(&mut interleaved);
        for (side, channel) in sound.channels.iter_mut().enumerate() {
            let offset = side.min(count - 1);
            channel.extend(interleaved.iter().skip(offset).step_by(count));
        }
    }
    if sound.frames() == 0 {
        return Err("there is no sound in it".into());
    }
    Ok(sound)
}
