package dev.krait;

import static dev.krait.testing.Pythons.from;
import static dev.krait.testing.Pythons.lines;
import static dev.krait.testing.Pythons.raised;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What Python raises, as Java sees it, and what Java throws, as Python does. */
class ErrorsTest {
    private final PythonInterpreter py = PythonInterpreter.create();

    @AfterEach
    void close() {
        py.close();
    }

    // ---- what an exception tells

    @ParameterizedTest
    @ValueSource(strings = {"globals", "locals", "vars", "dir", "eval", "exec"})
    void aBuiltInThatLooksAtItsCallerSaysWhatToUseInstead(String name) {
        // Later ones have words of their own for it.
        assumeTrue(py.eval(boolean.class, "__import__('sys').version_info < (3, 14)"));
        Object[] source = name.startsWith("e") ? new Object[] {"1 + 1"} : new Object[0];
        PythonException error = assertThrows(PythonException.class, () -> py.invoke(name, source));
        assertEquals("SystemError", error.typeName());
        assertTrue(String.join("", error.notes()).contains("interp.eval("), error.notes().toString());
    }

    @Test
    void typeAndMessage() {
        PythonException error = raised("ValueError", () -> py.exec("raise ValueError('größe 𝒳')"));
        assertEquals("größe 𝒳", error.pythonMessage());
        assertEquals("ValueError: größe 𝒳", error.getMessage());
        assertTrue(error.isInstance("ValueError") && error.isInstance("Exception") && error.isInstance("BaseException"));
        assertFalse(error.isInstance("TypeError"));
        assertNull(error.getCause());
    }

    @Test
    void whereDescribingFailsTheTypeAndTheMessageAreKeptAndANoteSaysWhy() {
        py.exec(lines("import json, time, krait._errors as errors", "frames = errors._frames", "errors._frames = None",
                "class Mute(Exception):", "    def __str__(self): raise KeyError", "def mute(): raise Mute",
                "def spin():", "    while True: time.sleep(0.001)"));
        try {
            PythonException error = raised("json.decoder.JSONDecodeError", () -> py.eval("json.loads('{')"));
            assertTrue(error.pythonMessage().startsWith("Expecting property name"), error.pythonMessage());
            assertEquals(List.of("Krait could not describe this exception in full: TypeError: 'NoneType' object is not callable"),
                    error.notes());
            assertEquals(1L, error.exception().getAttr("lineno"));
            error = raised("Mute", () -> py.invoke("mute"));
            assertEquals("<no message: str() of the exception raises>", error.pythonMessage());
            assertThrows(PythonTimeoutException.class, () -> py.invoke(Duration.ofMillis(5), "spin"));
        } finally {
            py.exec("errors._frames = frames");
        }
    }

    @Test
    void anExceptionWithoutMessageIsItsType() {
        assertEquals("ValueError", raised("ValueError", () -> py.exec("raise ValueError")).getMessage());
    }

    @Test
    void aTypeInAModuleIsQualified() {
        PythonException error = raised("json.decoder.JSONDecodeError", () -> py.invoke("json.loads", "{"));
        assertTrue(error.isInstance("ValueError"));
        py.exec("class Outer:\n  class Bad(Exception): pass");
        raised("Outer.Bad", () -> py.exec("raise Outer.Bad('x')"));
    }

    @Test
    void notesArrive() {
        from(py, 11, "add_note");
        py.exec(lines("def f():", "    e = ValueError('x')", "    e.add_note('first')", "    e.add_note('zweite ä')", "    raise e"));
        PythonException error = raised("ValueError", () -> py.invoke("f"));
        assertEquals(List.of("first", "zweite ä"), error.notes());
        assertTrue(error.traceback().endsWith("ValueError: x\nfirst\nzweite ä\n"), error.traceback());
    }

