//! Ints and floats by the memory they lie in: those that nobody else has are used for the next number, without a way through
//! CPython's allocator and back, and short ints are read without a call.

use std::cell::Cell;
use std::sync::OnceLock;

use super::{Gil, Number, Object, Owned, Result, version};
use crate::ffi;

/// Where an int has its size and sign, its *tag*, and then its digits of 30 bits: behind reference count and class.
const TAG: usize = 16;
const DIGITS: usize = 24;
const DIGIT_BITS: u32 = 30;
/// Of more digits is no number that is common.
const MOST_DIGITS: usize = 2;
/// There is one object for each of these, which everybody shares.
const SHARED: std::ops::RangeInclusive<i64> = -5..=256;
/// These are not shared, not negative, and have one digit.
const ONE_DIGIT: std::ops::Range<i64> = *SHARED.end() + 1..1 << DIGIT_BITS;

/// The tags of ints, by their number of digits, less one, and by whether they are negative.
type Tags = [[usize; 2]; MOST_DIGITS];

/// How this CPython's ints and floats lie in memory, as far as it is as we know.
#[derive(Clone, Copy)]
pub struct NumberMemory {
    /// Of ints. They are laid out so since 3.10; the tag's bits changed with 3.12.
    tags: Option<Tags>,
    /// Of floats. They have always been laid out so.
    has_floats: bool,
}

impl NumberMemory {
    /// Of the CPython that runs.
    pub fn of(gil: Gil<'_>) -> NumberMemory {
        static MEMORY: OnceLock<NumberMemory> = OnceLock::new();
        *MEMORY.get_or_init(|| {
            let known = version() <= (3, 14);
            NumberMemory { tags: if known { learn(gil) } else { None }, has_floats: known && learn_float(gil) }
        })
    }
}

#[cold]
fn learn(gil: Gil<'_>) -> Option<Tags> {
    let has_layout = || -> Result<bool> {
        let class = gil.long(1)?.class(gil);
        let size = |name| class.attr_str(gil, name)?.to_long(gil);
        Ok(size(c"__basicsize__")? == Some(DIGITS as i64) && size(c"__itemsize__")? == Some(4))
    };
    match has_layout() {
        Ok(true) => {}
        Ok(false) => return None,
        Err(raised) => {
            gil.clear_raised(raised);
            return None;
        }
    }
    let tag_of = |number: i64| {
        let int = gil.long(number).map_err(|raised| gil.clear_raised(raised)).ok()?;
        // SAFETY: an int of so many digits has room for them behind what `int.__basicsize__` counts.
        let (tag, digits) = unsafe { (read_tag(&int), read_digits(&int, digits(number))) };
        (digits == number.unsigned_abs()).then_some(tag)
    };
    let mut tags = Tags::default();
    for (index, of_size) in tags.iter_mut().enumerate() {
        for (negative, tag) in of_size.iter_mut().enumerate() {
            let (low, high) = (1i64 << (DIGIT_BITS * index as u32), 1i64 << (DIGIT_BITS * (index as u32 + 1)));
            let samples = [low + 1_000, high / 3, high / 2, high - 1];
            let mut found = samples.map(|sample| tag_of(if negative == 1 { -sample } else { sample })).into_iter();
            *tag = found.next()??;
            if !found.all(|other| other == Some(*tag)) {
                return None;
            }
        }
    }
    let mut all = tags.as_flattened().to_vec();
    all.sort_unstable();
    all.dedup();
    (all.len() == 2 * MOST_DIGITS).then_some(tags)
}

/// Where a float has its value.
const VALUE: usize = 16;

#[cold]
fn learn_float(gil: Gil<'_>) -> bool {
    let has_layout = || -> Result<bool> {
        let size = gil.double(0.5)?.class(gil).attr_str(gil, c"__basicsize__")?.to_long(gil)?;
        if size != Some((VALUE + size_of::<f64>()) as i64) {
            return Ok(false);
        }
        for value in [0.0, -0.1, 1e300, f64::INFINITY] {
            let float = gil.double(value)?;
            // SAFETY: a float, whose size says that so many bytes are its own.
            let found = unsafe { float.as_ptr().byte_add(VALUE).cast::<f64>().read() };
            if found.to_bits() != value.to_bits() {
                return Ok(false);
            }
        }
        Ok(true)
    };
    has_layout().unwrap_or_else(|raised| {
        gil.clear_raised(raised);
        false
    })
}

/// How many digits a number has, which is not 0.
#[inline(always)]
fn digits(number: i64) -> usize {
    let magnitude = number.unsigned_abs();
    if magnitude >> DIGIT_BITS == 0 {
        1
    } else if magnitude >> (2 * DIGIT_BITS) == 0 {
        2
    } else {
        3
    }
}

