//! Counts the bytes that a program has in use, for tests of how much memory damaged files can take.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

static IN_USE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

/// The system's allocator, counting: a test program makes it its `#[global_allocator]`.
#[derive(Debug)]
pub struct Counting;

impl Counting {
    /// What `work` gives, and the most bytes that the whole program had in use meanwhile beyond those before.
    pub fn peak_of<T>(work: impl FnOnce() -> T) -> (T, usize) {
        let before = IN_USE.load(Relaxed);
        PEAK.store(before, Relaxed);
        let done = work();
        (done, PEAK.load(Relaxed).saturating_sub(before))
    }
}

// SAFETY: every call is passed on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        PEAK.fetch_max(IN_USE.fetch_add(layout.size(), Relaxed) + layout.size(), Relaxed);
        // SAFETY: the caller's own promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        PEAK.fetch_max(IN_USE.fetch_add(layout.size(), Relaxed) + layout.size(), Relaxed);
        // SAFETY: the caller's own promise.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        IN_USE.fetch_sub(layout.size(), Relaxed);
        // SAFETY: the caller's own promise.
        unsafe { System.dealloc(place, layout) }
    }
}
