//! Instances in processes of their own: this test binary, run again, doing one line after the other.
//!
//! Time is the length of a file, in milliseconds: all processes see the same, and it goes on when a test says
//! so. No test waits for a clock, and no busy machine makes an instance late.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command};

use finalcoat::analysis::bands::THIRDS;
use finalcoat::stems::link::{Ground, Joining, Kind, Link, LinkFault, Peer, Standing, file_name};
use finalcoat::stems::moves::StemChange;
use finalcoat::stems::role::Role;
use finalcoat::stems::summary::{RECENT, SliceNote, Summary};
use rustix::process::{Pid, Signal, WaitOptions, kill_process, waitpid};

use crate::child::{gain, started};

/// Says to a process which place it is to work at; without it, it is no process of ours.
const PLACE: &str = "FINALCOAT_LINK_TEST_PLACE";
/// What a process says begins with it: the test harness says things too.
const MARK: &str = "link> ";

/// A table and a clock for one test.
pub(crate) struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        let place = Self {
            folder: tempfile::tempdir().expect("a folder"),
        };
        File::create(clock_of(place.path())).expect("a clock");
        place.wait_ms(1_000_000);
        place
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Lets time pass.
    pub(crate) fn wait_ms(&self, ms: u64) {
        let clock = File::options()
            .write(true)
            .open(clock_of(self.path()))
            .expect("a clock");
        let now_ms = clock.metadata().expect("a clock").len();
        clock.set_len(now_ms + ms).expect("time goes on");
    }

    /// The table's file.
    pub(crate) fn file(&self) -> PathBuf {
        self.path().join("table").join(file_name())
    }

    /// An instance in this process.
    pub(crate) fn join(&self, kind: Kind, session: u64, name: &str) -> Link {
        join(self.path(), kind, session, name).expect("there is room")
    }

    /// A process with an instance, younger than all others.
    pub(crate) fn process(&self, kind: &str, session: u64, name: &str) -> Process {
        self.wait_ms(1);
        let mut process = self.bare_process();
        process.id = process.say(&format!("join {kind} {session} {name}"));
        process
    }

    /// A process without.
    pub(crate) fn bare_process(&self) -> Process {
        Process::start(&mut self.command())
    }

    pub(crate) fn command(&self) -> Command {
        let itself = std::env::current_exe().expect("this test");
        let mut command = Command::new(itself);
        command
            .args(["process::does_as_it_is_told", "--exact", "--nocapture"])
            .env(PLACE, self.path());
        command
    }
}

fn clock_of(place: &Path) -> PathBuf {
    place.join("clock")
}

pub(crate) fn ground(place: &Path) -> Ground {
    let clock = clock_of(place);
    Ground {
        folder: Some(place.join("table")),
        clock: Box::new(move || fs::metadata(&clock).map_or(1, |found| found.len())),
    }
}

pub(crate) fn join(place: &Path, kind: Kind, session: u64, name: &str) -> Result<Link, LinkFault> {
    Link::join_at(joining(kind, session, name), ground(place))
}

fn joining(kind: Kind, session: u64, name: &str) -> Joining {
    Joining {
        kind,
        session,
        picked: false,
        name: name.to_owned(),
        role: (kind == Kind::Stem).then_some(Role::Music),
    }
}

/// A process that does what one says. Killed when dropped.
pub(crate) struct Process {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    /// Id of its instance, as text.
    pub(crate) id: String,
}

impl Process {
    pub(crate) fn start(command: &mut Command) -> Self {
        let (child, input, output) = started(command);
        Self {
            child,
            input,
            output,
            id: String::new(),
        }
    }

    /// Says a line and hears the answer.
    pub(crate) fn say(&mut self, line: &str) -> String {
        self.tell(line);
        self.hear()
    }

    /// Says a line and does not wait.
    pub(crate) fn tell(&mut self, line: &str) {
        writeln!(self.input, "{line}").expect("it lives");
    }

    /// Waits for an answer.
    pub(crate) fn hear(&mut self) -> String {
        loop {
            let mut line = String::new();
            let length = self.output.read_line(&mut line).expect("text");
            assert!(length > 0, "the process is gone: {:?}", self.child.wait());
            // The harness may have begun the line.
            if let Some((_, answer)) = line.split_once(MARK) {
                return answer.trim_end_matches('\n').to_owned();
            }
        }
    }

