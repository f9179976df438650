//! Walks encoded values without Python, for the handles in a frame that is abandoned.
#![forbid(unsafe_code)]

use super::cursor::{Malformed, Reader};
use super::{numbers, tag};

/// Steps over one value, or over the head of a container, whose members follow as values of their own.
pub(super) fn one(reader: &mut Reader<'_>, handles: &mut Vec<i64>) -> Result<(), Malformed> {
    match reader.u8()? {
        tag::NULL | tag::FALSE | tag::TRUE | tag::ENTRY => {}
        tag::CHAR => drop(reader.bytes(2)?),
        tag::LIST | tag::TUPLE | tag::SET | tag::FROZENSET | tag::DICT => drop(reader.bytes(4)?),
        tag::DATE => drop(reader.bytes(6)?),
        tag::LONG | tag::DOUBLE | tag::TIME | tag::BYTES_REF | tag::JAVAOBJECT => drop(reader.bytes(8)?),
        tag::ARRAY_REF => drop(reader.bytes(9)?),
        tag::OFFSET_TIME | tag::INSTANT | tag::DURATION => drop(reader.bytes(12)?),
        tag::DATETIME => drop(reader.bytes(14)?),
        tag::UUID => drop(reader.bytes(16)?),
        tag::OFFSET_DATETIME => drop(reader.bytes(18)?),
        // The zone's name follows as a value of its own.
        tag::ZONED_DATETIME => drop(reader.bytes(19)?),
        tag::RANGE => drop(reader.bytes(24)?),
        tag::BIG | tag::ASCII | tag::BYTES | tag::DECIMAL => drop(reader.elements(1)?),
        tag::UTF16 => drop(reader.elements(2)?),
        tag::ARRAY => {
            let code = reader.u8()?;
            let size = numbers::element_size(code).ok_or_else(|| reader.malformed("an unknown type code"))?;
            reader.elements(size)?;
        }
        tag::PYOBJECT | tag::GENERATOR => handles.push(reader.i64()?),
        tag::PYPROXY => {
            handles.push(reader.i64()?);
            reader.bytes(4)?;
        }
        _ => return Err(reader.malformed("an unknown tag")),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::frame::testing::*;
    use crate::frame::{Writer, encode, tag};
    use crate::py::testing::{describe, eval, with_python, with_python_deep};

    #[test]
    fn every_handle_in_an_abandoned_frame_is_found() {
        with_python(|gil| {
            let code = "import datetime, decimal, uuid, zoneinfo, array, krait._values\no = object()\n\
                [o, None, True, 1, 2**70, 1.5, 'a', 'ж', b'b', array.array('i', [1]), (o,), {o}, {o: o, 1: 2}, \
                krait._values.Entry(o, o), decimal.Decimal('1.5'), datetime.date(2020, 1, 1), datetime.time(1), \
                datetime.time(1, tzinfo=datetime.timezone.utc), datetime.datetime(2020, 1, 1), \
                datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone(datetime.timedelta(hours=1))), \
                datetime.datetime(2020, 1, 1, tzinfo=zoneinfo.ZoneInfo('UTC')), \
                datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone.utc), datetime.timedelta(1), uuid.UUID(int=1), \
                range(3), (i for i in [o]), memoryview(bytes(1)).cast('?'), bytes(9_000), array.array('q', [1] * 2_000), o]";
            for takes_arrays in [false, true] {
                for capacity in [64, 1 << 16] {
                    let peer = TestPeer { takes_arrays, ..TestPeer::default() };
                    let mut frame = vec![0; capacity];
                    let mut writer = Writer::new(&mut frame);
                    writer.i32(5);
                    let at = writer.position();
                    encode(gil, &mut writer, &eval(gil, code), types(gil), &peer).expect("every value crosses");
                    let handles = writer.handles_from(at);
                    assert_eq!(handles.len(), 9);
                    peer.free(gil, &handles);
                    assert_eq!(peer.live_handles(), 0);
                }
            }
        });
    }

    #[test]
    fn an_error_in_the_middle_hides_no_handle_before_it() {
        with_python_deep(|gil| {
            let peer = TestPeer::default();
            let mut frame = [0; 256];
            let mut writer = Writer::new(&mut frame);
            let at = writer.position();
            let code = "x = []; x.append(x)\n[object(), {1: object(), 2: x}]";
            let error = encode(gil, &mut writer, &eval(gil, code), types(gil), &peer).expect_err("a cycle is refused");
            assert!(describe(gil, error).contains("contains itself"));
            let handles = writer.handles_from(at);
            assert_eq!(handles.len(), 2);
            peer.free(gil, &handles);
            writer.truncate(at);
            writer.u8(tag::NULL);
            assert_eq!(writer.len(), 1);
        });
    }
}