    @Test
    void theTracebackIsTheTextThatPythonPrints() {
        py.exec(lines("def inner():", "    raise KeyError('k')", "def outer():", "    inner()",
                "import traceback", "def printed():", "    try:", "        outer()",
                "    except KeyError:", "        return traceback.format_exc()"));
        PythonException error = raised("KeyError", () -> py.invoke("outer"));
        assertEquals("'k'", error.pythonMessage());
        String text = error.traceback();
        assertTrue(text.startsWith("Traceback (most recent call last):\n"), text);
        assertTrue(text.endsWith("KeyError: 'k'\n"), text);
        assertTrue(text.contains("File \"<string>\", line 4, in outer\n    inner()"), text);
        assertTrue(text.indexOf("in outer") < text.indexOf("in inner"), text);
        String printed = (String) py.invoke("printed");
        assertEquals(printed.substring(printed.indexOf("line 4, in outer")), text.substring(text.indexOf("line 4, in outer")));
    }

    // ---- causes

    @Test
    void theCauseIsTheJavaCause() {
        PythonException error = raised("RuntimeError", () -> py.exec(lines(
                "try:", "    {}['key']", "except KeyError as e:", "    raise RuntimeError('outer') from e")));
        PythonException cause = assertInstanceOf(PythonException.class, error.getCause());
        assertEquals("KeyError", cause.typeName());
        assertEquals("KeyError: 'key'", cause.getMessage());
        assertNull(cause.getCause());
        assertTrue(error.traceback().contains("direct cause"), error.traceback());
    }

    @Test
    void theContextIsTheJavaCause() {
        PythonException error = raised("RuntimeError", () -> py.exec(lines(
                "try:", "    {}['key']", "except KeyError:", "    raise RuntimeError('outer')")));
        assertEquals("KeyError", assertInstanceOf(PythonException.class, error.getCause()).typeName());
    }

    @Test
    void aSuppressedContextIsNoCause() {
        PythonException error = raised("RuntimeError", () -> py.exec(lines(
                "try:", "    {}['key']", "except KeyError:", "    raise RuntimeError('outer') from None")));
        assertNull(error.getCause());
    }

    @Test
    void anExplicitCauseGoesBeforeTheContext() {
        PythonException error = raised("RuntimeError", () -> py.exec(lines(
                "try:", "    {}['key']", "except KeyError:", "    raise RuntimeError('outer') from TypeError('cause')")));
        assertEquals("TypeError", assertInstanceOf(PythonException.class, error.getCause()).typeName());
    }

    @Test
    void causesInACircleEnd() {
        PythonException error = raised("ValueError", () -> py.exec(lines(
                "a, b = ValueError('a'), TypeError('b')", "a.__cause__, b.__cause__ = b, a", "raise a")));
        assertEquals("TypeError", ((PythonException) error.getCause()).typeName());
        assertNull(error.getCause().getCause());
        assertTrue(error.traceback().endsWith("ValueError: a\n"), error.traceback());
    }

    @Test
    void aThousandCausesAreAnErrorLikeAnyOther() {
        PythonException error = raised("ValueError", () -> py.exec(lines("e = None", "for i in range(1000):",
                "    n = ValueError(str(i))", "    n.__cause__ = e", "    e = n", "raise e")));
        assertEquals("999", error.pythonMessage());
        assertEquals("998", ((PythonException) error.getCause()).pythonMessage());
    }

    @Test
    void membersOfAGroupAreSuppressedExceptions() {
        from(py, 11, "ExceptionGroup");
        PythonException error = raised("ExceptionGroup", () -> py.exec(
                "raise ExceptionGroup('g', [ValueError('a'), ExceptionGroup('h', [TypeError('b'), OSError(2, 'c')])])"));
        assertEquals("g (2 sub-exceptions)", error.pythonMessage());
        Throwable[] members = error.getSuppressed();
        assertEquals(2, members.length);
        assertEquals("ValueError: a", members[0].getMessage());
        Throwable[] inner = members[1].getSuppressed();
        assertEquals("TypeError: b", inner[0].getMessage());
        assertTrue(((PythonException) inner[1]).isInstance("OSError"));
    }

    @Test
    void aJavaExceptionInAGroupIsTheSameThrowable() {
        from(py, 11, "ExceptionGroup");
        py.exec("import krait\ndef group(e): raise ExceptionGroup('g', [ExceptionGroup('h', [e]), ValueError('a')])");
        IllegalStateException original = new IllegalStateException("java");
        Throwable[] members = raised("ExceptionGroup", () -> py.invoke("group", original)).getSuppressed();
        assertSame(original, members[0].getSuppressed()[0]);
        assertEquals("ValueError: a", members[1].getMessage());
    }

