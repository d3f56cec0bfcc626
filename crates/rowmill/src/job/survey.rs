//! Reading sources before they are written, to find out which of their rows are the newest.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use rowmill_json::Decoder;

use super::Job;
use crate::error::{Error, Result};
use crate::newest::Newest;
use crate::progress::{Pace, Progress};
use crate::source::Opened;

impl Job {
    /// Reads the next source to its end. It is [fed](Self::feed) later, after all others were read.
    ///
    /// # Errors
    /// Those of `feed`, and there are more rows than `newest` can remember.
    pub(crate) fn survey(&self, newest: &mut Newest, source: Opened) -> Result<()> {
        let file = newest.parts();
        let Some(input) = self.inputs.get(file) else {
            return Err(Error::internal("more sources than were named"));
        };
        newest.begin_part();
        let options = self.settings.decoder_options(self.table.decoded().schema())?;
        let mut decoder = Decoder::with(self.table.decoded(), options);
        let stamp = self.table.stamp(&input.name);
        let mut rows = 0;
        let mut drain = |decoder: &mut Decoder| {
            loop {
                let batch = decoder.next_batch();
                // They are set aside when the source is fed.
                drop(decoder.take_rejects());
                let Some(batch) = batch.map_err(|e| Error::decode(&input.name, e))? else {
                    return Ok(rows);
                };
                rows += batch.num_rows() as u64;
                newest.see(&stamp.own(&batch)?)?.ok_or_else(|| self.too_many())?;
            }
        };
        let mut pace = Pace::default();
        for chunk in source.chunks {
            self.settings.cancel.check()?;
            decoder.push(chunk.map_err(|e| Error::reading(&input.name, e))?);
            let rows = drain(&mut decoder)?;
            if !pace.is_due(source.received.bytes.load(Ordering::Relaxed)) {
                continue;
            }
            self.settings.tell(|| Progress {
                file,
                files: self.inputs.len(),
                source: Arc::clone(&input.name),
                read: source.received.bytes.load(Ordering::Relaxed),
                size: input.size,
                rows,
                quarantined: 0,
                finished: false,
            });
        }
        decoder.finish();
        drain(&mut decoder).map(drop)
    }

    /// What is fed from now on is written without the rows that are not the newest.
    pub(crate) fn leave_out(&mut self, newest: Newest) {
        self.left_out = newest.into_left_out();
    }

    fn too_many(&self) -> Error {
        let inner = if self.partitioned_by.is_empty() { "*" } else { "**/*" };
        let parts = self.output.part_path(inner);
        Error::usage(format!(
            "there are too many rows to tell in memory which of each Id is the newest: leave --dedupe \
             out (in code `.dedupe(true)`), and in the lake: SELECT * FROM '{}' QUALIFY row_number() \
             OVER (PARTITION BY Id ORDER BY UpdatedUtc DESC) = 1",
            parts.display()
        ))
    }
}
