//! Every kind of file that the command line reads and writes: the same frames, the same samples, the same
//! tags.

#[path = "support/cli.rs"]
mod cli;

use cli::*;
use std::f64::consts::TAU;
use std::path::Path;

#[test]
fn every_format_is_read_to_the_frame() {
    let folder = folder();
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    // Half a second and one frame of two tones, encoded by FFmpeg.
    for name in [
        "tone.aiff",
        "tone.alac.m4a",
        "tone.aac.m4a",
        "tone.mp3",
        "tone.ogg",
    ] {
        let input = data.join(name);
        let input = input.to_str().expect("a path");
        let arguments = [
            "master",
            input,
            "-o",
            "out.wav",
            "--loudness",
            "off",
            "--bit-depth",
            "32f",
            "--force",
        ];
        json(&folder, &arguments, 0);
        let (_, channels) = read_wav(&folder.path().join("out.wav"));
        assert_eq!(channels[0].len(), 22_051, "{name}");
        // In place: against the formula the tones were made of.
        let error: f64 = (2000..20_000)
            .map(|n| {
                let t = n as f64 / 44_100.0;
                (channels[1][n] - 0.3 * libm::sin(TAU * 660.0 * t + 1.0)).powi(2)
            })
            .sum();
        let rms = (error / 18_000.0).sqrt();
        assert!(rms < 0.03, "{name}: {rms}");
    }
}

#[test]
fn wav_of_every_kind_is_read() {
    let folder = folder();
    let frames = 3000;
    let value = |n: usize| 0.5 * libm::sin(n as f64 * 0.05);
    let container = |tag: u16, bits: u16, extensible: bool, rf64: bool, data: &[u8]| {
        let mut fmt = Vec::new();
        let plain_tag = if extensible { 0xFFFE } else { tag };
        for word in [plain_tag, 1] {
            fmt.extend_from_slice(&word.to_le_bytes());
        }
        fmt.extend_from_slice(&RATE_HZ.to_le_bytes());
        fmt.extend_from_slice(&(RATE_HZ * u32::from(bits / 8)).to_le_bytes());
        fmt.extend_from_slice(&(bits / 8).to_le_bytes());
        fmt.extend_from_slice(&bits.to_le_bytes());
        if extensible {
            fmt.extend_from_slice(&22_u16.to_le_bytes());
            fmt.extend_from_slice(&bits.to_le_bytes());
            fmt.extend_from_slice(&4_u32.to_le_bytes());
            fmt.extend_from_slice(&tag.to_le_bytes());
            fmt.extend_from_slice(b"\0\0\0\0\x10\0\x80\0\0\xAA\0\x38\x9B\x71");
        }
        let mut file = Vec::new();
        file.extend_from_slice(if rf64 { b"RF64" } else { b"RIFF" });
        file.extend_from_slice(&u32::MAX.to_le_bytes());
        file.extend_from_slice(b"WAVE");
        if rf64 {
            file.extend_from_slice(b"ds64");
            file.extend_from_slice(&28_u32.to_le_bytes());
            file.extend_from_slice(&0_u64.to_le_bytes());
            file.extend_from_slice(&(data.len() as u64).to_le_bytes());
            file.extend_from_slice(&[0; 12]);
        }
        // An odd chunk in between, with its padding byte.
        file.extend_from_slice(b"junk\x03\0\0\0abc\0");
        file.extend_from_slice(b"fmt ");
        file.extend_from_slice(&(fmt.len() as u32).to_le_bytes());
        file.extend_from_slice(&fmt);
        file.extend_from_slice(b"data");
        let length = if rf64 { u32::MAX } else { data.len() as u32 };
        file.extend_from_slice(&length.to_le_bytes());
        file.extend_from_slice(data);
        // What follows the sound is none.
        file.extend_from_slice(b"LIST\x04\0\0\0INFO");
        file
    };
    let bytes =
        |f: &dyn Fn(f64) -> Vec<u8>| -> Vec<u8> { (0..frames).flat_map(|n| f(value(n))).collect() };
    let u8s = bytes(&|x| vec![(x * 128.0 + 128.0).round() as u8]);
    let i16s = bytes(&|x| ((x * 32_768.0).round() as i16).to_le_bytes().to_vec());
    let i24s = bytes(&|x| ((x * 8_388_608.0).round() as i32).to_le_bytes()[..3].to_vec());
    let i32s = bytes(&|x| {
        ((x * 2_147_483_648.0).round() as i32)
            .to_le_bytes()
            .to_vec()
    });
    let f32s = bytes(&|x| (x as f32).to_le_bytes().to_vec());
    let f64s = bytes(&|x| x.to_le_bytes().to_vec());
    for (tag, bits, data, tolerance) in [
        (1, 8, &u8s, 0.005),
        (1, 16, &i16s, 2e-5),
        (1, 24, &i24s, 1e-7),
        (1, 32, &i32s, 1e-7),
        (3, 32, &f32s, 1e-7),
        (3, 64, &f64s, 1e-7),
    ] {
        for (extensible, rf64) in [(false, false), (true, false), (true, true)] {
            // The name does not matter, the content decides.
            let file = container(tag, bits, extensible, rf64, data);
            std::fs::write(folder.path().join("in.mp3"), file).expect("a file");
            let arguments = [
                "master",
                "in.mp3",
                "-o",
                "out.wav",
                "--loudness",
                "off",
                "--bit-depth",
                "32f",
                "--force",
            ];
            json(&folder, &arguments, 0);
            let (_, channels) = read_wav(&folder.path().join("out.wav"));
            assert_eq!(
                channels[0].len(),
                frames,
                "{tag} {bits} {extensible} {rf64}"
            );
            for (n, sample) in channels[0].iter().enumerate() {
                assert!((sample - value(n)).abs() <= tolerance, "{tag} {bits}: {n}");
            }
        }
    }
}

