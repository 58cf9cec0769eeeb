//! Title, artist, album, date, track, genre, comment, cover: carried from the source to the master.

use flac_codec::metadata::{Picture, PictureType, VorbisComment};
use lofty::config::WriteOptions;
use lofty::file::TaggedFileExt;
use lofty::iff::wav::RiffInfoList;
use lofty::ogg::tag::VorbisComments;
use lofty::picture::PictureInformation;
use lofty::tag::{ItemKey, Tag, TagExt, TagType};
use std::path::Path;

/// Tags of a source file, ready to be written in the form a target wants.
#[derive(Clone, Default)]
pub struct Tags {
    tag: Option<Tag>,
}

impl std::fmt::Debug for Tags {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let items = self.tag.as_ref().map_or(0, |tag| tag.items().len());
        f.debug_struct("Tags").field("items", &items).finish()
    }
}

/// What is about the source's samples, not about the song.
const OF_THE_SAMPLES: [ItemKey; 6] = [
    ItemKey::ReplayGainAlbumGain,
    ItemKey::ReplayGainAlbumPeak,
    ItemKey::ReplayGainTrackGain,
    ItemKey::ReplayGainTrackPeak,
    ItemKey::EncoderSoftware,
    ItemKey::EncoderSettings,
];

impl Tags {
    /// The tags of a file; none where there are none or they cannot be read.
    pub fn read(path: &Path) -> Self {
        let Ok(probe) =
            lofty::probe::Probe::open(path).and_then(|probe| Ok(probe.guess_file_type()?))
        else {
            return Self::default();
        };
        let Ok(file) = probe.read() else {
            return Self::default();
        };
        let mut tags = file.tags().iter();
        let first = file.primary_tag().or_else(|| tags.next()).cloned();
        let Some(mut tag) = first else {
            return Self::default();
        };
        // A file may hold several kinds of tags; later ones fill what is missing.
        for other in file.tags() {
            for item in other.items() {
                if tag.get(item.key()).is_none() {
                    tag.push(item.clone());
                }
            }
            if tag.pictures().is_empty() {
                for picture in other.pictures() {
                    tag.push_picture(picture.clone());
                }
            }
        }
        for key in OF_THE_SAMPLES {
            tag.remove_key(key);
        }
        let empty = tag.items().len() == 0 && tag.pictures().is_empty();
        Self {
            tag: (!empty).then_some(tag),
        }
    }

    /// As an ID3v2 tag, for MP3 and for the `id3 ` chunk of WAV; empty if there is nothing.
    pub fn id3v2(&self) -> Vec<u8> {
        self.dumped(TagType::Id3v2)
    }

    /// As the body of a RIFF `LIST` chunk of type `INFO`; empty if there is nothing.
    pub fn riff_info(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        if let Some(tag) = &self.tag {
            let list = RiffInfoList::from(tag.clone());
            if list.is_empty() || list.dump_to(&mut bytes, WriteOptions::default()).is_err() {
                bytes.clear();
            }
        }
        match bytes.get(..4) {
            Some(b"LIST") => bytes.split_off(8),
            _ => bytes,
        }
    }

    fn dumped(&self, kind: TagType) -> Vec<u8> {
        let mut bytes = Vec::new();
        if let Some(tag) = &self.tag {
            let mut tag = tag.clone();
            tag.re_map(kind);
            let options = WriteOptions::default().preferred_padding(0);
            if tag.is_empty() || tag.dump_to(&mut bytes, options).is_err() {
                bytes.clear();
            }
        }
        bytes
    }

    /// As FLAC's comment block; `None` if there is nothing to say.
    pub fn flac_comment(&self) -> Option<VorbisComment> {
        let mut tag = self.tag.clone()?;
        tag.re_map(TagType::VorbisComments);
        let comments = VorbisComments::from(tag);
        let mut comment = VorbisComment::default();
        for (field, value) in comments.items() {
            comment.insert(field, value);
        }
        (!comment.fields.is_empty()).then_some(comment)
    }

    /// As FLAC's picture blocks.
    pub fn flac_pictures(&self) -> Vec<Picture> {
        let pictures = self.tag.iter().flat_map(Tag::pictures);
        pictures
            .map(|picture| {
                let facts = PictureInformation::from_picture(picture).unwrap_or_default();
                Picture {
                    picture_type: match picture.pic_type() {
                        lofty::picture::PictureType::CoverFront => PictureType::FrontCover,
                        lofty::picture::PictureType::CoverBack => PictureType::BackCover,
                        lofty::picture::PictureType::Artist => PictureType::Artist,
                        _ => PictureType::Other,
                    },
                    media_type: picture
                        .mime_type()
                        .map_or_else(String::new, |mime| mime.as_str().to_owned()),
                    description: picture.description().unwrap_or_default().to_owned(),
                    width: facts.width,
                    height: facts.height,
                    color_depth: facts.color_depth,
                    colors_used: std::num::NonZero::new(facts.num_colors),
                    data: picture.data().to_vec(),
                }
            })
            .collect()
    }
}
