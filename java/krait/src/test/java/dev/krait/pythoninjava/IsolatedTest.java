package dev.krait.pythoninjava;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.krait.Isolation;
import dev.krait.PyObject;
import dev.krait.PythonInterpreter;
import dev.krait.PythonSetupException;
import dev.krait.testing.ChildJvm;
import java.math.BigDecimal;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Interpreters of every isolation, opened and closed again and again in a JVM of its own: their ends must not corrupt it. */
class IsolatedTest {
    @ParameterizedTest
    @EnumSource(Isolation.class)
    void interpretersWithCoroutinesViewsAndJavaObjectsOpenAndClose(Isolation isolation) {
        assertEquals("fine\n", ChildJvm.of(Rounds.class).arguments(isolation).run().fine());
    }

    @Test
    void interpretersThatDoNothingOpenAndClose() {
        assertEquals("fine\n", ChildJvm.of(Rounds.class).arguments(Isolation.SUB_INTERPRETER, "idle").run().fine());
    }

    @ParameterizedTest
    @EnumSource(Isolation.class)
    void decimalsOfOneInterpreterSurviveTheEndOfOthers(Isolation isolation) {
        assertEquals("fine\n", ChildJvm.of(Decimals.class).arguments(isolation).run().fine());
    }

    /** Calculates while others come and go. */
    public static final class Decimals {
        private Decimals() {
        }

        public static void main(String[] args) {
            PythonInterpreter.Builder builder = PythonInterpreter.builder().isolation(Isolation.valueOf(args[0]));
            try (PythonInterpreter python = builder.build()) {
                String make = "import decimal, gc\nD = decimal.Decimal\nx = [D(i) / 3 for i in range(1000)]\n";
                python.exec(make);
                for (int i = 0; i < 5; i++) {
                    try (PythonInterpreter other = builder.build()) {
                        other.exec(make);
                    }
                    python.exec("gc.collect()\nj = [bytearray(i % 200) for i in range(20000)]\ny = [v * v for v in x]\n"
                            + "try: D(1) / 0\nexcept decimal.DivisionByZero: pass\n"
                            + "with decimal.localcontext() as c:\n    c.prec = 5\n    assert str(D(1) / 3) == '0.33333'\n"
                            + "assert isinstance(D(1), decimal.Decimal) and str(decimal.getcontext())\n");
                    if (!python.eval("D('1.5')").equals(new BigDecimal("1.5"))) {
                        throw new AssertionError();
                    }
                }
            } catch (PythonSetupException e) {
                if (!e.getMessage().contains("CPython 3.12")) {
                    throw e;
                }
            }
            System.out.println("fine");
        }
    }

    /** Opens, uses and closes. */
    public static final class Rounds {
        private static final int ROUNDS = 5;

        private Rounds() {
        }

        /** With the isolation, and anything more to use nothing. */
        public static void main(String[] args) throws Exception {
            for (int i = 0; i < ROUNDS; i++) {
                PythonInterpreter.Builder builder = PythonInterpreter.builder().isolation(Isolation.valueOf(args[0]));
                try (PythonInterpreter python = builder.build()) {
                    if (args.length == 1) {
                        use(python);
                    }
                } catch (PythonSetupException e) {
                    if (!e.getMessage().contains("CPython 3.12")) {
                        throw e;
                    }
                }
            }
            System.out.println("fine");
        }

        private static void use(PythonInterpreter python) throws Exception {
            python.exec("import asyncio\n"
                    + "async def wait(stage):\n    return await stage\n"
                    + "async def hang():\n    await asyncio.sleep(1000)\n"
                    + "def rows():\n    yield from (1, 2)\n");
            CompletableFuture<String> stage = new CompletableFuture<>();
            CompletableFuture<Object> waiting = python.invokeAsync("wait", stage);
            stage.complete("done");
            check(waiting.get(30, TimeUnit.SECONDS).equals("done"));
            List<Object> view = python.eval(PyObject.class, "[1]").asList();
            view.add("two");
            check(view.equals(List.of(1L, "two")));
            check(python.invoke(PyObject.class, "rows").iterator().next().equals(1L));
            check(python.eval("__import__('decimal').Decimal('1.5') / 3").equals(new BigDecimal("0.5")));
            python.set("supplier", (Supplier<Integer>) () -> 3);
            check(python.eval("supplier()").equals(3L));
            CompletableFuture<Object> hanging = python.invokeAsync("hang");
            python.close();
            try {
                hanging.get(30, TimeUnit.SECONDS);
                check(false);
            } catch (CancellationException e) {
                check(hanging.isCancelled());
            }
        }

        private static void check(boolean condition) {
            if (!condition) {
                throw new AssertionError();
            }
        }
    }
}
