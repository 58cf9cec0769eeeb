//! The song the benches run on: a dense metal mix, two channels at 48 kHz.

use finalcoat::engine::settings::Settings;
use finalcoat::engine::settings::loudness::LoudnessSettings;
use finalcoat::offline::read::SoundFile;
use std::path::Path;

/// Frames a second.
pub(crate) const RATE_HZ: usize = 48_000;
/// Frames a host asks for at a time.
pub(crate) const BLOCK_FRAMES: usize = 64;

/// Both channels of a programme.
pub(crate) type Stereo = [Vec<f32>; 2];

/// All of it.
pub(crate) fn song() -> Stereo {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/bench/chaos_god_48k.flac");
    let mut file = SoundFile::open(&path).expect("the song is part of the project");
    let mut interleaved = Vec::new();
    let mut stereo = Stereo::default();
    loop {
        file.read(&mut interleaved).expect("the song can be read");
        if interleaved.is_empty() {
            return stereo;
        }
        for frame in interleaved.chunks_exact(2) {
            stereo[0].push(frame[0]);
            stereo[1].push(frame[1]);
        }
    }
}

/// Driven 6 dB into the limiter.
pub(crate) fn settings() -> Settings {
    Settings {
        loudness: LoudnessSettings {
            on: true,
            drive_db: 6.0,
            ..LoudnessSettings::default()
        },
        ..Settings::default()
    }
    .quantized()
}