    // ---- the stack

    private List<String> stack(Throwable error) {
        return Arrays.stream(error.getStackTrace())
                .map(frame -> frame.getClassName().equals("<python>") ? "py:" + frame.getMethodName() + ":" + frame.getLineNumber()
                        : frame.getClassName().substring(frame.getClassName().lastIndexOf('.') + 1) + "." + frame.getMethodName())
                .collect(Collectors.toList());
    }

    @Test
    void pythonFramesAreSplicedInCallingOrder() {
        py.exec(lines("def inner():", "    raise ValueError", "def outer():", "    inner()"));
        PythonException error = raised("ValueError", () -> py.invoke("outer"));
        List<String> stack = stack(error);
        assertEquals(List.of("py:inner:2", "py:outer:4", "PythonInterpreter.invoke"), stack.subList(0, 3));
        assertTrue(stack.get(3).startsWith("ErrorsTest.lambda$pythonFramesAreSplicedInCallingOrder"), stack.toString());
        assertEquals("<string>", error.getStackTrace()[0].getFileName());
        assertEquals(List.of("outer", "inner"),
                error.pythonFrames().stream().map(StackTraceElement::getMethodName).collect(Collectors.toList()));
        assertFalse(Arrays.toString(error.getStackTrace()).contains("dev.krait.internal"), stack.toString());
    }

    @Test
    void aFunctionsFramesAreSpliced() {
        py.exec(lines("class C:", "    def m(self):", "        raise ValueError"));
        PyObject c = py.eval(PyObject.class, "C()");
        List<String> stack = stack(raised("ValueError", () -> c.invokeMethod("m")));
        assertTrue(stack.get(0).equals("py:m:3") || stack.get(0).equals("py:C.m:3"), stack.toString());
        assertEquals("PyObject.invokeMethod", stack.get(1));
        assertTrue(stack.get(2).startsWith("ErrorsTest."), stack.toString());
    }

    @Test
    void printedStackTracesShowBothLanguages() {
        py.exec(lines("def f():", "    raise ValueError('x')"));
        StringWriter text = new StringWriter();
        raised("ValueError", () -> py.invoke("f")).printStackTrace(new PrintWriter(text, true));
        assertTrue(text.toString().contains("at <python>.f(<string>:2)"), text.toString());
        assertTrue(text.toString().contains("at dev.krait.ErrorsTest."), text.toString());
    }

    @Test
    void framesOfADeepRecursionAreBounded() {
        py.exec("def f(n): return f(n + 1)");
        PythonException error = raised("RecursionError", () -> py.invoke("f", 0));
        assertTrue(error.pythonFrames().size() <= 600, () -> "" + error.pythonFrames().size());
        assertTrue(error.pythonFrames().toString().contains("left out"));
        assertEquals("f", error.getStackTrace()[0].getMethodName());
    }

    @Test
    void aTracebackOfManyThousandFramesIsCutAndQuick() {
        py.exec(lines("import sys", "def f(n): return f(n - 1) if n else 1 / 0", "limit = sys.getrecursionlimit()",
                "def deep():", "    sys.setrecursionlimit(8_000)", "    try:", "        f(7_000)", "    finally:",
                "        sys.setrecursionlimit(limit)"));
        PythonException error = raised("ZeroDivisionError", () -> py.invoke("deep"));
        assertTrue(error.traceback().endsWith("ZeroDivisionError: division by zero\n"), error.traceback());
        assertTrue(error.traceback().length() < 100_000, () -> "" + error.traceback().length());
        assertTrue(error.pythonFrames().size() < 1_000, () -> "" + error.pythonFrames().size());
    }

    // ---- syntax errors

    @Test
    void aSyntaxErrorNamesItsPlace() {
        PythonException error = raised("SyntaxError", () -> py.exec("x = 1\ny = = 2\n"));
        assertEquals("<string>", error.fileName());
        assertEquals(2, error.lineNumber());
        assertEquals(5, error.columnNumber());
        assertTrue(error.getMessage().contains("line 2"), error.getMessage());
        assertTrue(error.traceback().contains("y = = 2"), error.traceback());
    }

