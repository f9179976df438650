package dev.krait.pythoninjava;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.krait.PyContext;
import dev.krait.PyObject;
import dev.krait.PythonException;
import dev.krait.PythonInterpreter;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Python context managers in Java. */
class PyContextTest {
    private PythonInterpreter python;

    @BeforeEach
    void open() {
        python = PythonInterpreter.create();
        python.exec("log = []\n"
                + "class Managed:\n"
                + "    def __init__(self, suppress=False):\n        self.suppress = suppress\n"
                + "    def __enter__(self):\n        log.append('enter')\n        return 'value'\n"
                + "    def __exit__(self, cls, error, trace):\n"
                + "        log.append((cls and cls.__name__, str(error), trace is not None))\n"
                + "        return self.suppress\n"
                + "def boom():\n    raise ValueError('boom')\n");
    }

    @AfterEach
    void close() {
        python.close();
    }

    private PyObject managed(boolean suppress) {
        return python.invoke(PyObject.class, "Managed", suppress);
    }

    private String log() {
        return python.eval(String.class, "str(log)");
    }

    @Test
    void tryWithResourcesEntersAndLeaves() {
        try (PyContext context = managed(false).enter()) {
            assertEquals("value", context.value());
            assertEquals("value", context.value(String.class));
        }
        assertEquals("['enter', (None, 'None', False)]", log());
    }

    @Test
    void anExceptionReachesExitAndIsThrownOn() {
        PythonException thrown = assertThrows(PythonException.class,
                () -> managed(false).with(value -> python.invoke("boom")));
        assertEquals("ValueError", thrown.typeName());
        assertEquals("['enter', ('ValueError', 'boom', True)]", log());
    }

    @Test
    void exitMaySuppressAnException() {
        assertNull(managed(true).with(value -> python.invoke("boom")));
        assertEquals("done", managed(true).with(value -> "done"));
    }

    @Test
    void aJavaExceptionReachesExitToo() {
        IllegalStateException own = new IllegalStateException("mine");
        assertSame(own, assertThrows(IllegalStateException.class, () -> managed(false).with(value -> {
            throw own;
        })));
        assertEquals(true, python.eval("'mine' in log[1][1]"));
    }

    @Test
    void aFailureMayBeToldInsideTryWithResources() {
        try (PyContext context = managed(true).enter()) {
            try {
                python.invoke("boom");
            } catch (PythonException e) {
                assertEquals(true, context.failed(e));
            }
        }
        assertEquals("['enter', ('ValueError', 'boom', True)]", log());
    }

    @Test
    void managersMadeOfGeneratorsWork() {
        python.exec("import contextlib\n@contextlib.contextmanager\ndef opened():\n"
                + "    try:\n        yield [1]\n    except ValueError as e:\n        log.append(repr(e))\n"
                + "    finally:\n        log.append('end')\n");
        assertEquals(List.of(1L), python.invoke(PyObject.class, "opened").with(value -> value));
        assertNull(python.invoke(PyObject.class, "opened").with(value -> python.invoke("boom")));
        assertEquals("['end', \"ValueError('boom')\", 'end']", log());
    }

    @Test
    void leavingTwiceOrAfterTheInterpreterIsHarmless() {
        PyContext context = managed(false).enter();
        context.close();
        context.close();
        assertEquals("['enter', (None, 'None', False)]", log());
        PyContext late = managed(false).enter();
        python.close();
        late.close();
    }

    @Test
    void whatIsNoContextManagerIsATypeError() {
        PyObject three = python.eval(PyObject.class, "3");
        assertEquals("TypeError", assertThrows(PythonException.class, three::enter).typeName());
    }
}
