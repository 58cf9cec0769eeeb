//! The link between hosts: processes that have loaded the built CLAP or VST3. They find each other, tell what
//! they hear, obey, are killed and come back; seen from a process beside them, and from what they save.
#![cfg(all(target_os = "linux", feature = "plugin"))]

#[path = "support/child.rs"]
mod child;
#[path = "support/clap.rs"]
mod clap;
#[path = "support/host.rs"]
mod host;
#[path = "hosts/process.rs"]
mod process;
#[path = "support/song.rs"]
mod song;

use child::gain;
use clap::with_session;
use ebur128::{EbuR128, Mode};
use finalcoat::stems::advice::StemAdvice;
use finalcoat::stems::link::{ADVICE_ENTRIES, Kind, Link, LinkFault, Peer, STEMS};
use finalcoat::stems::role::Role;
use finalcoat::stems::summary::{SliceNote, Summary};
use process::{Place, Process, stems, until};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::time::Duration;

const BASS: &str = "03_dirt_bass";
/// The session of a master that is no plugin but this test.
const OURS: u64 = 7;

/// A host with a master, and the master's session.
fn master(place: &Place, name: &str) -> (Process, u64) {
    let mut host = place.host();
    host.open("master", name, None);
    let session = host.link(0);
    assert_ne!(session, 0);
    (host, session)
}

/// Waits until a stem has this advice in what it saves.
fn has_advice(host: &mut Process, stem: usize, link: &mut Link, db: f64) {
    until("the advice", || {
        assert_eq!(link.beat(), Ok(()));
        let advised = host.session(stem)["advised"].take();
        let moves = advised.as_array().expect("a list");
        (moves.len() == 1 && moves[0]["change"]["gain"].as_f64() == Some(db)).then_some(())
    });
}

/// Waits until a link sees exactly these masters.
fn masters(link: &mut Link, names: &[&str]) {
    until(&format!("the masters {names:?}"), || {
        assert_eq!(link.beat(), Ok(()));
        let masters = link.company().masters;
        let mut found: Vec<&str> = masters.iter().map(|one| one.name.as_str()).collect();
        found.sort_unstable();
        (found == names).then_some(())
    });
}

/// A few looks of every instance.
fn some_time() {
    std::thread::sleep(Duration::from_millis(1500));
}

#[test]
fn hosts_find_each_other_and_the_levels_of_the_song_are_told() {
    const SECONDS: u32 = 6;
    /// What a stem tells last may wait for what comes next.
    const LATE: u64 = 5;
    let place = Place::new();
    let (mut mix, session) = master(&place, "Mix bus");
    let (mut rhythm, mut keys) = (place.host(), place.host());
    let files = ["04_drums", "03_dirt_bass", "07_rhodes_psynth"];
    rhythm.open("stem", "Drums", None);
    rhythm.open("stem", "", None);
    keys.open("stem", "Keys", None);
    rhythm.rename(1, "BASS 808");
    for stem in 0..2 {
        rhythm.is_in(stem, session);
    }
    keys.is_in(0, session);
    assert_eq!(keys.session(0)["link_picked"], false);

    let mut observer = place.join(Kind::Stem, session, "Observer");
    let names = ["BASS 808", "Drums", "Keys"];
    // The name comes first, then what it says.
    let seen = until("the roles", || {
        let seen = stems(&mut observer, &names);
        let known = |stem: &Peer| stem.role.is_some_and(|role| role != Role::Other);
        seen.iter().all(known).then_some(seen)
    });
    let of = |name: &str| seen.iter().find(|stem| stem.name == name).expect("seen");
    for (name, role, host) in [
        ("Drums", Role::Drums, &rhythm),
        ("BASS 808", Role::Bass, &rhythm),
        ("Keys", Role::Music, &keys),
    ] {
        assert_eq!((of(name).role, of(name).process), (Some(role), host.pid()));
    }
    let masters = observer.company().masters;
    assert_eq!(masters.len(), 1);
    assert_eq!(
        (masters[0].session, masters[0].process),
        (session, mix.pid())
    );
    assert_eq!(masters[0].name, "Mix bus");

    for (n, file) in files.into_iter().enumerate() {
        let (host, stem) = if n < 2 {
            (&mut rhythm, n)
        } else {
            (&mut keys, 0)
        };
        let id = of(["Drums", "BASS 808", "Keys"][n]).id;
        // No faster than it listens.
        for second in 0..SECONDS {
            let heard = host.play_from(stem, file, f64::from(second), 1.0);
            assert!(heard.same, "{file}: {heard:?}");
            until("what was played", || {
                assert_eq!(observer.beat(), Ok(()));
                let slices = observer.hear(id)?.recent.heard();
                (slices + LATE >= 10 * u64::from(second + 1)).then_some(())
            });
        }
        let told = until("the end", || {
            assert_eq!(observer.beat(), Ok(()));
            observer.hear(id).filter(|told| !told.playing)
        });
        agrees(&told, file);
    }
    // Closed in good order.
    mix.close(0);
    self::masters(&mut observer, &[]);
    rhythm.close(1);
    stems(&mut observer, &["Drums", "Keys"]);
}

