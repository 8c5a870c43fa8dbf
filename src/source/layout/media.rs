//! What stands beside a text and is none: a row that shows an image is not read as if it showed none.

use super::cells::cells;
use crate::source::Void;
use crate::source::parts;

cells! {
    /// The columns that datasets have for it; those of most rows say nothing.
    pub(super) Media {
        images: optional Any,
        image: optional Any,
        videos: optional Any,
        audios: optional Any,
    }
}

impl Media<'_> {
    /// Fails where any of them says something.
    pub(super) fn none(&self) -> Result<(), Void> {
        let all = [&self.images, &self.image, &self.videos, &self.audios];
        match all.into_iter().any(parts::says_more) {
            true => Err(Void::NoText),
            false => Ok(()),
        }
    }
}
