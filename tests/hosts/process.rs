//! Host processes: this test binary, run again with the built CLAP, or Python with the built VST3. Each does
//! one line after the other, and all meet in a folder of the test's.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command};
use std::time::Duration;

use finalcoat::stems::link::{Ground, Joining, Kind, Link, Peer, file_name};
use finalcoat::stems::role::Role;
use serde_json::{Value, json};

use crate::child::started;
use crate::clap::{bundle, session_of};
use crate::host::{Hosted, Transport};
use crate::song;

/// Says to a process that it is a host.
const HOSTS: &str = "FINALCOAT_HOSTS_TEST";
/// What a host says begins with it: the test harness says things too.
const MARK: &str = "host> ";
/// Of the demo's stems.
const RATE_HZ: f64 = 44_100.0;
const BLOCKS: [usize; 3] = [512, 64, 480];
const BLOCK_MAX: u32 = 512;

/// Where the instances of one test meet.
pub(crate) struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().expect("a folder"),
        }
    }

    /// A file for a state.
    pub(crate) fn state(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn table_folder(&self) -> PathBuf {
        self.folder.path().join("finalcoat")
    }

    /// Whether an instance with this name was ever seen in the table.
    pub(crate) fn names(&self, name: &str) -> bool {
        let table = std::fs::read(self.table_folder().join(file_name())).unwrap_or_default();
        table.windows(name.len()).any(|at| at == name.as_bytes())
    }

    /// A host of the CLAP bundle.
    pub(crate) fn host(&self) -> Process {
        let itself = std::env::current_exe().expect("this test");
        let mut command = Command::new(itself);
        command
            .args(["process::hosts_as_it_is_told", "--exact", "--nocapture"])
            .env(HOSTS, "1");
        self.start(command)
    }

    /// A host of the VST3 bundle.
    pub(crate) fn vst3_host(&self) -> Process {
        let target = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("..");
        let python = target.join("python/bin/python");
        assert!(
            python.exists(),
            "{} is missing: run `cargo xtask test`, which makes it first",
            python.display()
        );
        let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hosts");
        let mut command = Command::new(python);
        command
            .arg(tests.join("vst3.py"))
            .arg(target.join("bundled/Finalcoat.vst3"));
        self.start(command)
    }

    fn start(&self, mut command: Command) -> Process {
        command
            .env("XDG_RUNTIME_DIR", self.folder.path())
            // No window is wanted, and the VST3 host would load what draws.
            .env_remove("DISPLAY")
            .env_remove("WAYLAND_DISPLAY");
        Process::start(&mut command)
    }

    /// An instance of the library's in this process.
    pub(crate) fn join(&self, kind: Kind, session: u64, name: &str) -> Link {
        self.try_join(kind, session, name).expect("there is room")
    }

    /// The same, where there may be no room.
    pub(crate) fn try_join(&self, kind: Kind, session: u64, name: &str) -> Option<Link> {
        let joining = Joining {
            kind,
            session,
            picked: session != 0,
            name: name.to_owned(),
            role: (kind == Kind::Stem).then_some(Role::Other),
        };
        let ground = Ground {
            folder: Some(self.table_folder()),
            ..Ground::default()
        };
        Link::join_at(joining, ground).ok()
    }
}

