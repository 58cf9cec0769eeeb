//! From Listen to Apply, and what is wished in between, as the host's wrapper and the user's hand see it.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use finalcoat::assistant::advice::Advice;
use finalcoat::assistant::ownership;
use finalcoat::assistant::wishes::LoudnessWish;
use finalcoat::editor::apply::PER_FRAME;
use finalcoat::editor::widgets::Icon;
use finalcoat::engine::settings::fields::Group;
use finalcoat::handoff::listen::Work;

use super::song;
use super::transport::{part, until};
use super::wrapped::{Code, Wrapped};

/// Waits for another proposal.
fn another(host: &Wrapped, before: Option<&Arc<Advice>>) -> Arc<Advice> {
    let is_other = |one: &Arc<Advice>| before.is_none_or(|before| !Arc::ptr_eq(before, one));
    let view = until(host, |view| view.advice.as_ref().is_some_and(is_other));
    until(host, |view| view.status.work == Work::Idle);
    view.advice.unwrap()
}

/// An instance that listened to some seconds of the song and was asked what it thinks.
fn listened() -> (Wrapped, Arc<Advice>) {
    let (rate_hz, song) = song::demo();
    let mut host = Wrapped::open(rate_hz);
    host.click("Listen");
    thread::sleep(Duration::from_millis(300));
    let (channels, start) = part(&song, rate_hz, 0.0, 10.0);
    host.play(channels, Code::Plays(start));
    thread::sleep(Duration::from_millis(300));
    host.click("Stop listening");
    host.click("Propose");
    let mut advice = another(&host, None);
    // On a busy machine the proposal of the listening may come before the one that was asked for.
    loop {
        thread::sleep(Duration::from_millis(500));
        let now = host.assistant();
        let last = now.advice.expect("it was there");
        if now.status.work == Work::Idle && Arc::ptr_eq(&last, &advice) {
            return (host, advice);
        }
        advice = last;
    }
}

#[test]
fn each_wish_is_answered_from_what_was_heard_without_playing_again() {
    let (mut host, first) = listened();
    // From here on nothing is played, and nobody asks for a proposal.
    host.click_on(drop_down("wishes"));
    host.click_on(drop_down("styles"));
    host.click("jazz");
    let second = another(&host, Some(&first));
    assert_eq!(second.style, "jazz");
    assert_eq!(second.gated_s, first.gated_s);

    host.click("Add");
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/assets/demo/twilight_area.flac"
    );
    host.frame(vec![egui::Event::Text(path.to_owned())]);
    // The one beside the line, not the one that opened it.
    host.click("Add");
    let third = another(&host, Some(&second));
    assert_eq!(third.style, "your reference");
    assert_ne!(third.settings, second.settings);

    // The first of the four weights is that of the tone.
    host.notch_down("100");
    let tone = host.assistant().wishes.reference_weights.tone;
    assert!(tone < 1.0, "{tone}");
    let fourth = another(&host, Some(&third));

    let (goal, number) = (host.find("Set"), fourth.goal_lufs);
    host.click_at(goal.center());
    let fifth = another(&host, Some(&fourth));
    assert_ne!(fifth.goal_lufs, number);
    let wish = host.assistant().wishes.loudness;
    assert!(matches!(wish, LoudnessWish::Target(lufs) if Some(lufs) == fifth.goal_lufs));
}

#[test]
fn a_cancel_stops_it_and_what_was_proposed_stays() {
    let (mut host, first) = listened();
    let mut took = Vec::new();
    host.click_on(drop_down("wishes"));
    for style in ["jazz", "metal", "pop"] {
        host.click_on(drop_down("styles"));
        host.click(style);
        until(&host, |view| {
            matches!(view.status.work, Work::Rehearsing(_))
        });
        let stop = host.find("Stop").center();
        let begun = Instant::now();
        host.click_at(stop);
        while host.assistant().status.work != Work::Idle {
            thread::sleep(Duration::from_micros(100));
        }
        took.push(begun.elapsed());
        // It is not begun again by itself.
        thread::sleep(Duration::from_millis(400));
        let now = host.assistant();
        assert_eq!(now.status.work, Work::Idle);
        assert!(Arc::ptr_eq(&now.advice.unwrap(), &first));
    }
    println!("cancelled in {took:?}");
    host.click("Propose");
    assert_eq!(another(&host, Some(&first)).style, "pop");
}

#[test]
fn apply_is_one_step_of_our_own_and_leaves_what_the_user_touched() {
    let (mut host, advice) = listened();
    // The user turns the glue on: it is theirs from now on.
    host.click_on(egui::Id::unique(("light", Group::Glue)));
    host.obey();
    let before = host.settings();
    assert!(before.glue.on && host.assistant().owned.stages[4]);
    let owned = host.assistant().owned;
    let wanted = ownership::applied(&advice, &before, &owned, false).quantized();
    assert!(wanted != before && wanted.glue == before.glue);
    host.click("Apply");
    let frames = arrive(&mut host);
    assert_eq!(host.settings(), wanted, "after {frames} frames");
    assert!(host.texts().contains(&"Applied".to_owned()));
    let view = host.assistant();
    assert_eq!(host.undo(), [vec!["Apply", "Glue"], vec![]]);
    assert_eq!(view.owned.stages.iter().filter(|&&one| one).count(), 1);

    let said = "Undo: Apply. Right-click for all steps.";
    host.click_on(egui::Id::unique(("icon", Icon::Undo, said)));
    arrive(&mut host);
    assert_eq!(host.settings(), before);
    assert_eq!(host.undo(), [vec!["Glue"], vec!["Apply"]]);
    assert!(host.texts().contains(&"Apply".to_owned()));
    let said = "Redo: Apply. Right-click for all steps.";
    host.click_on(egui::Id::unique(("icon", Icon::Redo, said)));
    arrive(&mut host);
    assert_eq!(host.settings(), wanted);
    assert_eq!(host.undo(), [vec!["Apply", "Glue"], vec![]]);

    // Given away, the glue is the next proposal's.
    host.click("take over");
    let other = another(&host, Some(&advice));
    let owned = host.assistant().owned;
    assert!(owned.stages[4], "until that is applied");
    host.click("Apply");
    arrive(&mut host);
    assert_eq!(host.settings().glue, other.settings.glue);
    assert!(!host.assistant().owned.stages[4]);
}

fn drop_down(id: &str) -> egui::Id {
    egui::Id::unique(("drop-down", id))
}

/// Draws and obeys until nothing is asked any more; how many rounds that took.
fn arrive(host: &mut Wrapped) -> usize {
    let mut rounds = 0;
    loop {
        host.frame(Vec::new());
        let asked = host.obey();
        assert!(asked <= PER_FRAME, "{asked} parameters at once");
        if asked == 0 {
            return rounds;
        }
        rounds += 1;
    }
}
