//! The link, between real processes: they join, talk, leave, are killed, frozen and come back, and the table
//! they share is cut, removed and spoilt under their hands.
#![cfg(all(unix, feature = "plugin"))]

#[path = "support/child.rs"]
mod child;
#[path = "link/process.rs"]
mod process;

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::time::Duration;

use finalcoat::stems::advice::StemAdvice;
use finalcoat::stems::link::{
    Ground, Joining, Kind, Link, LinkFault, STALE_MS, STEMS, Standing, TABLE_BYTES,
};
use process::{Place, Process, pattern, pattern_note, pattern_of, resident_kb};

#[test]
fn processes_find_each_other_and_talk() {
    let place = Place::new();
    let mut master = place.process("master", 0, "Song");
    let mut bass = place.process("stem", 0, "Bass");
    let mut vocal = place.process("stem", 0, "Vocal");
    assert_eq!(bass.say("standing"), "linked Song ");
    assert_eq!(vocal.say("standing"), "linked Song Bass");
    assert_eq!(master.say("standing"), "linked  Bass,Vocal");

    assert_eq!(master.say(&format!("hear {}", bass.id)), "nothing");
    assert_eq!(bass.say("publish 17"), "ok");
    assert_eq!(vocal.say("publish 18"), "ok");
    assert_eq!(master.say(&format!("hear {}", bass.id)), "17");
    assert_eq!(master.say(&format!("hear {}", vocal.id)), "18");

    assert_eq!(bass.say("take"), "nothing");
    assert_eq!(master.say(&format!("advise {} -1.5", bass.id)), "1");
    assert_eq!(master.say(&format!("advise {} 1", vocal.id)), "2");
    assert_eq!(bass.say("take"), "1 -1.5");
    assert_eq!(bass.say("take"), "nothing", "once for each advice");
    assert_eq!(master.say(&format!("advise {} -2", bass.id)), "3");
    assert_eq!(bass.say("take"), "3 -2");
    assert_eq!(vocal.say("take"), "2 1");

    assert_eq!(bass.say("leave"), "ok");
    assert_eq!(master.say("standing"), "linked  Vocal");
    assert_eq!(master.say(&format!("hear {}", bass.id)), "nothing");
    assert_eq!(
        fs::metadata(place.file()).expect("there").len(),
        TABLE_BYTES
    );
}

#[test]
fn the_master_sees_who_took_its_advice_and_the_stem_who_gave_it() {
    let place = Place::new();
    let mut master = place.join(Kind::Master, 7, "Song");
    let mut stem = place.join(Kind::Stem, 7, "Bass");
    let taken = |master: &mut Link| master.company().stems[0].taken;
    let serial = master.advise(stem.id(), &StemAdvice::default());
    assert_eq!((serial, taken(&mut master)), (Ok(1), (0, 0)));
    let advice = stem.take_advice().expect("advised");
    assert_eq!((advice.session, advice.stem), (7, stem.id()));
    assert_eq!(taken(&mut master), (master.id(), 1));

    // The master is loaded again: another instance, whose serial numbers begin again.
    drop(master);
    place.wait_ms(10);
    let mut master = place.join(Kind::Master, 7, "Song");
    assert_eq!(stem.take_advice(), None);
    assert_eq!(master.advise(stem.id(), &StemAdvice::default()), Ok(1));
    assert!(stem.take_advice().is_some());

    // What was made for one session is not for another.
    assert!(master.advise(stem.id(), &StemAdvice::default()).is_ok());
    master.set_session(8);
    stem.set_session(8);
    assert_eq!(stem.take_advice(), None);
}

#[test]
fn no_snapshot_is_torn() {
    let place = Place::new();
    let mut writers: Vec<Process> = (0..3)
        .map(|n| place.process("stem", 7, &format!("Stem{n}")))
        .collect();
    let mut master = place.join(Kind::Master, 7, "Song");
    for writer in &mut writers {
        assert_eq!(writer.say("hammer"), "hammering");
    }
    let mut changes = 0;
    let mut last = vec![0; writers.len()];
    while changes < 6000 {
        for (writer, last) in writers.iter().zip(&mut last) {
            if let Some(summary) = master.hear(writer.number()) {
                let n = pattern_of(&summary);
                changes += u32::from(n != *last);
                *last = n;
            }
        }
    }
}

