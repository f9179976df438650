//! Batches: a function called with one row after the other, in one crossing.
//!
//! The answer holds the results of all rows before the one that failed, and then how the batch ended, so that nothing is
//! lost by an error.

use crate::bridge::CallPeer;
use crate::frame::tag::{batch, op, rows, status};
use crate::frame::{Arguments, Malformed, Reader, Writer, decode, decode_arguments, encode, encode_handle};
use crate::py::{self, CellContents, Exception, Gil, MOST_COLUMNS, NumberMemory, Object, Owned, Rows, Shape};

use super::columns::{columns, numbers};
use super::failure::{Failure, unwritable};
use super::memory::Frame;
use super::operations::Call;

/// An answer of this many bytes is sent before it grows further: the rest of the rows come again.
pub(super) const LARGE_ANSWER: usize = 1 << 18;
/// Where it stands in the payload what the rows are.
const KIND: usize = 8;

/// Runs one of the batch operations and writes its answer.
pub fn run(call: &mut Call<'_, '_>, operation: i32, frame: &mut Frame) {
    match operation & !op::RAW {
        op::MAP_LONGS => numbers::<i64>(call, frame),
        op::MAP_DOUBLES => numbers::<f64>(call, frame),
        _ if frame.payload().get(KIND) == Some(&rows::COLUMNS) => columns(call, frame),
        _ => values(call, frame, operation & op::RAW != 0),
    }
}

/// Writes how it ended, the number of rows, and the header.
pub(super) fn end(call: &Call<'_, '_>, mut writer: Writer<'_>, done: usize, ended: Result<u8, Failure>) {
    match ended {
        Ok(how) => writer.u8(how),
        Err(failure) => {
            let at = writer.position();
            writer.u8(0);
            let how = failure.write(call.gil, &mut writer, call.peer);
            // The status of a row: RAISED or FAILED, as of a call.
            writer.patch_u8(at, how as u8);
        }
    }
    finish(call, writer, done);
}

/// Writes the number of rows, and the header.
pub(super) fn finish(call: &Call<'_, '_>, mut writer: Writer<'_>, done: usize) {
    writer.patch_u32(crate::frame::HEADER, done as u32);
    call.peer.finish(writer, status::OK);
}

/// Calls for one row after the other, in a loop of Python's.
pub(super) fn run_loop<'g, R: Rows>(
    call: &Call<'g, '_>,
    function: &Object,
    shape: Shape,
    rows: R,
) -> (R, Result<(), Failure>) {
    match call.globals() {
        Ok(globals) => {
            let (rows, ended) = call.binding.domain.helpers().rows.run(call.gil, &globals, shape, function, rows);
            (rows, ended.map_err(Failure::Raised))
        }
        Err(failure) => (rows, Err(failure)),
    }
}

/// Ends the loop with an error: what Krait refuses is kept for later.
pub(super) fn end_loop(refused: &mut Option<Failure>, failure: Failure) -> py::Result<()> {
    match failure {
        Failure::Raised(raised) => Err(raised),
        other => {
            *refused = Some(other);
            Ok(())
        }
    }
}

/// Raises if the loop has ended before all rows had a result.
pub(super) fn check_done(gil: Gil<'_>, done: usize, count: usize) -> Result<(), Failure> {
    if done == count {
        return Ok(());
    }
    Err(gil.raise(Exception::Runtime, "the loop of a batch was disturbed: Python code has used its iterator").into())
}

/// Rows that are any values.
struct Values<'g, 'c, 'r> {
    call: Call<'g, 'c>,
    reader: Reader<'r>,
    writer: Writer<'r>,
    memory: NumberMemory,
    shape: Shape,
    raw: bool,
    left: usize,
    done: usize,
    paused: bool,
    refused: Option<Failure>,
}

impl Values<'_, '_, '_> {
    fn row<'g>(
        &mut self,
        gil: Gil<'g>,
        spent: Option<Owned<'g>>,
        others: &[CellContents],
    ) -> Result<Owned<'g>, Failure> {
        match self.shape {
            Shape::General => self.arguments(gil),
            Shape::Positional(0) => Ok(gil.none()),
            Shape::Positional(_) => {
                let first = self.value(gil, 0, spent)?;
                for (index, other) in others.iter().enumerate() {
                    let value = self.value(gil, index + 1, other.take(gil))?;
                    other.put(gil, value)?;
                }
                Ok(first)
            }
        }
    }

    #[inline(always)]
    fn value<'g>(&mut self, gil: Gil<'g>, index: usize, spent: Option<Owned<'g>>) -> Result<Owned<'g>, Failure> {
        match self.reader.long_if_next() {
            Some(number) => Ok(self.memory.long_in(gil, spent, number)?),
            None => {
                drop(spent);
                let types = self.call.binding.domain.types();
                decode(gil, &mut self.reader, types, self.call.peer)
                    .map_err(|raised| self.call.unreadable(Some(index), raised))
            }
        }
    }

    /// A tuple of a tuple, and a dict or None.
    fn arguments<'g>(&mut self, gil: Gil<'g>) -> Result<Owned<'g>, Failure> {
        let types = self.call.binding.domain.types();
        let Arguments { positional, keywords } = decode_arguments(gil, &mut self.reader, types, self.call.peer)
            .map_err(|(index, raised)| self.call.unreadable(Some(index), raised))?;
        let positional: Vec<&Object> = positional.iter().map(|argument| &**argument).collect();
        let keywords = keywords.unwrap_or_else(|| gil.none());
        Ok(gil.tuple(&[&*gil.tuple(&positional)?, &*keywords])?)
    }
}

