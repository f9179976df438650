//! Reads a payload.
#![forbid(unsafe_code)]

use crate::py::{Exception, Gil, Raised};

/// A frame whose bytes make no sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed {
    what: &'static str,
    at: usize,
}

impl Malformed {
    /// Raises a SystemError that says what is wrong, and where in the payload.
    #[cold]
    pub fn raise(self, gil: Gil<'_>) -> Raised {
        gil.raise(Exception::System, &format!("malformed frame: {} at byte {}", self.what, self.at))
    }
}

/// Reads a payload. No content makes it read outside.
pub struct Reader<'a> {
    payload: &'a [u8],
    position: usize,
}

impl<'a> Reader<'a> {
    /// Reads from the payload's first byte.
    #[inline]
    pub fn new(payload: &'a [u8]) -> Self {
        Reader { payload, position: 0 }
    }

    /// Whether everything has been read.
    #[inline]
    pub fn at_end(&self) -> bool {
        self.position == self.payload.len()
    }

    /// How many bytes are left.
    #[inline]
    pub fn remaining(&self) -> usize {
        self.payload.len() - self.position
    }

    /// An error at the current position.
    #[cold]
    pub fn malformed(&self, what: &'static str) -> Malformed {
        Malformed { what, at: self.position }
    }

    #[inline(always)]
    fn take<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        match self.payload[self.position..].first_chunk() {
            Some(chunk) => {
                self.position += N;
                Ok(*chunk)
            }
            None => Err(self.malformed("it ends inside a value")),
        }
    }

    /// One byte.
    #[inline(always)]
    pub fn u8(&mut self) -> Result<u8, Malformed> {
        self.take().map(u8::from_le_bytes)
    }

    /// Two bytes.
    #[inline(always)]
    pub fn u16(&mut self) -> Result<u16, Malformed> {
        self.take().map(u16::from_le_bytes)
    }

    /// Four bytes.
    #[inline(always)]
    pub fn u32(&mut self) -> Result<u32, Malformed> {
        self.take().map(u32::from_le_bytes)
    }

    /// Four bytes, signed.
    #[inline(always)]
    pub fn i32(&mut self) -> Result<i32, Malformed> {
        self.take().map(i32::from_le_bytes)
    }

    /// Reads a LONG value, tag and all, if that comes next; else nothing is read.
    #[inline(always)]
    pub fn long_if_next(&mut self) -> Option<i64> {
        let [tag, data @ ..] = self.payload[self.position..].first_chunk::<9>()?;
        if *tag != super::super::tag::LONG {
            return None;
        }
        self.position += 9;
        Some(i64::from_le_bytes(*data))
    }

    /// Eight bytes, signed.
    #[inline(always)]
    pub fn i64(&mut self) -> Result<i64, Malformed> {
        self.take().map(i64::from_le_bytes)
    }

    /// A double.
    #[inline(always)]
    pub fn f64(&mut self) -> Result<f64, Malformed> {
        self.take().map(f64::from_le_bytes)
    }

    /// The next `count` bytes.
    #[inline(always)]
    pub fn bytes(&mut self, count: usize) -> Result<&'a [u8], Malformed> {
        match self.payload[self.position..].get(..count) {
            Some(bytes) => {
                self.position += count;
                Ok(bytes)
            }
            None => Err(self.malformed("it ends inside a value")),
        }
    }

    /// The bytes of a u32 count of elements that take `size` bytes each.
    #[inline(always)]
    pub fn elements(&mut self, size: usize) -> Result<&'a [u8], Malformed> {
        let count = self.u32()? as usize;
        match count.checked_mul(size) {
            Some(length) => self.bytes(length),
            None => Err(self.malformed("it ends inside a value")),
        }
    }

    /// A u32 count of UTF-16 units, and their bytes, which begin at an even place.
    pub fn units(&mut self) -> Result<&'a [u8], Malformed> {
        let count = self.u32()? as usize;
        self.bytes(self.position % 2)?;
        self.bytes(count.saturating_mul(2))
    }

    /// A u32 count of things that take at least `least` bytes each: never more than the payload can still hold, so
    /// that it may be trusted for an allocation.
    #[inline(always)]
    pub fn count(&mut self, least: usize) -> Result<usize, Malformed> {
        let count = self.u32()? as usize;
        if count > self.remaining() / least {
            return Err(self.malformed("it ends inside a collection"));
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_never_leaves_the_payload() {
        let payload = [1, 2, 3, 4, 5, 6, 7, 8, 9];
        for length in 0..payload.len() {
            let reader = || Reader::new(&payload[..length]);
            assert_eq!(reader().u8().is_ok(), length >= 1);
            assert_eq!(reader().u16().is_ok(), length >= 2);
            assert_eq!(reader().u32().is_ok(), length >= 4);
            assert_eq!(reader().i32().is_ok(), length >= 4);
            assert_eq!(reader().i64().is_ok(), length >= 8);
            assert_eq!(reader().f64().is_ok(), length >= 8);
            assert_eq!(reader().bytes(3).is_ok(), length >= 3);
            assert!(reader().bytes(usize::MAX).is_err());
            assert_eq!(reader().at_end(), length == 0);
        }
    }

    #[test]
    fn units_begin_at_an_even_place() {
        let payload = [9, 1, 0, 0, 0, 0xee, 0x36, 0x04, 7];
        let mut reader = Reader::new(&payload);
        assert_eq!((reader.u8(), reader.units(), reader.u8()), (Ok(9), Ok(&payload[6..8]), Ok(7)));
        assert_eq!(Reader::new(&[1, 0, 0, 0, b'a', 0]).units(), Ok(&b"a\0"[..]));
        for short in [&payload[1..1], &[0, 0], &[1, 0, 0, 0], &[1, 0, 0, 0, b'a'], &[0xff; 4]] {
            assert!(Reader::new(short).units().is_err());
        }
        let mut odd = Reader::new(&payload[..5]);
        assert!(odd.u8().is_ok() && odd.units().is_err(), "not even the byte that is passed over is there");
    }

    #[test]
    fn a_count_is_never_more_than_the_payload_can_hold() {
        let payload = |count: u32, rest: usize| [&count.to_le_bytes()[..], &vec![0; rest]].concat();
        assert_eq!(Reader::new(&payload(6, 6)).count(1), Ok(6));
        assert!(Reader::new(&payload(7, 6)).count(1).is_err());
        assert_eq!(Reader::new(&payload(3, 6)).count(2), Ok(3));
        assert!(Reader::new(&payload(4, 7)).count(2).is_err());
        assert!(Reader::new(&payload(u32::MAX, 100)).elements(usize::MAX).is_err());
    }
}