#[test]
fn killed_in_the_middle_of_a_write_a_slot_comes_free_and_the_others_go_on() {
    let place = Place::new();
    let mut steady = place.process("stem", 7, "Steady");
    let mut master = place.join(Kind::Master, 7, "Song");
    let mut random = Random(1);
    for round in 0..40 {
        let mut victims: Vec<Process> =
            ["A", "B"].map(|name| place.process("stem", 7, name)).into();
        for victim in &mut victims {
            assert_eq!(victim.say("hammer"), "hammering");
        }
        assert_eq!(master.company().stems.len(), 3);
        std::thread::sleep(Duration::from_micros(random.below(3000)));
        victims.iter_mut().for_each(Process::kill);
        assert_eq!(steady.say(&format!("publish {round}")), "ok");
        // Whole or not at all, also of the dead.
        for victim in &victims {
            let last = master.hear(victim.number());
            last.iter()
                .for_each(|summary| assert!(pattern_of(summary) < 64));
        }
        place.wait_ms(STALE_MS / 2);
        assert_eq!(steady.say("beat"), "ok");
        assert_eq!(master.beat(), Ok(()));
        place.wait_ms(STALE_MS / 2 + 1);
        assert_eq!(steady.say("beat"), "ok");
        let company = master.company();
        let names: Vec<&str> = company
            .stems
            .iter()
            .map(|stem| stem.name.as_str())
            .collect();
        assert_eq!(names, ["Steady"], "round {round}");
        let heard = master.hear(steady.number()).expect("it lives");
        assert_eq!(pattern_of(&heard), round);
        for victim in &victims {
            assert_eq!(master.hear(victim.number()), None);
        }
    }
    // Nothing has leaked: all but the one stem's slot in use are free.
    let room = fill(&place);
    assert_eq!(room.len(), STEMS - 1);
}

#[test]
fn who_was_frozen_and_lost_its_slot_joins_anew() {
    let place = Place::new();
    let mut master = place.join(Kind::Master, 7, "Song");
    let mut frozen = place.process("stem", 7, "Frozen");
    frozen.freeze();
    place.wait_ms(3000);
    assert_eq!(master.beat(), Ok(()));
    assert_eq!(master.company().stems, []);
    // Everybody's slot is somebody's now, also the one that was its own.
    let mut others = fill(&place);
    assert_eq!(others.len(), STEMS);
    frozen.thaw();
    let told = frozen.say("publish 5");
    assert_eq!(told, LinkFault::Full.to_string());
    for (n, other) in others.iter_mut().enumerate() {
        assert_eq!(other.publish(&pattern(n as u64)), Ok(()));
    }
    assert_eq!(frozen.say("beat"), LinkFault::Full.to_string());
    for (n, other) in others.iter().enumerate() {
        let heard = master.hear(other.id()).expect("it lives");
        assert_eq!(pattern_of(&heard), n as u64);
    }
    others.pop();
    assert_eq!(frozen.say("publish 5"), "ok");
    let heard = master.hear(frozen.number()).expect("under its own id");
    assert_eq!(pattern_of(&heard), 5);
}

#[test]
fn who_was_frozen_in_the_middle_of_a_write_spoils_nothing_that_is_believed() {
    let place = Place::new();
    let mut random = Random(2);
    for _ in 0..25 {
        let mut frozen = place.process("stem", 7, "Frozen");
        assert_eq!(frozen.say("hammer"), "hammering");
        std::thread::sleep(Duration::from_micros(random.below(3000)));
        frozen.freeze();
        place.wait_ms(STALE_MS + 1);
        let mut others = fill(&place);
        assert_eq!(others.len(), STEMS, "also its own");
        for (n, other) in others.iter_mut().enumerate() {
            assert_eq!(other.publish(&pattern(100 + n as u64)), Ok(()));
        }
        // It goes on with the word it stopped at, and finds the table full.
        frozen.thaw();
        assert_eq!(frozen.hear(), LinkFault::Full.to_string());
        let mut reader = others.pop().expect("there are many");
        for (n, other) in others.iter().enumerate() {
            // Spoilt is possible, torn or another's is not.
            if let Some(heard) = reader.hear(other.id()) {
                assert_eq!(pattern_of(&heard), 100 + n as u64);
            }
        }
        frozen.kill();
        assert_eq!(reader.company().stems.len(), STEMS - 1);
        for (n, other) in others.iter_mut().enumerate() {
            assert_eq!(other.beat(), Ok(()));
            assert_eq!(other.publish(&pattern(500 + n as u64)), Ok(()));
            let heard = reader
                .hear(other.id())
                .expect("put right by the next write");
            assert_eq!(pattern_of(&heard), 500 + n as u64);
        }
    }
}

