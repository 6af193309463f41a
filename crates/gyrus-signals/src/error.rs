//! What can be wrong with signals and with what is to be done to them.

/// Something that cannot be done to signals.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A value that is not a number, or infinite.
    #[error("sample {sample}, column {column} (both from 0) is not finite: `{value}`")]
    NotFinite {
        /// Sample, from 0, of the recording.
        sample: usize,
        /// Column, from 0.
        column: usize,
        /// The value.
        value: f64,
    },
    /// A number that must be above 0 and finite, with its name.
    #[error("{what} must be positive and finite: `{value}`")]
    NotPositive {
        /// What it is.
        what: &'static str,
        /// The value.
        value: f64,
    },
    /// A count that is out of its range, with its name.
    #[error("{what} must be from {least} to {most}: `{value}`")]
    OutOfRange {
        /// What it is.
        what: &'static str,
        /// The least it may be.
        least: usize,
        /// The most it may be.
        most: usize,
        /// The value.
        value: usize,
    },
    /// A frequency that a sampling rate does not hold.
    #[error("frequency must be above 0 and below {nyquist} Hz, half of the sampling rate: `{frequency}`")]
    Frequency {
        /// The frequency in hertz.
        frequency: f64,
        /// Half of the sampling rate, in hertz.
        nyquist: f64,
    },
    /// A band whose lower edge is not below the upper.
    #[error("band must begin below its end: `{low}` to `{high}` Hz")]
    Band {
        /// Lower edge in hertz.
        low: f64,
        /// Upper edge in hertz.
        high: f64,
    },
    /// Bands to stop that leave no room between them.
    #[error(
        "stop bands `{first}` and `{second}` Hz with their transitions must neither meet nor leave 0 to {nyquist} Hz"
    )]
    StopBands {
        /// Centre of one, in hertz; of the only one if both are equal.
        first: f64,
        /// Centre of the next, in hertz.
        second: f64,
        /// Half of the sampling rate, in hertz.
        nyquist: f64,
    },
    /// A filter that is too short for its transitions.
    #[error("a filter of {taps} samples is too short: its transition of {transition} Hz needs {needed}")]
    FilterLength {
        /// Samples of the filter.
        taps: usize,
        /// The narrowest transition, in hertz.
        transition: f64,
        /// Samples that the transition needs.
        needed: usize,
    },
    /// A recording that is too short for what is to be done to it.
    #[error("{what} needs at least {needed} samples, not {samples}")]
    Short {
        /// What is to be done.
        what: &'static str,
        /// The least number of samples.
        needed: usize,
        /// Samples there are.
        samples: usize,
    },
    /// A column that is not there.
    #[error("there is no column {column} (from 0) among {columns}")]
    NoColumn {
        /// The column asked for.
        column: usize,
        /// Columns there are.
        columns: usize,
    },
    /// A column that is named twice where it may be named once.
    #[error("column {column} (from 0) is named twice")]
    Twice {
        /// The column.
        column: usize,
    },
    /// A group, a pair or a list of columns with too few of them.
    #[error("{what} needs at least {needed} columns, not {columns}")]
    FewColumns {
        /// What needs them.
        what: &'static str,
        /// The least number.
        needed: usize,
        /// Columns there are.
        columns: usize,
    },
    /// Two rates whose ratio is not one of small whole numbers.
    #[error(
        "no ratio of whole numbers up to {most} leads from {from} Hz to {to} Hz; the nearest, {up} / {down}, gives {near} Hz"
    )]
    Ratio {
        /// Rate there is, in hertz.
        from: f64,
        /// Rate asked for, in hertz.
        to: f64,
        /// Largest whole number.
        most: u32,
        /// Numerator of the nearest ratio.
        up: u32,
        /// Denominator of the nearest ratio.
        down: u32,
        /// The rate that it gives, in hertz.
        near: f64,
    },
    /// A step whose impulse response does not end within what chunks can hold.
    #[error(
        "step {step} (from 0) cannot work in chunks: its impulse response has not decayed after {samples} samples; \
         a Hilbert transform needs a Butterworth band-pass before it, and slow filters are for lower rates"
    )]
    Unbounded {
        /// The step, from 0; the last of those that are merged.
        step: usize,
        /// Samples after which it has not.
        samples: usize,
    },
    /// A block that is not what was asked for.
    #[error("samples {start} to {end} of {columns} columns were asked for, and {rows} of {found} came")]
    Block {
        /// First sample asked for.
        start: usize,
        /// First sample after them.
        end: usize,
        /// Columns that there should be.
        columns: usize,
        /// Samples that came.
        rows: usize,
        /// Columns that came.
        found: usize,
    },
}
