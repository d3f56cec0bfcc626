//! A conversion that is awaited.

use std::path::Path;

use super::Convert;
use crate::cancel::Cancel;
use crate::error::Result;
use crate::report::Report;
use crate::source::{Source, Sources};
use crate::worker;

impl Convert {
    /// As [`run`](Self::run), for programs that await it; sources may be [streams](Source::stream).
    ///
    /// The future moves the bytes of streams, one stream after the other and only as fast as they are
    /// taken: four chunks wait at most. Everything else happens on plain threads. Any executor will do.
    /// Nothing is taken out of a stream before it is sure that the output may be written.
    ///
    /// Dropping the future stops the run, waits for the batch it is in, and leaves nothing behind; unless
    /// all had been written and the files were just being put in place, which is then completed.
    ///
    /// ```
    /// use futures::stream;
    /// use rowmill::{Bytes, Convert, Source};
    ///
    /// # let dir = tempfile::tempdir()?;
    /// # let output = dir.path().join("rooms.parquet");
    /// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
    /// let body = stream::iter([Ok::<_, std::io::Error>(Bytes::from("{\"n\":1}\n{\"n\":2}\n"))]);
    /// let report = Convert::inferred().run_async(Source::stream("rooms", body), &output).await?;
    /// assert_eq!(report.rows, 2);
    /// # Ok::<(), rowmill::Error>(())
    /// # })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`run`](Self::run), and what a stream ends with: errors of this crate and of the client
    /// as they are, others as [`Input`](crate::ErrorKind::Input) or, if a connection broke, as
    /// [`TryLater`](crate::ErrorKind::TryLater).
    pub fn run_async(
        &self,
        sources: impl Into<Sources>,
        output: impl AsRef<Path>,
    ) -> impl Future<Output = Result<Report>> + Send + 'static {
        let (mut convert, stop) = (self.clone(), Cancel::new());
        let cancel = std::mem::replace(&mut convert.settings.cancel, stop.clone());
        let mut sources = sources.into().into_vec();
        let output = output.as_ref().to_owned();
        let transfers: Vec<_> = sources.iter_mut().filter_map(Source::take_transfer).collect();
        async move {
            let transfer = async move {
                for transfer in transfers {
                    transfer.await;
                }
            };
            let run = move || convert.run_all(sources, &output);
            worker::work("rowmill-convert", run, transfer, &cancel, stop).await
        }
    }
}