#[test]
fn thirty_two_stems_in_as_many_processes() {
    let place = Place::new();
    let mut stems: Vec<Process> = (0..32).map(|_| place.bare_process()).collect();
    // All at once.
    for (n, stem) in stems.iter_mut().enumerate() {
        stem.tell(&format!("join stem 7 Stem{n:02}"));
    }
    for stem in &mut stems {
        stem.id = stem.hear();
    }
    let mut master = place.join(Kind::Master, 7, "Song");
    for (n, stem) in stems.iter_mut().enumerate() {
        stem.tell(&format!("publish {n}"));
    }
    stems
        .iter_mut()
        .for_each(|stem| assert_eq!(stem.hear(), "ok"));
    let company = master.company();
    assert_eq!(company.stems.len(), 32);
    let mut ids: Vec<u64> = company.stems.iter().map(|stem| stem.id).collect();
    let mut pids: Vec<u32> = company.stems.iter().map(|stem| stem.process).collect();
    for (n, stem) in stems.iter().enumerate() {
        let heard = master.hear(stem.number()).expect("it published");
        assert_eq!(pattern_of(&heard), n as u64);
        assert!(pids.contains(&stem.pid()));
        let advice = child::gain(n as f32 / 10.0);
        assert!(master.advise(stem.number(), &advice).is_ok());
    }
    ids.sort_unstable();
    ids.dedup();
    pids.sort_unstable();
    pids.dedup();
    assert_eq!((ids.len(), pids.len()), (32, 32));
    for (n, stem) in stems.iter_mut().enumerate() {
        assert_eq!(stem.say("take"), format!("{} {}", n + 1, n as f32 / 10.0));
    }

    // One more than a master advises, until one leaves.
    let mut late = place.join(Kind::Stem, 7, "Late");
    let advice = StemAdvice::default();
    let fault = master.advise(late.id(), &advice);
    assert_eq!(fault, Err(LinkFault::TooManyStems));
    assert_eq!(stems[3].say("leave"), "ok");
    assert!(master.advise(late.id(), &advice).is_ok());
    assert!(late.take_advice().is_some());
}

#[test]
fn two_songs_at_once_do_not_mix() {
    let place = Place::new();
    let mut songs = Vec::new();
    for session in [11, 12] {
        let master = place.process("master", session, &format!("Song{session}"));
        let stems: Vec<Process> = ["Drums", "Voice"]
            .map(|name| place.process("stem", session, &format!("{name}{session}")))
            .into();
        songs.push((session, master, stems));
        place.wait_ms(100);
    }
    for (session, master, stems) in &mut songs {
        let told = master.say("standing");
        let other = 23 - *session;
        assert_eq!(
            told,
            format!("linked Song{other} Drums{session},Voice{session}")
        );
        for (n, stem) in stems.iter_mut().enumerate() {
            let advise = format!("advise {} {}", stem.id, n + 1);
            assert_eq!(master.say(&advise), (n + 1).to_string());
            assert_eq!(stem.say("take"), format!("{} {}", n + 1, n + 1));
        }
    }
    // Advice for a stem of the other song does not arrive.
    let stranger = songs[1].2[0].id.clone();
    songs[0].1.say(&format!("advise {stranger} 9"));
    assert_eq!(songs[1].2[0].say("take"), "nothing");

    // A stem with no session picks; the pick holds.
    let mut new = place.process("stem", 0, "New");
    assert_eq!(new.say("standing"), "choose Song11,Song12 ");
    new.say("session 12");
    assert_eq!(new.say("standing"), "linked Song11,Song12 Drums12,Voice12");
    // Its song is closed, and opened again.
    songs[1].1.kill();
    place.wait_ms(STALE_MS + 1);
    songs[0].1.say("beat");
    assert_eq!(new.say("standing"), "waiting Song11 ");
    let mut again = place.process("master", 12, "Again");
    assert_eq!(new.say("standing"), "linked Song11,Again ");

    // The song is open twice: both are told, once it is no reload.
    place.wait_ms(100);
    let mut twin = place.process("master", 12, "Twin");
    assert_eq!(new.say("standing"), "linked Song11,Again,Twin ");
    for _ in 0..4 {
        place.wait_ms(1000);
        for process in [&mut again, &mut twin, &mut new] {
            assert_eq!(process.say("beat"), "ok");
        }
    }
    assert_eq!(new.say("standing"), "twins Again,Twin ");
    assert_eq!(again.say("standing"), "twins Twin New");
    assert_eq!(twin.say(&format!("advise {} 3", new.id)), "1");
    assert_eq!(again.say(&format!("advise {} 4", new.id)), "1");
    assert_eq!(new.say("take"), "1 3", "the newer counts");
    twin.say("session 13");
    assert_eq!(again.say("standing"), "linked Twin New");
}

