use super::*;

/// The role of one name beside others that are clear and share nothing.
fn alone(name: &str) -> Named {
    roles(&[name, "Kazoo Section.wav", "xylophone.wav", "tambourine.wav"])[0]
}

fn all(names: &[&str]) -> Vec<Role> {
    roles(names).iter().map(|named| named.role).collect()
}

#[test]
fn names_in_the_wild_have_their_roles() {
    use Role::{BackingVocals, Bass, Drums, Fx, LeadVocal, Music, Other, Reference, VocalFx};
    for (role, names) in [
        (
            Drums,
            &[
                "01_DRUMS.wav",
                "Drum Bus",
                "drumbus_L-R",
                "BD",
                "Kick In",
                "KickDrum",
                "bass drum",
                "Bassdrum 2",
                "808 Kick",
                "808_hats",
                "TR808",
                "SNR top",
                "Hi-Hats",
                "HiHat_01",
                "02_hats_crash",
                "04_snare_stick",
                "OHs",
                "PERC",
                "Percussions",
                "Claps&Snaps",
                "DrumLoop 92bpm",
                "Loops",
                "Schlagzeug",
                "BATTERIE",
                "Caisse claire",
                "Batería",
                "Caja",
                "bateria_e_perc",
                "Rullante",
                "Ударные",
                "ドラム",
                "toms",
            ][..],
        ),
        (
            Bass,
            &[
                "BASS_808",
                "808",
                "808s",
                "sub",
                "Sub Bass",
                "SubBass",
                "bass guitar",
                "BassGtr_DI",
                "Synth Bass",
                "03_dirt_bass",
                "Kontrabass",
                "E-Bass",
                "ebass",
                "Basse",
                "Bajo",
                "Baixo",
                "Basso elettrico",
                "bass synth",
                "Double Bass",
                "Reese",
            ],
        ),
        (
            LeadVocal,
            &[
                "LeadVox",
                "LV",
                "Ld Vox",
                "ld_vx",
                "vox",
                "VOC",
                "voc 1",
                "acapella",
                "Acappella",
                "Main Vocals",
                "01_vocals",
                "Vocals_Mix",
                "Gesang",
                "Hauptgesang",
                "VOIX LEAD",
                "Chant",
                "Voz principal",
                "Vocais",
                "Voce",
                "LeadVocalDry",
                "Vocal Bus",
                "Вокал",
                "Rap",
            ],
        ),
        (
            BackingVocals,
            &[
                "BGV_ADLIBS",
                "BGVs",
                "bv",
                "BVs",
                "backings",
                "Backing Vocals",
                "harmonies",
                "choir",
                "Vox Doubles",
                "doubles",
                "adlibs",
                "Ad-Libs",
                "Background Vox",
                "Chöre",
                "Chöre",
                "Hintergrundgesang",
                "Chœurs",
                "Coros",
                "cori",
                "gang vocals",
                "BACKS vox harmony",
            ],
        ),
        (
            VocalFx,
            &[
                "vocal verb",
                "vox fx",
                "LV delay",
                "VocalVerb",
                "Lead Vox Reverb Return",
                "BGV_VERB",
                "Vocal FX",
                "Vox Throws",
                "Gesang Hall",
            ],
        ),
        (
            Music,
            &[
                "lead",
                "LEAD 2",
                "Lead Synth",
                "Lead Gtr",
                "GTR",
                "Gtrs",
                "E.Gtr L",
                "Keys",
                "Rhodes",
                "pads",
                "synth",
                "Synths",
                "strings",
                "violins",
                "07_rhodes_psynth",
                "01_arp_organ",
                "03_pianosynth",
                "ePiano",
                "Gitarre",
                "Streicher",
                "Bläser",
                "Flächen",
                "Nappes",
                "Claviers",
                "Guitarras",
                "Violão",
                "Teclados",
                "Chitarra",
                "Tastiere",
                "Archi",
                "Brass Hits",
                "05_steel",
                "Music",
                "chords_l",
            ],
        ),
        (
            Fx,
            &[
                "FX_RETURNS",
                "riser",
                "Risers & Impacts",
                "reverb return",
                "SFX",
                "Sub Drop",
                "White Noise",
                "Effekte",
                "Efectos",
                "Drum Verb",
                "transitions",
            ],
        ),
        (Other, &["other", "Rest", "Sonstiges", "Resto"]),
        (
            Reference,
            &[
                "mix",
                "Mixdown",
                "MASTER",
                "ref",
                "Reference Track",
                "rough",
                "Rough Mix v3",
                "sum",
                "2mix",
                "2MIX_print",
                "print",
                "bounce",
                "Stereo Mix",
                "Song (Final Mix)",
                "Summe",
                "Mixage",
                "Mezcla",
            ],
        ),
    ] {
        for name in names {
            let named = alone(name);
            assert_eq!(named.role, role, "{name}");
            assert_eq!(named.certainty, Certainty::Clear, "{name}");
        }
    }
}

