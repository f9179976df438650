//! Simple calls: at most one argument, which is no container, and mostly such a result. What they are goes in a register,
//! and their data stands alone in the payload: no value is announced, counted and walked over.
#![forbid(unsafe_code)]

use super::tag::{self, simple, status};
use super::{HEADER, Malformed, Reader};
use crate::py::{BuiltIn, Gil, Number, Object, Owned, Result};

/// What a simple argument is: a tag with flags in the lowest byte, the length of its data above.
#[derive(Clone, Copy)]
pub struct Simple(pub i64);

impl Simple {
    /// Whether what is called is named.
    #[inline(always)]
    pub fn by_name(self) -> bool {
        self.0 as u8 & simple::BY_NAME != 0
    }

    /// The argument, if there is one, from a frame's memory.
    #[inline(always)]
    pub fn argument<'g>(self, gil: Gil<'g>, memory: &[u8]) -> Result<Option<Owned<'g>>> {
        let malformed = |malformed: Malformed| malformed.raise(gil);
        let length = usize::try_from(self.0 >> 8).unwrap_or(usize::MAX);
        let mut reader = Reader::new(memory.get(HEADER..).unwrap_or_default());
        let argument = match self.0 as u8 & !simple::BY_NAME {
            simple::NOTHING => return Ok(None),
            tag::UTF16 => gil.str_utf16(reader.bytes(length).map_err(malformed)?)?,
            tag::LONG => gil.long(reader.i64().map_err(malformed)?)?,
            tag::DOUBLE => gil.double(reader.f64().map_err(malformed)?)?,
            tag::NULL => gil.none(),
            tag::FALSE => gil.bool(false),
            tag::TRUE => gil.bool(true),
            _ => return Err(malformed(reader.malformed("an unknown argument"))),
        };
        Ok(Some(argument))
    }
}

/// Writes data if there is room; its tag and its length.
#[inline(always)]
fn put(room: &mut [u8], tag: u8, data: &[u8]) -> Option<(u8, usize)> {
    room.get_mut(..data.len())?.copy_from_slice(data);
    Some((tag, data.len()))
}

/// Writes a str's content if there is room.
#[inline(always)]
fn put_text(gil: Gil<'_>, room: &mut [u8], text: &Object) -> Result<Option<(u8, usize)>> {
    if let Some(ascii) = text.ascii(gil)? {
        return Ok(put(room, tag::ASCII, ascii));
    }
    // What does not fit is not made of units at all.
    if text.len(gil)?.saturating_mul(2) > room.len() {
        return Ok(None);
    }
    Ok(put(room, tag::UTF16, text.utf16(gil)?.as_bytes(gil)?))
}

