//! What every instance tells of itself.

use crate::stems::encoding::{Eye, Pen};
use crate::stems::role::Role;

/// Longest name in bytes of UTF-8; longer ones are cut.
pub const NAME_BYTES: usize = 63;
/// Length of a card as bytes.
pub(super) const CARD_BYTES: usize = 112;

/// Which of the two plugins an instance is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Finalcoat, on the master bus.
    Master,
    /// Finalcoat Stem, on a group.
    Stem,
}

/// An instance, as others see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peer {
    /// Fresh at every load, never 0: two instances never share one.
    pub id: u64,
    /// Which plugin it is.
    pub kind: Kind,
    /// The session it is in; 0 while a stem has none.
    pub session: u64,
    /// The process it runs in, where that is of use to a person. It may have been given to another since.
    pub process: u32,
    /// When it joined, in milliseconds of the shared clock.
    pub born_ms: u64,
    /// The track's name, or the song's.
    pub name: String,
    /// What a stem is, where that is known.
    pub role: Option<Role>,
    /// Master and serial number of the advice that a stem took last; zeros before it took one.
    pub taken: (u64, u64),
}

impl Peer {
    pub(super) fn bytes(&self) -> [u8; CARD_BYTES] {
        let mut bytes = [0; CARD_BYTES];
        let mut pen = Pen::new(&mut bytes);
        pen.u64(self.id);
        pen.u64(self.session);
        pen.u64(self.born_ms);
        pen.u64(self.taken.0);
        pen.u64(self.taken.1);
        pen.u32(self.process);
        pen.u8(match self.kind {
            Kind::Master => 1,
            Kind::Stem => 2,
        });
        pen.u8(self.role.map_or(0, code_of));
        let name = cut(&self.name);
        pen.u16(name.len() as u16);
        pen.bytes(name.as_bytes());
        bytes
    }

    /// `None` for bytes that no instance wrote.
    pub(super) fn of_bytes(bytes: &[u8; CARD_BYTES]) -> Option<Self> {
        let mut eye = Eye::new(bytes);
        let (id, session, born_ms) = (eye.u64(), eye.u64(), eye.u64());
        let taken = (eye.u64(), eye.u64());
        let process = eye.u32();
        let kind = match eye.u8() {
            1 => Kind::Master,
            2 => Kind::Stem,
            _ => return None,
        };
        let role = role_of(eye.u8());
        let length = usize::from(eye.u16());
        let name: [u8; NAME_BYTES + 1] = eye.array();
        let name = std::str::from_utf8(name.get(..length)?).ok()?.to_owned();
        (id != 0).then_some(Self {
            id,
            kind,
            session,
            process,
            born_ms,
            name,
            role,
            taken,
        })
    }
}

/// As many whole characters as there is room for, without what would disturb a list.
fn cut(name: &str) -> String {
    let mut kept = String::new();
    for c in name.trim().chars().filter(|c| !c.is_control()) {
        if kept.len() + c.len_utf8() > NAME_BYTES {
            break;
        }
        kept.push(c);
    }
    kept
}

/// Not the order of declaration: two builds must agree.
const ROLES: [(u8, Role); 10] = [
    (1, Role::Drums),
    (2, Role::Bass),
    (3, Role::LeadVocal),
    (4, Role::BackingVocals),
    (5, Role::VocalFx),
    (6, Role::Music),
    (7, Role::Fx),
    (8, Role::Beat),
    (9, Role::Other),
    (10, Role::Reference),
];

fn code_of(role: Role) -> u8 {
    let found = ROLES.into_iter().find(|&(_, known)| known == role);
    found.map_or(0, |(code, _)| code)
}

fn role_of(code: u8) -> Option<Role> {
    let found = ROLES.into_iter().find(|&(known, _)| known == code);
    found.map(|(_, role)| role)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card(name: &str) -> Peer {
        Peer {
            id: 5,
            kind: Kind::Stem,
            session: 6,
            process: 7,
            born_ms: 8,
            name: name.to_owned(),
            role: Some(Role::VocalFx),
            taken: (9, 10),
        }
    }

    #[test]
    fn cards_come_back_as_they_were() {
        for role in Role::ALL.map(Some).into_iter().chain([None]) {
            for kind in [Kind::Master, Kind::Stem] {
                let card = Peer {
                    role,
                    kind,
                    ..card("Lead Vox")
                };
                assert_eq!(Peer::of_bytes(&card.bytes()), Some(card));
            }
        }
    }

    #[test]
    fn a_long_name_is_cut_between_characters() {
        let read = |name: &str| Peer::of_bytes(&card(name).bytes()).map(|card| card.name);
        assert_eq!(read(&"a".repeat(80)), Some("a".repeat(63)));
        assert_eq!(read(&"ü".repeat(80)), Some("ü".repeat(31)));
        assert_eq!(read(&"鼓".repeat(80)), Some("鼓".repeat(21)));
        assert_eq!(read(" Bass\n808\0 "), Some("Bass808".to_owned()));
        assert_eq!(read(""), Some(String::new()));
    }

    #[test]
    fn what_nobody_wrote_is_not_read() {
        assert_eq!(Peer::of_bytes(&[0; CARD_BYTES]), None);
        assert_eq!(Peer::of_bytes(&[255; CARD_BYTES]), None);
        let mut bytes = card("Bass").bytes();
        bytes[48] = 0xff;
        assert_eq!(Peer::of_bytes(&bytes), None, "no UTF-8");
        let mut bytes = card("Bass").bytes();
        bytes[46] = 65;
        assert_eq!(Peer::of_bytes(&bytes), None, "longer than there is room");
    }
}
