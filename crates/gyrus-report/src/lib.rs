//! Tables to figures to one page.
//!
//! Plain values go in, strings come out: each figure is a self-contained SVG, the page a self-contained HTML document
//! whose charts a reader can ask.
//! Every text is escaped where it is written, every number is checked where it enters, and the same values give the
//! same bytes.
//! Nothing here knows about brains or models, reads or writes a file, or computes a statistic.
#![doc = include_str!("../README.md")]

mod canvas;
mod cells;
mod chart;
mod claim;
mod color;
mod color_map;
mod dataset;
mod differences;
mod error;
mod estimate;
mod figure;
mod frame;
mod grid;
mod heat_map;
mod html;
mod labels;
mod legend;
mod numbers;
mod packing;
mod page;
mod palette;
mod paths;
mod print;
mod raster;
mod scale;
mod score_by_layer;
mod scripts;
mod section;
mod style;
mod svg;
mod table;
mod text;
mod trend;

pub use chart::{Chart, Choice, Kind, Measure};
pub use claim::{Claim, Verdict};
pub use color::Color;
pub use dataset::{Column, Dataset};
pub use differences::{Difference, DifferenceGroup, Differences};
pub use error::Error;
pub use estimate::Estimate;
pub use figure::{Drawing, Figure};
pub use heat_map::{HeatMap, TickGroup};
pub use page::Page;
pub use palette::Palette;
pub use paths::{Path, Paths};
pub use print::Print;
pub use raster::{Raster, Ticks};
pub use score_by_layer::{Curve, Depth, Panel, ScoreByLayer, Spread, Training};
pub use section::Section;
pub use style::Style;
pub use svg::Svg;
pub use table::{Cell, Table};
pub use trend::{Line, Trend, TrendPoint};