/// Writes a simple answer, header and all. False where the value is none, or does not fit: nothing is written then.
#[inline(always)]
pub fn write_simple(gil: Gil<'_>, memory: &mut [u8], value: &Object) -> bool {
    let Some((header, room)) = memory.split_first_chunk_mut::<HEADER>() else {
        return false;
    };
    let written = match (value.number(gil), value.built_in()) {
        (Some(Number::Int(number)), _) => put(room, tag::LONG, &number.to_le_bytes()),
        (Some(Number::Float(number)), _) => put(room, tag::DOUBLE, &number.to_le_bytes()),
        (_, BuiltIn::Str) => put_text(gil, room, value).unwrap_or_else(|raised| {
            // Whoever writes it otherwise is told the same.
            gil.clear_raised(raised);
            None
        }),
        (_, BuiltIn::None) => Some((tag::NULL, 0)),
        (_, BuiltIn::Bool) => Some((if value.is_true() { tag::TRUE } else { tag::FALSE }, 0)),
        _ => None,
    };
    let Some((tag, length)) = written else {
        return false;
    };
    *header = [0; HEADER];
    header[..4].copy_from_slice(&(status::SIMPLE | i32::from(tag) << 8).to_le_bytes());
    header[8..16].copy_from_slice(&(length as u64).to_le_bytes());
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::py::testing::{describe, eval, repr, with_python};

    fn argument(gil: Gil<'_>, what: u8, length: usize, data: &[u8]) -> std::result::Result<String, String> {
        let memory = [&[0; HEADER], data].concat();
        match Simple((length as i64) << 8 | i64::from(what)).argument(gil, &memory) {
            Ok(None) => Ok("nothing".to_owned()),
            Ok(Some(argument)) => Ok(repr(gil, &argument)),
            Err(raised) => Err(describe(gil, raised)),
        }
    }

    #[test]
    fn each_kind_of_argument_arrives() {
        with_python(|gil| {
            let arrives = |what, length, data: &[u8]| argument(gil, what, length, data).expect("an argument");
            assert_eq!(arrives(simple::NOTHING, 0, &[]), "nothing");
            assert_eq!(arrives(tag::NULL, 0, &[]), "None");
            assert_eq!(arrives(tag::FALSE, 0, &[]), "False");
            assert_eq!(arrives(tag::TRUE | simple::BY_NAME, 0, &[]), "True");
            assert_eq!(arrives(tag::LONG, 0, &i64::MIN.to_le_bytes()), "-9223372036854775808");
            assert_eq!(arrives(tag::DOUBLE, 0, &(-0.0f64).to_le_bytes()), "-0.0");
            assert_eq!(arrives(tag::UTF16, 0, b"abc"), "''");
            for (text, is) in [
                ("a", "'a'"),
                ("a\0~\u{7f}", r"'a\x00~\x7f'"),
                ("a\0\u{80}\u{ff}", r"'a\x00\x80ÿ'"),
                ("\u{100}a", "'Āa'"),
                ("\u{feff}a😀", r"'\ufeffa😀'"),
            ] {
                let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
                assert_eq!(arrives(tag::UTF16, units.len(), &[&units, &b"rest"[..]].concat()), is);
            }
            assert_eq!(arrives(tag::UTF16, 4, &[0, 0xdc, b'a', 0]), r"'\udc00a'");
        });
    }

    #[test]
    fn an_argument_that_reaches_past_the_frame_is_refused() {
        with_python(|gil| {
            for (what, length, data) in [
                (tag::UTF16, 4, &b"abc"[..]),
                (tag::UTF16, usize::MAX >> 9, b"abc"),
                (tag::UTF16, usize::MAX, b"abc"),
                (tag::LONG, 8, &[0; 7]),
                (tag::DOUBLE, 8, &[0; 7]),
                (tag::LIST, 0, &[0; 64]),
                (99, 0, &[0; 64]),
            ] {
                let error = argument(gil, what, length, data).expect_err("refused");
                assert!(error.starts_with("SystemError: malformed frame"), "{error}");
            }
        });
    }

    /// The tag and the data of what is written for an expression into this much room, if anything is.
    fn answer(gil: Gil<'_>, code: &str, room: usize) -> Option<(u8, Vec<u8>)> {
        let mut memory = vec![0xaa; HEADER + room];
        if !write_simple(gil, &mut memory, &eval(gil, code)) {
            assert!(memory.iter().all(|byte| *byte == 0xaa), "nothing is written");
            return None;
        }
        assert_eq!(i32::from(memory[0]), status::SIMPLE);
        let length = u64::from_le_bytes(*memory[8..].first_chunk().expect("a header")) as usize;
        assert!(memory[2..8].iter().chain(&memory[16..HEADER]).all(|byte| *byte == 0));
        Some((memory[1], memory[HEADER..HEADER + length].to_vec()))
    }

    #[test]
    fn each_kind_of_answer_is_written() {
        with_python(|gil| {
            assert_eq!(answer(gil, "None", 0), Some((tag::NULL, vec![])));
            assert_eq!(answer(gil, "True", 0), Some((tag::TRUE, vec![])));
            assert_eq!(answer(gil, "False", 0), Some((tag::FALSE, vec![])));
            assert_eq!(answer(gil, "-1", 8), Some((tag::LONG, (-1i64).to_le_bytes().to_vec())));
            assert_eq!(answer(gil, "-1.0", 8), Some((tag::DOUBLE, (-1f64).to_le_bytes().to_vec())));
            assert_eq!(answer(gil, "''", 0), Some((tag::ASCII, vec![])));
            assert_eq!(answer(gil, "'a\\0b'", 3), Some((tag::ASCII, b"a\0b".to_vec())));
            assert_eq!(answer(gil, "'aé'", 4), Some((tag::UTF16, vec![b'a', 0, 0xe9, 0])));
            assert_eq!(answer(gil, "'\\ud800a'", 4), Some((tag::UTF16, vec![0, 0xd8, b'a', 0])));
            assert_eq!(answer(gil, "'😀'", 4), Some((tag::UTF16, vec![0x3d, 0xd8, 0, 0xde])));
        });
    }

    #[test]
    fn what_is_not_simple_or_does_not_fit_is_left_to_the_codec() {
        with_python(|gil| {
            for code in ["2**63", "[]", "b''", "object()", "class S(str): pass\nS('a')"] {
                assert_eq!(answer(gil, code, 64), None, "{code}");
            }
            assert_eq!(answer(gil, "1", 7), None);
            assert_eq!(answer(gil, "1.0", 7), None);
            assert_eq!(answer(gil, "'abc'", 2), None);
            assert_eq!(answer(gil, "'é'", 1), None);
            assert_eq!(answer(gil, "'😀'", 2), None);
            assert!(!gil.has_raised());
        });
    }
}
