//! Everything that is not plain WAV, through symphonia: AIFF, FLAC, MP3, Ogg Vorbis, AAC and ALAC in
//! m4a, and what else it knows.

use super::{Facts, cut_off, mp4, ogg};
use crate::offline::failure::{Failure, Outcome};
use std::fs::File;
use std::io::ErrorKind;
use std::path::Path;
use symphonia::core::codecs::audio::well_known::{
    CODEC_ID_AAC, CODEC_ID_MP1, CODEC_ID_MP2, CODEC_ID_MP3, CODEC_ID_OPUS, CODEC_ID_VORBIS,
};
use symphonia::core::codecs::audio::{AudioCodecId, AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::well_known::{
    FORMAT_ID_ISOMP4, FORMAT_ID_MP1, FORMAT_ID_MP2, FORMAT_ID_MP3, FORMAT_ID_OGG,
};
use symphonia::core::formats::{FormatOptions, FormatReader, TrackType};
use symphonia::core::io::{MediaSourceStream, MediaSourceStreamOptions};
use symphonia::core::meta::MetadataOptions;

/// Frames by which a decoder may come out short of what the header says before it counts as a cut:
/// less than one MPEG frame.
const SHORT_FRAMES_MAX: u64 = 1_151;

/// Reads the sound of a coded file.
pub(super) struct CodedReader {
    format: Box<dyn FormatReader>,
    decoder: Box<dyn AudioDecoder>,
    track_id: u32,
    facts: Facts,
    /// Frames still to be dropped before the song.
    skip_frames: u64,
    /// What a packet says is in front of the song is dropped by us, not by the decoder.
    drops_packet_starts: bool,
    /// Where the song ends, if that is said apart from the packets.
    frames_max: Option<u64>,
    /// The length the file states, where the statement is exact.
    stated_frames: Option<u64>,
    frames_read: u64,
    /// The first packet, decoded to learn what the file really holds.
    pending: Vec<f32>,
    ended: bool,
}

impl std::fmt::Debug for CodedReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CodedReader")
            .field("facts", &self.facts)
            .field("frames_read", &self.frames_read)
            .finish_non_exhaustive()
    }
}

impl CodedReader {
    /// Finds the first sound track and its decoder.
    pub(super) fn open(path: &Path, head: &[u8]) -> Outcome<Self> {
        let file = File::open(path)
            .map_err(|error| Failure::because(format!("it cannot be read ({error})")))?;
        let stream = MediaSourceStream::new(Box::new(file), MediaSourceStreamOptions::default());
        let format = symphonia::default::get_probe()
            .probe(
                &Hint::new(),
                stream,
                FormatOptions::default(),
                MetadataOptions::default(),
            )
            .map_err(|error| not_understood(&error, head))?;
        let track = format
            .default_track(TrackType::Audio)
            .ok_or_else(|| Failure::because("there is no sound in this file"))?;
        let parameters = track
            .codec_params
            .as_ref()
            .and_then(|parameters| parameters.audio())
            .ok_or_else(unknown_codec)?;
        let container = format.format_info().format;
        let is_ogg = container == FORMAT_ID_OGG;
        // Symphonia trims every Ogg page to its position, also where a muxer's positions are a little
        // off, and loses frames in the middle. We trim by the last position alone.
        let options = AudioDecoderOptions::default().gapless(!is_ogg);
        let decoder = symphonia::default::get_codecs()
            .make_audio_decoder(parameters, &options)
            .map_err(|_| unknown_codec())?;
        let is_mpeg = matches!(container, FORMAT_ID_MP1 | FORMAT_ID_MP2 | FORMAT_ID_MP3);
        // Without an encoder's note, an MPEG stream's length is an estimate from its bit rate.
        let stated = !is_ogg && (!is_mpeg || track.delay.is_some());
        let stated_frames = track.num_frames.filter(|_| stated);
        let track_id = track.id;
        let lossy = lossy_name(parameters.codec);
        let ogg_frames = if is_ogg {
            let position = ogg::last_position(path)
                .map_err(|error| Failure::because(format!("it cannot be read ({error})")))?;
            Some(position.ok_or_else(|| {
                Failure::because(
                    "the file is cut off: its last page is incomplete; copy or export it again",
                )
            })?)
        } else {
            None
        };
        let mut reader = Self {
            format,
            decoder,
            track_id,
            facts: Facts {
                sample_rate_hz: 0,
                channels: 0,
                frames: stated_frames.or(ogg_frames),
                lossy,
            },
            skip_frames: 0,
            drops_packet_starts: is_ogg,
            frames_max: ogg_frames.filter(|&frames| frames > 0),
            stated_frames,
            frames_read: 0,
            pending: Vec::new(),
            ended: false,
        };
        let mut first = Vec::new();
        reader.decode_next(&mut first)?;
        if reader.facts.channels == 0 {
            return Err(Failure::because(
                "there is no sound in this file (0 frames): export it again",
            ));
        }
        if container == FORMAT_ID_ISOMP4
            && let Some(edit) = mp4::read_edit(path, reader.facts.sample_rate_hz)
        {
            reader.skip_frames = edit.skip_frames;
            reader.frames_max = edit.frames;
            reader.facts.frames = edit.frames.or(reader.facts.frames);
            reader.stated_frames = edit.frames;
        }
        reader.trim(&mut first);
        reader.pending = first;
        Ok(reader)
    }

