//! An iterator written in Rust that a loop in Python asks for arguments, and gives each one's result.

use std::cell::Cell;
use std::ffi::{c_int, c_void};
use std::ptr::{NonNull, null_mut};
use std::sync::OnceLock;

use super::cell::{CellContents, has_cell_layout};
use super::class::{DISALLOW_INSTANTIATION, free, shielded};
use super::{Detached, Gil, Object, Owned, Result, thread_ident};
use crate::ffi;

/// The most positional arguments for which there is a loop.
pub const MOST_COLUMNS: usize = 32;

/// What the loop goes over.
pub trait Rows {
    /// Whether only the loop's own thread may ask, when another one has found the iterator in the loop's frame.
    fn is_bound(&self) -> bool;

    /// Takes a row's result; false ends the loop.
    fn take(&mut self, gil: Gil<'_>, result: &Owned<'_>) -> Result<bool>;

    /// The next row: gives its first argument, or whatever there is where it has none, and puts the others into the loop's
    /// variables; or a tuple with a tuple and a dict or None, if those are the rows. None ends the loop. The last result is
    /// there to be used up.
    fn next<'g>(
        &mut self,
        gil: Gil<'g>,
        spent: Option<Owned<'g>>,
        others: &[CellContents],
    ) -> Result<Option<Owned<'g>>>;
}

/// What the rows of a loop are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// So many positional arguments each.
    Positional(usize),
    /// Any arguments of a call.
    General,
}

/// The rows of a loop that runs, with its variables.
struct Running<T> {
    rows: T,
    /// For the arguments but the first. Their cells live as long as the loop.
    others: Vec<CellContents>,
}

/// [`Running`], whatever the rows are.
trait Step {
    /// [`Rows::take`].
    fn take(&mut self, gil: Gil<'_>, result: &Owned<'_>) -> Result<bool>;

    /// Takes the last row's result, and gives what the loop has next.
    fn step<'g>(&mut self, gil: Gil<'g>, result: Option<Owned<'g>>) -> Result<Option<Owned<'g>>>;
}

impl<T: Rows> Step for Running<T> {
    fn take(&mut self, gil: Gil<'_>, result: &Owned<'_>) -> Result<bool> {
        self.rows.take(gil, result)
    }

    #[inline]
    fn step<'g>(&mut self, gil: Gil<'g>, result: Option<Owned<'g>>) -> Result<Option<Owned<'g>>> {
        match &result {
            Some(result) if !self.rows.take(gil, result)? => Ok(None),
            _ => self.rows.next(gil, result, &self.others),
        }
    }
}

/// A loop that has not begun.
struct Loop<'g> {
    function: Owned<'g>,
    result: Owned<'g>,
    others: Vec<Owned<'g>>,
}

/// The iterator, as it is in Python. Whoever finds it in the loop's frame can hold it for longer than the loop runs.
#[repr(C)]
struct Instance {
    header: ffi::PyObject,
    /// The loop's variable for the last row's result, which stands there until it is taken. It lives as long as there are rows.
    result: CellContents,
    /// None while they are asked, and when the loop is over.
    rows: Cell<Option<NonNull<dyn Step>>>,
    /// Whose loop it is, if nobody else's thread may ask.
    thread: Option<u64>,
    /// What the rows raised: raised when the loop is over, since a StopIteration would only end it.
    raised: Cell<Option<Detached>>,
}

/// The heap type of such iterators, with the loops over them.
pub struct RowsClass {
    class: Detached,
    /// The code of the loops in `krait._rows`: for rows of any arguments, and for rows of so many positional ones, made when they
    /// are needed first.
    general: Detached,
    positional: [OnceLock<Detached>; MOST_COLUMNS + 1],
    make_positional: Detached,
    function_type: Detached,
    cell_type: Detached,
    has_cell_layout: bool,
}

