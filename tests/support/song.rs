//! The demo song, as the command line reads it.
#![allow(dead_code, unreachable_pub)]

use std::path::Path;

use finalcoat::offline::read::SoundFile;

/// Rate in Hz, left and right.
pub fn demo() -> (f64, [Vec<f32>; 2]) {
    read("demo/twilight_area.flac")
}

/// One of its stems.
pub fn stem(name: &str) -> (f64, [Vec<f32>; 2]) {
    read(&format!("demo/stems/{name}.flac"))
}

fn read(file: &str) -> (f64, [Vec<f32>; 2]) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("assets")
        .join(file);
    let mut source = SoundFile::open(&path).expect("the demo song lies in assets");
    let facts = source.facts();
    assert_eq!(facts.channels, 2);
    let mut channels = [Vec::new(), Vec::new()];
    let mut interleaved = Vec::new();
    loop {
        source
            .read(&mut interleaved)
            .expect("the demo song can be read");
        if interleaved.is_empty() {
            return (f64::from(facts.sample_rate_hz), channels);
        }
        for frame in interleaved.chunks_exact(2) {
            channels[0].push(frame[0]);
            channels[1].push(frame[1]);
        }
    }
}
