//! Reading values and the arguments of calls: which file each tag is for.
#![forbid(unsafe_code)]

use super::{Context, Peer, Reader, Types, bytes_arrays, containers, datetimes, numbers, others, tag, text, times};
use crate::py::{Gil, Object, Owned, Positional, Raised, Result};

/// Reads one value.
#[inline]
pub fn decode<'g, P: Peer>(gil: Gil<'g>, reader: &mut Reader<'_>, types: &Types, peer: &P) -> Result<Owned<'g>> {
    decode_value(Context { gil, types, peer }, reader, 0)
}

/// The arguments of a call.
pub struct Arguments<'g> {
    /// The positional ones.
    pub positional: Positional<'g>,
    /// The keyword ones as a dict, if there are any.
    pub keywords: Option<Owned<'g>>,
}

/// Reads the arguments of a call. An error comes with the index of the argument that it is about; keyword arguments
/// count on from the positional ones.
pub fn decode_arguments<'g, P: Peer>(
    gil: Gil<'g>,
    reader: &mut Reader<'_>,
    types: &Types,
    peer: &P,
) -> std::result::Result<Arguments<'g>, (usize, Raised)> {
    let mut positional = Positional::default();
    let keywords = decode_arguments_into(gil, reader, types, peer, &mut positional)?;
    Ok(Arguments { positional, keywords })
}

/// As [`decode_arguments`], with the positional ones written where they stay: moving them is felt by a call that has only
/// a few. Gives the keyword ones.
#[inline]
pub fn decode_arguments_into<'g, P: Peer>(
    gil: Gil<'g>,
    reader: &mut Reader<'_>,
    types: &Types,
    peer: &P,
    positional: &mut Positional<'g>,
) -> std::result::Result<Option<Owned<'g>>, (usize, Raised)> {
    let context = Context { gil, types, peer };
    let count = context.ok(reader.count(1)).map_err(|raised| (0, raised))?;
    positional.expect(count);
    for index in 0..count {
        positional.push(decode_value(context, reader, 0).map_err(|raised| (index, raised))?);
    }
    let keyword_count = context.ok(reader.count(2)).map_err(|raised| (count, raised))?;
    if keyword_count == 0 {
        return Ok(None);
    }
    let keywords = gil.dict().map_err(|raised| (count, raised))?;
    for index in count..count + keyword_count {
        keyword(context, reader, &keywords).map_err(|raised| (index, raised))?;
    }
    Ok(Some(keywords))
}

fn keyword<P: Peer>(context: Context<'_, '_, P>, reader: &mut Reader<'_>, keywords: &Object) -> Result<()> {
    let name = decode_value(context, reader, 0)?;
    if !name.is_str() {
        return Err(context.malformed(reader, "the name of a keyword argument is no string"));
    }
    let value = decode_value(context, reader, 0)?;
    keywords.dict_set(context.gil, &name, &value)
}

#[inline]
pub(super) fn decode_value<'g, P: Peer>(
    context: Context<'_, 'g, P>,
    reader: &mut Reader<'_>,
    depth: u32,
) -> Result<Owned<'g>> {
    let gil = context.gil;
    match context.ok(reader.u8())? {
        tag::NULL => Ok(gil.none()),
        tag::FALSE => Ok(gil.bool(false)),
        tag::TRUE => Ok(gil.bool(true)),
        tag::LONG => gil.long(context.ok(reader.i64())?),
        tag::DOUBLE => gil.double(context.ok(reader.f64())?),
        tag::ASCII => text::decode_ascii(context, reader),
        tag::UTF16 => text::decode_utf16(context, reader),
        tag::BYTES => gil.bytes(context.ok(reader.elements(1))?),
        tag::LIST => containers::decode_list(context, reader, depth),
        tag::TUPLE => containers::decode_tuple(context, reader, depth),
        tag::DICT => containers::decode_dict(context, reader, depth),
        tag::SET => containers::decode_set(context, reader, depth),
        tag::FROZENSET => containers::decode_frozenset(context, reader, depth),
        tag::ENTRY => containers::decode_entry(context, reader, depth),
        other => decode_rare(context, reader, other),
    }
}