/// # Safety
/// A live int of the layout that we know.
#[inline(always)]
unsafe fn read_tag(int: &Object) -> usize {
    // SAFETY: by the caller's guarantee.
    unsafe { int.as_ptr().byte_add(TAG).cast::<usize>().read() }
}

/// # Safety
/// As [`read_tag`], and it has so many digits.
#[inline(always)]
unsafe fn read_digits(int: &Object, digits: usize) -> u64 {
    let mut value = 0;
    for index in 0..digits {
        // SAFETY: by the caller's guarantee.
        let digit = unsafe { int.as_ptr().byte_add(DIGITS).cast::<u32>().add(index).read() };
        value |= u64::from(digit) << (DIGIT_BITS * index as u32);
    }
    value
}

impl NumberMemory {
    /// The value of an int of few digits, and of no subclass.
    #[inline(always)]
    pub fn short_int(&self, _gil: Gil<'_>, object: &Object) -> Option<i64> {
        if object.type_ptr() != &raw mut ffi::PyLong_Type {
            return None;
        }
        let tags = self.tags.as_ref()?;
        // SAFETY: an int, and of the layout that we know, since there are tags.
        let tag = unsafe { read_tag(object) };
        // By far the most, and the least work.
        if tag == tags[0][0] {
            // SAFETY: its tag says that it has a digit.
            return Some(unsafe { read_digits(object, 1) } as i64);
        }
        let index = tags.iter().position(|of_size| of_size.contains(&tag))?;
        // SAFETY: its tag says that it has so many digits.
        let magnitude = unsafe { read_digits(object, index + 1) } as i64;
        Some(if tag == tags[index][1] { -magnitude } else { magnitude })
    }

    /// The value of a float, and of no subclass.
    #[inline(always)]
    pub fn plain_float(&self, gil: Gil<'_>, object: &Object) -> Option<f64> {
        if self.has_floats && object.type_ptr() == &raw mut ffi::PyFloat_Type {
            // SAFETY: a live float of the layout that we know.
            return Some(unsafe { object.as_ptr().byte_add(VALUE).cast::<f64>().read() });
        }
        match object.number(gil) {
            Some(Number::Float(number)) => Some(number),
            _ => None,
        }
    }

    /// An int; in the memory of `spent`, where that is an int of as many digits and ours alone, or `spent` itself, where it is that
    /// number. Nobody can tell the former from one whose memory was freed and used again at once.
    #[inline(always)]
    pub fn long_in<'g>(&self, gil: Gil<'g>, spent: Option<Owned<'g>>, number: i64) -> Result<Owned<'g>> {
        match (spent, &self.tags) {
            (Some(spent), Some(tags)) if spent.type_ptr() == &raw mut ffi::PyLong_Type => {
                // SAFETY: an int, and of the layout that we know, since there are tags.
                if unsafe { read_tag(&spent) } == tags[0][0] {
                    // SAFETY: its tag says that it has one digit, and that it is not negative.
                    let digit = unsafe { &*spent.as_ptr().byte_add(DIGITS).cast::<Cell<u32>>() };
                    if i64::from(digit.get()) == number {
                        return Ok(spent);
                    }
                    if ONE_DIGIT.contains(&number) && is_ours_alone(&spent) {
                        digit.set(number as u32);
                        return Ok(spent);
                    }
                }
                self.other_long_in(gil, spent, number)
            }
            _ => gil.long(number),
        }
    }

    /// [`NumberMemory::long_in`] an int.
    fn other_long_in<'g>(&self, gil: Gil<'g>, spent: Owned<'g>, number: i64) -> Result<Owned<'g>> {
        if is_ours_alone(&spent)
            && !SHARED.contains(&number)
            && let Some(tags) = &self.tags
            && let Some(of_size) = tags.get(digits(number) - 1)
        {
            // SAFETY: an int, and of the layout that we know, since there are tags.
            let tag = unsafe { read_tag(&spent) };
            if of_size.contains(&tag) {
                // SAFETY: nobody else has a reference to it, and its tag says that it has so many digits.
                unsafe { overwrite(&spent, of_size[usize::from(number < 0)], number) }
                return Ok(spent);
            }
        }
        // A shared one, as a rule, in a column that has few of them.
        if self.short_int(gil, &spent) == Some(number) { Ok(spent) } else { gil.long(number) }
    }

    /// A float; in the memory of `spent`, where that is a float and ours alone.
    #[inline(always)]
    pub fn double_in<'g>(&self, gil: Gil<'g>, spent: Option<Owned<'g>>, number: f64) -> Result<Owned<'g>> {
        if let Some(spent) = spent
            && self.has_floats
            && spent.type_ptr() == &raw mut ffi::PyFloat_Type
            && is_ours_alone(&spent)
        {
            // SAFETY: nobody else has a reference to it, and it is a float of the layout that we know.
            unsafe { spent.as_ptr().byte_add(VALUE).cast::<f64>().write(number) }
            return Ok(spent);
        }
        gil.double(number)
    }
}

