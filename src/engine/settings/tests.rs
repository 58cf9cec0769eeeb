use super::loudness::{CEILING_DBTP, DRIVE_DB, RELEASE_MS};
use super::values::Values;
use super::*;

/// All numbers, with what they are called.
#[derive(Default)]
struct Numbers(Vec<(String, f32, Range)>);

impl Visitor for Numbers {
    fn number(&mut self, field: Field, range: &'static Range, value: &mut f32) {
        self.0.push((field.path(), *value, *range));
    }
    fn switch(&mut self, _: Field, _: &mut bool) {}
    fn choice(&mut self, _: Field, _: &'static [Variant], _: &mut usize) {}
}

#[test]
fn quantized_lands_on_the_grid_and_stays_there() {
    let mut numbers = Numbers::default();
    Settings::default().visit(&mut numbers);
    for (path, value, range) in numbers.0 {
        assert_eq!(value, range.default, "{path}");
        assert_eq!(range.quantized(range.default), range.default, "{path}");
        for part in 0..=1000 {
            let value = range.min + (range.max - range.min) * part as f32 / 1000.0;
            let once = range.quantized(value);
            assert!(
                (once - value).abs() <= range.step * 0.51 + value.abs() * 1e-5,
                "{path}: {value} -> {once}"
            );
            assert_eq!(range.quantized(once), once, "{path}");
        }
        assert_eq!(range.quantized(f32::NAN), range.default);
        assert_eq!(range.quantized(f32::INFINITY), range.max);
    }
    for range in [DRIVE_DB, CEILING_DBTP, RELEASE_MS] {
        let zero = range.quantized(0.0).to_bits();
        assert_eq!(range.quantized(-1e-4).to_bits(), zero);
    }
}

/// Settings in which every stage does something.
fn busy() -> Settings {
    let mut settings = Settings::default();
    for (index, band) in settings.equalizer.bands.iter_mut().enumerate() {
        band.on = true;
        band.gain_db = index as f32 - 7.5;
        band.range_db = 4.0 - index as f32;
    }
    for (index, band) in settings.multiband.bands.iter_mut().enumerate() {
        band.ratio = 1.5 + index as f32;
        band.gain_db = 1.0 - index as f32;
        band.lift_db = 2.0;
    }
    for (index, band) in settings.image.bands.iter_mut().enumerate() {
        band.width_pct = 60.0 + 30.0 * index as f32;
    }
    settings.image.mono_amount_pct = 80.0;
    settings.glue.ratio = 4.0;
    settings.glue.makeup_db = 3.0;
    settings.loudness.drive_trim_db = [2.0, 1.5, 0.5, 0.25];
    settings
}

fn numbers(mut settings: Settings) -> Vec<(String, f32, Range)> {
    let mut numbers = Numbers::default();
    settings.visit(&mut numbers);
    numbers.0
}

#[test]
fn intensity_scales_every_stage_evenly_and_without_a_jump() {
    let full = busy();
    assert_eq!(full.at(100.0), full);
    let mut before = numbers(full.at(0.0));
    for (path, value, _) in &before {
        let neutral = match path.rsplit('.').next() {
            _ if path.starts_with("loudness") || path.starts_with("input") => continue,
            Some("gain_db" | "range_db" | "lift_db" | "makeup_db" | "mono_amount_pct") => 0.0,
            Some("ratio") if !path.starts_with("equalizer") => 1.0,
            Some("width_pct") => 100.0,
            Some("amount_pct") => 0.0,
            _ => continue,
        };
        assert_eq!(*value, neutral, "{path}");
    }
    let whole = numbers(full);
    for step in 1..=1000 {
        let now = numbers(full.at(step as f32 * 0.1));
        for ((path, value, _), ((_, earlier, range), (_, last, _))) in
            now.iter().zip(before.iter().zip(&whole))
        {
            let moved = value - earlier;
            let left = last - earlier;
            assert!(moved * left >= -1e-9, "{path} turns back at {step}");
            // A ratio is no straight line in intensity, its slope is: 4:1 moves 8 times the mean at most.
            let most = (range.max - range.min) * 0.01;
            assert!(moved.abs() <= most, "{path} jumps by {moved} at {step}");
        }
        before = now;
    }
}

#[test]
fn the_drive_follows_its_table() {
    let settings = busy();
    for (intensity, trim_db) in [
        (0.0, 2.0),
        (25.0, 1.5),
        (37.5, 1.0),
        (50.0, 0.5),
        (75.0, 0.25),
        (90.0, 0.1),
        (100.0, 0.0),
    ] {
        let found = settings.loudness.trim_db(intensity);
        assert!((found - trim_db).abs() < 1e-6, "{intensity} %: {found}");
        let mut turned = settings;
        turned.intensity = intensity;
        turned.loudness.drive_db = 3.0;
        assert_eq!(turned.in_effect().loudness.drive_db, 3.0 + found);
    }
}

#[test]
fn thresholds_are_counted_from_the_reference_level() {
    let mut settings = busy();
    settings.input.reference_level_db = -10.0;
    let effect = settings.in_effect();
    assert_eq!(effect.glue.threshold_db, settings.glue.threshold_db + 8.0);
    assert_eq!(effect.colour.working_level_db, -10.0);
    assert_eq!(
        effect.equalizer.bands[3].threshold_db,
        settings.equalizer.bands[3].threshold_db + 8.0
    );
    assert_eq!(
        effect.multiband.bands[2].lift_threshold_db,
        settings.multiband.bands[2].lift_threshold_db + 8.0
    );
}

#[test]
fn ids_are_unique() {
    #[derive(Default)]
    struct Ids(Vec<String>);
    impl Visitor for Ids {
        fn number(&mut self, field: Field, _: &'static Range, _: &mut f32) {
            self.0.push(field.id());
        }
        fn switch(&mut self, field: Field, _: &mut bool) {
            self.0.push(field.id());
        }
        fn choice(&mut self, field: Field, _: &'static [Variant], _: &mut usize) {
            self.0.push(field.id());
        }
    }
    let mut ids = Ids::default();
    Settings::default().visit(&mut ids);
    let count = ids.0.len();
    assert!(count <= 280, "{count} parameters");
    assert!(count + settings_trims() <= values::ROOM);
    ids.0.sort();
    ids.0.dedup();
    assert_eq!(ids.0.len(), count);
}

fn settings_trims() -> usize {
    Settings::default().loudness.drive_trim_db.len()
}

#[test]
fn values_are_held_one_by_one() {
    let (from, to) = (Settings::default(), busy());
    let (first, last) = (Values::of(&from), Values::of(&to));
    assert!(last.arrived(&first, &last) && !first.arrived(&first, &last));
    assert_eq!(Values::held(&to, &first, &last), from);
    let mut other = to;
    other.glue.mix_pct = 50.0;
    let held = Values::held(&other, &first, &last);
    assert_eq!(held.glue.mix_pct, 50.0);
    assert_eq!(held.glue.ratio, from.glue.ratio);
    assert!(Values::of(&other).arrived(&first, &last));
}
