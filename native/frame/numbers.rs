//! int, float and Decimal: LONG, BIG, DOUBLE and DECIMAL; and how wide the elements of arrays are.
#![forbid(unsafe_code)]

use super::cursor::{Reader, Writer};
use super::tag::{self, type_code};
use super::{Context, Peer, length};
use crate::py::{Exception, Number, Object, Owned, Result, Text};

/// Bytes of an element of this type code, or none where there is no such code in ARRAY.
pub(super) fn element_size(code: u8) -> Option<usize> {
    match code {
        type_code::BOOLEAN => Some(1),
        type_code::SHORT | type_code::CHAR => Some(2),
        type_code::INT | type_code::FLOAT => Some(4),
        type_code::LONG | type_code::DOUBLE => Some(8),
        _ => None,
    }
}

pub(super) fn decode_big<'g, P: Peer>(context: Context<'_, 'g, P>, reader: &mut Reader<'_>) -> Result<Owned<'g>> {
    let Context { gil, types, .. } = context;
    let bytes = gil.bytes(context.ok(reader.elements(1))?)?;
    let arguments = gil.tuple(&[&bytes, types.constants.big.get(gil)])?;
    types.int_from_bytes.get(gil).call_with_keywords(gil, &arguments, Some(types.constants.signed.get(gil)))
}

/// A plain number.
#[inline(always)]
pub(super) fn encode_number(writer: &mut Writer<'_>, number: Number) {
    match number {
        Number::Int(value) => writer.tagged(tag::LONG, value.to_le_bytes()),
        Number::Float(value) => writer.tagged(tag::DOUBLE, value.to_le_bytes()),
    }
}

#[inline]
pub(super) fn encode_int<P: Peer>(context: Context<'_, '_, P>, writer: &mut Writer<'_>, object: &Object) -> Result<()> {
    match object.to_long(context.gil)? {
        Some(value) => {
            writer.tagged(tag::LONG, value.to_le_bytes());
            Ok(())
        }
        None => encode_big(context, writer, object),
    }
}

#[cold]
fn encode_big<P: Peer>(context: Context<'_, '_, P>, writer: &mut Writer<'_>, object: &Object) -> Result<()> {
    let Context { gil, types, .. } = context;
    // The methods of int itself: a subclass may have others.
    let bits = types.int_bit_length.get(gil).call(gil, &[object])?.to_long(gil)?;
    // One bit more for the sign.
    let Some(count) = bits.map(|bits| bits / 8 + 1) else {
        return Err(gil.raise(Exception::Overflow, "an int with more than 2⁶³ bits"));
    };
    let arguments = gil.tuple(&[object, &*gil.long(count)?, types.constants.big.get(gil)])?;
    let bytes =
        types.int_to_bytes.get(gil).call_with_keywords(gil, &arguments, Some(types.constants.signed.get(gil)))?;
    let bytes = bytes.as_bytes(gil)?;
    writer.counted(tag::BIG, length(gil, bytes.len(), "an int")?);
    writer.put(bytes);
    Ok(())
}

#[inline]
pub(super) fn encode_float<P: Peer>(
    context: Context<'_, '_, P>,
    writer: &mut Writer<'_>,
    object: &Object,
) -> Result<()> {
    writer.tagged(tag::DOUBLE, object.to_double(context.gil)?.to_le_bytes());
    Ok(())
}

pub(super) fn decode_decimal<'g, P: Peer>(context: Context<'_, 'g, P>, reader: &mut Reader<'_>) -> Result<Owned<'g>> {
    let text = super::text::decode_ascii(context, reader)?;
    context.types.decimal.get(context.gil)?.call(context.gil, &[&text])
}