/// Looks until there is something to see. A busy machine may take its time.
pub(crate) fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    for _ in 0..1_200 {
        if let Some(seen) = look() {
            return seen;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("{what}: not seen within a minute");
}

/// The stems of a link's session, once they are these.
pub(crate) fn stems(link: &mut Link, names: &[&str]) -> Vec<Peer> {
    until(&format!("the stems {names:?}"), || {
        // It may be told late that its own slot is gone, never that it cannot have one.
        assert_eq!(link.beat(), Ok(()));
        let stems = link.company().stems;
        let mut found: Vec<&str> = stems.iter().map(|stem| stem.name.as_str()).collect();
        found.sort_unstable();
        (found == names).then_some(stems)
    })
}

/// What came out of a stem that played.
#[derive(Debug)]
pub(crate) struct Heard {
    /// It is what went in, bit for bit.
    pub(crate) same: bool,
    /// How much louder it is, in dB.
    pub(crate) gain_db: f64,
    /// Furthest from what went in at this gain.
    pub(crate) apart: f64,
}

impl Heard {
    /// What went in, turned by so many dB from the first sample to the last.
    pub(crate) fn is_turned_by(&self, db: f64) -> bool {
        (self.gain_db - db).abs() < 1e-3 && self.apart < 1e-5
    }
}

/// A host that does what one says. Killed when dropped.
pub(crate) struct Process {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Process {
    fn start(command: &mut Command) -> Self {
        let (child, input, output) = started(command);
        Self {
            child,
            input,
            output,
        }
    }

    /// Says a line and hears the answer.
    fn say(&mut self, line: &str) -> Value {
        writeln!(self.input, "{line}").expect("it lives");
        loop {
            let mut line = String::new();
            let length = self.output.read_line(&mut line).expect("text");
            assert!(length > 0, "the host is gone: {:?}", self.child.wait());
            // The harness may have begun the line.
            if let Some((_, answer)) = line.split_once(MARK) {
                return serde_json::from_str(answer).expect("an answer is JSON");
            }
        }
    }

    /// An instance that is ready to process, with a saved state if there is one.
    pub(crate) fn open(&mut self, kind: &str, name: &str, state: Option<&Path>) -> usize {
        let state = state.map_or(String::new(), |state| state.display().to_string());
        let number = self.say(&format!("open\t{kind}\t{name}\t{state}"));
        number.as_u64().expect("a number") as usize
    }

    /// Takes it away.
    pub(crate) fn close(&mut self, instance: usize) {
        self.say(&format!("close\t{instance}"));
    }

    /// Gives its track another name.
    pub(crate) fn rename(&mut self, instance: usize, name: &str) {
        self.say(&format!("rename\t{instance}\t{name}"));
    }

    /// What it keeps beside its parameters.
    pub(crate) fn session(&mut self, instance: usize) -> Value {
        self.say(&format!("session\t{instance}"))
    }

    /// The session that it is in, for its saved state.
    pub(crate) fn link(&mut self, instance: usize) -> u64 {
        self.session(instance)["link"].as_u64().expect("a session")
    }

    /// Waits until it is in a session.
    pub(crate) fn is_in(&mut self, instance: usize, session: u64) {
        until("the session", || {
            (self.link(instance) == session).then_some(())
        });
    }

    pub(crate) fn save(&mut self, instance: usize, state: &Path) {
        self.say(&format!("save\t{instance}\t{}", state.display()));
    }

    pub(crate) fn load(&mut self, instance: usize, state: &Path) {
        self.say(&format!("load\t{instance}\t{}", state.display()));
    }

    /// Plays so many seconds of one of the demo's stems, from the start of the song.
    pub(crate) fn play(&mut self, instance: usize, stem: &str, seconds: f64) -> Heard {
        self.play_from(instance, stem, 0.0, seconds)
    }

    /// The same, from a second on: from the start, or where it was.
    pub(crate) fn play_from(
        &mut self,
        instance: usize,
        stem: &str,
        from: f64,
        seconds: f64,
    ) -> Heard {
        let heard = self.say(&format!("play\t{instance}\t{stem}\t{from}\t{seconds}"));
        Heard {
            same: heard["same"] == true,
            gain_db: heard["gain_db"].as_f64().expect("a number"),
            apart: heard["apart"].as_f64().expect("a number"),
        }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
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

/// Not a promise: what the tests run in processes of their own.
#[test]
fn hosts_as_it_is_told() {
    if std::env::var_os(HOSTS).is_none() {
        return;
    }
    let mut instances = Vec::new();
    for line in std::io::stdin().lines() {
        let line = line.expect("text");
        let words: Vec<&str> = line.split('\t').collect();
        println!("{MARK}{}", obey(&mut instances, &words));
    }
}

fn obey(instances: &mut Vec<Option<Hosted>>, words: &[&str]) -> Value {
    if words[0] == "open" {
        let [_, kind, name, state] = words else {
            panic!("open KIND NAME STATE");
        };
        let id = match *kind {
            "master" => "org.finalcoat.finalcoat",
            _ => "org.finalcoat.stem",
        };
        let mut plugin = Hosted::open_on_track(&bundle(), id, name).expect("the bundle loads");
        if !state.is_empty() {
            let state = std::fs::read(state).expect("a state");
            plugin.load(&state).expect("the state is loaded");
        }
        plugin
            .activate(RATE_HZ, BLOCK_MAX)
            .expect("the plugin activates");
        instances.push(Some(plugin));
        return json!(instances.len() - 1);
    }
    let place: usize = words[1].parse().expect("a number");
    if words[0] == "close" {
        instances[place] = None;
        return json!("closed");
    }
    let plugin = instances[place].as_mut().expect("it is open");
    match words[0] {
        "rename" => plugin.name_track(words[2]),
        "session" => return session_of(&plugin.save().expect("the state is saved")),
        "save" => {
            let state = plugin.save().expect("the state is saved");
            std::fs::write(words[2], state).expect("there is room");
        }
        "load" => {
            let state = std::fs::read(words[2]).expect("a state");
            plugin.load(&state).expect("the state is loaded");
        }
        "play" => {
            let [from, seconds] = [3, 4].map(|word| words[word].parse().expect("seconds"));
            return play(plugin, words[2], from, seconds);
        }
        other => panic!("what is {other}?"),
    }
    json!("done")
}

fn play(plugin: &mut Hosted, stem: &str, from: f64, seconds: f64) -> Value {
    let latency = plugin.latency_samples();
    let (rate_hz, sound) = song::stem(stem);
    assert_eq!(rate_hz, RATE_HZ);
    let [start, frames] = [from, seconds].map(|seconds| (seconds * RATE_HZ) as usize);
    if start == 0 {
        plugin.reset();
    }
    plugin.set_transport(Some(Transport {
        plays: true,
        start: start as i64,
        wraps: None,
    }));
    let input = [0, 1].map(|side: usize| sound[side][start..start + frames].to_vec());
    let output = plugin.process(&input, &BLOCKS, &[]).expect("processes");
    // What comes out first is from before, if there was a before.
    let skipped = latency.saturating_sub(start);
    let flat = |channels: [&[f32]; 2]| channels.concat();
    let heard = flat([0, 1].map(|side: usize| &output[side][skipped..]));
    let first = start + skipped - latency;
    let given = flat([0, 1].map(|side: usize| &sound[side][first..start + frames - latency]));
    let power = |sound: &[f32]| -> f64 { sound.iter().map(|&x| f64::from(x).powi(2)).sum() };
    let gain = (power(&heard) / power(&given)).sqrt();
    let apart = heard
        .iter()
        .zip(&given)
        .map(|(&h, &g)| (f64::from(h) - gain * f64::from(g)).abs())
        .fold(0.0, f64::max);
    json!({ "same": heard == given, "gain_db": 20.0 * gain.log10(), "apart": apart })
}
