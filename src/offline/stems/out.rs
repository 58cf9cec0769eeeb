//! The finished stems as files: 32-bit float WAV, as they may stand above full scale before the limiter.

use super::reading::Stem;
use crate::offline::failure::{Failure, Outcome};
use crate::offline::output::OutputFile;
use crate::offline::quantize::BitDepth;
use crate::offline::raw::RawAudio;
use crate::offline::tags::Tags;
use crate::offline::write::{Container, Shape, SoundWriter};
use std::path::{Path, PathBuf};

/// A file for every stem, in one folder.
pub(super) struct StemPlaces {
    /// The delivered file, where its stem goes, and the file there.
    places: Vec<(PathBuf, PathBuf, OutputFile)>,
}

impl StemPlaces {
    /// Makes the folder, if it is not there. Fails if a file cannot be made, is there already, or is one of the
    /// `sources`.
    pub(super) fn new(
        folder: &Path,
        files: &[PathBuf],
        sources: &[&Path],
        overwrite: bool,
    ) -> Outcome<Self> {
        std::fs::create_dir_all(folder).map_err(|error| {
            Failure::because(format!(
                "the folder {} cannot be made ({error}): give another with --stems-out",
                folder.display()
            ))
        })?;
        let places = files.iter().map(|file| {
            let alone = files
                .iter()
                .filter(|other| other.file_stem() == file.file_stem())
                .count()
                == 1;
            let name = if alone {
                file.file_stem()
            } else {
                file.file_name()
            };
            let mut name = name.unwrap_or_default().to_owned();
            name.push(".wav");
            let path = folder.join(name);
            let output = OutputFile::new(&path, sources, overwrite)?;
            Ok((file.clone(), path, output))
        });
        Ok(Self {
            places: places.collect::<Outcome<_>>()?,
        })
    }

    /// Writes the stems; the places of files that are no stems stay empty. Returns the paths, in order. If one
    /// fails, none appears.
    pub(super) fn write(self, stems: &[Stem], finished: Vec<RawAudio>) -> Outcome<Vec<String>> {
        let mut written = Vec::new();
        let mut places = self.places;
        for (stem, mut audio) in stems.iter().zip(finished) {
            let Some(at) = places.iter().position(|(file, ..)| *file == stem.path) else {
                continue;
            };
            let (_, path, output) = places.swap_remove(at);
            let shape = Shape {
                container: Container::Wav,
                depth: BitDepth::Float32,
                dither: false,
                channels: audio.channels,
                sample_rate_hz: audio.sample_rate_hz,
                frames: audio.frames,
            };
            let mut writer = SoundWriter::new(output.file()?, shape, &Tags::default())?;
            let mut reader = audio.reader()?;
            while let Some((left, right)) = reader.next_chunk()? {
                writer.write(left, right)?;
            }
            writer.finish()?;
            written.push((path, output));
        }
        written
            .into_iter()
            .map(|(path, output)| {
                output.commit()?;
                Ok(path.display().to_string())
            })
            .collect()
    }
}
