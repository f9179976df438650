//! The scalars of numpy: numbers as what their `item()` is, moments and durations with their nanoseconds.
#![forbid(unsafe_code)]

use super::cursor::Writer;
use super::times::{DAY, Date, NANOS};
use super::types::Held;
use super::{Context, Parent, Peer, encode_object, encode_value, tag};
use crate::py::{Exception, Object, Result};

/// What kind of scalar of numpy something is.
enum Scalar {
    Other,
    Time,
}

/// Writes a scalar of numpy, or an object that is no value.
pub(super) fn encode<P: Peer>(
    context: Context<'_, '_, P>,
    writer: &mut Writer<'_>,
    object: &Object,
    parent: Parent<'_>,
) -> Result<()> {
    let Context { gil, types, .. } = context;
    match scalar(context, object)? {
        None => encode_object(context, writer, object),
        Some(Scalar::Time) => encode_time(context, writer, object),
        Some(Scalar::Other) => {
            let item = object.attr(gil, types.names.item.get(gil))?.call(gil, &[])?;
            // longdouble's is a longdouble again.
            match scalar(context, &item)? {
                None => encode_value(context, writer, &item, parent),
                Some(_) => encode_object(context, writer, object),
            }
        }
    }
}

/// Whether its type extends `numpy.generic`. numpy is not imported for it, and no type of it is kept.
fn scalar<P: Peer>(context: Context<'_, '_, P>, object: &Object) -> Result<Option<Scalar>> {
    let Context { gil, types, .. } = context;
    let mro = object.class(gil).attr(gil, types.names.mro.get(gil))?;
    if !mro.is_tuple() {
        return Ok(None);
    }
    let is = |class: &Object, name: &Held, texts: &[&str]| -> Result<bool> {
        let value = class.attr(gil, name.get(gil))?;
        Ok(value.is_str() && texts.contains(&value.to_string_lossy(gil)?.as_str()))
    };
    let of_numpy = |class: &Object, names: &[&str]| -> Result<bool> {
        Ok(is(class, &types.names.name, names)? && is(class, &types.names.module, &["numpy"])?)
    };
    let mut kind = Scalar::Other;
    let mut index = 0;
    while let Some(class) = mro.tuple_item(index) {
        if of_numpy(class, &["datetime64", "timedelta64"])? {
            kind = Scalar::Time;
        } else if of_numpy(class, &["generic"])? {
            return Ok(Some(kind));
        }
        index += 1;
    }
    Ok(None)
}

/// datetime64 and timedelta64, whose `item()` is a bare number where Python's types have no room for it.
fn encode_time<P: Peer>(context: Context<'_, '_, P>, writer: &mut Writer<'_>, object: &Object) -> Result<()> {
    let Context { gil, types, .. } = context;
    let parts = types.numpy_time.get(gil).call(gil, &[object])?;
    if parts.is_none() {
        writer.u8(tag::NULL);
        return Ok(());
    }
    let (Some(kind), Some(seconds), Some(nanos)) = (parts.tuple_item(0), parts.tuple_item(1), parts.tuple_item(2))
    else {
        return encode_object(context, writer, object);
    };
    let text = kind.to_string_lossy(gil)?;
    let (seconds, nanos) = (seconds.to_long(gil)?, nanos.to_long(gil)?.unwrap_or_default());
    if let Some(seconds) = seconds {
        if text == "duration" {
            writer.tagged(tag::DURATION, seconds.to_le_bytes());
            writer.i32(nanos as i32);
            return Ok(());
        }
        if let Some(date) = date_of(seconds.div_euclid(DAY)) {
            writer.u8(if text == "date" { tag::DATE } else { tag::DATETIME });
            date.put(writer);
            if text != "date" {
                writer.i64(seconds.rem_euclid(DAY) * NANOS + nanos);
            }
            return Ok(());
        }
    }
    let message = format!("{} is beyond what java.time can hold", object.repr(gil)?.to_string_lossy(gil)?);
    Err(gil.raise(Exception::Value, &message))
}

/// The date so many days after 1970-01-01 in the calendar that is extended to all times, where Java has its year.
fn date_of(days: i64) -> Option<Date> {
    // Years begin in March here, so that a leap day ends its year; eras are of 400 years, 146,097 days.
    let from_march = days.checked_add(719_468)?;
    let (era, day) = (from_march.div_euclid(146_097), from_march.rem_euclid(146_097));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, year) = if month < 10 { (month + 3, year + era * 400) } else { (month - 9, year + era * 400 + 1) };
    let year = i32::try_from(year).ok().filter(|year| year.abs() <= 999_999_999)?;
    Some(Date(year, month as u8, day as u8))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::testing::*;
    use crate::py::testing::with_python;

    /// numpy itself is not there in every test's Python; this has its classes' shape.
    fn numpy(item: &str) -> String {
        format!(
            "class generic:\n  __module__ = 'numpy'\n  def item(self): return {item}\n\
             class scalar(generic): pass\nscalar()"
        )
    }

    #[test]
    fn numpy_scalars_cross_as_their_python_value() {
        with_python(|gil| {
            comes_back_as(gil, &numpy("5"), "5");
            comes_back_as(gil, &numpy("True"), "True");
            comes_back_as(gil, &numpy("(1, 2.5)"), "(1, 2.5)");
            crosses_as_object(gil, &numpy("self"));
            crosses_as_object(gil, &numpy("scalar()"));
            crosses_as_object(gil, "class generic:\n  __module__ = 'other'\n  item = None\ngeneric()");
        });
    }

    #[test]
    fn days_make_the_dates_that_python_makes_of_them() {
        for (days, expected) in [
            (0, (1970, 1, 1)),
            (-1, (1969, 12, 31)),
            (11_016, (2000, 2, 29)),
            (11_017, (2000, 3, 1)),
            (-719_162, (1, 1, 1)),
            (-719_163, (0, 12, 31)),
            (2_932_896, (9999, 12, 31)),
            (2_932_897, (10_000, 1, 1)),
            (-25_508, (1900, 3, 1)),
            (-25_509, (1900, 2, 28)),
        ] {
            let Date(year, month, day) = date_of(days).expect("Java has it");
            assert_eq!((year, month, day), expected, "{days}");
        }
        assert!(date_of(i64::MAX).is_none() && date_of(i64::MIN).is_none() && date_of(400_000_000_000).is_none());
    }

    #[test]
    fn every_date_of_python_is_made_of_its_days() {
        with_python(|gil| {
            let step = 997;
            let dates = crate::py::testing::eval(
                gil,
                "from datetime import date, timedelta\n\
                 [(d.year, d.month, d.day) for d in (date(1, 1, 1) + timedelta(n) for n in range(0, 3652059, 997))]",
            );
            let mut days = -719_162;
            for index in 0..dates.list_len() {
                let expected = dates.list_item(gil, index).expect("a date");
                let Date(year, month, day) = date_of(days).expect("Java has it");
                let made = format!("({year}, {month}, {day})");
                assert_eq!(made, crate::py::testing::repr(gil, &expected));
                days += step;
            }
        });
    }
}
