//! The song the benches run on: a dense metal mix, two channels at 48 kHz.

use finalcoat::engine::settings::Settings;
use finalcoat::engine::settings::equalizer::Shape;
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

/// Everything on: eight bands of the equalizer, four of them dynamic, and the song driven 6 dB into the
/// limiter.
pub(crate) fn settings() -> Settings {
    let mut settings = Settings::default();
    // Its loudest 3 s.
    settings.input.reference_level_db = -8.0;
    settings.input.subsonic_on = true;
    let shapes = [
        Shape::LowShelf,
        Shape::Bell,
        Shape::Bell,
        Shape::Bell,
        Shape::Bell,
        Shape::Bell,
        Shape::Bell,
        Shape::HighShelf,
    ];
    let bands = settings.equalizer.bands.iter_mut().step_by(2);
    for (number, (band, shape)) in bands.zip(shapes).enumerate() {
        band.on = true;
        band.shape = shape;
        band.gain_db = if number % 2 == 0 { 1.0 } else { -1.0 };
        band.range_db = if number % 2 == 0 { -3.0 } else { 0.0 };
    }
    settings.multiband.on = true;
    for band in &mut settings.multiband.bands {
        band.ratio = 2.0;
        band.lift_db = 1.0;
    }
    settings.image.on = true;
    settings.image.mono_amount_pct = 100.0;
    for (band, width_pct) in settings
        .image
        .bands
        .iter_mut()
        .zip([90.0, 110.0, 120.0, 130.0])
    {
        band.width_pct = width_pct;
    }
    settings.glue.on = true;
    settings.colour.on = true;
    settings.loudness.on = true;
    settings.loudness.drive_db = 6.0;
    settings.loudness.clip_depth_db = 2.0;
    settings.quantized()
}
