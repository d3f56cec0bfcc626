//! The decoder's framer by itself.

use bytes::Bytes;

use crate::error::Error;
use crate::frame::Framer;
use crate::options::Options;

/// The largest line and frame of the decoder.
pub(crate) const MAX_BYTES: usize = 1 << 30;

/// Cuts JSON Lines bytes into frames, runs of whole lines, just as a [`Decoder`](crate::Decoder)
/// with the same [`Options`] does before it decodes them, and decodes nothing.
///
/// Where a frame ends depends on the bytes alone, not on the chunks they come in. Chunks are sliced;
/// only a line that two chunks share is copied. Only the surroundings of the cuts are looked at.
///
/// ```
/// use rowmill_json::{Frames, Options};
///
/// let mut options = Options::default();
/// options.frame_bytes = 10;
/// let mut frames = Frames::new(&options);
/// let mut found = Vec::new();
/// for chunk in [&b"{\"n\":1}\n{\"n\""[..], b":2}\n{}\n"] {
///     frames.push(chunk.into());
///     while let Some(pieces) = frames.next_frame()? {
///         found.push(pieces.concat());
///     }
/// }
/// frames.finish();
/// while let Some(pieces) = frames.next_frame()? {
///     found.push(pieces.concat());
/// }
/// assert_eq!(found, [&b"{\"n\":1}\n{\"n\":2}\n"[..], b"{}\n"]);
/// # Ok::<(), rowmill_json::Error>(())
/// ```
#[derive(Debug)]
pub struct Frames(Framer);

impl Frames {
    /// Frames of the size that `options` say.
    #[must_use]
    pub fn new(options: &Options) -> Self {
        // Within the bounds that the decoder keeps.
        Self(Framer::new(
            options.frame_bytes.clamp(1, MAX_BYTES),
            options.max_line_bytes.clamp(1, MAX_BYTES),
        ))
    }

    /// Takes bytes; not after [`finish`](Self::finish).
    pub fn push(&mut self, chunk: Bytes) {
        self.0.push(chunk);
    }

    /// Marks the end of the input.
    pub fn finish(&mut self) {
        self.0.finish();
    }

    /// The next frame, in pieces of which each holds whole lines; only the very last line of the
    /// input may lack its end. `None` means that more bytes are needed, or, after
    /// [`finish`](Self::finish), that this was all.
    ///
    /// # Errors
    /// A line has passed [`Options::max_line_bytes`] and its end has not come; told after the frames
    /// before it. Lines that are whole are measured by the decoder, which looks into them.
    pub fn next_frame(&mut self) -> Result<Option<Vec<Bytes>>, Error> {
        Ok(self.0.next()?.map(|frame| frame.pieces))
    }
}

#[cfg(test)]
mod tests {
    use super::{Bytes, Frames, Options};
    use crate::error::ErrorKind;

    #[test]
    fn sizes_are_those_of_the_decoder() {
        let mut frames = Frames::new(&Options { frame_bytes: 0, ..Options::default() });
        frames.push(Bytes::from_static(b"{}\n\n{}\nlast"));
        frames.finish();
        let mut found = Vec::new();
        while let Some(pieces) = frames.next_frame().expect("short lines") {
            found.push(pieces.concat());
        }
        assert_eq!(found, [&b"{}\n"[..], b"\n", b"{}\n", b"last"]);
    }

    #[test]
    fn the_frames_before_a_long_line_come_first() {
        let mut frames = Frames::new(&Options { max_line_bytes: 5, ..Options::default() });
        frames.push(Bytes::from_static(b"{}\n012345"));
        assert_eq!(frames.next_frame().expect("whole").expect("a frame").concat(), b"{}\n");
        let error = frames.next_frame().expect_err("a long line");
        assert_eq!(error.kind(), ErrorKind::LineLength);
    }
}
