package dev.krait.javainpython;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.krait.PythonException;
import dev.krait.testing.Pythons;
import java.io.IOException;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Exceptions of Java in Python, and both through many layers. */
class ExceptionsTest extends JavaInPython {
    /** An exception of the user's. */
    public static class Broken extends IOException {
        private static final long serialVersionUID = 1L;

        public Broken(String message) {
            super(message);
        }

        public int code() {
            return 42;
        }
    }

    @Test
    void exceptCatchesWhatJavasCatchWould() {
        run("import java.io, krait", "from dev.krait.javainpython import ExceptionsTest", "seen = []",
                "for kind in (ExceptionsTest.Broken, java.io.IOException, java.lang.Throwable, krait.JavaException, OSError):",
                "    try: raise ExceptionsTest.Broken('torn')",
                "    except kind as e: seen.append((str(e), e.code(), e.throwable.code(), e.getMessage()))",
                "assert seen == [('torn', 42, 42, 'torn')] * 5, seen",
                "try:",
                "    try: raise java.io.EOFException()",
                "    except ExceptionsTest.Broken: assert False",
                "except EOFError as e: assert str(e) == '' and isinstance(e, java.io.IOException)");
    }

    @Test
    void wellKnownOnesAreTheMatchingBuiltInToo() {
        run("import java, java.util, java.nio.file, krait", "from java.util import ArrayList",
                "def raises(error, f):",
                "    try: f()",
                "    except error as e: return True",
                "    return False",
                "assert raises(IndexError, lambda: ArrayList().get(0))",
                "assert raises(LookupError, lambda: java.util.ArrayDeque().pop())",
                "assert raises(ValueError, lambda: java.lang.Integer.parseInt('x'))",
                "assert raises(NotImplementedError, lambda: krait.view(java.util.List.of)(1).clear())",
                "assert raises(FileNotFoundError, lambda: java.nio.file.Files.size(java.nio.file.Path.of('/no/such')))",
                "assert raises(TypeError, lambda: java.util.TreeSet([1, 'a']))",
                "assert raises(ArithmeticError, lambda: java.lang.Math.floorDiv(1, 0))");
    }

    @Test
    void anExceptionIsAnObjectOfItsClass() {
        run("import java.io", "e = java.io.IOException('x', java.lang.RuntimeException('cause'))",
                "assert type(e) is java.io.IOException and isinstance(e, java.lang.Exception)",
                "assert type(e.getCause()) is java.lang.RuntimeException and str(e.getCause()) == 'cause'",
                "assert isinstance(e.throwable, java.io.IOException) and e.throwable != e.getCause().throwable",
                "l = java.util.ArrayList()", "l.add(e)", "assert l[0].throwable == e.throwable");
    }

    @Test
    void uncaughtItIsTheSameThrowableWithBothStacks() {
        Broken broken = new Broken("same");
        py.set("thrower", (Callable<Object>) () -> {
            throw broken;
        });
        py.exec("def inner(): thrower()\ndef outer(): inner()");
        Throwable thrown = assertThrows(Broken.class, () -> py.invoke("outer"));
        assertSame(broken, thrown);
        PythonException added = (PythonException) thrown.getSuppressed()[0];
        assertEquals(List.of("outer", "inner"), names(added.pythonFrames()));
        assertThrows(Broken.class, () -> py.exec("from dev.krait.javainpython import ExceptionsTest\n"
                + "raise ExceptionsTest.Broken('made in Python')"));
    }

    @Test
    void aPythonExceptionThroughJavaIsTheSameObject() {
        run("from java.util.concurrent import Callable", "import java", "error = ValueError('mine')",
                "def bad(): raise error",
                "from dev.krait.javainpython import Layers",
                "try: Layers.call(bad)",
                "except ValueError as e: assert e is error");
    }

    @Test
    void aPythonExceptionThroughFiveLayersKeepsEveryFrame() {
        py.exec(Pythons.lines("from dev.krait.javainpython import Layers", "def fifth(): raise ValueError('deep')",
                "def third(): return Layers.fourth(fifth)", "def first(): return Layers.second(third)"));
        PythonException thrown = assertThrows(PythonException.class, () -> py.invoke("first"));
        List<String> stack = names(Arrays.asList(thrown.getStackTrace()));
        List<String> layers = stack.stream().filter(List.of("first", "second", "third", "fourth", "fifth",
                "aPythonExceptionThroughFiveLayersKeepsEveryFrame")::contains).collect(Collectors.toList());
        assertEquals(List.of("fifth", "fourth", "third", "second", "first"), layers.subList(0, 5), stack.toString());
        assertEquals(List.of("first", "third", "fifth"), names(thrown.pythonFrames()));
        assertTrue(thrown.traceback().contains("in fifth"), thrown.traceback());
    }

    @Test
    void aJavaExceptionThroughFiveLayersKeepsEveryFrame() {
        py.exec(Pythons.lines("from dev.krait.javainpython import Layers",
                "def fourth(): return Layers.thrower()", "def second(): return Layers.third(fourth)"));
        IllegalStateException thrown = assertThrows(IllegalStateException.class, () -> Layers.first(py));
        List<String> java = names(Arrays.asList(thrown.getStackTrace()));
        assertTrue(java.containsAll(List.of("thrower", "third", "first")), java.toString());
        List<String> python = Arrays.stream(thrown.getSuppressed())
                .flatMap(added -> names(((PythonException) added).pythonFrames()).stream()).collect(Collectors.toList());
        assertTrue(python.containsAll(List.of("fourth", "second")), python.toString());
    }

    @Test
    void aCheckedExceptionFromPythonReachesJavaThroughAnInterfaceThatDeclaresIt() {
        run("import java.io", "from dev.krait.javainpython import Layers",
                "def bad(): raise java.io.IOException('declared')",
                "try: Layers.call(bad)",
                "except java.io.IOException as e: assert str(e) == 'declared'",
                "def run(): raise java.io.IOException('undeclared')",
                "try: Layers.run(run)",
                "except java.io.IOException as e: assert str(e) == 'undeclared'");
    }

    /** Has a message that nobody can ask for. */
    static final class Untold extends RuntimeException {
        private static final long serialVersionUID = 1;

        @Override
        public String getMessage() {
            throw sneaky(new IOException("no message"));
        }

        @SuppressWarnings("unchecked")
        private static <T extends Throwable> T sneaky(Throwable thrown) throws T {
            throw (T) thrown;
        }
    }

    @Test
    void whatCannotBeToldOfHalfWayThroughALargeAnswerHarmsNoLaterCall() {
        Supplier<Object> untold = () -> new AbstractList<Object>() {
            @Override
            public Object get(int index) {
                if (index == 0) {
                    return "x".repeat(100_000);
                }
                throw new Untold();
            }

            @Override
            public int size() {
                return 2;
            }
        };
        py.set("untold", untold);
        py.set("same", (Function<Object, Object>) same -> same);
        py.exec(Pythons.lines("def raised():", "    try: untold()", "    except RuntimeError as e: return str(e)", "def told():",
                "    return [same('y' * length) == 'y' * length for length in (1, 3_000)]"));
        for (int i = 0; i < 3; i++) {
            String raised = String.valueOf(py.invoke("raised"));
            assertTrue(raised.contains("could not tell more"), raised);
            System.gc();
            assertEquals(List.of(true, true), py.invoke("told"));
        }
    }

    private static List<String> names(List<StackTraceElement> frames) {
        return frames.stream().map(StackTraceElement::getMethodName).collect(Collectors.toList());
    }
}
