//! The positional arguments of a call, without a heap allocation for the usual few.

use std::mem::MaybeUninit;
use std::ops::Deref;

use super::Owned;

/// How many arguments need no allocation.
const INLINE: usize = 6;

/// A short vector of owned references.
pub struct Positional<'g> {
    inline: [MaybeUninit<Owned<'g>>; INLINE],
    /// How many of `inline` are initialised; 0 once `heap` is in use.
    length: usize,
    heap: Vec<Owned<'g>>,
}

impl Default for Positional<'_> {
    /// No arguments yet.
    #[inline(always)]
    fn default() -> Self {
        Positional { inline: [const { MaybeUninit::uninit() }; INLINE], length: 0, heap: Vec::new() }
    }
}

impl<'g> Positional<'g> {
    /// Says how many will come: more than six are allocated for at once.
    #[inline(always)]
    pub fn expect(&mut self, count: usize) {
        if count > INLINE && self.length == 0 {
            self.heap.reserve(count);
        }
    }

    /// Adds an argument.
    #[inline]
    pub fn push(&mut self, argument: Owned<'g>) {
        if self.heap.capacity() == 0 && self.length < INLINE {
            self.inline[self.length].write(argument);
            self.length += 1;
            return;
        }
        if self.length > 0 {
            self.heap.reserve(INLINE * 2);
            let moved = std::mem::take(&mut self.length);
            for place in &self.inline[..moved] {
                // SAFETY: the first `length` places are initialised, and `length` is 0 from here on, so that each
                // reference has one owner.
                self.heap.push(unsafe { place.assume_init_read() });
            }
        }
        self.heap.push(argument);
    }
}

impl<'g> Deref for Positional<'g> {
    type Target = [Owned<'g>];

    #[inline]
    fn deref(&self) -> &[Owned<'g>] {
        if self.heap.is_empty() {
            // SAFETY: the first `length` places are initialised, and MaybeUninit<T> is laid out as T.
            unsafe { std::slice::from_raw_parts(self.inline.as_ptr().cast(), self.length) }
        } else {
            &self.heap
        }
    }
}

impl Drop for Positional<'_> {
    #[inline]
    fn drop(&mut self) {
        for place in &mut self.inline[..self.length] {
            // SAFETY: the first `length` places are initialised, and nothing reads them after this.
            unsafe { place.assume_init_drop() }
        }
    }
}
