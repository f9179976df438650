package dev.krait.pythoninjava;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.krait.PyBuffer;
import dev.krait.PyContext;
import dev.krait.PyIterator;
import dev.krait.PyObject;
import dev.krait.PythonInterpreter;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Python objects live no longer than Java needs them. */
class LeaksTest {
    private static final int TIMES = 500;

    private PythonInterpreter python;

    @BeforeEach
    void open() {
        python = PythonInterpreter.create();
        python.exec("import gc, weakref\nalive = weakref.WeakSet()\n"
                + "class Thing(list):\n    __hash__ = object.__hash__\n    __eq__ = object.__eq__\n"
                + "    def __init__(self, *items):\n        super().__init__(items)\n        alive.add(self)\n"
                + "    def __enter__(self):\n        return self\n    def __exit__(self, *error):\n        return False\n"
                + "    def __call__(self):\n        return 1\n"
                + "class Memory(bytearray):\n    __hash__ = object.__hash__\n    __eq__ = object.__eq__\n"
                + "    def __init__(self, count):\n        super().__init__(count)\n        alive.add(self)\n"
                + "def rows():\n    thing = Thing()\n    yield 1\n    yield 2\n"
                + "async def task(thing):\n    return thing\n"
                + "def count():\n    gc.collect()\n    return len(alive)\n");
    }

    @AfterEach
    void close() {
        python.close();
    }

    private PyObject thing() {
        return python.invoke(PyObject.class, "Thing", 1, 2);
    }

    private void noneIsLeft() throws InterruptedException {
        for (int i = 0; i < 200 && python.invoke(int.class, "count") > 0; i++) {
            System.gc();
            Thread.sleep(20);
        }
        assertEquals(0, python.invoke(int.class, "count"));
    }

    @Test
    void whatIsClosedIsGoneAtOnce() {
        for (int i = 0; i < TIMES; i++) {
            try (PyObject thing = thing(); PyObject another = thing.type(); PyContext context = thing.enter()) {
                thing.setAttr("x", another);
                try (PyObject value = context.value(PyObject.class)) {
                    assertEquals(2, value.length());
                }
            }
            try (PyIterator<Object> rows = python.invoke(PyObject.class, "rows").iterator()) {
                rows.next();
            }
        }
        assertEquals(0, python.invoke(int.class, "count"));
    }

    @Test
    void whatIsForgottenIsGoneInTheEnd() throws InterruptedException {
        for (int i = 0; i < TIMES; i++) {
            PyObject thing = thing();
            List<Object> view = thing.asList();
            view.add(3);
            thing.iterator().next();
            Supplier<?> bound = python.proxy(thing, Supplier.class);
            assertEquals(1L, bound.get());
            thing.enter().value();
        }
        noneIsLeft();
    }

    @Test
    void forgottenGeneratorsAndBuffersAreGoneInTheEnd() throws InterruptedException {
        for (int i = 0; i < TIMES; i++) {
            python.invoke(PyObject.class, "rows").iterator().next();
            ByteBuffer bytes = python.invoke(PyObject.class, "Memory", 10).buffer().bytes();
            assertEquals(0, bytes.slice().get(1));
            try (PyBuffer buffer = python.invoke(PyObject.class, "Memory", 10).buffer()) {
                assertEquals(10, buffer.length());
            }
        }
        noneIsLeft();
    }

    @Test
    void futuresKeepNothingThatHasEnded() throws InterruptedException {
        for (int i = 0; i < TIMES; i++) {
            CompletableFuture<PyObject> future = python.invokeAsync(PyObject.class, "task", thing());
            assertEquals(2, future.join().length());
        }
        noneIsLeft();
    }
}
