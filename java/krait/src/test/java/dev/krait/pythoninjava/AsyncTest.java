package dev.krait.pythoninjava;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.krait.ConversionException;
import dev.krait.Isolation;
import dev.krait.Kwargs;
import dev.krait.PyIterator;
import dev.krait.PyObject;
import dev.krait.PythonException;
import dev.krait.PythonExit;
import dev.krait.PythonInterpreter;
import dev.krait.TypeRef;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Coroutines and Java's futures. */
@Timeout(60)
class AsyncTest {
    private PythonInterpreter python;

    interface Fetcher {
        CompletableFuture<Integer> fetch(String text);

        CompletionStage<List<Integer>> many();

        CompletableFuture<Void> nothing();

        CompletableFuture<Integer> plain();
    }

    @BeforeEach
    void open() {
        python = PythonInterpreter.create();
        python.exec("import asyncio, krait, threading\n"
                + "log = []\n"
                + "async def fetch(text, *, delay=0):\n"
                + "    await asyncio.sleep(delay)\n    return len(text)\n"
                + "async def many():\n    return [1, 2]\n"
                + "async def nothing():\n    await asyncio.sleep(0)\n"
                + "def plain():\n    return 5\n"
                + "async def fails():\n    await asyncio.sleep(0)\n    raise KeyError('gone')\n"
                + "async def hangs():\n"
                + "    log.append('started')\n"
                + "    try:\n        await asyncio.sleep(1000)\n"
                + "    except asyncio.CancelledError:\n        log.append('cancelled')\n        raise\n"
                + "async def thread():\n    return threading.current_thread().name\n"
                + "async def wait(stage):\n"
                + "    try:\n        return ('got', await krait.future(stage))\n"
                + "    except asyncio.CancelledError:\n        log.append('stage cancelled')\n        raise\n");
    }

    @AfterEach
    void close() {
        python.close();
    }

    private void await(Callable<Boolean> condition) throws Exception {
        for (int i = 0; i < 500 && !condition.call(); i++) {
            Thread.sleep(10);
        }
        assertTrue(condition.call());
    }

    private boolean logged(String entry) {
        return python.eval(Boolean.class, "'" + entry + "' in log");
    }

    @Test
    void aCoroutineIsAFuture() throws Exception {
        assertEquals(5L, python.invokeAsync("fetch", "hello").get());
        assertEquals(5, python.invokeAsync(int.class, "fetch", "hello", Kwargs.of("delay", 0.01)).get());
        assertEquals(List.of(1, 2), python.function("many").callAsync(new TypeRef<List<Integer>>() {}).get());
        assertEquals("[1, 2]", python.function("many").callAsync(PyObject.class).get().repr());
        assertEquals(null, python.invokeAsync("nothing").get());
    }

    @Test
    void aPlainFunctionIsAFutureThatIsDone() {
        CompletableFuture<Integer> done = python.invokeAsync(Integer.class, "plain");
        assertTrue(done.isDone());
        assertEquals(5, done.join());
    }

    @Test
    void allCoroutinesShareOneThread() {
        String name = python.invokeAsync(String.class, "thread").join();
        assertEquals(name, python.invokeAsync(String.class, "thread").join());
        assertEquals("krait-asyncio", name);
        try (PythonInterpreter other = PythonInterpreter.create()) {
            other.exec("import threading\nasync def ident():\n    return threading.get_ident()");
            python.exec("async def ident():\n    return threading.get_ident()");
            assertNotEquals(python.invokeAsync("ident").join(), other.invokeAsync("ident").join());
        }
    }

    @Test
    void coroutinesRunAtTheSameTime() {
        python.exec("async def meet(event, other):\n    event.set()\n    await other.wait()\n    return 'met'\n"
                + "a, b = asyncio.Event(), asyncio.Event()\n");
        PyObject a = python.get("a", PyObject.class);
        PyObject b = python.get("b", PyObject.class);
        CompletableFuture<Object> first = python.invokeAsync("meet", a, b);
        CompletableFuture<Object> second = python.invokeAsync("meet", b, a);
        assertEquals("met", first.join());
        assertEquals("met", second.join());
    }

    @Test
    void anErrorThatIsOnlyNamedCancelledIsNoCancelling() {
        python.exec("class CancelledError(Exception): __module__ = 'library.errors'\n"
                + "async def refused():\n    raise CancelledError('by the server')\n"
                + "class Mine(asyncio.CancelledError): pass\n"
                + "async def cancelled():\n    raise Mine\n");
        CompletableFuture<Object> refused = python.invokeAsync("refused");
        Throwable thrown = assertThrows(ExecutionException.class, refused::get).getCause();
        assertEquals("library.errors.CancelledError: by the server", thrown.getMessage());
        assertThrows(CancellationException.class, () -> python.invokeAsync("cancelled").get());
    }

