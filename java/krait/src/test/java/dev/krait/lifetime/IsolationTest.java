package dev.krait.lifetime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.krait.Isolation;
import dev.krait.PyObject;
import dev.krait.PythonException;
import dev.krait.PythonInterpreter;
import dev.krait.PythonSetupException;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Interpreters apart: what each has for itself. */
@Timeout(120)
final class IsolationTest {
    private static PythonInterpreter open(Isolation isolation) {
        if (isolation == Isolation.OWN_GIL) {
            assumeTrue(minor() >= 12, "a GIL of its own needs CPython 3.12");
        }
        return PythonInterpreter.builder().isolation(isolation).build();
    }

    private static long minor() {
        try (PythonInterpreter interp = PythonInterpreter.create()) {
            return (Long) interp.eval("__import__('sys').version_info.minor");
        }
    }

    @ParameterizedTest
    @EnumSource(Isolation.class)
    void valuesErrorsAndJavaObjectsCrossInEachKind(Isolation isolation) {
        try (PythonInterpreter interp = open(isolation)) {
            interp.exec("def same(x): return x\ndef boom(): raise ValueError('bad')\ndef call(f, x): return f(x)\n");
            assertEquals(List.of(1L, "a", 2.5), interp.invoke("same", List.of(1, "a", 2.5)));
            assertEquals(BigInteger.ONE.shiftLeft(100), interp.eval("2 ** 100"));
            assertEquals("bad", assertThrows(PythonException.class, () -> interp.invoke("boom")).pythonMessage());
            assertEquals("<x>", interp.invoke("call", (Function<Object, Object>) x -> "<" + x + ">", "x"));
            Object opaque = new Object();
            assertEquals(opaque, interp.invoke("same", opaque));
            assertEquals("{\"a\": 1}", interp.invoke("json.dumps", Map.of("a", 1)));
        }
    }

    @ParameterizedTest
    @EnumSource(value = Isolation.class, names = "SHARED", mode = EnumSource.Mode.EXCLUDE)
    void modulesAreNotShared(Isolation isolation) {
        try (PythonInterpreter one = open(isolation); PythonInterpreter two = open(isolation)) {
            one.exec("import json\njson.mark = 1");
            assertEquals(false, two.eval("hasattr(__import__('json'), 'mark')"));
        }
    }

    /** CPython before 3.13 has only threads of one interpreter take turns: there the others would wait until the end. */
    @ParameterizedTest
    @EnumSource(Isolation.class)
    void whoComputesInOneInterpreterKeepsNoOtherWaiting(Isolation isolation) {
        String spin = "import time\ndef spin(seconds):\n    end = time.monotonic() + seconds\n    while time.monotonic() < end: pass\n";
        try (PythonInterpreter busy = open(isolation); PythonInterpreter other = open(Isolation.SUB_INTERPRETER);
                PythonInterpreter shared = open(Isolation.SHARED)) {
            for (PythonInterpreter interp : List.of(busy, other, shared)) {
                interp.exec("def inc(x): return x + 1\n" + spin);
            }
            for (PythonInterpreter spinning : List.of(busy, shared)) {
                CompletableFuture<Object> done = CompletableFuture.supplyAsync(() -> spinning.invoke("spin", 3));
                int calls = 0;
                for (; !done.isDone(); calls++) {
                    assertEquals(2L, shared.invoke("inc", 1));
                    assertEquals(2L, other.invoke("inc", 1));
                }
                done.join();
                assertTrue(calls > 5, calls + " calls in three seconds beside a busy " + isolation);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Isolation.class)
    void anyThreadMayCall(Isolation isolation) {
        try (PythonInterpreter interp = open(isolation)) {
            interp.exec("def inc(x): return x + 1");
            for (int i = 0; i < 50; i++) {
                long argument = i;
                assertEquals(argument + 1, CompletableFuture.supplyAsync(() -> interp.invoke("inc", argument)).join());
            }
        }
    }

    @Test
    void anObjectOfAnotherInterpreterIsRefusedClearly() {
        try (PythonInterpreter one = open(Isolation.SUB_INTERPRETER); PythonInterpreter two = PythonInterpreter.create()) {
            PyObject object = one.importModule("json");
            two.exec("def same(x): return x");
            String message =
                    assertThrows(IllegalStateException.class, () -> two.invoke("same", object)).getMessage();
            assertTrue(message.contains("another interpreter"), message);
        }
    }

    @Test
    void handlesOfAnInterpreterThatClosedAreFoundOut() {
        PyObject object;
        try (PythonInterpreter one = open(Isolation.SUB_INTERPRETER)) {
            object = one.importModule("json");
        }
        try (PythonInterpreter two = open(Isolation.SUB_INTERPRETER)) {
            assertThrows(IllegalStateException.class, object::repr);
            assertEquals(2L, two.eval("1 + 1"));
        }
        object.close();
    }

    @Test
    void aGilOfItsOwnOnAnOldPythonIsAClearError() {
        assumeTrue(minor() < 12, "CPython 3.12 has it");
        String message = assertThrows(PythonSetupException.class,
                () -> PythonInterpreter.builder().isolation(Isolation.OWN_GIL).build()).getMessage();
        assertTrue(message.contains("3.12"), message);
    }

    @Test
    void threadsThatEndedBeforeTheInterpreterDoNoHarm() throws InterruptedException {
        for (int round = 0; round < 5; round++) {
            PythonInterpreter interp = open(Isolation.SUB_INTERPRETER);
            Thread[] threads = new Thread[4];
            for (int i = 0; i < threads.length; i++) {
                threads[i] = new Thread(() -> interp.eval("1 + 1"));
                threads[i].start();
            }
            for (Thread thread : threads) {
                thread.join();
            }
            interp.close();
        }
    }
}