    pub(super) fn facts(&self) -> Facts {
        self.facts
    }

    /// Appends the next frames; none at the end.
    pub(super) fn read(&mut self, interleaved: &mut Vec<f32>) -> Outcome<()> {
        if !self.pending.is_empty() {
            std::mem::swap(interleaved, &mut self.pending);
            self.pending.clear();
            return Ok(());
        }
        while interleaved.is_empty() && !self.ended {
            self.decode_next(interleaved)?;
            self.trim(interleaved);
        }
        if interleaved.is_empty()
            && let Some(stated) = self.stated_frames
            && self.frames_read + SHORT_FRAMES_MAX < stated
        {
            return Err(cut_off(
                self.seconds(stated),
                self.seconds(self.frames_read),
            ));
        }
        Ok(())
    }

    fn seconds(&self, frames: u64) -> f64 {
        frames as f64 / f64::from(self.facts.sample_rate_hz.max(1))
    }

    /// Decodes one packet of our track, or learns that there is none.
    fn decode_next(&mut self, interleaved: &mut Vec<f32>) -> Outcome<()> {
        loop {
            let packet = match self.format.next_packet() {
                Ok(Some(packet)) => packet,
                Ok(None) => {
                    self.ended = true;
                    return Ok(());
                }
                Err(Error::IoError(error)) if error.kind() == ErrorKind::UnexpectedEof => {
                    // The end of the file inside a packet. Where the header says how much there should
                    // be, that decides; a stream without a length is taken as cut.
                    self.ended = true;
                    return match self.stated_frames {
                        Some(_) => Ok(()),
                        None => Err(Failure::because(format!(
                            "the file is cut off after {:.2} s of sound; copy or export it again",
                            self.seconds(self.frames_read)
                        ))),
                    };
                }
                Err(error) => return Err(self.damaged(&error)),
            };
            if packet.track_id != self.track_id {
                continue;
            }
            let buffer = match self.decoder.decode(&packet) {
                Ok(buffer) => buffer,
                Err(error) => {
                    let seconds = self.seconds(self.frames_read);
                    return Err(damaged_at(&error, seconds));
                }
            };
            let spec = buffer.spec();
            let (channels, sample_rate_hz) = (spec.channels().count(), spec.rate());
            if self.facts.channels == 0 {
                self.facts.channels = channels;
                self.facts.sample_rate_hz = sample_rate_hz;
            } else if (channels, sample_rate_hz) != (self.facts.channels, self.facts.sample_rate_hz)
            {
                return Err(Failure::because(format!(
                    "it changes from {} channels at {} Hz to {channels} at {sample_rate_hz} Hz after {:.2} s: \
                     export it as one piece",
                    self.facts.channels,
                    self.facts.sample_rate_hz,
                    self.seconds(self.frames_read)
                )));
            }
            if buffer.frames() > 0 {
                buffer.copy_to_vec_interleaved(interleaved);
                if self.drops_packet_starts {
                    let frames = packet.trim_start.get().min(buffer.frames() as u64);
                    interleaved.drain(..frames as usize * channels);
                }
                if !interleaved.is_empty() {
                    return Ok(());
                }
            }
        }
    }

    /// Drops what is in front of the song and behind it.
    fn trim(&mut self, interleaved: &mut Vec<f32>) {
        let channels = self.facts.channels.max(1);
        let skip = self.skip_frames.min((interleaved.len() / channels) as u64);
        if skip > 0 {
            interleaved.drain(..skip as usize * channels);
            self.skip_frames -= skip;
        }
        if let Some(frames_max) = self.frames_max {
            let room = frames_max.saturating_sub(self.frames_read) as usize;
            interleaved.truncate(room.saturating_mul(channels));
        }
        self.frames_read += (interleaved.len() / channels) as u64;
    }

    fn damaged(&self, error: &Error) -> Failure {
        damaged_at(error, self.seconds(self.frames_read))
    }
}

fn damaged_at(error: &Error, seconds: f64) -> Failure {
    Failure::because(format!(
        "the file is damaged after {seconds:.2} s of sound ({error}); copy or export it again"
    ))
}

/// The name of a coding that leaves something out.
fn lossy_name(codec: AudioCodecId) -> Option<&'static str> {
    match codec {
        CODEC_ID_MP1 | CODEC_ID_MP2 => Some("MPEG audio"),
        CODEC_ID_MP3 => Some("MP3"),
        CODEC_ID_VORBIS => Some("Ogg Vorbis"),
        CODEC_ID_OPUS => Some("Opus"),
        CODEC_ID_AAC => Some("AAC"),
        _ => None,
    }
}

fn unknown_codec() -> Failure {
    Failure::because(
        "its sound is stored in a coding that Finalcoat does not read: export it as WAV or FLAC",
    )
}

fn not_understood(error: &Error, head: &[u8]) -> Failure {
    let known = [&b"fLaC"[..], b"OggS", b"FORM", b"ID3", b"RIFF"];
    let is_mp4 = head.get(4..8) == Some(b"ftyp");
    if is_mp4 || known.iter().any(|magic| head.starts_with(magic)) {
        return Failure::because(format!(
            "the file is damaged or cut off in its header ({error}); copy or export it again"
        ));
    }
    Failure::because(
        "it is not a sound file that Finalcoat reads (WAV, AIFF, FLAC, MP3, Ogg Vorbis, AAC or ALAC in m4a)",
    )
}
