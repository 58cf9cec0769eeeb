//! What is listened to: plain data, no part of [`Settings`](crate::engine::settings::Settings), in no
//! preset, never saved.

use crate::engine::settings::multiband::BANDS;

/// Which sound is heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Listen {
    /// The chain's output as it is.
    #[default]
    Output,
    /// The chain's output, turned down to the loudness of the original if it is louder.
    Processed,
    /// The delayed input, turned down to the loudness of the chain's output if it is louder.
    Original,
    /// What the chain changed: processed minus original, both as loud as each other.
    Delta,
}

/// What of left and right is heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Channels {
    /// Both, as they are.
    #[default]
    Stereo,
    /// Half their sum, on both sides.
    Mono,
    /// Half their difference, on both sides.
    Side,
}

/// What is listened to. The default is the sound as it leaves the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AuditionSettings {
    /// Which sound is heard.
    pub listen: Listen,
    /// What of left and right is heard.
    pub channels: Channels,
    /// The one band of the multiband's splits that is heard, from 0; all where there is none, or none of
    /// that number.
    pub solo_band: Option<u8>,
}

impl AuditionSettings {
    /// The ways to listen, in the order of their code.
    const LISTENS: [Listen; 4] = [
        Listen::Output,
        Listen::Processed,
        Listen::Original,
        Listen::Delta,
    ];
    const CHANNELS: [Channels; 3] = [Channels::Stereo, Channels::Mono, Channels::Side];

    /// Whether anything else is heard than the chain's output.
    pub fn on(&self) -> bool {
        self.listen != Listen::Output || self.channels != Channels::Stereo || self.solo().is_some()
    }

    /// The band that is heard alone.
    pub fn solo(&self) -> Option<usize> {
        self.solo_band.map(usize::from).filter(|&band| band < BANDS)
    }

    /// All of it as one number, for crossing a thread; the default is 0.
    pub fn code(&self) -> u32 {
        let solo = self.solo().map_or(0, |band| band as u32 + 1);
        self.listen as u32 | (self.channels as u32) << 8 | solo << 16
    }

    /// What [`code`](Self::code) told; what it cannot have told is the default.
    pub fn of_code(code: u32) -> Self {
        let part = |shift: u32| (code >> shift & 0xff) as usize;
        Self {
            listen: Self::LISTENS.get(part(0)).copied().unwrap_or_default(),
            channels: Self::CHANNELS.get(part(8)).copied().unwrap_or_default(),
            solo_band: part(16)
                .checked_sub(1)
                .filter(|&band| band < BANDS)
                .map(|band| band as u8),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_listen_has_its_code() {
        let mut codes = Vec::new();
        for listen in AuditionSettings::LISTENS {
            for channels in AuditionSettings::CHANNELS {
                for solo_band in [None, Some(0), Some(1), Some(2), Some(3)] {
                    let settings = AuditionSettings {
                        listen,
                        channels,
                        solo_band,
                    };
                    assert_eq!(AuditionSettings::of_code(settings.code()), settings);
                    assert_eq!(settings.on(), settings != AuditionSettings::default());
                    codes.push(settings.code());
                }
            }
        }
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), 60);
        assert_eq!(AuditionSettings::default().code(), 0);
        assert!(!AuditionSettings::of_code(0xffff_ffff).on());
    }
}