    @Test
    void aSyntaxErrorOfAnExpressionNamesItsPlace() {
        PythonException error = raised("SyntaxError", () -> py.eval("'größe' + )"));
        assertEquals(1, error.lineNumber());
        assertEquals(11, error.columnNumber());
        assertTrue(raised("SyntaxError", () -> py.eval("x = 1")).isInstance("SyntaxError"));
    }

    @Test
    void anIndentationErrorIsASyntaxError() {
        PythonException error = raised("IndentationError", () -> py.exec("if True:\nx = 1"));
        assertTrue(error.isInstance("SyntaxError"));
        assertEquals(2, error.lineNumber());
    }

    @Test
    void aSyntaxErrorInAFileNamesTheFile(@TempDir Path folder) throws Exception {
        Path script = folder.resolve("kaputt ä.py");
        Files.writeString(script, "ok = 1\n\ndef (:\n");
        PythonException error = raised("SyntaxError", () -> py.run(script));
        assertEquals(script.toString(), error.fileName());
        assertEquals(3, error.lineNumber());
        assertEquals(5, error.columnNumber());
    }

    @Test
    void aSyntaxErrorInAModuleNamesTheFile(@TempDir Path folder) throws Exception {
        Files.writeString(folder.resolve("krait_test_syntax.py"), "\n1 +\n");
        try (PythonInterpreter with = PythonInterpreter.builder().paths(folder).build()) {
            PythonException error = raised("SyntaxError", () -> with.importModule("krait_test_syntax"));
            assertEquals(folder.resolve("krait_test_syntax.py").toString(), error.fileName());
            assertEquals(2, error.lineNumber());
            with.invoke("sys.path.remove", folder.toString());
        }
    }

    @Test
    void otherErrorsHaveNoPlace() {
        PythonException error = raised("ValueError", () -> py.exec("raise ValueError"));
        assertNull(error.fileName());
        assertEquals(-1, error.lineNumber());
        assertEquals(-1, error.columnNumber());
    }

    @Test
    void asyntaxErrorWithStrangeFieldsIsAnErrorLikeAnyOther() {
        PythonException error = raised("SyntaxError", () -> py.exec("raise SyntaxError('x', ('f', 10**30, -5, None))"));
        assertEquals("f", error.fileName());
        raised("SyntaxError", () -> py.exec("e = SyntaxError('x')\ne.lineno = 'no number'\ne.filename = 5\nraise e"));
    }

    // ---- the special ones

    @ParameterizedTest
    @CsvSource({"sys.exit(3),3", "sys.exit(),0", "sys.exit(None),0", "sys.exit(0),0", "sys.exit('text'),1",
        "sys.exit(True),1", "sys.exit(False),0", "sys.exit(-1),-1", "sys.exit(2**70),-1", "sys.exit(2**32 + 3),3", "raise SystemExit(7),7", "sys.exit([1]),1", "exit(4),4"})
    void sysExitIsAnExceptionWithItsCode(String code, int expected) {
        py.exec("import sys");
        if (code.startsWith("exit")) {
            // What site adds is not there in an embedded Python without it.
            assertEquals(true, py.eval("callable(exit)"));
        }
        PythonExit exit = assertThrows(PythonExit.class, () -> py.exec(code));
        assertEquals(expected, exit.code());
        assertEquals("SystemExit", exit.typeName());
        assertEquals(2L, py.eval("1 + 1"));
    }

    @Test
    void theTextOfSysExitIsTheMessage() {
        PythonExit exit = assertThrows(PythonExit.class, () -> py.exec("import sys; sys.exit('stopped: ä')"));
        assertEquals("stopped: ä", exit.pythonMessage());
    }

    @Test
    void aSubclassOfSystemExitIsAnExit() {
        py.exec("class Stop(SystemExit): pass");
        PythonExit exit = assertThrows(PythonExit.class, () -> py.exec("raise Stop(5)"));
        assertEquals(5, exit.code());
        assertEquals("Stop", exit.typeName());
    }

    @ParameterizedTest
    @ValueSource(strings = {"KeyboardInterrupt", "MemoryError", "RecursionError", "GeneratorExit", "StopIteration"})
    void specialOnesArriveAsThemselves(String type) {
        PythonException error = raised(type, () -> py.exec("raise " + type + "('x')"));
        assertEquals("x", error.pythonMessage());
        assertTrue(error.isInstance("BaseException"));
    }

