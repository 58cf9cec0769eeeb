//! What streaming services and broadcasters do to a master, as data. Their targets move: change the
//! table.
//!
//! Sources (2024 to 2026): artists.spotify.com and support.spotify.com on loudness normalisation; Apple
//! Digital Masters guide; AES TD1008 (2021); EBU R 128 (2023); ATSC A/85 (2013); published measurements
//! for the others, which do not document theirs.

use std::fmt::Write;

/// One place where a master is played.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Service {
    /// The name on the command line.
    pub name: &'static str,
    /// The name in a sentence.
    pub title: &'static str,
    /// The loudness it plays at, in LUFS, if it normalises.
    pub plays_at_lufs: Option<f64>,
    /// Whether it turns quiet songs up (as far as their peaks allow).
    pub turns_up: bool,
    /// Advised ceiling, in dBTP.
    pub ceiling_dbtp: f32,
    /// A lower ceiling advised for songs louder than a loudness in LUFS.
    pub ceiling_when_louder: Option<(f64, f32)>,
    /// Whether the loudness is a delivery requirement and therefore sets the goal.
    pub sets_loudness: bool,
}

/// Less is not worth a word, in dB.
const HEARD_DB: f64 = 0.05;

const fn stream(name: &'static str, title: &'static str, plays_at_lufs: f64) -> Service {
    Service {
        name,
        title,
        plays_at_lufs: Some(plays_at_lufs),
        turns_up: false,
        ceiling_dbtp: -1.0,
        ceiling_when_louder: None,
        sets_loudness: false,
    }
}

/// All that `--for` knows.
pub const SERVICES: [Service; 11] = [
    Service {
        turns_up: true,
        ceiling_when_louder: Some((-14.0, -2.0)),
        ..stream("spotify", "Spotify", -14.0)
    },
    Service {
        turns_up: true,
        ..stream("apple", "Apple Music", -16.0)
    },
    stream("youtube", "YouTube", -14.0),
    stream("tidal", "Tidal", -14.0),
    stream("amazon", "Amazon Music", -14.0),
    stream("deezer", "Deezer", -15.0),
    stream("soundcloud", "SoundCloud", -14.0),
    Service {
        plays_at_lufs: None,
        ceiling_dbtp: -0.3,
        ..stream("club", "A club", 0.0)
    },
    Service {
        plays_at_lufs: None,
        ceiling_dbtp: -0.3,
        ..stream("cd", "A CD", 0.0)
    },
    Service {
        sets_loudness: true,
        ..stream("broadcast-ebu", "EBU broadcast (R 128)", -23.0)
    },
    Service {
        ceiling_dbtp: -2.0,
        sets_loudness: true,
        ..stream("broadcast-atsc", "ATSC broadcast (A/85)", -24.0)
    },
];

/// The service of that name.
pub fn find(name: &str) -> Option<&'static Service> {
    SERVICES.iter().find(|service| service.name == name)
}

/// What streaming services do to a master as loud as `integrated_lufs`, in a few words and in full: those that
/// turn it down, the least first. What the others do hangs on its peaks.
pub fn streaming(integrated_lufs: f64) -> [String; 2] {
    let mut groups: Vec<(f64, Vec<&str>)> = Vec::new();
    for service in SERVICES.iter().filter(|service| !service.sets_loudness) {
        let Some(plays_at_lufs) = service.plays_at_lufs else {
            continue;
        };
        let down_db = integrated_lufs - plays_at_lufs;
        match groups.iter_mut().find(|(other_db, _)| *other_db == down_db) {
            Some((_, titles)) => titles.push(service.title),
            None => groups.push((down_db, vec![service.title])),
        }
    }
    let all = groups.len();
    groups.retain(|(down_db, _)| *down_db >= HEARD_DB);
    groups.sort_by(|a, b| a.0.total_cmp(&b.0));
    let Some((most_db, most)) = groups.iter().rev().max_by_key(|(_, titles)| titles.len()) else {
        let none = "No streaming service turns it down";
        return [none.to_owned(), format!("{none}.")];
    };
    let two = &most[..most.len().min(2)];
    let short = format!("{} it down by {most_db:.1} dB", turn(two));
    let mut full = String::new();
    for (number, (down_db, titles)) in groups.iter().enumerate() {
        let _ = match number {
            0 => write!(full, "{} it down by {down_db:.1} dB", turn(titles)),
            _ => write!(full, ", {} by {down_db:.1} dB", listed(titles)),
        };
    }
    full.push_str(match groups.len() == all {
        true => ".",
        false => "; the others do not.",
    });
    [short, full]
}