    @Test
    void whatACoroutineRaisesIsInTheFuture() {
        Throwable thrown = assertThrows(ExecutionException.class, () -> python.invokeAsync("fails").get()).getCause();
        assertEquals("KeyError", ((PythonException) thrown).typeName());
        assertTrue(((PythonException) thrown).traceback().contains("in fails"));
        assertEquals("NameError", ((PythonException) assertThrows(CompletionException.class,
                () -> python.invokeAsync("no_such_function").join()).getCause()).typeName());
        assertTrue(assertThrows(CompletionException.class, () -> python.invokeAsync(int.class, "many").join())
                .getCause() instanceof ConversionException);
    }

    @Test
    void aJavaExceptionThroughACoroutineIsItself() {
        IllegalStateException own = new IllegalStateException("own");
        python.set("thrower", (Runnable) () -> {
            throw own;
        });
        python.exec("async def through():\n    thrower()");
        assertSame(own, assertThrows(CompletionException.class, () -> python.invokeAsync("through").join()).getCause());
    }

    @Test
    void sysExitEndsItsTaskAlone() {
        python.exec("import sys\nasync def leave():\n    sys.exit(3)");
        Throwable exit = assertThrows(CompletionException.class, () -> python.invokeAsync("leave").join()).getCause();
        assertEquals(3, ((PythonExit) exit).code());
        assertEquals(2L, python.invokeAsync("fetch", "ok").join());
    }

    @Test
    void cancellingTheFutureCancelsTheTask() throws Exception {
        CompletableFuture<Object> hanging = python.invokeAsync("hangs");
        await(() -> logged("started"));
        assertTrue(hanging.cancel(true));
        await(() -> logged("cancelled"));
        assertThrows(CancellationException.class, hanging::join);
    }

    @Test
    void aTimeoutCancelsTheTask() throws Exception {
        CompletableFuture<Object> hanging = python.invokeAsync("hangs").orTimeout(50, TimeUnit.MILLISECONDS);
        assertTrue(assertThrows(CompletionException.class, hanging::join).getCause() instanceof TimeoutException);
        await(() -> logged("cancelled"));
    }

    @Test
    void aTaskCancelledInPythonCancelsTheFuture() {
        python.exec("async def cancels_itself():\n    asyncio.current_task().cancel()\n    await asyncio.sleep(1)");
        CompletableFuture<Object> future = python.invokeAsync("cancels_itself");
        assertThrows(CancellationException.class, future::join);
        assertTrue(future.isCancelled());
    }

    @Test
    void closingTheInterpreterCancelsWhatRuns() throws Exception {
        CompletableFuture<Object> hanging = python.invokeAsync("hangs");
        await(() -> logged("started"));
        python.close();
        assertThrows(CancellationException.class, () -> hanging.get(10, TimeUnit.SECONDS));
        assertThrows(CompletionException.class, () -> python.invokeAsync("hangs").join());
    }

    @Test
    void closingLetsTasksEndBesideOneThatExits() throws Exception {
        // Where others find it when the interpreter is closed.
        python.exec("import sys\nsys.krait_test_ended = []\n"
                + "async def ends(name, exits):\n    log.append(name)\n"
                + "    try: await asyncio.sleep(1000)\n    finally:\n"
                + "        if exits: raise SystemExit(3)\n"
                + "        await asyncio.sleep(0.05)\n        sys.krait_test_ended.append(name)\n");
        for (String name : List.of("a", "b", "c")) {
            python.invokeAsync("ends", name, name.equals("b"));
            await(() -> logged(name));
        }
        python.close();
        try (PythonInterpreter other = PythonInterpreter.create()) {
            assertEquals(List.of("a", "c"), other.eval("sorted(__import__('sys').__dict__.pop('krait_test_ended'))"));
        }
    }

    @Test
    void closingDoesNotWaitForATaskThatWillNotStop() throws Exception {
        python.exec("async def stubborn():\n    log.append('started')\n    while True:\n"
                + "        try:\n            await asyncio.sleep(1000)\n"
                + "        except asyncio.CancelledError:\n            pass\n");
        CompletableFuture<Object> hanging = python.invokeAsync("stubborn");
        await(() -> logged("started"));
        python.close();
        assertThrows(CancellationException.class, () -> hanging.get(10, TimeUnit.SECONDS));
    }