impl RowsClass {
    /// Makes the type for this interpreter.
    pub fn new(gil: Gil<'_>) -> Result<Self> {
        let slot = |slot: c_int, pfunc: *mut c_void| ffi::PyType_Slot { slot, pfunc };
        let mut slots = [
            slot(ffi::Py_tp_dealloc, dealloc as *mut c_void),
            slot(ffi::Py_tp_iter, ffi::PyObject_SelfIter as *mut c_void),
            slot(ffi::Py_tp_iternext, next as *mut c_void),
            slot(0, null_mut()),
        ];
        let mut spec = ffi::PyType_Spec {
            name: c"krait.Rows".as_ptr(),
            basicsize: size_of::<Instance>() as c_int,
            itemsize: 0,
            flags: (ffi::Py_TPFLAGS_DEFAULT | DISALLOW_INSTANTIATION) as std::ffi::c_uint,
            slots: slots.as_mut_ptr(),
        };
        // SAFETY: the spec is complete, its names live for ever, and every slot's function has the signature that CPython
        // documents for it.
        let class = gil.owned(unsafe { ffi::PyType_FromSpec(&mut spec) })?;
        let (loops, types) = (gil.import(c"krait._rows")?, gil.import(c"types")?);
        let cell_type = types.attr_str(gil, c"CellType")?;
        Ok(RowsClass {
            class: class.detach(),
            general: loops.attr_str(gil, c"GENERAL")?.detach(),
            positional: [const { OnceLock::new() }; MOST_COLUMNS + 1],
            make_positional: loops.attr_str(gil, c"positional")?.detach(),
            function_type: types.attr_str(gil, c"FunctionType")?.detach(),
            has_cell_layout: has_cell_layout(gil, &cell_type)?,
            cell_type: cell_type.detach(),
        })
    }

    /// Calls the function for each of the rows, in a loop as if it stood in a namespace: `eval` and `warnings` look at their
    /// caller's. Gives the rows back with what it raised; a result that the loop has stored is taken in any case.
    pub fn run<T: Rows>(
        &self,
        gil: Gil<'_>,
        namespace: &Object,
        shape: Shape,
        function: &Object,
        rows: T,
    ) -> (T, Result<()>) {
        let looping = match self.make_loop(gil, namespace, shape) {
            Ok(looping) => looping,
            Err(raised) => return (rows, Err(raised)),
        };
        // SAFETY: the loop has the cells, and lives until this returns.
        let others = looping.others.iter().map(|cell| unsafe { CellContents::of(cell, self.has_cell_layout) });
        // Not on the stack: greenlets copy parts of that away while others run.
        let mut running = Box::new(Running { rows, others: others.collect() });
        let thread = running.rows.is_bound().then(thread_ident);
        let ended = self.run_boxed(gil, &looping, thread, function, &mut *running);
        (running.rows, ended)
    }

