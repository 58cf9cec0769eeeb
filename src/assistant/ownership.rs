//! Whose each stage is: what the user changed since the last Apply is the user's.

use super::advice::Advice;
use super::proposal::Owned;
use crate::engine::settings::Settings;
use crate::engine::settings::equalizer::BANDS;
use crate::engine::settings::fields::Group;

/// How much of a proposal takes effect unless told, in %: at the plugin's first Apply and on the command line.
pub const FIRST_INTENSITY_PCT: f32 = 50.0;

/// What belongs to the user, when the settings are `now` and were `applied` by the assistant last, if ever.
/// Ceiling and intensity are nobody's: the one is a wish, the other turns everything.
pub fn owned(now: &Settings, applied: Option<&Settings>) -> Owned {
    let usual = Settings::default();
    let then = applied.unwrap_or(&usual);
    let (now, then) = (now.quantized(), then.quantized());
    let mut owned = Owned::default();
    for (mine, stage) in owned.stages.iter_mut().zip(Group::STAGES) {
        *mine = differs(&now, &then, stage);
    }
    for band in 0..BANDS {
        let (now, then) = (&now.equalizer.bands[band], &then.equalizer.bands[band]);
        // A band that is off and was off is free, wherever its knobs stand.
        owned.bands[band] = (now.on || then.on) && now != then;
    }
    owned
}

/// `proposed`, with what is owned as it is `now`.
#[must_use]
pub fn merged(proposed: &Settings, now: &Settings, owned: &Owned) -> Settings {
    let mut all = *proposed;
    all.bypass = now.bypass;
    all.intensity = now.intensity;
    for (mine, stage) in owned.stages.iter().zip(Group::STAGES) {
        if *mine {
            match stage {
                Group::Input => all.input = now.input,
                Group::Equalizer => all.equalizer.on = now.equalizer.on,
                Group::Multiband => all.multiband = now.multiband,
                Group::Image => all.image = now.image,
                Group::Glue => all.glue = now.glue,
                Group::Colour => all.colour = now.colour,
                Group::Loudness => all.loudness = now.loudness,
                Group::Chain | Group::Stem => {}
            }
        }
    }
    for (band, mine) in owned.bands.iter().enumerate() {
        if *mine {
            all.equalizer.bands[band] = now.equalizer.bands[band];
        }
    }
    all.loudness.ceiling_dbtp = now.loudness.ceiling_dbtp;
    all
}

/// What may be taken over, by stage in the order of [`Group::STAGES`], is nobody's.
pub fn release(owned: &mut Owned, take_over: &[bool]) {
    let stages = owned.stages.iter_mut().zip(take_over);
    for ((mine, take), stage) in stages.zip(Group::STAGES) {
        if *take {
            *mine = false;
            if stage == Group::Equalizer {
                owned.bands.fill(false);
            }
        }
    }
}

/// The settings after a proposal is applied: what is owned stays; the first one starts at
/// [`FIRST_INTENSITY_PCT`].
#[must_use]
pub fn applied(advice: &Advice, now: &Settings, owned: &Owned, was_applied: bool) -> Settings {
    let mut all = merged(&advice.settings, now, owned);
    if !was_applied {
        all.intensity = FIRST_INTENSITY_PCT;
    }
    all.quantized()
}

/// What is to be remembered of an Apply that made the settings `to`: where something is owned, what was
/// remembered `before`, so that it is owned from then on too.
#[must_use]
pub fn remembered(to: &Settings, before: Option<&Settings>, owned: &Owned) -> Settings {
    let usual = Settings::default();
    let mut all = merged(to, before.unwrap_or(&usual), owned);
    all.bypass = to.bypass;
    all.intensity = to.intensity;
    all.loudness.ceiling_dbtp = to.loudness.ceiling_dbtp;
    all
}

fn differs(now: &Settings, then: &Settings, stage: Group) -> bool {
    match stage {
        Group::Chain | Group::Stem => false,
        Group::Input => now.input != then.input,
        // Band by band.
        Group::Equalizer => now.equalizer.on != then.equalizer.on,
        Group::Multiband => now.multiband != then.multiband,
        Group::Image => now.image != then.image,
        Group::Glue => now.glue != then.glue,
        Group::Colour => now.colour != then.colour,
        Group::Loudness => {
            let mut now = now.loudness;
            now.ceiling_dbtp = then.loudness.ceiling_dbtp;
            now.drive_trim_db = then.loudness.drive_trim_db;
            now != then.loudness
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_the_users_before_an_apply_is_theirs_after_it() {
        let mut now = Settings::default();
        now.glue.on = true;
        now.equalizer.bands[2].on = true;
        let mine = owned(&now, None);
        assert!(mine.stages[4] && mine.bands[2]);
        let mut proposed = Settings::default();
        proposed.colour.on = true;
        proposed.equalizer.on = true;
        let mut last: Option<Settings> = None;
        for _ in 0..2 {
            let to = merged(&proposed, &now, &mine);
            assert!(to.glue.on && to.equalizer.bands[2].on && to.colour.on);
            last = Some(remembered(&to, last.as_ref(), &mine));
            now = to;
            assert_eq!(owned(&now, last.as_ref()), mine);
        }
        // What the user gives away is nobody's afterwards.
        let to = merged(&proposed, &now, &Owned::default());
        let last = remembered(&to, last.as_ref(), &Owned::default());
        assert_eq!(owned(&to, Some(&last)), Owned::default());
    }

    #[test]
    fn what_was_changed_since_the_last_apply_is_the_users() {
        let mut applied = Settings::default();
        applied.glue.on = true;
        applied.equalizer.bands[3].on = true;
        applied.equalizer.bands[3].gain_db = 2.0;
        let mut now = applied;
        assert_eq!(owned(&now, Some(&applied)), Owned::default());
        now.intensity = 30.0;
        now.loudness.ceiling_dbtp = -2.0;
        now.equalizer.bands[5].frequency_hz = 900.0;
        assert_eq!(owned(&now, Some(&applied)), Owned::default());
        now.glue.ratio = 3.0;
        now.equalizer.bands[3].gain_db = 1.0;
        now.equalizer.bands[7].on = true;
        let mine = owned(&now, Some(&applied));
        assert_eq!(
            mine.stages,
            [false, false, false, false, true, false, false]
        );
        let bands: Vec<usize> = (0..BANDS).filter(|&band| mine.bands[band]).collect();
        assert_eq!(bands, [3, 7]);
        // Before anything was applied, whatever is set was set by hand.
        assert!(owned(&applied, None).stages[4]);
    }

    #[test]
    fn what_is_owned_stays_and_the_rest_is_replaced() {
        let mut now = Settings::default();
        now.glue.ratio = 3.0;
        now.colour.on = true;
        now.intensity = 40.0;
        now.equalizer.bands[2].on = true;
        now.equalizer.bands[2].gain_db = -3.0;
        let mut mine = Owned::default();
        mine.stages[4] = true;
        mine.bands[2] = true;
        let mut proposed = Settings::default();
        proposed.glue.ratio = 1.5;
        proposed.equalizer.bands[2].gain_db = 1.0;
        proposed.equalizer.bands[4].on = true;
        let all = merged(&proposed, &now, &mine);
        assert_eq!(all.glue, now.glue);
        assert_eq!(all.equalizer.bands[2], now.equalizer.bands[2]);
        assert!(all.equalizer.bands[4].on && !all.colour.on);
        assert_eq!(all.intensity, 40.0);
    }
}