    @Test
    void aStageIsAwaitedInPython() {
        CompletableFuture<String> stage = new CompletableFuture<>();
        CompletableFuture<Object> waiting = python.invokeAsync("wait", stage);
        stage.complete("value");
        assertEquals(List.of("got", "value"), List.of((Object[]) waiting.join()));
        Object[] atOnce = (Object[]) python.invokeAsync("wait", CompletableFuture.completedStage(7)).join();
        assertEquals(7L, atOnce[1]);
    }

    @Test
    void aStageIsAwaitedWithoutMore() {
        python.exec("async def direct(stage):\n    return await stage\ndef same(stage):\n    return stage");
        CompletableFuture<String> stage = new CompletableFuture<>();
        CompletableFuture<String> waiting = python.invokeAsync(String.class, "direct", stage);
        stage.complete("done");
        assertEquals("done", waiting.join());
        assertEquals("done", python.invokeAsync(String.class, "same", stage).join());
    }

    @Test
    void aStageThatFailsRaises() {
        python.exec("async def caught(stage):\n    try:\n        await krait.future(stage)\n"
                + "    except krait.JavaException as e:\n        return str(e)\n");
        IllegalStateException own = new IllegalStateException("broken");
        Object text = python.invokeAsync("caught", CompletableFuture.failedFuture(own)).join();
        assertTrue(text.toString().contains("broken"), text.toString());
        CompletableFuture<Object> uncaught = python.invokeAsync("wait", CompletableFuture.failedFuture(own));
        assertSame(own, assertThrows(CompletionException.class, uncaught::join).getCause());
    }

    @Test
    void aStageThatEndsWithWhatCannotCrossRaises() {
        try (PythonInterpreter other = PythonInterpreter.builder().isolation(Isolation.SUB_INTERPRETER).build()) {
            PyObject foreign = other.eval(PyObject.class, "object()");
            assertFails(IllegalStateException.class, CompletableFuture.completedFuture(foreign));
        }
        Iterable<Object> broken = new ArrayList<>(List.of(1)) {
            @Override
            public Iterator<Object> iterator() {
                throw new LinkageError("not this one");
            }
        };
        assertFails(LinkageError.class, CompletableFuture.completedFuture(broken));
    }

    @Test
    void aStageThatEndsWithStopIterationRaises() {
        python.exec("def stop(): raise StopIteration(5)");
        Throwable error = assertFails(PythonException.class, python.invokeAsync("stop"));
        assertEquals("RuntimeError", ((PythonException) error).typeName());
    }

    private Throwable assertFails(Class<? extends Throwable> type, CompletionStage<?> stage) {
        CompletableFuture<Object> waiting = python.invokeAsync("wait", stage);
        Throwable cause = assertThrows(ExecutionException.class, () -> waiting.get(20, TimeUnit.SECONDS)).getCause();
        assertEquals(type, cause.getClass());
        return cause;
    }

    @Test
    void aPythonExceptionThroughAStageIsTheSameObject() {
        python.exec("error = ValueError('same')\n"
                + "async def inner():\n    raise error\n"
                + "async def outer(stage):\n    try:\n        await krait.future(stage)\n"
                + "    except ValueError as e:\n        return e is error\n");
        assertEquals(true, python.invokeAsync("outer", python.invokeAsync("inner")).join());
    }

    @Test
    void cancellationGoesBothWaysThroughAStage() throws Exception {
        CompletableFuture<String> stage = new CompletableFuture<>();
        CompletableFuture<Object> waiting = python.invokeAsync("wait", stage);
        stage.cancel(true);
        assertThrows(CancellationException.class, waiting::join);
        CompletableFuture<String> second = new CompletableFuture<>();
        CompletableFuture<Object> cancelled = python.invokeAsync("wait", second);
        python.invokeAsync("nothing").join();
        cancelled.cancel(true);
        await(second::isCancelled);
        await(() -> logged("stage cancelled"));
    }

    @Test
    void aStageIsAwaitedInALoopOfTheUsersOwn() {
        CompletableFuture<String> stage = new CompletableFuture<>();
        stage.completeOnTimeout("late", 20, TimeUnit.MILLISECONDS);
        python.set("stage", stage);
        assertEquals("late", python.eval("asyncio.run(wait(stage))[1]"));
    }

    @Test
    void whatIsNoStageIsATypeError() {
        assertEquals("TypeError", ((PythonException) assertThrows(CompletionException.class,
                () -> python.invokeAsync("wait", 3).join()).getCause()).typeName());
    }