    /// A loop, and the cells of its variables. There is a new one each time: two can run at once.
    fn make_loop<'g>(&self, gil: Gil<'g>, namespace: &Object, shape: Shape) -> Result<Loop<'g>> {
        let (code, others) = match shape {
            Shape::General => (&self.general, 0),
            Shape::Positional(width) => (self.code(gil, width)?, width.saturating_sub(1)),
        };
        let cell = || self.cell_type.get(gil).call(gil, &[]);
        let (result, others) = (cell()?, (0..others).map(|_| cell()).collect::<Result<Vec<_>>>()?);
        let variables: Vec<&Object> = others.iter().chain([&result]).map(|cell| &**cell).collect();
        let (none, closure) = (gil.none(), gil.tuple(&variables)?);
        let function = self.function_type.get(gil).call(gil, &[code.get(gil), namespace, &none, &none, &closure])?;
        Ok(Loop { function, result, others })
    }

    /// The code for rows of so many positional arguments.
    fn code(&self, gil: Gil<'_>, width: usize) -> Result<&Detached> {
        let place = &self.positional[width];
        if place.get().is_none() {
            let code = self.make_positional.get(gil).call(gil, &[&*gil.long(width as i64)?])?.detach();
            // Another thread may have made it meanwhile.
            let _ = place.set(code);
        }
        Ok(place.get().expect("it was made just now"))
    }

    fn run_boxed(
        &self,
        gil: Gil<'_>,
        looping: &Loop<'_>,
        thread: Option<u64>,
        function: &Object,
        rows: &mut dyn Step,
    ) -> Result<()> {
        // SAFETY: a live type of ours without items; GenericAlloc gives zeroed memory with a header.
        let object = gil.owned(unsafe { ffi::PyType_GenericAlloc(self.class.address().cast(), 0) })?;
        // SAFETY: only the lifetime changes: nobody uses the pointer after it is taken back below, before which nothing returns.
        let pointer: NonNull<dyn Step> = unsafe { std::mem::transmute(NonNull::from(&mut *rows)) };
        let instance = object.as_ptr().cast::<Instance>();
        // SAFETY: the object has our layout, is not shared yet, and its fields are not initialised. The cell lives until this
        // returns, and nobody uses it once there are no rows.
        let instance = unsafe {
            (&raw mut (*instance).result).write(CellContents::of(&looping.result, self.has_cell_layout));
            (&raw mut (*instance).rows).write(Cell::new(Some(pointer)));
            (&raw mut (*instance).thread).write(thread);
            (&raw mut (*instance).raised).write(Cell::new(None));
            &*instance
        };
        // Out of the way at once: what follows may raise, too.
        let stopped = looping.function.call(gil, &[function, &object]).map_err(|stopped| gil.take_raised(stopped));
        while instance.rows.take().is_none() {
            // Another thread has found the iterator and is inside of the rows, where Python code gave the GIL away.
            gil.pause();
        }
        let raised = instance.raised.take().map(|exception| exception.attach(gil));
        let left = instance.result.take(gil);
        let Err(stopped) = stopped else {
            return raised.map_or(Ok(()), |exception| Err(gil.raise_object(&exception)));
        };
        if let Some(Err(second)) = left.map(|left| rows.take(gil, &left)) {
            gil.clear_raised(second);
        }
        Err(gil.raise_object(&stopped))
    }
}

/// `next(me)`; also null without an exception, which ends the loop, where somebody else asks than the loop.
unsafe extern "C" fn next(me: *mut ffi::PyObject) -> *mut ffi::PyObject {
    // SAFETY: CPython calls slots under the GIL with live objects.
    let (gil, instance) = unsafe { (Gil::assume(), &*me.cast::<Instance>()) };
    if instance.thread.is_some_and(|thread| thread != thread_ident()) {
        return null_mut();
    }
    let Some(mut pointer) = instance.rows.take() else {
        return null_mut();
    };
    let item = shielded(gil, || {
        // SAFETY: `run_boxed` put the pointer there, and has not taken it back: it borrows the rows. Nobody else has it now.
        let rows = unsafe { pointer.as_mut() };
        rows.step(gil, instance.result.take(gil))
    });
    instance.rows.set(Some(pointer));
    match item {
        Ok(item) => item.map_or(null_mut(), Owned::into_ptr),
        Err(raised) => {
            instance.raised.set(Some(gil.take_raised(raised).detach()));
            null_mut()
        }
    }
}

