//! How fast a gain in dB follows what is asked for.

/// Gains nearer to rest than this are at rest, so that silence ends exactly.
const REST_DB: f64 = 1e-7;
/// With auto release, the slow part of the gain takes on what lasts longer than about this,
const SUSTAIN_RISE_MS: f64 = 400.0;
/// and lets go of it this slowly.
const SUSTAIN_FALL_MS: f64 = 1000.0;

/// Share of the way that a one-pole with time constant `tau_ms` goes in a step: `1 − exp(−step/τ)`, by
/// its series (to 0.3 % for steps up to the time constant).
#[inline]
fn share(step_ms: f64, tau_ms: f64) -> f64 {
    let x = step_ms / tau_ms;
    let grown = x * (1.0 + x * (1.0 / 2.0 + x * (1.0 / 6.0 + x * (1.0 / 24.0))));
    grown / (1.0 + grown)
}

/// A gain that falls with one time constant and rises with another ("branching", after the gain
/// computer: Giannoulis, Massberg & Reiss 2012, eq. 16).
#[derive(Debug, Clone)]
pub struct Branching {
    step_ms: f64,
    gain_db: f64,
}

impl Branching {
    /// At rest; moves once every `step_ms`.
    pub fn new(step_ms: f64) -> Self {
        Self {
            step_ms,
            gain_db: 0.0,
        }
    }

    /// Back to rest.
    pub fn reset(&mut self) {
        self.gain_db = 0.0;
    }

    /// Where it stands.
    pub fn gain_db(&self) -> f64 {
        self.gain_db
    }

    /// One step towards what is asked for.
    #[inline]
    pub fn tick(&mut self, wanted_db: f64, attack_ms: f64, release_ms: f64) -> f64 {
        let falling = wanted_db < self.gain_db;
        let tau_ms = if falling { attack_ms } else { release_ms };
        self.gain_db += (wanted_db - self.gain_db) * share(self.step_ms, tau_ms);
        if wanted_db == 0.0 && self.gain_db.abs() < REST_DB {
            self.gain_db = 0.0;
        }
        self.gain_db
    }
}

/// A reduction in two parts, as two capacitors in series hold it: a quick one that lets go with the
/// release time, and a slow one that takes over what lasts. So a hit recovers fast, and a sustained
/// passage slowly, without pumping.
#[derive(Debug, Clone)]
pub struct AutoRelease {
    step_ms: f64,
    quick_db: f64,
    slow_db: f64,
}

impl AutoRelease {
    /// At rest; moves once every `step_ms`.
    pub fn new(step_ms: f64) -> Self {
        Self {
            step_ms,
            quick_db: 0.0,
            slow_db: 0.0,
        }
    }

    /// Back to rest.
    pub fn reset(&mut self) {
        self.quick_db = 0.0;
        self.slow_db = 0.0;
    }

    /// One step towards a gain of `wanted_db`, at most 0. Without `auto` the slow part stays empty, and
    /// this is [`Branching`].
    #[inline]
    pub fn tick(&mut self, wanted_db: f64, attack_ms: f64, release_ms: f64, auto: bool) -> f64 {
        let asked_db = -wanted_db;
        let rising = asked_db > self.slow_db;
        let slow_share = match (auto, rising) {
            (true, true) => share(self.step_ms, SUSTAIN_RISE_MS),
            (true, false) => share(self.step_ms, SUSTAIN_FALL_MS),
            (false, true) => 0.0,
            (false, false) => share(self.step_ms, release_ms),
        };
        // What the slow part takes over, the quick one gives.
        let moved_db = (asked_db - self.slow_db) * slow_share;
        self.slow_db += moved_db;
        let given_db = if rising {
            moved_db.min(self.quick_db)
        } else {
            0.0
        };
        self.quick_db -= given_db;
        let rest_db = (asked_db - self.slow_db).max(0.0);
        let falling = rest_db > self.quick_db;
        let tau_ms = if falling { attack_ms } else { release_ms };
        self.quick_db += (rest_db - self.quick_db) * share(self.step_ms, tau_ms);
        if asked_db == 0.0 && self.quick_db + self.slow_db < REST_DB {
            self.reset();
        }
        -(self.quick_db + self.slow_db)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn share_is_that_of_a_one_pole() {
        for x in [1e-4, 0.01, 0.1, 0.5, 1.0] {
            let exact = 1.0 - libm::exp(-x);
            assert!(
                (share(x, 1.0) / exact - 1.0).abs() < 0.003 * x + 1e-9,
                "{x}"
            );
        }
        assert!(share(100.0, 1.0) < 1.0);
    }

    #[test]
    fn gain_falls_and_rises_with_its_time_constants() {
        let mut gain = Branching::new(0.25);
        for _ in 0..80 {
            gain.tick(-10.0, 20.0, 100.0);
        }
        assert!((gain.gain_db() + 10.0 * (1.0 - libm::exp(-1.0))).abs() < 1e-3);
        let from_db = gain.gain_db();
        for _ in 0..400 {
            gain.tick(0.0, 20.0, 100.0);
        }
        assert!((gain.gain_db() - from_db * libm::exp(-1.0)).abs() < 1e-3);
    }

    #[test]
    fn without_auto_both_followers_agree() {
        let (mut one, mut two) = (Branching::new(0.3), AutoRelease::new(0.3));
        for n in 0..2000 {
            let wanted_db = if n % 500 < 200 { -8.0 } else { -1.0 };
            let found_db = two.tick(wanted_db, 10.0, 80.0, false);
            assert!((one.tick(wanted_db, 10.0, 80.0) - found_db).abs() < 1e-9);
        }
    }

    #[test]
    fn attack_is_true_with_auto_release() {
        let mut gain = AutoRelease::new(0.25);
        let mut found_db = 0.0;
        for _ in 0..80 {
            found_db = gain.tick(-10.0, 20.0, 100.0, true);
        }
        let expected_db = -10.0 * (1.0 - libm::exp(-1.0));
        assert!((found_db - expected_db).abs() < 0.2, "{found_db}");
    }
}