impl Rows for Values<'_, '_, '_> {
    fn is_bound(&self) -> bool {
        // Arrays are fetched from the JVM in the thread that called.
        true
    }

    fn take(&mut self, _gil: Gil<'_>, result: &Owned<'_>) -> py::Result<bool> {
        if let Err(failure) = write_result(self.call.gil, self.call.peer, &mut self.writer, result, self.raw) {
            end_loop(&mut self.refused, failure)?;
            return Ok(false);
        }
        self.done += 1;
        Ok(true)
    }

    fn next<'g>(
        &mut self,
        gil: Gil<'g>,
        spent: Option<Owned<'g>>,
        others: &[CellContents],
    ) -> py::Result<Option<Owned<'g>>> {
        if self.left == 0 {
            return Ok(None);
        }
        self.paused = self.done > 0 && self.writer.len() + self.call.peer.array_bytes() >= LARGE_ANSWER;
        if self.paused {
            return Ok(None);
        }
        self.left -= 1;
        match self.row(gil, spent, others) {
            Ok(row) => Ok(Some(row)),
            Err(failure) => end_loop(&mut self.refused, failure).map(|()| None),
        }
    }
}

/// handle, u8 what the rows are, u8 how many values each is, u32 count, rows.
fn values(call: &mut Call<'_, '_>, frame: &mut Frame, raw: bool) {
    // The answer is written where the rows stand.
    let payload = frame.payload().to_vec();
    let mut reader = Reader::new(&payload);
    let mut writer = Writer::new(frame.memory());
    writer.u32(0);
    let (function, shape, count) = match header(call, &mut reader) {
        Ok(header) => header,
        Err(failure) => return end(call, writer, 0, Err(failure)),
    };
    let memory = NumberMemory::of(call.gil);
    let rows =
        Values { call: *call, reader, writer, memory, shape, raw, left: count, done: 0, paused: false, refused: None };
    let (rows, looped) = run_loop(call, &function, shape, rows);
    let ended = looped.and_then(|()| match rows.refused {
        Some(failure) => Err(failure),
        None if rows.paused => Ok(batch::PAUSED),
        None => check_done(call.gil, rows.done, count).map(|()| batch::DONE),
    });
    call.decoded = ended.is_ok() && rows.reader.at_end();
    end(call, rows.writer, rows.done, ended);
}

/// The function, what its rows are, and how many.
fn header<'g>(call: &Call<'g, '_>, reader: &mut Reader<'_>) -> Result<(Owned<'g>, Shape, usize), Failure> {
    let malformed = |malformed: Malformed| malformed.raise(call.gil);
    let function = call.object(reader)?;
    let kind = reader.u8().map_err(malformed)?;
    let width = width(reader).map_err(malformed)?;
    let shape = if kind == rows::ARGUMENTS { Shape::General } else { Shape::Positional(width) };
    let count = match shape {
        // They take no bytes.
        Shape::Positional(0) => reader.u32().map(|count| count as usize),
        _ => reader.count(1),
    };
    Ok((function, shape, count.map_err(malformed)?))
}

/// How many arguments the rows have.
pub(super) fn width(reader: &mut Reader<'_>) -> Result<usize, Malformed> {
    match usize::from(reader.u8()?) {
        width @ 0..=MOST_COLUMNS => Ok(width),
        _ => Err(reader.malformed("its rows have too many arguments")),
    }
}

/// Writes the result of a call or of a row, or an item; nothing where it cannot be.
#[inline]
pub(super) fn write_result(
    gil: Gil<'_>,
    peer: &CallPeer<'_>,
    writer: &mut Writer<'_>,
    value: &Object,
    raw: bool,
) -> Result<(), Failure> {
    let start = writer.position();
    let written = match raw {
        true => encode_handle(gil, writer, value, peer),
        false => encode(gil, writer, value, peer.ends.domain.types(), peer),
    };
    written.map_err(|raised| {
        peer.retract(gil, writer, start);
        unwritable(gil, raised)
    })
}

/// Whether an operation is one of these.
pub fn is_batch(operation: i32) -> bool {
    (op::MAP..=op::MAP_DOUBLES).contains(&(operation & !op::RAW))
}
