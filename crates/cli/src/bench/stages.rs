//! The stages: each takes the files down a part of the line and says what that took.

use std::fmt::Display;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use rowmill::json::Error as DecodeError;
use rowmill::{Cancel, Checksum, Compression, Decoder, Encoder, Frames, Layout, Options, Source};

use super::buffer::Buffer;
use super::clock::{Clock, Spent};
use super::figures::Stage;
use super::lines::Lines;
use crate::args::StageName;
use crate::exit::{self, Failure};

/// What all stages work on.
pub(super) struct Task {
    pub(super) inputs: Vec<PathBuf>,
    pub(super) layout: Layout,
    pub(super) threads: usize,
    /// Bytes of a file that `decode` may hold at once.
    pub(super) buffer: u64,
    pub(super) cancel: Cancel,
}

impl Task {
    pub(super) fn run(&self, stage: StageName) -> Result<Stage, Failure> {
        match stage {
            StageName::Read => self.read(),
            StageName::Frame => self.frame(),
            StageName::Decode => self.decode(),
            StageName::Encode => self.encode(),
            StageName::Whole => self.whole(),
        }
    }

    fn read(&self) -> Result<Stage, Failure> {
        let (mut stage, clock) = (Stage::new(StageName::Read), Clock::start());
        for input in &self.inputs {
            let mut lines = Lines::default();
            for chunk in Source::path(input).read(self.threads, &self.cancel)? {
                self.go_on()?;
                let chunk = chunk?;
                lines.look_at(&chunk);
                stage.bytes += chunk.len() as u64;
            }
            stage.rows += lines.count();
        }
        stage.spent = clock.elapsed();
        Ok(stage)
    }

    fn frame(&self) -> Result<Stage, Failure> {
        let (mut stage, clock) = (Stage::new(StageName::Frame), Clock::start());
        let mut framing = Spent::NOTHING;
        for input in &self.inputs {
            let mut frames = Frames::new(&Options::default());
            let mut take = |frames: &mut Frames| {
                while let Some(pieces) =
                    frames.next_frame().map_err(|error| bad_data(input, &error))?
                {
                    stage.bytes += pieces.iter().map(|piece| piece.len() as u64).sum::<u64>();
                }
                self.go_on()
            };
            let mut lines = Lines::default();
            // In this thread, and chunk after chunk as in a conversion of one thread.
            for chunk in Source::path(input).read(1, &self.cancel)? {
                let chunk = chunk?;
                lines.look_at(&chunk);
                let clock = Clock::start();
                frames.push(chunk);
                take(&mut frames)?;
                framing += clock.elapsed();
            }
            let clock = Clock::start();
            frames.finish();
            take(&mut frames)?;
            framing += clock.elapsed();
            stage.rows += lines.count();
        }
        stage.spent = clock.elapsed();
        stage.loading = Some(stage.spent - framing);
        Ok(stage)
    }

    pub(super) fn decode(&self) -> Result<Stage, Failure> {
        let (mut stage, clock) = (Stage::new(StageName::Decode), Clock::start());
        let (mut loading, mut summing) = (Spent::NOTHING, Spent::NOTHING);
        let mut checksum = Checksum::new(self.layout.schema())?;
        for input in &self.inputs {
            let mut decoder = self.decoder(self.threads);
            let mut buffer = Buffer::new(input, self.buffer, &self.cancel)?;
            let mut take = |decoder: &mut Decoder| {
                while let Some(batch) =
                    decoder.next_batch().map_err(|error| bad_data(input, &error))?
                {
                    // Other threads may be decoding meanwhile.
                    let clock = Clock::start_for_this_thread();
                    checksum.update(&batch)?;
                    summing += clock.elapsed();
                    self.go_on()?;
                }
                self.go_on()
            };
            while let Some(blocks) = buffer.fill(&self.cancel)? {
                for block in blocks {
                    decoder.push(block.clone());
                    take(&mut decoder)?;
                }
            }
            decoder.finish();
            take(&mut decoder)?;
            stage.count(&decoder)?;
            stage.streamed |= buffer.fillings > 1;
            loading += buffer.spent;
        }
        stage.checksum = Some(checksum.to_string());
        stage.spent = clock.elapsed();
        stage.loading = Some(loading);
        stage.summing = Some(summing);
        Ok(stage)
    }

    fn encode(&self) -> Result<Stage, Failure> {
        let (mut stage, all) = (Stage::new(StageName::Encode), Clock::start());
        for input in &self.inputs {
            let clock = Clock::start();
            let schema = self.layout.schema();
            let mut encoder = Encoder::new(Counted::default(), schema, Compression::default())?;
            stage.spent += clock.elapsed();
            // In this thread, so that nothing is decoded while the clock runs.
            let mut decoder = self.decoder(1);
            let mut take = |decoder: &mut Decoder| {
                while let Some(batch) =
                    decoder.next_batch().map_err(|error| bad_data(input, &error))?
                {
                    let clock = Clock::start();
                    encoder.write(&batch)?;
                    stage.spent += clock.elapsed();
                    self.go_on()?;
                }
                self.go_on()
            };
            for chunk in Source::path(input).read(1, &self.cancel)? {
                decoder.push(chunk?);
                take(&mut decoder)?;
            }
            decoder.finish();
            take(&mut decoder)?;
            let clock = Clock::start();
            stage.output_bytes += encoder.finish()?.0;
            stage.spent += clock.elapsed();
            stage.count(&decoder)?;
        }
        stage.untimed = Some(all.elapsed() - stage.spent);
        Ok(stage)
    }

    fn whole(&self) -> Result<Stage, Failure> {
        let (mut stage, clock) = (Stage::new(StageName::Whole), Clock::start());
        // Dropping it removes it, and so does every way out of here.
        let folder = tempfile::Builder::new().prefix("rowmill-bench-").tempdir().map_err(|e| {
            let place = std::env::temp_dir();
            Failure::new(exit::OUTPUT, format!("{}: {e}", place.display()))
        })?;
        let report = rowmill::Convert::new(&self.layout)
            .threads(self.threads)
            .cancel(self.cancel.clone())
            .run(&self.inputs, folder.path().join("out.parquet"))?;
        stage.bytes = report.bytes;
        stage.rows = report.rows;
        stage.output_bytes = report.output_bytes;
        folder.close().map_err(|e| Failure::new(exit::OUTPUT, format!("a temporary file: {e}")))?;
        stage.spent = clock.elapsed();
        Ok(stage)
    }

    fn decoder(&self, threads: usize) -> Decoder {
        let mut options = Options::default();
        options.threads = threads;
        Decoder::with(&self.layout, options)
    }

    fn go_on(&self) -> Result<(), Failure> {
        if self.cancel.is_cancelled() {
            return Err(Failure::new(exit::BAD_DATA, "cancelled"));
        }
        Ok(())
    }
}

impl Stage {
    /// Adds what a decoder has counted.
    fn count(&mut self, decoder: &Decoder) -> Result<(), Failure> {
        let defect = || Failure::new(exit::BAD_DATA, "a defect: the decoder has not ended");
        let counts = decoder.report().ok_or_else(defect)?;
        self.bytes += counts.bytes;
        self.rows += counts.rows;
        Ok(())
    }
}

/// What `convert` says about the same line.
fn bad_data(input: &Path, error: &DecodeError) -> Failure {
    let joint = if error.place().is_some() { ", " } else { ": " };
    let error: &dyn Display = error;
    Failure::new(exit::BAD_DATA, format!("{}{joint}{error}", input.display()))
}

/// A writer that keeps nothing.
#[derive(Debug, Default)]
struct Counted(u64);

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
