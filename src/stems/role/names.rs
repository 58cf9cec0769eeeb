//! Roles from the names of a folder's files.
//!
//! A name is cut into words at separators, capitals and digits. What all names share (the song's title, its
//! tempo, `stem`) says nothing and goes. What is left is looked up in the word lists.

use super::Role;
use super::words::{Says, WORDS};
use std::collections::HashMap;

/// How much a name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Certainty {
    /// It names one role.
    Clear,
    /// It names several; the likeliest was taken.
    Unclear,
    /// It names none.
    Silent,
}

/// What a name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Named {
    /// The role; [`Role::Other`] where none is named.
    pub role: Role,
    /// How sure that is.
    pub certainty: Certainty,
}

/// The roles that a folder's files have by their names. Names come without folder; an extension is ignored.
pub fn roles(names: &[&str]) -> Vec<Named> {
    let lexicon = Lexicon::new();
    let words: Vec<Vec<String>> = names.iter().map(|name| words(name)).collect();
    let words = without_shared(words, &lexicon);
    let said: Vec<Vec<Says>> = words.iter().map(|words| lexicon.said(words)).collect();
    let has_dry_voice = said
        .iter()
        .any(|said| says_voice(said) && said.contains(&Says::Dry));
    let first: Vec<First> = said
        .iter()
        .map(|said| First::of(said, has_dry_voice))
        .collect();
    let is_voice_or_mix = |first: &First| match first {
        First::Is(named) => matches!(
            named.role,
            Role::LeadVocal | Role::BackingVocals | Role::VocalFx | Role::Reference
        ),
        First::Beat | First::Backing => false,
    };
    let has_voice = first
        .iter()
        .any(|first| is_voice_or_mix(first) && !first.is(Role::Reference));
    let others_are_voices = |own: usize| {
        has_voice
            && first
                .iter()
                .enumerate()
                .all(|(n, first)| n == own || is_voice_or_mix(first))
    };
    first
        .iter()
        .enumerate()
        .map(|(n, first)| match *first {
            First::Is(named) if named.role == Role::Music && says_only_music(&words[n]) => {
                if others_are_voices(n) {
                    Named::clear(Role::Beat)
                } else {
                    named
                }
            }
            First::Is(named) => named,
            First::Beat | First::Backing if others_are_voices(n) => Named::clear(Role::Beat),
            First::Beat => Named::clear(Role::Drums),
            First::Backing => Named {
                role: Role::Music,
                certainty: Certainty::Unclear,
            },
        })
        .collect()
}

/// What one name says by itself.
#[derive(Debug, Clone, Copy)]
enum First {
    Is(Named),
    Beat,
    Backing,
}

impl First {
    fn is(&self, role: Role) -> bool {
        matches!(self, Self::Is(named) if named.role == role)
    }

    fn of(said: &[Says], has_dry_voice: bool) -> Self {
        let has = |what: Says| said.contains(&what);
        let count = |what: &[Says]| what.iter().filter(|what| has(**what)).count();
        let clear = |role| Self::Is(Named::clear(role));
        let unless = |role, rival: bool| {
            Self::Is(Named {
                role,
                certainty: if rival {
                    Certainty::Unclear
                } else {
                    Certainty::Clear
                },
            })
        };
        let plays = count(&[Says::Drums, Says::Bass, Says::Sub, Says::Music]) > 0;
        if has(Says::Mix) {
            return unless(Role::Reference, plays || says_voice(said));
        }
        if says_voice(said) {
            let is_return = has(Says::Return) || has(Says::Fx) || has(Says::Wet) && has_dry_voice;
            let role = if is_return && !has(Says::Dry) {
                Role::VocalFx
            } else if has(Says::BackingVoice) && !has(Says::LeadVoice) {
                Role::BackingVocals
            } else {
                Role::LeadVocal
            };
            return unless(role, plays);
        }
        if has(Says::Drums) {
            if has(Says::Return) || has(Says::Fx) {
                return clear(Role::Fx);
            }
            // An 808 drum is a drum.
            return unless(Role::Drums, has(Says::Bass) || has(Says::Music));
        }
        if has(Says::Beat) && !plays {
            return Self::Beat;
        }
        if has(Says::Backing) && !plays {
            return Self::Backing;
        }
        // A sub drop is an effect, a bass guitar is a bass.
        if has(Says::Bass) || has(Says::Sub) && !has(Says::Hit) {
            return unless(Role::Bass, has(Says::Fx));
        }
        if has(Says::Return) || has(Says::Fx) {
            return clear(Role::Fx);
        }
        if has(Says::Music) {
            return clear(Role::Music);
        }
        if has(Says::Hit) {
            return clear(Role::Fx);
        }
        if has(Says::Loop) {
            return clear(Role::Drums);
        }
        if has(Says::Print) {
            return clear(Role::Reference);
        }
        if has(Says::Lead) {
            return clear(Role::Music);
        }
        if has(Says::Other) {
            return clear(Role::Other);
        }
        Self::Is(Named {
            role: Role::Other,
            certainty: Certainty::Silent,
        })
    }
}