#[test]
fn what_names_two_things_is_unclear() {
    for (name, role) in [
        ("bassdrums", Role::Drums),
        ("04_bassdrums.flac", Role::Drums),
        ("Bass+Drums", Role::Drums),
        ("Drums & Keys", Role::Drums),
        ("vox and guitar", Role::LeadVocal),
        ("mixdown drums", Role::Reference),
    ] {
        let named = alone(name);
        assert_eq!(
            (named.role, named.certainty),
            (role, Certainty::Unclear),
            "{name}"
        );
    }
}

#[test]
fn what_says_nothing_is_said_to() {
    for name in [
        "01.wav",
        "Audio 7-12",
        "Track_03",
        "Spur 5",
        "asdf",
        "Stem 4",
        "ü",
        "",
    ] {
        let named = alone(name);
        assert_eq!(
            (named.role, named.certainty),
            (Role::Other, Certainty::Silent),
            "{name:?}"
        );
    }
}

#[test]
fn what_all_names_share_says_nothing() {
    use Role::{BackingVocals, Bass, Drums, LeadVocal, Music, Reference, VocalFx};
    assert_eq!(
        all(&[
            "The Bass Song 120bpm Amin - Drums.wav",
            "The Bass Song 120bpm Amin - Bass.wav",
            "The Bass Song 120bpm Amin - Lead Vox.wav",
            "The Bass Song 120bpm Amin - Keys.wav",
        ]),
        [Drums, Bass, LeadVocal, Music]
    );
    assert_eq!(
        all(&["vocals_mix.wav", "drums_mix.wav", "bass_mix.wav", "mix.wav"]),
        [LeadVocal, Drums, Bass, Reference]
    );
    assert_eq!(
        all(&[
            "Vocal Dreams_Kick.wav",
            "Vocal Dreams_Synth.wav",
            "Vocal Dreams_Vox.wav",
            "mixdown.wav"
        ]),
        [Drums, Music, LeadVocal, Reference]
    );
    // Here it is what they are.
    assert_eq!(
        all(&["Lead Vox.wav", "Backing Vox.wav", "Vox FX.wav"]),
        [LeadVocal, BackingVocals, VocalFx]
    );
    assert_eq!(all(&["master_drums.wav", "master_bass.wav"]), [Drums, Bass]);
}

#[test]
fn a_beat_is_one_only_beside_voices() {
    use Role::{BackingVocals, Bass, Beat, Drums, LeadVocal, Music, Reference};
    assert_eq!(
        all(&["beat.wav", "LV.wav", "adlibs.wav"]),
        [Beat, LeadVocal, BackingVocals]
    );
    assert_eq!(
        all(&["Instrumental.wav", "Acapella.wav"]),
        [Beat, LeadVocal]
    );
    assert_eq!(
        all(&["Backing Track.wav", "Vox.wav", "rough mix.wav"]),
        [Beat, LeadVocal, Reference]
    );
    assert_eq!(all(&["music.wav", "vocals.wav"]), [Beat, LeadVocal]);
    assert_eq!(
        all(&["beat.wav", "bass.wav", "vox.wav"]),
        [Drums, Bass, LeadVocal]
    );
    assert_eq!(
        all(&["music.wav", "drums.wav", "vox.wav"]),
        [Music, Drums, LeadVocal]
    );
}

#[test]
fn wet_is_a_return_only_beside_dry() {
    use Role::{Bass, LeadVocal, VocalFx};
    assert_eq!(
        all(&["vox dry.wav", "vox wet.wav", "bass.wav"]),
        [LeadVocal, VocalFx, Bass]
    );
    assert_eq!(all(&["vox wet.wav", "bass.wav"]), [LeadVocal, Bass]);
}

#[test]
fn every_word_stands_in_one_list() {
    let mut seen: HashMap<&str, Says> = HashMap::new();
    for (what, lists) in WORDS {
        for word in lists.iter().flat_map(|list| list.split_whitespace()) {
            let first = *seen.entry(word).or_insert(what);
            assert_eq!(first, what, "{word}");
        }
    }
}