#[test]
fn a_full_table_says_so_until_one_leaves() {
    let place = Place::new();
    let mut others = fill(&place);
    assert_eq!(others.len(), STEMS);
    let mut late = place.bare_process();
    let told = late.say("join stem 0 Late");
    assert!(told.contains("16 masters or 112 stems"), "{told}");
    assert_eq!(late.say("standing"), "not joined");
    drop(others.pop());
    late.id = late.say("join stem 0 Late");
    assert!(late.number() > 0);
    assert_eq!(
        fs::metadata(place.file()).expect("there").len(),
        TABLE_BYTES
    );
}

/// A mapped file that is cut kills who touches it. They look first.
#[test]
fn a_table_that_is_cut_removed_or_spoilt_is_left_and_all_meet_in_a_new_one() {
    let place = Place::new();
    let mut master = place.process("master", 7, "Song");
    let mut stem = place.process("stem", 7, "Bass");
    let mut reader = place.join(Kind::Master, 8, "Other");
    type Damage = fn(&std::path::Path);
    let damages: [Damage; 5] = [
        |path| cut(path, 0),
        |path| cut(path, 5000),
        |path| fs::remove_file(path).expect("ours"),
        |path| {
            fs::remove_file(path).expect("ours");
            fs::write(path, vec![0xa5; TABLE_BYTES as usize]).expect("ours");
        },
        |path| fs::remove_dir_all(path.parent().expect("a folder")).expect("ours"),
    ];
    for (n, damage) in damages.iter().enumerate() {
        assert_eq!(
            master.say(&format!("advise {} {n}", stem.id)),
            (n + 1).to_string()
        );
        damage(&place.file());
        // Whoever looks first makes the new one; nobody waits for anybody.
        assert_eq!(stem.say("publish 3"), "ok");
        reader.company();
        assert_eq!(master.say("standing"), "linked Other Bass");
        assert_eq!(master.say(&format!("hear {}", stem.id)), "3");
        assert_eq!(
            stem.say("take"),
            format!("{} {n}", n + 1),
            "advice moves along"
        );
        assert_eq!(reader.company().masters.len(), 1);
        let length = fs::metadata(place.file()).expect("made anew").len();
        assert_eq!(length, TABLE_BYTES);
    }
}

#[test]
fn eight_that_find_the_table_cut_at_once_meet_again() {
    let place = Place::new();
    let mut stems: Vec<Process> = (0..8)
        .map(|n| place.process("stem", 7, &format!("Stem{n}")))
        .collect();
    let mut master = place.join(Kind::Master, 7, "Song");
    for round in 0..30 {
        cut(&place.file(), round * 4096);
        // The second time each follows who was last to replace it.
        for _ in 0..2 {
            stems.iter_mut().for_each(|stem| stem.tell("beat"));
            for stem in &mut stems {
                assert_eq!(stem.hear(), "ok");
            }
        }
        assert_eq!(master.company().stems.len(), 8, "round {round}");
    }
    let left = fs::read_dir(place.path().join("table")).expect("there");
    assert_eq!(left.count(), 1, "no draft is left");
}