pub(super) fn encode_decimal<P: Peer>(
    context: Context<'_, '_, P>,
    writer: &mut Writer<'_>,
    object: &Object,
) -> Result<()> {
    let gil = context.gil;
    // Decimal's own: a subclass may print itself otherwise.
    let text = context.types.decimal_str.get(gil)?.call(gil, &[object])?;
    let Text::Ascii(bytes) = text.text(gil)? else {
        return Err(gil.raise(Exception::System, "str(Decimal) gave other than ASCII"));
    };
    writer.counted(tag::DECIMAL, length(gil, bytes.len(), "a Decimal")?);
    writer.put(bytes);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::testing::*;
    use crate::py::testing::with_python;

    #[test]
    fn ints_of_any_size_come_back() {
        with_python(|gil| {
            for code in [
                "0",
                "1",
                "-1",
                "255",
                "-2**63",
                "2**63 - 1",
                "2**63",
                "-2**63 - 1",
                "2**64",
                "-2**64",
                "2**100",
                "-(2**100)",
                "2**127",
                "-2**127",
                "2**128 - 1",
                "7**20_000",
                "-(7**20_000)",
            ] {
                let code = format!("import sys; getattr(sys, 'set_int_max_str_digits', id)(0)\n{code}");
                comes_back(gil, &code);
            }
        });
    }

    #[test]
    fn an_int_that_fits_a_java_long_is_one() {
        with_python(|gil| {
            assert_eq!(encoded(gil, "2**63 - 1"), payload![[tag::LONG], i64::MAX.to_le_bytes()]);
            assert_eq!(encoded(gil, "-2**63"), payload![[tag::LONG], i64::MIN.to_le_bytes()]);
            assert_eq!(encoded(gil, "2**63"), payload![[tag::BIG], 9u32.to_le_bytes(), [0, 0x80, 0, 0, 0, 0, 0, 0, 0]]);
            assert_eq!(
                encoded(gil, "-2**63 - 1"),
                payload![[tag::BIG], 9u32.to_le_bytes(), [0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]]
            );
        });
    }

    #[test]
    fn java_s_shorter_forms_of_big_integers_are_read() {
        with_python(|gil| {
            assert_eq!(decoded(gil, &payload![[tag::BIG], 1u32.to_le_bytes(), [0xff]]), "-1");
            assert_eq!(decoded(gil, &payload![[tag::BIG], 2u32.to_le_bytes(), [1, 0]]), "256");
            assert_eq!(decoded(gil, &payload![[tag::BIG], 0u32.to_le_bytes()]), "0");
        });
    }

    #[test]
    fn subclasses_of_int_and_float_cross_as_their_value() {
        with_python(|gil| {
            comes_back_as(gil, "class I(int): __index__ = __int__ = lambda self: 7\nI(5)", "5");
            comes_back_as(gil, "class I(int): bit_length = to_bytes = None\nI(2**70)", "1180591620717411303424");
            comes_back_as(gil, "class F(float): __float__ = lambda self: 7.0\nF(5.5)", "5.5");
            comes_back_as(gil, "import enum\nclass E(enum.IntEnum): A = 3\nE.A", "3");
            comes_back_as(gil, "import enum\nclass E(enum.IntFlag): A = 1; B = 2\nE.A | E.B", "3");
        });
    }

    #[test]
    fn bools_are_no_ints() {
        with_python(|gil| {
            assert_eq!(encoded(gil, "True"), [tag::TRUE]);
            assert_eq!(encoded(gil, "False"), [tag::FALSE]);
            assert_eq!(decoded(gil, &[tag::TRUE]), "True");
            assert_eq!(decoded(gil, &[tag::FALSE]), "False");
        });
    }

    #[test]
    fn floats_come_back_to_the_last_bit() {
        with_python(|gil| {
            for code in ["0.0", "-0.0", "1.5", "5e-324", "1.7976931348623157e308", "float('inf')", "-float('inf')"] {
                comes_back(gil, code);
            }
            let nan = f64::from_bits(0x7ff8_0000_0000_1234);
            let payload = payload![[tag::DOUBLE], nan.to_le_bytes()];
            let peer = TestPeer::default();
            let object = try_decode(gil, &payload, &peer).expect("a NaN is a float");
            assert_eq!(try_encode(gil, &object, &peer).expect("a float crosses"), payload);
        });
    }

    #[test]
    fn decimals_keep_their_digits_and_their_zeros() {
        with_python(|gil| {
            for text in [
                "0",
                "-0",
                "1.10",
                "1E+3",
                "-1.5E-20",
                "NaN",
                "-Infinity",
                "sNaN",
                "0E-7",
                "123456789012345678901234567890.1",
            ] {
                comes_back(gil, &format!("import decimal\ndecimal.Decimal('{text}')"));
            }
            comes_back_as(
                gil,
                "import decimal\nclass D(decimal.Decimal): __str__ = lambda self: 'x'\nD('2.50')",
                "Decimal('2.50')",
            );
            assert_eq!(
                encoded(gil, "import decimal\ndecimal.Decimal('1.10')"),
                payload![[tag::DECIMAL], 4u32.to_le_bytes(), *b"1.10"]
            );
            // BigDecimal writes its exponents so.
            assert_eq!(decoded(gil, &payload![[tag::DECIMAL], 7u32.to_le_bytes(), *b"1.5E+10"]), "Decimal('1.5E+10')");
        });
    }

    #[test]
    fn a_decimal_that_is_none_is_an_error() {
        with_python(|gil| {
            let error = decode_error(gil, &payload![[tag::DECIMAL], 3u32.to_le_bytes(), *b"abc"]);
            assert!(error.starts_with("InvalidOperation"), "{error}");
        });
    }
}