/// What a stem told of a part of the song, against an independent meter.
fn agrees(told: &Summary, file: &str) {
    let (rate_hz, [left, right]) = song::stem(file);
    let notes: Vec<&SliceNote> = told.recent.since(0).1.collect();
    for (n, note) in notes.iter().enumerate() {
        assert_eq!(
            note.number, n as i64,
            "{file}: every tenth of a second, in order"
        );
    }
    let end = (notes.len() as f64 / 10.0 * rate_hz) as usize;
    let mut meter =
        EbuR128::new(2, rate_hz as u32, Mode::S | Mode::M | Mode::TRUE_PEAK).expect("a meter");
    meter
        .add_frames_planar_f32(&[&left[..end], &right[..end]])
        .expect("it measures");
    let near = |told: Option<f32>, measured: f64, tolerance: f64, what: &str| {
        let told = told.map(f64::from);
        assert!(
            told.is_some_and(|told| (told - measured).abs() < tolerance),
            "{file}: {what} {told:?} for {measured}"
        );
    };
    let short = meter.loudness_shortterm().expect("three seconds");
    near(told.short_term_lufs, short, 0.1, "short-term loudness");
    let momentary = meter.loudness_momentary().expect("four tenths");
    near(told.momentary_lufs, momentary, 0.1, "momentary loudness");
    let peak = (0..2).map(|channel| meter.true_peak(channel).expect("a peak"));
    let peak_dbtp = 20.0 * peak.fold(0.0, f64::max).log10();
    near(told.true_peak_dbtp, peak_dbtp, 0.3, "true peak");
}

#[test]
fn what_a_master_in_another_process_advises_is_obeyed_and_saved_and_needs_no_master() {
    let place = Place::new();
    let mut master = place.join(Kind::Master, OURS, "Song");
    let mut host = place.host();
    host.open("stem", "Bass", None);
    let stem = stems(&mut master, &["Bass"]).remove(0);
    assert_eq!(host.link(0), OURS);
    let plain = host.play(0, BASS, 1.0);
    assert!(plain.same, "{plain:?}");
    assert_eq!(host.session(0)["advised"].as_array().map(Vec::len), Some(0));

    let serial = master.advise(stem.id, &gain(-6.0)).expect("there is room");
    has_advice(&mut host, 0, &mut master, -6.0);
    let taken = stems(&mut master, &["Bass"]).remove(0).taken;
    assert_eq!(taken, (master.id(), serial));
    let heard = host.play(0, BASS, 1.0);
    assert!(heard.is_turned_by(-6.0), "{heard:?}");
    // Another in its place, not beside it.
    master.advise(stem.id, &gain(1.5)).expect("there is room");
    has_advice(&mut host, 0, &mut master, 1.5);
    let heard = host.play(0, BASS, 1.0);
    assert!(heard.is_turned_by(1.5), "{heard:?}");

    let state = place.state("stem");
    host.save(0, &state);
    host.kill();
    stems(&mut master, &[]);
    drop(master);
    let mut again = place.host();
    again.open("stem", "Bass", Some(&state));
    let heard = again.play(0, BASS, 1.0);
    assert!(heard.is_turned_by(1.5), "{heard:?}");

    // The track is duplicated: a stem of its own, that begins with what the first one saved.
    let mut master = place.join(Kind::Master, OURS, "Song");
    let elder = stems(&mut master, &["Bass"]).remove(0);
    again.open("stem", "Bass", Some(&state));
    stems(&mut master, &["Bass", "Bass"]);
    let heard = again.play(1, BASS, 1.0);
    assert!(heard.is_turned_by(1.5), "{heard:?}");

    // The master that came back takes it away, from the elder.
    assert!(master.advise(elder.id, &StemAdvice::default()).is_ok());
    until("the advice withdrawn", || {
        assert_eq!(master.beat(), Ok(()));
        let advised = again.session(0)["advised"].take();
        advised.as_array().expect("a list").is_empty().then_some(())
    });
    let heard = [0, 1].map(|stem| again.play(stem, BASS, 1.0));
    assert!(heard[0].same && heard[1].is_turned_by(1.5), "{heard:?}");
}