#[test]
fn garbage_in_the_table_is_not_believed_and_put_right() {
    let place = Place::new();
    let mut master = place.join(Kind::Master, 7, "Song");
    let mut stem = place.join(Kind::Stem, 7, "Bass");
    let mut random = Random(3);
    for _ in 0..60 {
        assert_eq!(stem.publish(&pattern(9)), Ok(()));
        // Not the head: members do not look there again.
        let mut bytes = fs::read(place.file()).expect("ours");
        for _ in 0..20_000 {
            let at = 4096 + random.below(TABLE_BYTES - 4096) as usize;
            bytes[at] = random.below(256) as u8;
        }
        write_over(&place.file(), &bytes);
        for peer in master.company().stems {
            assert!(peer.id == stem.id() && peer.name == "Bass");
        }
        if let Some(summary) = master.hear(stem.id()) {
            assert_eq!(pattern_of(&summary), 9);
        }
        stem.take_advice();
        place.wait_ms(STALE_MS + 1);
        assert_eq!((stem.beat(), master.beat()), (Ok(()), Ok(())));
        assert_eq!(stem.publish(&pattern(10)), Ok(()));
        assert_eq!(master.company().stems.len(), 1);
        let heard = master.hear(stem.id()).expect("put right");
        assert_eq!(pattern_of(&heard), 10);
    }
}

#[test]
fn another_builds_table_is_left_alone_and_found_free_later() {
    let place = Place::new();
    drop(place.join(Kind::Master, 7, "Song"));
    let mut bytes = fs::read(place.file()).expect("ours");
    bytes[8] ^= 0xff;
    fs::write(place.file(), &bytes).expect("ours");
    let mut stem = place.process("stem", 7, "Bass");
    assert!(stem.say("unavailable").contains("another build"));
    assert_eq!(stem.say("publish 3"), "ok", "it works on, unseen");
    assert_eq!(fs::read(place.file()).expect("there"), bytes);
    fs::remove_file(place.file()).expect("ours");
    let mut master = place.join(Kind::Master, 7, "Song");
    for _ in 0..16 {
        assert_eq!(stem.say("beat"), "ok");
    }
    assert_eq!(stem.say("unavailable"), "no");
    assert_eq!(master.company().stems.len(), 1);
}

#[test]
fn where_nothing_can_be_written_instances_of_one_process_still_meet() {
    let place = Place::new();
    let folder = place.path().join("table");
    fs::create_dir(&folder).expect("a folder");
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o555)).expect("ours");
    fs::set_permissions(place.path(), fs::Permissions::from_mode(0o755)).expect("ours");
    // An administrator can write everywhere; nobody cannot.
    let mut command = place.command();
    if rustix::process::geteuid().is_root() {
        let copy = place.path().join("test");
        fs::copy(std::env::current_exe().expect("this test"), &copy).expect("there is room");
        fs::set_permissions(&copy, fs::Permissions::from_mode(0o755)).expect("ours");
        command = command_like(&command, &copy);
        command.uid(65534).gid(65534).current_dir("/");
    } else {
        fs::set_permissions(place.path(), fs::Permissions::from_mode(0o555)).expect("ours");
        fs::remove_dir(&folder).err();
    }
    let mut stem = Process::start(&mut command);
    stem.id = stem.say("join stem 7 Bass");
    assert!(stem.number() > 0);
    assert!(stem.say("unavailable").contains("cannot be seen"));
    assert_eq!(stem.say("publish 3"), "ok");
    assert_eq!(stem.say("standing"), "waiting  ");
    assert_eq!(stem.say("beat"), "ok");
    drop(stem);
    fs::set_permissions(place.path(), fs::Permissions::from_mode(0o755)).expect("ours");
}

/// As the plugin joins: in the user's runtime folder, by the system's clock.
#[test]
fn the_table_lies_in_the_users_runtime_folder() {
    let place = Place::new();
    let start = || Process::start(place.command().env("XDG_RUNTIME_DIR", place.path()));
    let (mut first, mut second) = (start(), start());
    for process in [&mut first, &mut second] {
        process.id = process.say("join_here");
        assert_eq!(process.say("unavailable"), "no");
    }
    let folder = place.path().join("finalcoat");
    let table = folder.join(place.file().file_name().expect("a name"));
    let mode = |path| fs::metadata(path).expect("there").permissions().mode() & 0o7777;
    assert_eq!((mode(&folder), mode(&table)), (0o700, 0o600));
    let master = Joining {
        kind: Kind::Master,
        session: 7,
        picked: false,
        name: "Song".to_owned(),
        role: None,
    };
    let ground = Ground {
        folder: Some(folder),
        ..Ground::default()
    };
    let mut master = Link::join_at(master, ground).expect("there is room");
    for process in [&mut first, &mut second] {
        assert_eq!(process.say("publish 6"), "ok");
        assert!(process.say("standing").starts_with("linked Song"));
        let heard = master.hear(process.number()).expect("it published");
        assert_eq!(pattern_of(&heard), 6);
    }
}