impl Named {
    fn clear(role: Role) -> Self {
        Self {
            role,
            certainty: Certainty::Clear,
        }
    }
}

fn says_voice(said: &[Says]) -> bool {
    [Says::Voice, Says::LeadVoice, Says::BackingVoice]
        .iter()
        .any(|voice| said.contains(voice))
}

/// Whether a name says "music", and no instrument.
fn says_only_music(words: &[String]) -> bool {
    words
        .iter()
        .any(|word| ["music", "musik", "musique", "musica"].contains(&word.as_str()))
}

/// The word lists, ready to be looked up.
struct Lexicon {
    plain: HashMap<&'static str, Says>,
    /// What says it only together, by its words and written as one.
    apart: HashMap<String, Says>,
    joined: HashMap<String, Says>,
    /// Letters of the longest.
    longest: usize,
}

/// Parts of a word that is not known as a whole have at least so many letters.
const PART_MIN: usize = 3;
/// What may stand before a known word without changing it: `epiano`, `psynth`.
const PREFIX_MAX: usize = 2;
const TAIL_MIN: usize = 4;
/// Words of the longest phrase.
const PHRASE_MAX: usize = 3;

impl Lexicon {
    fn new() -> Self {
        let mut lexicon = Self {
            plain: HashMap::new(),
            apart: HashMap::new(),
            joined: HashMap::new(),
            longest: 0,
        };
        for (what, lists) in WORDS {
            for word in lists.iter().flat_map(|list| list.split_whitespace()) {
                lexicon.longest = lexicon.longest.max(word.chars().count());
                if word.contains('_') {
                    lexicon.apart.insert(word.replace('_', " "), what);
                    lexicon.joined.insert(word.replace('_', ""), what);
                } else {
                    lexicon.plain.insert(word, what);
                }
            }
        }
        lexicon
    }

    /// What the words say, together where they belong together.
    fn said(&self, words: &[String]) -> Vec<Says> {
        let mut said = Vec::new();
        let mut at = 0;
        while at < words.len() {
            let longest = PHRASE_MAX.min(words.len() - at);
            let phrase = (2..=longest).rev().find_map(|count| {
                let text = words[at..at + count].join(" ");
                self.apart.get(&text).map(|&what| (what, count))
            });
            if let Some((what, count)) = phrase {
                said.push(what);
                at += count;
            } else {
                said.extend(self.of_word(&words[at]));
                at += 1;
            }
        }
        said
    }

    fn known(&self, word: &str) -> Option<Says> {
        // Not of what is written together: a bass drum is one thing, bassdrums are two.
        let one = || word.strip_suffix('s').filter(|one| one.len() >= 2);
        self.plain
            .get(word)
            .or_else(|| self.joined.get(word))
            .or_else(|| self.plain.get(one()?))
            .copied()
    }

    /// What a word says, taken apart if it must be.
    fn of_word(&self, word: &str) -> Vec<Says> {
        if let Some(what) = self.known(word) {
            return vec![what];
        }
        if let Some(parts) = self.parts(word) {
            return parts;
        }
        let letters: Vec<(usize, char)> = word.char_indices().collect();
        for cut in 1..=PREFIX_MAX.min(letters.len()) {
            let Some(&(from, _)) = letters.get(cut) else {
                break;
            };
            if letters.len() - cut >= TAIL_MIN
                && let Some(what) = self.known(&word[from..])
                && matches!(
                    what,
                    Says::Bass | Says::Music | Says::Drums | Says::Voice | Says::Fx
                )
            {
                return vec![what];
            }
        }
        Vec::new()
    }

    /// A word as known words written together, the longest first.
    fn parts(&self, word: &str) -> Option<Vec<Says>> {
        let letters: Vec<char> = word.chars().collect();
        if letters.is_empty() {
            return Some(Vec::new());
        }
        let most = letters.len().min(self.longest + 1);
        (PART_MIN..=most).rev().find_map(|count| {
            let head: String = letters[..count].iter().collect();
            let tail: String = letters[count..].iter().collect();
            let what = self.known(&head)?;
            let mut parts = self.parts(&tail)?;
            parts.insert(0, what);
            Some(parts)
        })
    }
}

