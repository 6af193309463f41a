//! Words and their times from the files labs have, whatever their form.

mod ctm;
mod dictionary;
mod format;
mod forward;
mod gentle;
mod grid;
mod literal;
mod natural_stories;
mod story;
mod table;
mod units;

pub use self::format::{WordFormat, read_words_as};
pub use self::forward::{Forward, read_forward};
pub use self::natural_stories::read_natural_stories_at;
pub use self::table::{End, WordTable, read_words};
pub use self::units::{check_times, words_beyond};
