//! Calls of Java methods with nothing but numbers: arguments and results cross in registers, and Java chooses no method.
//!
//! Java tells how, with the answer to a call that it has seen often (`NumberCall`).

use std::cell::Cell;

use crate::frame::HEADER;
use crate::frame::tag::number;
use crate::py::{BuiltIn, Gil, Number, Object, Owned, Result};

/// The most arguments.
const ARGUMENTS: usize = 2;
/// For each argument, in the kinds.
const BITS_PER_KIND: usize = 4;
/// Where a frame has what Java tells.
const TOLD: usize = 24;
/// Kinds of arguments that a method is remembered for.
const REMEMBERED: usize = 4;

/// A method's arguments as numbers.
pub struct Numbers {
    kinds: u8,
    /// Their bits.
    pub bits: [i64; ARGUMENTS],
}

impl Numbers {
    /// None where there are others than numbers, or too many.
    #[inline(always)]
    pub fn of(gil: Gil<'_>, args: &[&Object]) -> Option<Self> {
        let mut numbers = Numbers { kinds: 0, bits: [0; ARGUMENTS] };
        if args.len() > ARGUMENTS {
            return None;
        }
        for (index, (argument, bits)) in args.iter().zip(&mut numbers.bits).enumerate() {
            let kind = match (argument.number(gil), argument.built_in()) {
                (Some(Number::Int(value)), _) => {
                    *bits = value;
                    if i64::from(value as i32) == value { number::INT } else { number::LONG }
                }
                (Some(Number::Float(value)), _) => {
                    *bits = value.to_bits() as i64;
                    number::DOUBLE
                }
                (None, BuiltIn::Bool) => {
                    *bits = i64::from(argument.is_true());
                    number::BOOLEAN
                }
                _ => return None,
            };
            numbers.kinds |= kind << (BITS_PER_KIND * index);
        }
        Some(numbers)
    }
}

/// What Java told of a method.
#[derive(Clone, Copy, Default)]
pub struct Known {
    /// 1 more than its index; 0 where there is nothing.
    number: u32,
    kinds: u8,
    /// What the result is.
    pub result: u8,
}

impl Known {
    /// As Java has it in an answer's frame.
    #[inline(always)]
    fn told(memory: &[u8]) -> Self {
        let code = memory.get(TOLD..HEADER).and_then(|code| code.try_into().ok()).map_or(0, u64::from_le_bytes);
        Known { number: code as u32, kinds: (code >> 32) as u8, result: (code >> 40) as u8 }
    }

    /// The call's index.
    pub fn index(self) -> i32 {
        self.number as i32 - 1
    }
}

/// What is known of a method for several kinds of arguments, the first learned first.
#[derive(Default)]
pub struct Memory([Cell<Known>; REMEMBERED]);

impl Memory {
    /// Whether there is anything.
    #[inline(always)]
    pub fn is_empty(&self) -> bool {
        self.0[0].get().number == 0
    }

    /// What is known for these arguments.
    #[inline(always)]
    pub fn find(&self, numbers: &Numbers) -> Option<Known> {
        self.0.iter().map(Cell::get).find(|known| known.kinds == numbers.kinds && known.number != 0)
    }

    /// Learns from the frame of an answer. Of more kinds than there is room for, the first ones stay.
    #[inline(always)]
    pub fn learn(&self, memory: &[u8]) {
        let told = Known::told(memory);
        if told.number == 0 {
            return;
        }
        for place in &self.0 {
            let known = place.get();
            if known.number == 0 {
                place.set(told);
            }
            if known.number == 0 || known.kinds == told.kinds {
                return;
            }
        }
    }
}

/// The Python object for a result.
#[inline(always)]
pub fn result<'g>(gil: Gil<'g>, kind: u8, bits: i64) -> Result<Owned<'g>> {
    match kind {
        number::VOID => Ok(gil.none()),
        number::BOOLEAN => Ok(gil.bool(bits != 0)),
        number::DOUBLE => gil.double(f64::from_bits(bits as u64)),
        _ => gil.long(bits),
    }
}
