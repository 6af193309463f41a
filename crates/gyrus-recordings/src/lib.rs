//! Reads words and brain signals from the files labs have.