#[test]
fn instances_of_one_process_meet_without_a_file() {
    let place = Place::new();
    fs::write(place.path().join("table"), "in the way").expect("a file");
    let mut master = place.join(Kind::Master, 0, "Song");
    let mut stem = place.join(Kind::Stem, 0, "Bass");
    assert!(master.unavailable().is_some_and(LinkFault::is_quiet));
    assert_eq!(stem.publish(&pattern(4)), Ok(()));
    assert!(matches!(stem.company().standing, Standing::Linked { .. }));
    assert_eq!(stem.session(), master.session());
    let heard = master.hear(stem.id()).expect("it published");
    assert_eq!(pattern_of(&heard), 4);
    assert!(master.advise(stem.id(), &StemAdvice::default()).is_ok());
    assert!(stem.take_advice().is_some());
}

/// Eight processes, each slice of an hour, read every five seconds of song.
#[test]
fn an_hour_goes_through_without_loss_or_growth() {
    const SLICES: u64 = 36_000;
    const STEP: u64 = 50;
    let place = Place::new();
    let mut master = place.join(Kind::Master, 7, "Song");
    let mut stems: Vec<Process> = (0..8)
        .map(|n| place.process("stem", 7, &format!("Stem{n}")))
        .collect();
    let mut seen = [0; 8];
    let mut resident = Vec::new();
    for start in (0..SLICES).step_by(STEP as usize) {
        for stem in &mut stems {
            stem.tell(&format!("slices {start} {}", start + STEP));
        }
        let in_use: Vec<u64> = stems
            .iter_mut()
            .map(|stem| stem.hear().parse().expect("a number"))
            .collect();
        place.wait_ms(250);
        assert_eq!(master.beat(), Ok(()));
        assert_eq!(master.company().stems.len(), 8);
        for (stem, seen) in stems.iter().zip(&mut seen) {
            let summary = master.hear(stem.number()).expect("nobody writes now");
            let (lost, notes) = summary.recent.since(*seen);
            assert_eq!(lost, 0);
            for note in notes {
                assert!(*note == pattern_note(*seen));
                *seen += 1;
            }
        }
        if start == SLICES / 10 || start == SLICES - STEP {
            resident.push((resident_kb(), in_use));
        }
    }
    assert_eq!(seen, [SLICES; 8]);
    let file = fs::metadata(place.file()).expect("there");
    assert_eq!(file.len(), TABLE_BYTES);
    let names = fs::read_dir(place.path().join("table")).expect("there");
    assert_eq!(names.count(), 1);
    // Nine tenths of an hour later: eight bytes more per slice would be seen.
    let (before, after) = (&resident[0], &resident[1]);
    for (before, after) in before.1.iter().zip(&after.1) {
        assert!(
            after.saturating_sub(*before) < 256,
            "{before} to {after} kB"
        );
    }
}

/// Takes all slots that are free.
fn fill(place: &Place) -> Vec<Link> {
    let mut links = Vec::new();
    while let Ok(link) = process::join(place.path(), Kind::Stem, 7, "Other") {
        links.push(link);
        assert!(links.len() <= STEMS);
    }
    links
}

fn cut(path: &std::path::Path, length: u64) {
    let file = File::options().write(true).open(path).expect("ours");
    file.set_len(length).expect("ours");
}

/// In place, without cutting.
fn write_over(path: &std::path::Path, bytes: &[u8]) {
    use std::os::unix::fs::FileExt;
    let file = File::options().write(true).open(path).expect("ours");
    file.write_all_at(bytes, 0).expect("ours");
}

/// The same command of another binary.
fn command_like(
    command: &std::process::Command,
    program: &std::path::Path,
) -> std::process::Command {
    let mut like = std::process::Command::new(program);
    like.args(command.get_args());
    for (key, value) in command.get_envs() {
        like.env(key, value.unwrap_or_default());
    }
    like
}

struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}