/// The names without the words that all of them share, unless that is what they say.
fn without_shared(words: Vec<Vec<String>>, lexicon: &Lexicon) -> Vec<Vec<String>> {
    let first = |words: &[String]| First::of(&lexicon.said(words), false);
    // The mix among them is often named on its own.
    let parts: Vec<&Vec<String>> = words
        .iter()
        .filter(|words| !first(words).is(Role::Reference))
        .collect();
    let mut shared = shared_by(&parts);
    let stripped = |shared: &[String]| -> Vec<Vec<String>> {
        words.iter().map(|words| left_of(words, shared)).collect()
    };
    let says_something = |words: &Vec<String>| {
        let qualifies = |what: &Says| {
            matches!(
                what,
                Says::Lead
                    | Says::BackingVoice
                    | Says::Fx
                    | Says::Return
                    | Says::Wet
                    | Says::Dry
                    | Says::Nothing
            )
        };
        !lexicon.said(words).iter().all(qualifies)
    };
    let all = stripped(&shared);
    let left = if all.iter().all(says_something) {
        all
    } else {
        // What names a part stays: leads, doubles and delays of one voice.
        shared.retain(|word| {
            let word = vec![word.clone()];
            !says_something(&word) || first(&word).is(Role::Reference)
        });
        stripped(&shared)
    };
    words
        .into_iter()
        .zip(left)
        .map(|(words, left)| if left.is_empty() { words } else { left })
        .collect()
}

/// The words that are in every name, as often as in all.
fn shared_by(names: &[&Vec<String>]) -> Vec<String> {
    let mut shared: Vec<String> = Vec::new();
    let Some((first, others)) = names.split_first().filter(|(_, others)| !others.is_empty()) else {
        return shared;
    };
    for word in *first {
        let times = shared.iter().filter(|known| *known == word).count();
        let times_in = |name: &Vec<String>| name.iter().filter(|other| *other == word).count();
        if others.iter().all(|name| times_in(name) > times) {
            shared.push(word.clone());
        }
    }
    shared
}

fn left_of(words: &[String], shared: &[String]) -> Vec<String> {
    let mut drop = shared.to_vec();
    let mut left = Vec::new();
    for word in words {
        match drop.iter().position(|other| other == word) {
            Some(at) => {
                drop.remove(at);
            }
            None => left.push(word.clone()),
        }
    }
    left
}

/// The words of a name, folded.
fn words(name: &str) -> Vec<String> {
    let stem = match name.rsplit_once('.') {
        Some((stem, extension))
            if !stem.is_empty()
                && extension.len() <= 5
                && extension.chars().all(char::is_alphanumeric) =>
        {
            stem
        }
        _ => name,
    };
    let letters: Vec<char> = stem.chars().collect();
    let mut words: Vec<String> = vec![String::new()];
    for (n, &letter) in letters.iter().enumerate() {
        if is_accent(letter) {
            continue;
        }
        if !letter.is_alphanumeric() {
            words.push(String::new());
            continue;
        }
        let before = n.checked_sub(1).map(|n| letters[n]);
        if before.is_some_and(|before| parts_here(before, letter, &letters[n + 1..])) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            fold(letter, word);
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// An accent apart from its letter, as macOS writes names.
fn is_accent(letter: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&letter)
}

/// Whether a new word begins with `letter`.
fn parts_here(before: char, letter: char, after: &[char]) -> bool {
    if !before.is_alphanumeric() {
        return false;
    }
    let (was_digit, is_digit) = (before.is_numeric(), letter.is_numeric());
    if was_digit != is_digit {
        // The s of 808s.
        let is_plural = was_digit
            && letter.eq_ignore_ascii_case(&'s')
            && !after.first().is_some_and(|next| next.is_alphanumeric());
        return !is_plural;
    }
    if before.is_lowercase() && letter.is_uppercase() {
        return true;
    }
    // FXReturns, but not BGVs.
    let next_is_small = after.first().is_some_and(|next| next.is_lowercase());
    let is_plural =
        after.first() == Some(&'s') && !after.get(1).is_some_and(|next| next.is_lowercase());
    before.is_uppercase() && letter.is_uppercase() && next_is_small && !is_plural
}

/// Appends a letter, small and without its accent.
fn fold(letter: char, word: &mut String) {
    for small in letter.to_lowercase() {
        match small {
            'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ą' => word.push('a'),
            'è' | 'é' | 'ê' | 'ë' | 'ę' | 'ě' => word.push('e'),
            'ì' | 'í' | 'î' | 'ï' | 'ı' => word.push('i'),
            'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' => word.push('o'),
            'ù' | 'ú' | 'û' | 'ü' | 'ů' => word.push('u'),
            'ý' | 'ÿ' => word.push('y'),
            'ç' | 'ć' | 'č' => word.push('c'),
            'ñ' | 'ń' => word.push('n'),
            'š' | 'ś' | 'ş' => word.push('s'),
            'ž' | 'ź' | 'ż' => word.push('z'),
            'ł' => word.push('l'),
            'ğ' => word.push('g'),
            'ß' => word.push_str("ss"),
            'œ' => word.push_str("oe"),
            'æ' => word.push_str("ae"),
            other => word.push(other),
        }
    }
}

#[cfg(test)]
mod tests;
