//! Operators, comparisons and buffers of Python objects, for the operations that name them.

use crate::ffi;
use crate::frame::tag::op;
use crate::py::{Binary, Exception, Gil, Layout, Object, Owned, Result, Unary};

use super::failure::Outcome;

/// An operation on two objects.
pub fn binary<'g>(gil: Gil<'g>, operation: i32, left: &Object, right: &Object) -> Outcome<'g> {
    let operator = match operation {
        op::CONTAINS => return Ok(gil.bool(left.contains(gil, right)?)),
        op::ORDER => return Ok(gil.long(order(gil, left, right)?)?),
        op::ADD => Binary::Add,
        op::SUB => Binary::Subtract,
        op::MUL => Binary::Multiply,
        op::MAT_MUL => Binary::MatrixMultiply,
        op::TRUE_DIV => Binary::TrueDivide,
        op::FLOOR_DIV => Binary::FloorDivide,
        op::MOD => Binary::Remainder,
        op::DIV_MOD => Binary::DivMod,
        op::POW => Binary::Power,
        op::LEFT_SHIFT => Binary::LeftShift,
        op::RIGHT_SHIFT => Binary::RightShift,
        op::AND => Binary::And,
        op::OR => Binary::Or,
        _ => Binary::Xor,
    };
    Ok(left.binary(gil, operator, right)?)
}

/// An operation on one object.
pub fn unary<'g>(gil: Gil<'g>, operation: i32, object: &Object) -> Result<Owned<'g>> {
    let operator = match operation {
        op::NEG => Unary::Negative,
        op::POS => Unary::Positive,
        op::ABS => Unary::Absolute,
        _ => Unary::Invert,
    };
    object.unary(gil, operator)
}

/// -1, 0 or 1 as `<`, `==` and `>` say; a TypeError where none of them is true.
fn order(gil: Gil<'_>, left: &Object, right: &Object) -> Result<i64> {
    for (comparison, sign) in [(ffi::Py_EQ, 0), (ffi::Py_LT, -1), (ffi::Py_GT, 1)] {
        if left.compare(gil, right, comparison)?.truth(gil)? {
            return Ok(sign);
        }
    }
    Err(gil.raise(Exception::Type, "the objects have no order: neither ==, < nor > is true"))
}

/// (address, bytes, read only, format, item size) of an object's contiguous buffer. Who uses the address keeps an
/// object that holds the buffer, a memoryview, alive.
pub fn buffer_info<'g>(gil: Gil<'g>, object: &Object) -> Result<Owned<'g>> {
    let view = object.buffer(gil, Layout::Contiguous)?;
    let (address, length) = (gil.long(view.address() as i64)?, gil.long(view.len() as i64)?);
    let (read_only, format) = (gil.bool(view.is_read_only()), gil.str(view.format())?);
    let item_size = gil.long(view.item_size() as i64)?;
    gil.tuple(&[&address, &length, &read_only, &format, &item_size])
}