/// "A turns", "A and B turn".
fn turn(titles: &[&str]) -> String {
    let verb = if titles.len() == 1 { "turns" } else { "turn" };
    format!("{} {verb}", listed(titles))
}

/// "A", "A and B", "A, B and C".
fn listed(titles: &[&str]) -> String {
    match titles {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

impl Service {
    /// The ceiling it advises for a song that is to be as loud as `goal_lufs`.
    pub fn advised_ceiling_dbtp(&self, goal_lufs: Option<f64>) -> f32 {
        match (self.ceiling_when_louder, goal_lufs) {
            (Some((limit_lufs, ceiling_dbtp)), Some(goal_lufs)) if goal_lufs > limit_lufs => {
                ceiling_dbtp
            }
            _ => self.ceiling_dbtp,
        }
    }

    /// By how much it turns a song up (positive) or down, in dB.
    pub fn gain_db(&self, integrated_lufs: f64, true_peak_dbtp: f64) -> f64 {
        let Some(plays_at_lufs) = self.plays_at_lufs else {
            return 0.0;
        };
        let gain_db = plays_at_lufs - integrated_lufs;
        if gain_db <= 0.0 {
            gain_db
        } else if self.turns_up {
            gain_db.min((self.ceiling_dbtp as f64 - true_peak_dbtp).max(0.0))
        } else {
            0.0
        }
    }

    /// What it will do to a master, as a sentence.
    pub fn says(&self, integrated_lufs: f64, true_peak_dbtp: f64) -> String {
        let title = self.title;
        let Some(plays_at_lufs) = self.plays_at_lufs else {
            return format!("{title} plays the master as it is");
        };
        if self.sets_loudness {
            return format!(
                "{title} asks for {plays_at_lufs:.0} LUFS and at most {:.0} dBTP",
                self.ceiling_dbtp
            );
        }
        let gain_db = self.gain_db(integrated_lufs, true_peak_dbtp);
        let mut text = format!("{title} plays at {plays_at_lufs:.0} LUFS: ");
        let _ = if gain_db <= -0.05 {
            write!(text, "it turns this master down by {:.1} dB", -gain_db)
        } else if gain_db >= 0.05 {
            write!(text, "it turns this master up by {gain_db:.1} dB")
        } else if integrated_lufs < plays_at_lufs - 0.05 && !self.turns_up {
            write!(text, "it leaves this master as it is, and turns nothing up")
        } else if integrated_lufs < plays_at_lufs - 0.05 {
            write!(
                text,
                "it leaves this master as it is, for its peaks leave no room"
            )
        } else {
            write!(text, "it leaves this master as it is")
        };
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loud_is_turned_down_and_quiet_only_where_the_service_does() {
        let spotify = find("spotify").expect("spotify");
        assert!((spotify.gain_db(-9.0, -1.0) - -5.0).abs() < 1e-9);
        assert!(
            (spotify.gain_db(-18.0, -3.0) - 2.0).abs() < 1e-6,
            "headroom"
        );
        let youtube = find("youtube").expect("youtube");
        assert_eq!(youtube.gain_db(-18.0, -3.0), 0.0);
        assert_eq!(spotify.advised_ceiling_dbtp(Some(-9.0)), -2.0);
        assert_eq!(spotify.advised_ceiling_dbtp(Some(-14.0)), -1.0);
        assert!(spotify.says(-9.0, -1.0).contains("down by 5.0 dB"));
    }

    #[test]
    fn what_streaming_does_is_said_in_a_few_words_and_in_full() {
        let [short, full] = streaming(-11.0);
        assert_eq!(short, "Spotify and YouTube turn it down by 3.0 dB");
        assert_eq!(
            full,
            "Spotify, YouTube, Tidal, Amazon Music and SoundCloud turn it down by 3.0 dB, Deezer by 4.0 dB, \
             Apple Music by 5.0 dB."
        );
        let [short, full] = streaming(-14.5);
        assert_eq!(short, "Deezer turns it down by 0.5 dB");
        let wanted = "Deezer turns it down by 0.5 dB, Apple Music by 1.5 dB; the others do not.";
        assert_eq!(full, wanted);
        // −14.02 is −14 to everybody who reads it.
        assert!(streaming(-14.02)[0].starts_with("Deezer"));
        assert!(streaming(-13.98)[0].starts_with("Deezer"));
        assert_eq!(streaming(-18.0)[0], "No streaming service turns it down");
    }

    #[test]
    fn only_broadcast_sets_a_loudness() {
        for service in &SERVICES {
            assert_eq!(service.sets_loudness, service.name.starts_with("broadcast"));
        }
    }
}