/// Whether there is no reference to an object but this one.
#[inline(always)]
fn is_ours_alone(spent: &Owned<'_>) -> bool {
    // SAFETY: a live object under the GIL.
    unsafe { ffi::Py_REFCNT(spent.as_ptr()) == 1 }
}

/// # Safety
/// A live int of the layout that we know, with as many digits as the number, which nobody reads.
#[inline(always)]
unsafe fn overwrite(int: &Owned<'_>, tag: usize, number: i64) {
    const MASK: u64 = (1 << DIGIT_BITS) - 1;
    let magnitude = number.unsigned_abs();
    // SAFETY: by the caller's guarantee.
    unsafe {
        int.as_ptr().byte_add(TAG).cast::<usize>().write(tag);
        let at = int.as_ptr().byte_add(DIGITS).cast::<u32>();
        at.write((magnitude & MASK) as u32);
        if magnitude >> DIGIT_BITS != 0 {
            at.add(1).write((magnitude >> DIGIT_BITS) as u32);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::with_python;
    use super::*;

    const NUMBERS: [i64; 14] =
        [0, 1, -5, -6, 256, 257, -257, (1 << 30) - 1, 1 << 30, -(1 << 30), (1 << 60) - 1, 1 << 60, i64::MAX, i64::MIN];

    #[test]
    fn a_number_in_a_spent_int_is_the_number() {
        with_python(|gil| {
            let memory = NumberMemory::of(gil);
            assert!(memory.tags.is_some() && memory.has_floats, "the layout of this CPython's numbers is known");
            for before in NUMBERS {
                for after in NUMBERS {
                    let spent = gil.long(before).expect("an int");
                    let int = memory.long_in(gil, Some(spent), after).expect("an int");
                    assert_eq!(int.to_long(gil).expect("an int"), Some(after), "{after} after {before}");
                    let same = gil.long(after).expect("an int");
                    assert!(int.compare(gil, &same, ffi::Py_EQ).expect("a bool").is_true(), "{after} after {before}");
                    assert_eq!(int.hash(gil).expect("a hash"), same.hash(gil).expect("a hash"));
                    let shared = SHARED.contains(&after);
                    assert_eq!(int.is(&same), shared, "{after} after {before}");
                }
            }
        });
    }

    #[test]
    fn a_short_int_is_read_as_the_number_it_is() {
        with_python(|gil| {
            let memory = NumberMemory::of(gil);
            for number in NUMBERS {
                let short = number != 0 && number.unsigned_abs() >> (2 * DIGIT_BITS) == 0;
                assert_eq!(
                    memory.short_int(gil, &gil.long(number).expect("an int")),
                    short.then_some(number),
                    "{number}"
                );
            }
            assert_eq!(memory.short_int(gil, &gil.bool(true)), None);
            assert_eq!(memory.short_int(gil, &gil.double(1.0).expect("a float")), None);
        });
    }

    #[test]
    fn an_int_that_somebody_else_has_stays_what_it_is() {
        with_python(|gil| {
            let memory = NumberMemory::of(gil);
            let kept = gil.long(123_456).expect("an int");
            let other = memory.long_in(gil, Some(kept.own(gil)), 654_321).expect("an int");
            assert_eq!(kept.to_long(gil).expect("an int"), Some(123_456));
            assert_eq!(other.to_long(gil).expect("an int"), Some(654_321));
        });
    }

    #[test]
    fn an_int_of_ours_alone_is_used_again() {
        with_python(|gil| {
            let memory = NumberMemory::of(gil);
            for (before, after) in [(1_000, 2_000), (1_000, -2_000), (-(1 << 40), 1 << 41)] {
                let spent = gil.long(before).expect("an int");
                let address = spent.as_ptr();
                assert_eq!(memory.long_in(gil, Some(spent), after).expect("an int").as_ptr(), address);
            }
            for same in [7, 123_456] {
                let kept = gil.long(same).expect("an int");
                assert!(memory.long_in(gil, Some(kept.own(gil)), same).expect("an int").is(&kept));
            }
        });
    }

    #[test]
    fn a_float_of_ours_alone_is_used_again() {
        with_python(|gil| {
            let memory = NumberMemory::of(gil);
            let kept = gil.double(0.5).expect("a float");
            for (spent, reused) in [(kept.own(gil), false), (gil.double(0.25).expect("a float"), true)] {
                let address = spent.as_ptr();
                let float = memory.double_in(gil, Some(spent), -1e300).expect("a float");
                assert_eq!(float.to_double(gil).expect("a float"), -1e300);
                assert_eq!(float.as_ptr() == address, reused);
            }
            assert_eq!(kept.to_double(gil).expect("a float"), 0.5);
        });
    }
}
