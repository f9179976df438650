//! What the `krait` package is told of the threads of an interpreter.

use crate::py::{Gil, ListBuilder, Object, Owned, Result};
use crate::runtime::Seen;

use super::upcall;

/// The threads of the running interpreter: a list of tuples (number or None, frame or None, addresses of the calls' frames,
/// whether it waits for Java). Threads that never called through Krait have no number here.
pub fn threads<'g>(gil: Gil<'g>, _args: &Object) -> Result<Owned<'g>> {
    let seen = upcall::domain(gil)?.threads_seen(gil);
    let frames = gil.frames();
    let mut rows = Vec::with_capacity(frames.len());
    for (state, frame) in frames {
        let seen = seen.iter().find(|seen| seen.state == Some(state));
        rows.push(row(gil, seen.map(|seen| seen.thread), frame, seen)?);
    }
    // Threads that Python made and that have called on through Java: their thread state is not ours.
    for seen in seen.iter().filter(|seen| seen.state.is_none()) {
        rows.push(row(gil, Some(seen.thread), None, Some(seen))?);
    }
    let mut list = ListBuilder::new(gil, rows.len())?;
    rows.into_iter().for_each(|row| list.push(row));
    Ok(list.finish())
}

fn row<'g>(gil: Gil<'g>, number: Option<u64>, frame: Option<Owned<'g>>, seen: Option<&Seen>) -> Result<Owned<'g>> {
    let calls = seen.map_or(&[][..], |seen| &seen.frames);
    let mut addresses = ListBuilder::new(gil, calls.len())?;
    for address in calls {
        addresses.push(gil.long(*address)?);
    }
    let number = match number {
        Some(number) => gil.long(number as i64)?,
        None => gil.none(),
    };
    let in_java = gil.bool(seen.is_some_and(|seen| seen.in_java));
    gil.tuple(&[&number, &frame.unwrap_or_else(|| gil.none()), &addresses.finish(), &in_java])
}