    @Test
    void aRealMemoryErrorLeavesPythonUsable() {
        raised("MemoryError", () -> py.eval("' ' * (1 << 62)"));
        raised("MemoryError", () -> py.exec("x = [0] * (1 << 58)"));
        assertEquals(2L, py.eval("1 + 1"));
    }

    @Test
    void aRealRecursionErrorLeavesPythonUsable() {
        py.exec("def f(): return f()");
        for (int i = 0; i < 20; i++) {
            raised("RecursionError", () -> py.invoke("f"));
        }
        assertEquals(2L, py.eval("1 + 1"));
    }

    @Test
    void anExceptionWhoseStrRaisesIsStillAnException() {
        py.exec(lines("class Bad(Exception):", "    def __str__(self): raise KeyError('no str')",
                "    def __repr__(self): raise KeyError('no repr')",
                "class Worse(Exception):", "    def __str__(self): return 5",
                "class Exit(Exception):", "    def __str__(self): raise SystemExit(9)"));
        PythonException bad = raised("Bad", () -> py.exec("raise Bad('x')"));
        assertTrue(bad.getMessage().contains("KeyError"), bad.getMessage());
        raised("Worse", () -> py.exec("raise Worse('x')"));
        assertThrows(PythonException.class, () -> py.exec("raise Exit('x')"));
        assertEquals(2L, py.eval("1 + 1"));
    }

    @Test
    void exceptionsWithStrangeAttributesAreStillExceptions() {
        py.exec(lines("class Odd(Exception):", "    __notes__ = 5", "    exceptions = 'abc'",
                "class Meta(type):", "    @property", "    def __module__(cls): raise ValueError('no module')",
                "class Hidden(Exception, metaclass=Meta): pass",
                "class Lone(Exception): pass",
                "def hidden(): raise Hidden('x')"));
        raised("Odd", () -> py.exec("raise Odd('x')"));
        PythonException lone = raised("Lone", () -> py.exec("raise Lone('\\ud800 lone')"));
        assertEquals("\ud800 lone", lone.pythonMessage());
        assertEquals("Hidden: x", assertThrows(PythonException.class, () -> py.invoke("hidden")).getMessage());
        assertEquals(2L, py.eval("1 + 1"));
    }

    @Test
    void aHugeMessageArrives() {
        PythonException error = raised("ValueError", () -> py.exec("raise ValueError('ä' * 3_000_000)"));
        assertEquals(3_000_000, error.pythonMessage().length());
    }

    @Test
    void raisingInAFunctionOfTwoArgumentsIsAnError() {
        py.exec("def f(a, b): raise ValueError(a + b)");
        for (int i = 0; i < 100; i++) {
            assertEquals("ValueError: ab", raised("ValueError", () -> py.invoke("f", "a", "b")).getMessage());
        }
        BiFunction<Object, Object, Object> bad = (a, b) -> {
            throw new IllegalArgumentException(a + "" + b);
        };
        py.set("bad", bad);
        assertEquals("xy", assertThrows(IllegalArgumentException.class, () -> py.exec("bad('x', 'y')")).getMessage());
    }

    @Test
    void anErrorInOneCallIsNotSeenInTheNext() {
        py.exec("def bad(): raise ValueError\ndef good(): return 'good'\ndef big(): return 2**100");
        for (int i = 0; i < 100; i++) {
            raised("ValueError", () -> py.invoke("bad"));
            assertEquals("good", py.invoke("good"));
            assertThrows(ConversionException.class, () -> py.invoke(long.class, "big"));
            assertEquals("good", py.invoke("good"));
            assertEquals(true, py.eval("__import__('sys').exc_info() == (None, None, None)"));
        }
    }

    // ---- the live exception

    @Test
    void theLiveExceptionCanBeAsked() {
        py.exec(lines("class Coded(Exception):", "    def __init__(self, code):", "        super().__init__('coded')", "        self.code = code"));
        PythonException error = raised("Coded", () -> py.exec("raise Coded(42)"));
        assertEquals(42L, error.exception().getAttr("code"));
        py.set("e", error.exception());
        assertEquals(true, py.eval("type(e) is Coded and e.code == 42"));
    }

