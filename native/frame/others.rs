//! UUID and range.
#![forbid(unsafe_code)]

use super::cursor::{Reader, Writer};
use super::types::Held;
use super::{Context, Peer, encode_handle, tag};
use crate::py::{Exception, Object, Owned, Result};

pub(super) fn decode_uuid<'g, P: Peer>(context: Context<'_, 'g, P>, reader: &mut Reader<'_>) -> Result<Owned<'g>> {
    let gil = context.gil;
    let most = context.ok(reader.i64())?;
    let least = context.ok(reader.i64())?;
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&most.to_be_bytes());
    bytes[8..].copy_from_slice(&least.to_be_bytes());
    // uuid.UUID(hex=None, bytes=bytes)
    context.types.uuid.get(gil)?.call(gil, &[&*gil.none(), &*gil.bytes(&bytes)?])
}

pub(super) fn encode_uuid<P: Peer>(
    context: Context<'_, '_, P>,
    writer: &mut Writer<'_>,
    object: &Object,
) -> Result<()> {
    let gil = context.gil;
    let bytes = object.attr(gil, context.types.names.bytes.get(gil))?;
    let Some((most, least)) = halves(bytes.as_bytes(gil)?) else {
        return Err(gil.raise(Exception::Value, "a UUID whose bytes are not 16"));
    };
    writer.tagged(tag::UUID, most.to_le_bytes());
    writer.i64(least);
    Ok(())
}

fn halves(bytes: &[u8]) -> Option<(i64, i64)> {
    let (most, least) = bytes.split_at_checked(8)?;
    Some((i64::from_be_bytes(most.try_into().ok()?), i64::from_be_bytes(least.try_into().ok()?)))
}

pub(super) fn decode_range<'g, P: Peer>(context: Context<'_, 'g, P>, reader: &mut Reader<'_>) -> Result<Owned<'g>> {
    let gil = context.gil;
    let start = gil.long(context.ok(reader.i64())?)?;
    let stop = gil.long(context.ok(reader.i64())?)?;
    let step = gil.long(context.ok(reader.i64())?)?;
    context.types.range.get(gil).call_owned(gil, &[start, stop, step])
}

/// A range as three numbers where they and its length fit Java, else as an object.
pub(super) fn encode_range<P: Peer>(
    context: Context<'_, '_, P>,
    writer: &mut Writer<'_>,
    object: &Object,
) -> Result<()> {
    let Context { gil, types, peer } = context;
    let number = |name: &Held| object.attr(gil, name.get(gil))?.to_long(gil);
    let names = &types.names;
    let numbers = (number(&names.start)?, number(&names.stop)?, number(&names.step)?);
    let (Some(start), Some(stop), Some(step)) = numbers else {
        return encode_handle(gil, writer, object, peer);
    };
    // In 128 bits, where no difference of two numbers of 64 overflows.
    let (from, to) = if step > 0 { (start, stop) } else { (stop, start) };
    let span = (i128::from(to) - i128::from(from)).max(0) as u128;
    if span.div_ceil(step.unsigned_abs().into()) > i32::MAX as u128 {
        return encode_handle(gil, writer, object, peer);
    }
    writer.tagged(tag::RANGE, start.to_le_bytes());
    writer.i64(stop);
    writer.i64(step);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::testing::*;
    use crate::py::testing::with_python;

    #[test]
    fn uuids_come_back() {
        with_python(|gil| {
            for text in [
                "00000000-0000-0000-0000-000000000000",
                "ffffffff-ffff-ffff-ffff-ffffffffffff",
                "12345678-9abc-def0-0fed-cba987654321",
            ] {
                comes_back(gil, &format!("import uuid\nuuid.UUID('{text}')"));
            }
            assert_eq!(
                encoded(gil, "import uuid\nuuid.UUID('12345678-9abc-def0-0fed-cba987654321')"),
                payload![[tag::UUID], 0x1234_5678_9abc_def0_i64.to_le_bytes(), 0x0fed_cba9_8765_4321_i64.to_le_bytes()]
            );
        });
    }

    #[test]
    fn ranges_come_back_and_those_too_long_for_java_are_objects() {
        with_python(|gil| {
            for code in [
                "range(0)",
                "range(5)",
                "range(10, 0, -3)",
                "range(5, 1)",
                "range(2**31 - 1)",
                "range(-2**63, 2**63 - 1, 2**34)",
                "range(2**63 - 1, -2**63, -2**34)",
                "range(3, 3, -2**63)",
            ] {
                comes_back(gil, code);
            }
            crosses_as_object(gil, "range(2**31)");
            crosses_as_object(gil, "range(2**31, 0, -1)");
            crosses_as_object(gil, "range(-2**63, 2**63 - 1)");
            crosses_as_object(gil, "range(2**64, 2**64 + 1)");
            let zeros = payload![[tag::RANGE], [0; 24]];
            assert_eq!(decode_error(gil, &zeros), "ValueError: range() arg 3 must not be zero");
        });
    }

    #[test]
    fn what_is_no_value_crosses_as_the_same_object() {
        with_python(|gil| {
            for code in [
                "object()",
                "...",
                "NotImplemented",
                "1j",
                "len",
                "lambda: 0",
                "int",
                "iter([])",
                "{}.keys()",
                "__builtins__",
                "Exception('x')",
                "import types\ntypes.MappingProxyType({})",
                "import collections\ncollections.deque()",
                "import enum\nclass E(enum.Enum): A = 1\nE.A",
                "import enum\nclass E(float, enum.Enum): A = 1.0\nE.A",
                "import enum\nclass E(tuple, enum.Enum): A = (1,)\nE.A",
                "import enum\nclass E(enum.Flag): A = 1\nE.A",
                "import fractions\nfractions.Fraction(1, 3)",
                "class M(type):\n  __getattr__ = lambda cls, name: 1\nclass C(metaclass=M): pass\nC()",
            ] {
                crosses_as_object(gil, code);
            }
        });
    }

    #[test]
    fn a_generator_crosses_as_the_same_object_and_says_what_it_is() {
        with_python(|gil| {
            for code in ["(i for i in [])", "def f():\n  yield 1\nf()"] {
                crosses_as_handle(gil, code, tag::GENERATOR);
            }
            crosses_as_object(gil, "import inspect\nasync def f():\n  yield 1\nf()");
        });
    }

    #[test]
    fn none_is_null() {
        with_python(|gil| {
            assert_eq!(encoded(gil, "None"), [tag::NULL]);
            assert_eq!(decoded(gil, &[tag::NULL]), "None");
        });
    }

    #[test]
    fn a_stale_handle_raises() {
        with_python(|gil| {
            assert_eq!(
                decode_error(gil, &payload![[tag::PYOBJECT], 77i64.to_le_bytes()]),
                "RuntimeError: a stale handle"
            );
            assert_eq!(
                decode_error(gil, &payload![[tag::PYOBJECT], 0i64.to_le_bytes()]),
                "RuntimeError: a stale handle"
            );
        });
    }

    #[test]
    fn a_java_object_comes_back_as_its_slot() {
        with_python(|gil| {
            let peer = TestPeer::default();
            let payload =
                payload![[tag::LIST], 1u32.to_le_bytes(), [tag::JAVAOBJECT], 5i32.to_le_bytes(), 0i32.to_le_bytes()];
            let value = try_decode(gil, &payload, &peer).expect("a list of a Java object");
            assert_eq!(try_encode(gil, &value, &peer).expect("it crosses back"), payload);
        });
    }
}