    pub(crate) fn number(&self) -> u64 {
        self.id.parse().expect("an id")
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Stops it wherever it is, and waits until it stands.
    pub(crate) fn freeze(&self) {
        let pid = self.signal(Signal::STOP);
        waitpid(Some(pid), WaitOptions::UNTRACED).expect("it is ours");
    }

    /// Lets it go on.
    pub(crate) fn thaw(&self) {
        self.signal(Signal::CONT);
    }

    fn signal(&self, signal: Signal) -> Pid {
        let pid = Pid::from_child(&self.child);
        kill_process(pid, signal).expect("it is ours");
        pid
    }

    /// Kills it as the system does, and waits until it is gone.
    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("it is ours");
        self.child.wait().expect("it is gone");
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A summary whose every number follows from one.
pub(crate) fn pattern(n: u64) -> Summary {
    let mut summary = Summary {
        position_s: n as f64,
        playing: n % 2 == 1,
        momentary_lufs: Some(-((n % 70) as f32)),
        ..Summary::default()
    };
    for i in 0..RECENT as u64 + n % 50 {
        summary.recent.push(pattern_note(n * 3 + i));
    }
    summary
}

/// A slice whose every number follows from its own.
pub(crate) fn pattern_note(n: u64) -> SliceNote {
    let byte = |salt: usize| (n.wrapping_mul(0x9e37_79b9) >> 8) as u8 ^ salt as u8;
    SliceNote {
        number: n as i64,
        weighted_power: (n % 1000) as f32,
        true_peak: (n % 77) as f32,
        known: n.is_multiple_of(3),
        mid: core::array::from_fn(byte),
        side: core::array::from_fn(|third| byte(third + THIRDS)),
    }
}

/// What a summary follows from; fails when its parts are of different ones.
pub(crate) fn pattern_of(summary: &Summary) -> u64 {
    let n = summary.position_s as u64;
    assert!(*summary == pattern(n), "torn: {summary:?}");
    n
}

/// Not a test: what the processes run.
#[test]
fn does_as_it_is_told() {
    let Some(place) = std::env::var_os(PLACE) else {
        return;
    };
    let place = PathBuf::from(place);
    let mut link = None;
    let mut heard = Summary::default();
    for line in std::io::stdin().lines() {
        let line = line.expect("text");
        let words: Vec<&str> = line.split(' ').collect();
        let answer = obey(&place, &mut link, &mut heard, &words);
        println!("{MARK}{answer}");
    }
}

fn obey(place: &Path, link: &mut Option<Link>, heard: &mut Summary, words: &[&str]) -> String {
    let number = |n: usize| words[n].parse::<u64>().expect("a number");
    if words[0] == "join_here" {
        // As the plugin does: this user's folder, the system's clock.
        let joining = joining(Kind::Stem, 0, "Here");
        return match Link::join(joining) {
            Ok(joined) => link.insert(joined).id().to_string(),
            Err(fault) => fault.to_string(),
        };
    }
    if words[0] == "join" {
        let kind = match words[1] {
            "master" => Kind::Master,
            _ => Kind::Stem,
        };
        return match join(place, kind, number(2), words[3]) {
            Ok(joined) => link.insert(joined).id().to_string(),
            Err(fault) => fault.to_string(),
        };
    }
    let Some(linked) = link else {
        return "not joined".to_owned();
    };
    match words[0] {
        "beat" => match linked.beat() {
            Ok(()) => "ok".to_owned(),
            Err(fault) => fault.to_string(),
        },
        "standing" => {
            let company = linked.company();
            let names = |peers: &[Peer]| {
                let names: Vec<&str> = peers.iter().map(|peer| peer.name.as_str()).collect();
                names.join(",")
            };
            let standing = match company.standing {
                Standing::Linked { twins: false, .. } => "linked",
                Standing::Linked { twins: true, .. } => "twins",
                Standing::Alone => "alone",
                Standing::Choose => "choose",
                Standing::Waiting => "waiting",
            };
            let (masters, stems) = (names(&company.masters), names(&company.stems));
            format!("{standing} {masters} {stems}")
        }
        "session" => {
            linked.set_session(number(1));
            "ok".to_owned()
        }
        "publish" => match linked.publish(&pattern(number(1))) {
            Ok(()) => "ok".to_owned(),
            Err(fault) => fault.to_string(),
        },
        "slices" => {
            for n in number(1)..number(2) {
                heard.recent.push(pattern_note(n));
                if n % 5 == 4 {
                    heard.position_s = (n + 1) as f64 / 10.0;
                    linked.publish(heard).expect("there is room");
                }
            }
            linked.beat().expect("there is room");
            resident_kb().to_string()
        }
        "hear" => linked
            .hear(number(1))
            .map_or("nothing".to_owned(), |summary| {
                pattern_of(&summary).to_string()
            }),
        "advise" => {
            let advice = gain(words[2].parse().expect("a gain"));
            match linked.advise(number(1), &advice) {
                Ok(serial) => serial.to_string(),
                Err(fault) => fault.to_string(),
            }
        }
        "take" => linked.take_advice().map_or("nothing".to_owned(), |advice| {
            let StemChange::Gain(db) = advice.moves[0].change else {
                panic!("a gain was sent");
            };
            format!("{} {db}", advice.serial)
        }),
        "unavailable" => linked
            .unavailable()
            .map_or("no".to_owned(), ToString::to_string),
        "hammer" => hammer(linked),
        "leave" => {
            *link = None;
            "ok".to_owned()
        }
        other => panic!("what is {other}?"),
    }
}

/// Publishes until it is killed or has no place, with short rests in which it can be read.
fn hammer(link: &mut Link) -> String {
    println!("{MARK}hammering");
    let patterns: Vec<Summary> = (0..64).map(pattern).collect();
    for n in 0_usize.. {
        if let Err(fault) = link.publish(&patterns[n % 64]) {
            return fault.to_string();
        }
        (0..n % 7 * 100).for_each(|_| std::hint::spin_loop());
    }
    unreachable!()
}

/// Memory in use by this process; 0 where the system does not say.
pub(crate) fn resident_kb() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let digits = line.and_then(|line| line.split_whitespace().next());
    digits.and_then(|digits| digits.parse().ok()).unwrap_or(0)
}