/// Apart from the frequent values, so that their function needs little stack.
#[inline(never)]
fn decode_rare<'g, P: Peer>(context: Context<'_, 'g, P>, reader: &mut Reader<'_>, tag: u8) -> Result<Owned<'g>> {
    match tag {
        tag::BIG => numbers::decode_big(context, reader),
        tag::CHAR => text::decode_char(context, reader),
        tag::ARRAY => bytes_arrays::decode_array(context, reader),
        tag::BYTES_REF => bytes_arrays::decode_bytes_ref(context, reader),
        tag::ARRAY_REF => bytes_arrays::decode_array_ref(context, reader),
        tag::DECIMAL => numbers::decode_decimal(context, reader),
        tag::DATE => times::decode_date(context, reader),
        tag::TIME => times::decode_time(context, reader),
        tag::OFFSET_TIME => times::decode_offset_time(context, reader),
        tag::DATETIME => datetimes::decode_datetime(context, reader),
        tag::OFFSET_DATETIME => datetimes::decode_offset_datetime(context, reader),
        tag::ZONED_DATETIME => datetimes::decode_zoned_datetime(context, reader),
        tag::INSTANT => datetimes::decode_instant(context, reader),
        tag::DURATION => times::decode_duration(context, reader),
        tag::UUID => others::decode_uuid(context, reader),
        tag::RANGE => others::decode_range(context, reader),
        tag::PYOBJECT => {
            let handle = context.ok(reader.i64())?;
            context.peer.object(context.gil, handle)
        }
        tag::JAVAOBJECT => {
            let (slot, class) = (context.ok(reader.i32())?, context.ok(reader.i32())?);
            context.peer.java_object(context.gil, slot, class)
        }
        _ => Err(context.malformed(reader, "an unknown tag")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::testing::*;
    use crate::py::testing::{describe, repr, with_python};

    fn long(value: i64) -> Vec<u8> {
        payload![[tag::LONG], value.to_le_bytes()]
    }

    fn text(text: &str) -> Vec<u8> {
        payload![[tag::ASCII], (text.len() as u32).to_le_bytes(), *text.as_bytes()]
    }

    #[test]
    fn arguments_arrive_in_order_few_or_many() {
        with_python(|gil| {
            for count in 0..20i64 {
                let values: Vec<u8> = (0..count).flat_map(long).collect();
                let payload = payload![(count as u32).to_le_bytes(), values, 0u32.to_le_bytes()];
                let mut reader = Reader::new(&payload);
                let arguments = decode_arguments(gil, &mut reader, types(gil), &TestPeer::default());
                let arguments = arguments.map_err(|(_, raised)| describe(gil, raised)).expect("arguments");
                assert!(reader.at_end());
                assert!(arguments.keywords.is_none());
                let found: Vec<_> = arguments.positional.iter().map(|value| repr(gil, value)).collect();
                assert_eq!(found, (0..count).map(|value| value.to_string()).collect::<Vec<_>>());
            }
        });
    }

    #[test]
    fn keyword_arguments_arrive_by_name() {
        with_python(|gil| {
            let keywords = payload![2u32.to_le_bytes(), text("b"), long(2), text("a"), [tag::NULL]];
            let payload = payload![1u32.to_le_bytes(), long(1), keywords];
            let arguments = decode_arguments(gil, &mut Reader::new(&payload), types(gil), &TestPeer::default());
            let arguments = arguments.map_err(|(_, raised)| describe(gil, raised)).expect("arguments");
            assert_eq!(arguments.positional.len(), 1);
            assert_eq!(repr(gil, &arguments.keywords.expect("keywords")), "{'b': 2, 'a': None}");
        });
    }

    #[test]
    fn an_argument_that_cannot_be_read_is_named_by_its_index() {
        with_python(|gil| {
            let year_0 = payload![[tag::DATE], [0; 6]];
            let error = |payload: &[u8]| {
                let arguments = decode_arguments(gil, &mut Reader::new(payload), types(gil), &TestPeer::default());
                let (index, raised) = arguments.err().expect("an argument is refused");
                (index, describe(gil, raised).split(':').next().expect("a type").to_owned())
            };
            let (none, one, two) = (0u32.to_le_bytes(), 1u32.to_le_bytes(), 2u32.to_le_bytes());
            assert_eq!(error(&payload![two, long(1), year_0, none]), (1, "ValueError".to_owned()));
            assert_eq!(
                error(&payload![one, long(1), two, text("a"), long(1), text("b"), year_0]),
                (2, "ValueError".to_owned())
            );
            assert_eq!(error(&payload![none, one, long(1), long(1)]), (0, "SystemError".to_owned()));
            assert_eq!(error(&payload![one, long(1)]), (1, "SystemError".to_owned()));
            assert_eq!(error(&u32::MAX.to_le_bytes()), (0, "SystemError".to_owned()));
        });
    }

    #[test]
    fn an_unknown_tag_is_refused() {
        with_python(|gil| {
            for unknown in 32..=255 {
                let error = decode_error(gil, &payload![[unknown], [0; 16]]);
                assert!(error.starts_with("SystemError: malformed frame: an unknown tag"), "{error}");
            }
        });
    }
}