#[test]
fn flac_holds_the_same_samples_as_wav() {
    let folder = folder();
    write_song(&folder, "song.wav", 2, 3.0);
    for depth in ["16", "24"] {
        let common = ["--target-lufs", "-14", "--bit-depth", depth, "--force"];
        json(
            &folder,
            &[&["master", "song.wav", "-o", "a.wav"], &common[..]].concat(),
            0,
        );
        json(
            &folder,
            &[&["master", "song.wav", "-o", "b.flac"], &common[..]].concat(),
            0,
        );
        let back = [
            "master",
            "b.flac",
            "-o",
            "c.wav",
            "--loudness",
            "off",
            "--bit-depth",
            depth,
            "--force",
        ];
        json(&folder, &back, 0);
        let samples = |name| read_wav(&folder.path().join(name)).1;
        assert!(samples("a.wav") == samples("c.wav"), "{depth}");
    }
}

#[cfg(feature = "mp3")]
#[test]
fn an_mp3_lies_beside_the_master_with_the_same_length() {
    let folder = folder();
    write_song(&folder, "song.wav", 2, 3.0);
    let report = json(
        &folder,
        &["master", "song.wav", "-o", "out.wav", "--mp3"],
        0,
    );
    assert_eq!(report["files"][0]["mp3"], "out.mp3");
    let back = [
        "master",
        "out.mp3",
        "-o",
        "back.wav",
        "--loudness",
        "off",
        "--bit-depth",
        "32f",
    ];
    json(&folder, &back, 0);
    let samples = |name| read_wav(&folder.path().join(name)).1;
    let (master, mp3) = (samples("out.wav"), samples("back.wav"));
    assert_eq!(master[0].len(), mp3[0].len());
    // At the same place: a shift by a single frame fits worse.
    let residue = |shift: usize, first: &[f64], second: &[f64]| -> f64 {
        let pairs = first.iter().zip(&second[shift..]);
        pairs.map(|(a, b)| (a - b).powi(2)).sum()
    };
    let here = residue(0, &master[0], &mp3[0]);
    assert!(here < 0.5 * residue(1, &master[0], &mp3[0]));
    assert!(here < 0.5 * residue(1, &mp3[0], &master[0]));
}

#[test]
fn tags_are_kept() {
    use lofty::file::TaggedFileExt;
    use lofty::tag::{Accessor, Tag, TagExt, TagType};
    let folder = folder();
    let input = write_song(&folder, "song.wav", 2, 2.0);
    let mut tag = Tag::new(TagType::Id3v2);
    tag.set_title("Düne".to_owned());
    tag.set_artist("Finalcoat".to_owned());
    tag.set_album("Proof".to_owned());
    tag.set_genre("Test".to_owned());
    tag.set_track(3);
    tag.set_comment("kept".to_owned());
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\0\x05\0\x01\xff\x89\x99=\x1d\0\0\0\0IEND\xaeB`\x82";
    let picture = lofty::picture::Picture::unchecked(png.to_vec())
        .pic_type(lofty::picture::PictureType::CoverFront)
        .mime_type(lofty::picture::MimeType::Png)
        .build();
    tag.push_picture(picture);
    tag.save_to_path(&input, lofty::config::WriteOptions::default())
        .expect("tagged");
    let mut arguments = vec!["master", "song.wav", "--force"];
    if cfg!(feature = "mp3") {
        arguments.push("--mp3");
    }
    let mut made = vec!["song.master.wav", "song.master.flac"];
    json(&folder, &arguments, 0);
    if cfg!(feature = "mp3") {
        made.push("song.master.mp3");
    }
    json(&folder, &["master", "song.wav", "--format", "flac"], 0);
    for name in made {
        let file = lofty::read_from_path(folder.path().join(name)).expect("a tagged file");
        let tag = file
            .primary_tag()
            .or_else(|| file.first_tag())
            .expect("a tag");
        assert_eq!(tag.title().as_deref(), Some("Düne"), "{name}");
        assert_eq!(tag.artist().as_deref(), Some("Finalcoat"), "{name}");
        assert_eq!(tag.album().as_deref(), Some("Proof"), "{name}");
        assert_eq!(tag.genre().as_deref(), Some("Test"), "{name}");
        assert_eq!(tag.comment().as_deref(), Some("kept"), "{name}");
        assert_eq!(tag.track(), Some(3), "{name}");
        assert_eq!(tag.pictures().len(), 1, "{name}");
        assert_eq!(tag.pictures()[0].data(), png, "{name}");
    }
}