#[test]
fn who_is_killed_comes_back() {
    let place = Place::new();
    let (mut mix, session) = master(&place, "Mix bus");
    let mut observer = place.join(Kind::Stem, session, "Observer");
    let (mut one, mut two) = (place.host(), place.host());
    one.open("stem", "Bass", None);
    two.open("stem", "Drums", None);
    stems(&mut observer, &["Bass", "Drums"]);
    let states = ["mix", "bass"].map(|name| place.state(name));
    mix.save(0, &states[0]);
    one.save(0, &states[1]);

    one.kill();
    let left = stems(&mut observer, &["Drums"]);
    assert_eq!(left[0].process, two.pid());
    assert!(two.play(0, BASS, 0.5).same);
    let mut one = place.host();
    one.open("stem", "Bass", Some(&states[1]));
    stems(&mut observer, &["Bass", "Drums"]);
    assert_eq!(one.link(0), session);

    // The song is opened again after its master's host died.
    mix.kill();
    masters(&mut observer, &[]);
    assert!(two.play(0, BASS, 0.5).same);
    let mut mix = place.host();
    mix.open("master", "Mix bus", Some(&states[0]));
    masters(&mut observer, &["Mix bus"]);
    stems(&mut observer, &["Bass", "Drums"]);
    assert_eq!(mix.link(0), session);
    assert_eq!((one.link(0), two.link(0)), (session, session));

    // And a master that is put in anew: who had met the first and picked none goes with it.
    some_time();
    mix.kill();
    masters(&mut observer, &[]);
    some_time();
    let (_mix, new) = master(&place, "New bus");
    assert_ne!(new, session);
    one.is_in(0, new);
    two.is_in(0, new);
    assert!(one.play(0, BASS, 0.5).same);
}

#[test]
fn of_two_songs_at_once_a_stem_joins_the_one_that_was_picked() {
    let place = Place::new();
    let (first, session_one) = master(&place, "Song one");
    let (mut second, session_two) = master(&place, "Song two");
    assert_ne!(session_one, session_two);
    let mut observer = place.join(Kind::Stem, session_two, "Observer");
    masters(&mut observer, &["Song one", "Song two"]);

    let mut host = place.host();
    host.open("stem", "Lead Vox", None);
    until("the stem in the table", || {
        place.names("Lead Vox").then_some(())
    });
    some_time();
    let saved = host.session(0);
    assert_eq!(saved["link"], 0, "by itself it joins neither");
    assert_eq!(saved["link_picked"], false);
    assert_eq!(stems(&mut observer, &[]), []);

    let [open, picked, kept] = ["open", "picked", "kept"].map(|name| place.state(name));
    host.save(0, &open);
    let state = with_session(&std::fs::read(&open).expect("saved"), |session| {
        session["link"] = session_two.into();
        session["link_picked"] = true.into();
    });
    std::fs::write(&picked, state).expect("there is room");
    host.load(0, &picked);
    let seen = stems(&mut observer, &["Lead Vox"]);
    assert_eq!(seen[0].role, Some(Role::LeadVocal));
    host.save(0, &kept);
    second.save(0, &open);

    // Both hosts die; the other song is none of its own.
    host.kill();
    second.kill();
    masters(&mut observer, &["Song one"]);
    let mut host = place.host();
    host.open("stem", "Lead Vox", Some(&kept));
    stems(&mut observer, &["Lead Vox"]);
    some_time();
    let saved = host.session(0);
    assert_eq!(saved["link"], session_two);
    assert_eq!(saved["link_picked"], true);
    let mut second = place.host();
    second.open("master", "Song two", Some(&open));
    masters(&mut observer, &["Song one", "Song two"]);
    assert_eq!(second.link(0), session_two);
    stems(&mut observer, &["Lead Vox"]);
    drop(first);
}