    @Test
    void anExceptionOutlivesItsInterpreter() {
        PythonException error;
        try (PythonInterpreter closed = PythonInterpreter.create()) {
            error = raised("ValueError", () -> closed.exec("raise ValueError('x') from KeyError('k')"));
        }
        assertEquals("ValueError: x", error.getMessage());
        assertEquals("KeyError: 'k'", error.getCause().getMessage());
        assertTrue(error.traceback().contains("ValueError: x"));
        assertThrows(IllegalStateException.class, () -> error.exception().repr());
        StringWriter text = new StringWriter();
        error.printStackTrace(new PrintWriter(text, true));
        assertTrue(text.toString().contains("ValueError: x"));
    }

    @Test
    void anExceptionCanBeSerialised() throws Exception {
        PythonException error = raised("ValueError", () -> py.exec(
                "def f(): raise ValueError('größe') from KeyError('k')\nf()"));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(error);
        }
        PythonException read;
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            read = (PythonException) in.readObject();
        }
        assertEquals(error.getMessage(), read.getMessage());
        assertEquals(error.typeName(), read.typeName());
        assertEquals(error.traceback(), read.traceback());
        assertEquals(error.notes(), read.notes());
        assertTrue(read.isInstance("Exception"));
        assertEquals("KeyError", ((PythonException) read.getCause()).typeName());
        assertEquals(Arrays.asList(error.getStackTrace()), Arrays.asList(read.getStackTrace()));
        assertNull(read.exception());
        PythonExit exit = assertThrows(PythonExit.class, () -> py.exec("raise SystemExit(4)"));
        ByteArrayOutputStream more = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(more)) {
            out.writeObject(exit);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(more.toByteArray()))) {
            assertEquals(4, ((PythonExit) in.readObject()).code());
        }
    }

    // ---- there and back

    /** A checked exception of the user's. */
    private static final class Checked extends Exception {
        private static final long serialVersionUID = 1L;

        Checked(String message, Throwable cause) {
            super(message, cause);
        }
    }

    @Test
    void aJavaExceptionThroughPythonIsTheSameThrowable() {
        IOException cause = new IOException("disk");
        Checked thrown = new Checked("mine", cause);
        Callable<Object> bad = () -> {
            throw thrown;
        };
        py.set("bad", bad);
        py.exec("def f(): return bad()\ndef g(): return f()");
        Checked caught = assertThrows(Checked.class, () -> py.invoke("g"));
        assertSame(thrown, caught);
        assertSame(cause, caught.getCause());
        // What Python adds travels along.
        String stack = Arrays.toString(caught.getSuppressed()[0].getStackTrace());
        assertTrue(stack.contains("<python>.f") && stack.contains("<python>.g"), stack);
    }

    @Test
    void errorsOfTheJvmGoThroughPythonToo() {
        StackOverflowError overflow = new StackOverflowError("mine");
        Runnable bad = () -> {
            throw overflow;
        };
        py.set("bad", bad);
        assertSame(overflow, assertThrows(StackOverflowError.class, () -> py.exec("bad()")));
        AssertionError failed = new AssertionError("failed");
        py.set("bad", (Runnable) () -> {
            throw failed;
        });
        assertSame(failed, assertThrows(AssertionError.class, () -> py.exec("bad()")));
    }

    @Test
    void pythonCanCatchAJavaException() {
        py.set("bad", (Runnable) () -> {
            throw new IllegalStateException("größe");
        });
        py.exec(lines("from krait import JavaException", "def f():", "    try:", "        bad()",
                "    except JavaException as e:", "        return [str(e), e.class_name, e.throwable]"));
        List<?> caught = (List<?>) py.invoke("f");
        assertEquals("größe", caught.get(0));
        assertEquals("java.lang.IllegalStateException", caught.get(1));
        assertInstanceOf(IllegalStateException.class, caught.get(2));
    }

    @Test
    void aJavaExceptionIsTheCauseOfWhatPythonMakesOfIt() {
        IllegalStateException thrown = new IllegalStateException("x");
        py.set("bad", (Runnable) () -> {
            throw thrown;
        });
        PythonException error = raised("ValueError", () -> py.exec(lines(
                "try:", "    bad()", "except Exception as e:", "    raise ValueError('wrapped') from e")));
        assertSame(thrown, error.getCause());
    }

    @Test
    void aThrowableThatIsThrownAgainAndAgainDoesNotGrow() {
        IllegalStateException always = new IllegalStateException("same");
        py.set("bad", (Runnable) () -> {
            throw always;
        });
        for (int i = 0; i < 1_000; i++) {
            assertThrows(IllegalStateException.class, () -> py.exec("bad()"));
        }
        assertTrue(always.getSuppressed().length <= 16, () -> "" + always.getSuppressed().length);
    }

    @Test
    void aThrowableWithoutSuppressionOrStackGoesThroughToo() {
        RuntimeException bare = new RuntimeException("bare", null, false, false) {
            private static final long serialVersionUID = 1L;
        };
        py.set("bad", (Runnable) () -> {
            throw bare;
        });
        assertSame(bare, assertThrows(RuntimeException.class, () -> py.exec("bad()")));
    }

    @Test
    void aThrowableWhoseMessageThrowsGoesThroughToo() {
        RuntimeException odd = new RuntimeException() {
            private static final long serialVersionUID = 1L;

            @Override
            public String getMessage() {
                throw new UnsupportedOperationException("no message");
            }
        };
        py.set("bad", (Runnable) () -> {
            throw odd;
        });
        assertSame(odd, assertThrows(RuntimeException.class, () -> py.exec("bad()")));
    }

    @Test
    void aPythonExceptionThroughJavaIsTheSameObject() {
        py.exec(lines("class Mine(Exception): pass", "mine = Mine('x')", "def bad(): raise mine",
                "def f(through):", "    try:", "        through()", "    except Mine as e:", "        return e is mine",
                "    return 'not raised'"));
        PyFunction bad = py.function("bad");
        Supplier<Object> through = () -> bad.call();
        assertEquals(true, py.invoke("f", through));
    }

    @Test
    void anExceptionThroughFiveLayersKeepsEveryFrame() {
        List<Supplier<Object>> layers = new ArrayList<>();
        py.exec(lines("def p0(next): raise ValueError('deep')", "def p1(next): return next()", "def p2(next): return next()"));
        PyFunction p0 = py.function("p0");
        PyFunction p1 = py.function("p1");
        PyFunction p2 = py.function("p2");
        layers.add(() -> p0.call((Object) null));
        layers.add(() -> p1.call(layers.get(0)));
        layers.add(() -> p2.call(layers.get(1)));
        PythonException error = raised("ValueError", () -> layers.get(2).get());
        String all = everyFrame(error);
        for (String frame : List.of("<python>.p0", "<python>.p1", "<python>.p2", "ErrorsTest.")) {
            assertTrue(all.contains(frame), frame + " is missing in " + all);
        }
    }

    private static String everyFrame(Throwable error) {
        StringWriter text = new StringWriter();
        error.printStackTrace(new PrintWriter(text, true));
        return text.toString();
    }

    @Test
    void aWrappedPythonExceptionKeepsItsPlaceInTheChain() {
        py.exec("def bad(): raise ValueError('inner')\ndef f(through): through()");
        PyFunction bad = py.function("bad");
        Runnable through = () -> {
            try {
                bad.call();
            } catch (PythonException e) {
                throw new IllegalStateException("wrapped", e);
            }
        };
        IllegalStateException error = assertThrows(IllegalStateException.class, () -> py.invoke("f", through));
        assertEquals("ValueError: inner", error.getCause().getMessage());
    }

    @Test
    void aCallbackThatTakesAnotherNumberOfArgumentsSaysSo() {
        py.set("one", (Function<Object, Object>) a -> a);
        RuntimeException error = assertThrows(RuntimeException.class, () -> py.exec("one(1, 2)"));
        assertTrue(error.getMessage().contains("apply") && error.getMessage().contains("(int, int)"), error.getMessage());
        py.set("thing", new Object());
        assertTrue(assertThrows(RuntimeException.class, () -> py.exec("thing()")).getMessage().contains("not callable"));
    }

    @Test
    void theInterruptOfAThreadIsNotLost() {
        Thread.currentThread().interrupt();
        py.exec("x = 1");
        assertNotNull(py.get("x"));
        assertTrue(Thread.interrupted());
    }
}
