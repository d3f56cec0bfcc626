//! The walk, compiled once for each instruction set.
//!
//! Code is compiled for an instruction set where a function says so, and inlined code follows its
//! caller. So each step of the walk that is a call is stamped here: a function of its own for each
//! level, into which everything else is inlined. Which level it is is decided once for each piece
//! of input.

use rowmill_scan::{Level, Padded, Portable};

use super::rows::{Rows, Stop};
use super::{keys, list, object, rows, value};
use crate::column::{ListColumn, RecordColumn, Slot};
use crate::cursor::{Context, Cursor};
use crate::fault::Outcome;
use crate::infer::{self, Observer};
use crate::options::Simd;

/// A level with the steps of the walk compiled for it. Each does what the function of the same name
/// in this module's neighbours says.
pub(crate) trait Stamped: Level {
    fn rows(
        self,
        text: Padded<'_>,
        context: &mut Context,
        root: &mut RecordColumn,
        rows: &mut Rows,
    ) -> Stop;

    fn object(
        self,
        text: Padded<'_>,
        context: &mut Context,
        object: &mut RecordColumn,
        at: usize,
        row: usize,
    ) -> Outcome<usize>;

    fn first_key(
        self,
        text: Padded<'_>,
        context: &mut Context,
        object: &mut RecordColumn,
        at: usize,
    ) -> Outcome<usize>;

    fn next_key(
        self,
        text: Padded<'_>,
        context: &mut Context,
        object: &mut RecordColumn,
        at: usize,
        place: usize,
    ) -> Outcome<usize>;

    fn list(
        self,
        text: Padded<'_>,
        context: &mut Context,
        list: &mut ListColumn,
        at: usize,
        row: usize,
    ) -> Outcome<usize>;

    fn unusual(
        self,
        text: Padded<'_>,
        context: &mut Context,
        slot: &mut Slot,
        at: usize,
        row: usize,
        depth: usize,
    ) -> Outcome<usize>;

    fn skip_value(self, cursor: &mut Cursor<'_, Self>) -> Outcome<()>;

    fn observe(
        self,
        observer: &mut Observer,
        cursor: &mut Cursor<'_, Self>,
        node: u32,
        depth: usize,
    ) -> Outcome<()>;
}

/// A method that calls a function compiled with `$features`, which calls `$body`.
macro_rules! step {
    (
        [$($features:tt)*] $level:ty,
        $name:ident($($argument:ident: $type:ty),*) -> $result:ty, $body:path
    ) => {
        #[inline(always)]
        fn $name(self, $($argument: $type),*) -> $result {
            $($features)*
            #[inline(never)]
            fn stamped(level: $level, $($argument: $type),*) -> $result {
                $body(level, $($argument),*)
            }
            // SAFETY: a value of this level exists only where its features were detected, and they
            // are all that `stamped` asks for.
            #[allow(unused_unsafe)]
            unsafe {
                stamped(self, $($argument),*)
            }
        }
    };
}

/// All steps for a level.
macro_rules! stamp {
    ($level:ty, [$($features:tt)*]) => {
        impl Stamped for $level {
            step! { [$($features)*] $level, rows(
                text: Padded<'_>, context: &mut Context, root: &mut RecordColumn, rows: &mut Rows
            ) -> Stop, rows::rows }
            step! { [$($features)*] $level, object(
                text: Padded<'_>, context: &mut Context, object: &mut RecordColumn, at: usize,
                row: usize
            ) -> Outcome<usize>, object::object }
            step! { [$($features)*] $level, first_key(
                text: Padded<'_>, context: &mut Context, object: &mut RecordColumn, at: usize
            ) -> Outcome<usize>, keys::first_key }
            step! { [$($features)*] $level, next_key(
                text: Padded<'_>, context: &mut Context, object: &mut RecordColumn, at: usize,
                place: usize
            ) -> Outcome<usize>, keys::next_key }
            step! { [$($features)*] $level, list(
                text: Padded<'_>, context: &mut Context, list: &mut ListColumn, at: usize,
                row: usize
            ) -> Outcome<usize>, list::list }
            step! { [$($features)*] $level, unusual(
                text: Padded<'_>, context: &mut Context, slot: &mut Slot, at: usize, row: usize,
                depth: usize
            ) -> Outcome<usize>, value::unusual }
            step! { [$($features)*] $level, skip_value(
                cursor: &mut Cursor<'_, $level>
            ) -> Outcome<()>, value::skip }
            step! { [$($features)*] $level, observe(
                observer: &mut Observer, cursor: &mut Cursor<'_, $level>, node: u32, depth: usize
            ) -> Outcome<()>, infer::observe }
        }
    };
}

stamp!(Portable, []);
#[cfg(target_arch = "x86_64")]
stamp!(rowmill_scan::Avx2, [#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]]);
#[cfg(target_arch = "x86_64")]
stamp!(
    rowmill_scan::Avx512,
    [#[target_feature(
        enable = "avx2,bmi1,bmi2,lzcnt,popcnt,avx512f,avx512bw,avx512vl,avx512vbmi2"
    )]]
);
#[cfg(target_arch = "aarch64")]
stamp!(rowmill_scan::Neon, [#[target_feature(enable = "neon")]]);

/// The level that a decoder uses.
#[derive(Clone, Copy)]
pub(crate) enum Chosen {
    Portable,
    #[cfg(target_arch = "x86_64")]
    Avx2(rowmill_scan::Avx2),
    #[cfg(target_arch = "x86_64")]
    Avx512(rowmill_scan::Avx512),
    #[cfg(target_arch = "aarch64")]
    Neon(rowmill_scan::Neon),
}

impl Chosen {
    /// The one that is asked for if this machine has it, or else the best it has.
    pub(crate) fn new(simd: Simd) -> Self {
        let all = Self::all();
        let asked = all.iter().find(|(name, _)| *name == simd);
        asked.or(all.last()).map_or(Self::Portable, |(_, level)| *level)
    }

    /// What this machine has, the one that is taken by default last.
    pub(crate) fn all() -> Vec<(Simd, Self)> {
        let mut all = vec![(Simd::Portable, Self::Portable)];
        #[cfg(target_arch = "x86_64")]
        {
            // Where both were measured, AVX2 was never slower: strings in rows are short.
            let avx512 = rowmill_scan::Avx512::detect();
            all.extend(avx512.map(|level| (Simd::Avx512, Self::Avx512(level))));
            let avx2 = rowmill_scan::Avx2::detect();
            all.extend(avx2.map(|level| (Simd::Avx2, Self::Avx2(level))));
        }
        #[cfg(target_arch = "aarch64")]
        {
            let neon = rowmill_scan::Neon::detect();
            all.extend(neon.map(|level| (Simd::Neon, Self::Neon(level))));
        }
        all
    }

    /// Reads lines until something must be decided; see [`rows::rows`].
    pub(crate) fn rows(
        self,
        text: Padded<'_>,
        context: &mut Context,
        root: &mut RecordColumn,
        rows: &mut Rows,
    ) -> Stop {
        match self {
            Self::Portable => Portable.rows(text, context, root, rows),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(level) => level.rows(text, context, root, rows),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512(level) => level.rows(text, context, root, rows),
            #[cfg(target_arch = "aarch64")]
            Self::Neon(level) => level.rows(text, context, root, rows),
        }
    }
}
