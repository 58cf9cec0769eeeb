//! What the music needs, worked out from what was heard. It proposes settings; it never touches sound.

pub mod drive;
pub mod limiting;