unsafe extern "C" fn dealloc(me: *mut ffi::PyObject) {
    // SAFETY: CPython calls this once, under the GIL, with the last reference gone; nothing that is left in it needs a drop.
    unsafe { free(me) }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{eval, expect, namespace, run, with_python};
    use super::*;

    /// Counts up, and keeps what came of it.
    struct Counting {
        left: i64,
        results: Vec<i64>,
    }

    impl Rows for Counting {
        fn is_bound(&self) -> bool {
            false
        }

        fn take(&mut self, gil: Gil<'_>, result: &Owned<'_>) -> Result<bool> {
            self.results.extend(result.to_long(gil)?);
            Ok(true)
        }

        fn next<'g>(
            &mut self,
            gil: Gil<'g>,
            _spent: Option<Owned<'g>>,
            others: &[CellContents],
        ) -> Result<Option<Owned<'g>>> {
            self.left -= 1;
            if self.left < 0 {
                return Ok(None);
            }
            for (other, factor) in others.iter().zip(10..) {
                other.put(gil, gil.long(factor * self.left)?)?;
            }
            gil.long(self.left).map(Some)
        }
    }

    /// Runs Python code when it is asked the second time.
    struct Pausing {
        asked: usize,
        pause: Detached,
        paused: bool,
    }

    impl Rows for Pausing {
        fn is_bound(&self) -> bool {
            false
        }

        fn take(&mut self, _gil: Gil<'_>, _result: &Owned<'_>) -> Result<bool> {
            Ok(true)
        }

        fn next<'g>(
            &mut self,
            gil: Gil<'g>,
            _spent: Option<Owned<'g>>,
            _others: &[CellContents],
        ) -> Result<Option<Owned<'g>>> {
            self.asked += 1;
            if self.asked == 2 {
                self.pause.get(gil).call(gil, &[])?;
                self.paused = true;
            }
            Ok(Some(gil.none()))
        }
    }

    #[test]
    fn the_rows_are_there_for_as_long_as_another_thread_is_inside_of_them() {
        with_python(|gil| {
            let globals = namespace(gil);
            let code = "import sys, threading, time\n\
                entered = threading.Event()\n\
                def pause():\n    entered.set()\n    time.sleep(0.2)\n\
                def function(row):\n    \
                    rows = sys._getframe(1).f_locals['rows']\n    \
                    threading.Thread(target=next, args=(rows,)).start()\n    \
                    entered.wait()";
            run(gil, code, &globals);
            let global = |name: &str| {
                let name = expect(gil, gil.str(name));
                expect(gil, globals.dict_get(gil, &name)).expect("a global")
            };
            let rows = Pausing { asked: 0, pause: global("pause").detach(), paused: false };
            let class = RowsClass::new(gil).expect("the class");
            let (rows, ended) = class.run(gil, &globals, Shape::Positional(1), &global("function"), rows);
            ended.expect("the loop ends");
            assert!(rows.paused, "the other thread came back first");
            assert_eq!(rows.asked, 2);
            rows.pause.free(gil);
        });
    }

    #[test]
    fn results_come_out_of_the_loops_cell_whether_its_layout_is_known_or_not() {
        with_python(|gil| {
            let known = RowsClass::new(gil).expect("the class");
            assert!(known.has_cell_layout, "the layout of this CPython's cells is known");
            let unknown = RowsClass { has_cell_layout: false, ..RowsClass::new(gil).expect("the class") };
            let globals = gil.dict().expect("a dict");
            for class in [known, unknown] {
                let run = |width, function, left| {
                    let rows = Counting { left, results: Vec::new() };
                    let (rows, ended) = class.run(gil, &globals, Shape::Positional(width), function, rows);
                    (rows.results, ended)
                };
                let inverse = eval(gil, "lambda x: 1000 // (x - 1)");
                let (results, ended) = run(1, &inverse, 5);
                assert_eq!(results, [333, 500, 1000]);
                gil.clear_raised(ended.expect_err("divides by zero"));
                let (results, ended) = run(1, &inverse, 1);
                assert_eq!(results, [-1000]);
                ended.expect("all rows are done");
                let count = eval(gil, "lambda *args: len(args)");
                for width in 0..=MOST_COLUMNS {
                    assert_eq!(run(width, &count, 2).0, [width as i64; 2]);
                }
                let order =
                    eval(gil, "lambda a, b, c, *more: a + 1000 * b + 1000_000 * c + (len(more) and 10**12 * more[-1])");
                assert_eq!(run(3, &order, 3).0, [22_020_002, 11_010_001, 0]);
                assert_eq!(run(13, &order, 2).0, [21_000_011_010_001, 0]);
            }
        });
    }
}