    @Test
    void interfacesGiveFutures() {
        python.exec("class Fetcher:\n    fetch = staticmethod(fetch)\n    many = staticmethod(many)\n"
                + "    nothing = staticmethod(nothing)\n    plain = staticmethod(plain)\n");
        Fetcher fetcher = python.proxy(python.invoke(PyObject.class, "Fetcher"), Fetcher.class);
        Integer three = fetcher.fetch("abc").join();
        assertEquals(3, three);
        assertEquals(List.of(1, 2), fetcher.many().toCompletableFuture().join());
        assertEquals(null, fetcher.nothing().join());
        Integer five = fetcher.plain().join();
        assertEquals(5, five);
        assertEquals(4L, python.invoke(CompletableFuture.class, "fetch", "four").join());
    }

    @Test
    void whatACoroutinePrintsGoesToItsInterpreter() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (PythonInterpreter printing = PythonInterpreter.builder().stdout(out).build()) {
            printing.exec("async def speak():\n    print('from a coroutine')");
            printing.invokeAsync("speak").join();
        }
        assertEquals("from a coroutine\n", out.toString());
    }

    @Test
    void manyCoroutinesFromManyThreads() throws Exception {
        List<CompletableFuture<Integer>> all = java.util.Collections.synchronizedList(new ArrayList<>());
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            Thread thread = new Thread(() -> {
                for (int i = 0; i < 250; i++) {
                    all.add(python.invokeAsync(Integer.class, "fetch", "x".repeat(i % 7)));
                }
            });
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        int sum = 0;
        for (CompletableFuture<Integer> each : all) {
            sum += each.get(20, TimeUnit.SECONDS);
        }
        int expected = 0;
        for (int i = 0; i < 250; i++) {
            expected += 4 * (i % 7);
        }
        assertEquals(expected, sum);
    }

    @Test
    void anAsynchronousGeneratorIsIteratedOverItemByItem() {
        python.exec("async def rows(count):\n    try:\n        for i in range(count):\n            log.append(i)\n"
                + "            await asyncio.sleep(0)\n            yield i\n    finally:\n"
                + "        log.append(threading.current_thread().name)\n"
                + "async def broken():\n    yield 1\n    raise KeyError('row')\n"
                + "class Pages:\n    def __aiter__(self): return self\n    n = 0\n"
                + "    async def __anext__(self):\n        self.n += 1\n        if self.n > 2: raise StopAsyncIteration\n"
                + "        return self.n\n");
        List<Integer> all = new ArrayList<>();
        python.invoke(PyObject.class, "rows", 3).asIterator(Integer.class).forEachRemaining(all::add);
        assertEquals(List.of(0, 1, 2), all);
        python.exec("log.clear()");
        try (PyIterator<Object> rows = python.invoke(PyObject.class, "rows", 100).asIterator()) {
            assertEquals(0L, rows.next());
            assertEquals(1L, rows.next());
        }
        assertEquals(List.of(0L, 1L, "krait-asyncio"), python.get("log"));
        assertEquals(List.of(1L, 2L), python.invoke(PyObject.class, "Pages").stream().collect(Collectors.toList()));
        PyIterator<Object> broken = python.invoke(PyObject.class, "broken").asIterator();
        assertEquals(1L, broken.next());
        assertEquals("KeyError", assertThrows(PythonException.class, broken::next).typeName());
        assertThrows(PythonException.class, () -> python.eval(PyObject.class, "5").asIterator());
    }

    @Test
    void waitingForAnAsynchronousItemCanBeInterrupted() {
        python.exec("async def never():\n    await asyncio.sleep(1000)\n    yield 1\n");
        PyIterator<Object> items = python.withDeadline(Duration.ofMillis(200)).invoke(PyObject.class, "never").asIterator();
        assertEquals("krait.CallTimeout", assertThrows(PythonException.class, items::next).typeName());
    }

    @Test
    void aTaskThatHasEndedWhenItsLoopStopsIsNoErrorOfTheStop() {
        python.exec("from concurrent.futures import Future\n"
                + "from krait import _async\n"
                + "loop = _async._Loop()\n"
                + "loop.start_undisturbed()\n"
                + "ended, late = Future(), Future()\n"
                + "ended.set_result(1)\n"
                + "loop._futures.update([ended, late])\n"
                + "loop.stop()");
        assertEquals(1L, python.eval("ended.result()"));
        assertEquals("CancelledError", python.eval("type(late.exception()).__name__"));
    }
}