#[test]
fn thirty_two_stems_obey_and_one_too_many_goes_on_sounding() {
    let place = Place::new();
    let mut master = place.join(Kind::Master, OURS, "Song");
    let mut hosts = [place.host(), place.host()];
    let names: Vec<String> = (0..ADVICE_ENTRIES)
        .map(|n| format!("Stem {n:02}"))
        .collect();
    for (n, name) in names.iter().enumerate() {
        hosts[n % 2].open("stem", name, None);
    }
    let all: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut seen = stems(&mut master, &all);
    seen.sort_by(|a, b| a.name.cmp(&b.name));
    let db = |n: usize| -0.1 * (n + 1) as f32;
    for (n, stem) in seen.iter().enumerate() {
        assert_eq!(stem.process, hosts[n % 2].pid());
        assert!(master.advise(stem.id, &gain(db(n))).is_ok());
    }
    until("32 that have taken it", || {
        assert_eq!(master.beat(), Ok(()));
        let stems = master.company().stems;
        stems.iter().all(|stem| stem.taken.1 > 0).then_some(())
    });
    for n in 0..names.len() {
        let heard = hosts[n % 2].play(n / 2, BASS, 0.5);
        assert!(heard.is_turned_by(f64::from(db(n))), "{n}: {heard:?}");
    }

    // One more than a master advises.
    let mut late = place.host();
    late.open("stem", "Stem late", None);
    let with_late: Vec<&str> = all.iter().copied().chain(["Stem late"]).collect();
    let seen = stems(&mut master, &with_late);
    let id = |name: &str| seen.iter().find(|one| one.name == name).expect("seen").id;
    let fault = master.advise(id("Stem late"), &gain(-6.0));
    assert_eq!(fault, Err(LinkFault::TooManyStems));
    let heard = late.play(0, BASS, 0.5);
    assert!(heard.same, "{heard:?}");

    // One more than the table holds.
    let (crowd, count) = crowd(&place);
    assert_eq!(count, STEMS - with_late.len());
    late.open("stem", "Stem lost", None);
    some_time();
    assert_eq!(late.link(1), 0);
    assert!(!place.names("Stem lost"));
    let heard = late.play(1, BASS, 0.5);
    assert!(heard.same, "{heard:?}");
    // It joins by itself when there is room.
    crowd.send(()).expect("they live");
    until("room", || {
        assert_eq!(master.beat(), Ok(()));
        (late.link(1) == OURS).then_some(())
    });
}

/// Stems of another session in every slot that is free, and how many they are. One leaves at each word, and
/// all when there will be no more.
fn crowd(place: &Place) -> (Sender<()>, usize) {
    let mut links: Vec<Link> = (0..STEMS)
        .map_while(|_| place.try_join(Kind::Stem, 99, "Other"))
        .collect();
    let count = links.len();
    let (leave, leaves) = mpsc::channel();
    std::thread::spawn(move || {
        loop {
            match leaves.recv_timeout(Duration::from_millis(100)) {
                Ok(()) => drop(links.pop()),
                Err(RecvTimeoutError::Timeout) => {
                    links.retain_mut(|link| link.beat().is_ok());
                }
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    });
    (leave, count)
}

#[test]
fn the_two_formats_meet() {
    let place = Place::new();
    let (mut mix, session) = master(&place, "Mix bus");
    let mut observer = place.join(Kind::Stem, session, "Observer");
    let mut vst3 = place.vst3_host();
    vst3.open("stem", "", None);
    vst3.is_in(0, session);
    let seen = stems(&mut observer, &[""]);
    assert_eq!(
        (seen[0].process, seen[0].role),
        (vst3.pid(), Some(Role::Other))
    );
    let mut clap = place.host();
    clap.open("stem", "Bass", None);
    stems(&mut observer, &["", "Bass"]);
    let state = place.state("vst3");
    vst3.save(0, &state);

    // The song's master is this test from now on.
    mix.kill();
    masters(&mut observer, &[]);
    let mut master = place.join(Kind::Master, session, "Song");
    let id =
        |stems: &[Peer], name: &str| stems.iter().find(|one| one.name == name).expect("seen").id;
    drop(observer);
    let seen = stems(&mut master, &["", "Bass"]);
    assert!(master.advise(id(&seen, ""), &gain(-6.0)).is_ok());
    assert!(master.advise(id(&seen, "Bass"), &gain(2.0)).is_ok());
    has_advice(&mut vst3, 0, &mut master, -6.0);
    has_advice(&mut clap, 0, &mut master, 2.0);
    let heard = vst3.play(0, BASS, 0.5);
    assert!(heard.is_turned_by(-6.0), "{heard:?}");
    let heard = clap.play(0, BASS, 0.5);
    assert!(heard.is_turned_by(2.0), "{heard:?}");

    // Killed, and loaded without a master: what it saved is heard.
    vst3.save(0, &state);
    vst3.kill();
    stems(&mut master, &["Bass"]);
    drop(master);
    let mut vst3 = place.vst3_host();
    vst3.open("stem", "", Some(&state));
    let heard = vst3.play(0, BASS, 0.5);
    assert!(heard.is_turned_by(-6.0), "{heard:?}");
    assert_eq!(vst3.link(0), session);

    // A VST3 is the master of a CLAP.
    let place = Place::new();
    let mut vst3 = place.vst3_host();
    vst3.open("master", "", None);
    let session = vst3.link(0);
    let mut clap = place.host();
    clap.open("stem", "Bass", None);
    clap.is_in(0, session);
    assert_ne!(session, 0);
}
