package dev.krait.lifetime;

import static dev.krait.testing.Pythons.from;
import static dev.krait.testing.Pythons.lines;
import static dev.krait.testing.Pythons.needs;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.krait.PythonInterpreter;
import dev.krait.PythonTimeoutException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls that run an event loop and are to be stopped: they end, wherever the loop is, and the thread runs the next one. */
class EventLoopsTest {
    private static final Duration DEADLINE = Duration.ofMillis(100);

    private PythonInterpreter py;

    @BeforeEach
    void open() {
        py = PythonInterpreter.create();
        py.exec(lines("import asyncio, time", "def endless():", "    while True: int()"));
    }

    @AfterEach
    void close() {
        py.close();
    }

    private PythonTimeoutException stopped(String name) {
        return assertTimeoutPreemptively(Duration.ofSeconds(30),
                () -> assertThrows(PythonTimeoutException.class, () -> py.invoke(DEADLINE, name)));
    }

    /** Twice: what the first stop leaves behind is what the second loop finds. */
    private void stopsTwice(String name) {
        for (int i = 0; i < 2; i++) {
            stopped(name);
            assertEquals(5L, py.invoke(Duration.ofSeconds(30), "fine"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"alone", "in_the_background", "in_a_callback"})
    void ofAsyncioEndWhicheverTaskIsHit(String name) {
        py.exec(lines(
                "async def spins(): endless()",
                "async def background():",
                "    task = asyncio.create_task(spins())",
                "    await asyncio.sleep(60)",
                "async def callback():",
                "    asyncio.get_running_loop().call_soon(endless)",
                "    await asyncio.sleep(60)",
                "async def five(): return await asyncio.sleep(0.01, 5)",
                "def alone(): asyncio.run(spins())",
                "def in_the_background(): asyncio.run(background())",
                "def in_a_callback(): asyncio.run(callback())",
                "def fine(): return asyncio.run(five())"));
        stopsTwice(name);
    }

    @Test
    void thatMakeAGroupOfTheStopAreStoppedAllTheSame() {
        from(py, 11, "exception groups");
        py.exec(lines(
                "def groups():",
                "    try: endless()",
                "    except BaseException as e: raise BaseExceptionGroup('of tasks', [ValueError('in finally'), BaseExceptionGroup('g', [e])])",
                "async def spins(): endless()",
                "async def tasks():",
                "    async with asyncio.TaskGroup() as group:",
                "        group.create_task(asyncio.sleep(60))",
                "        group.create_task(spins())",
                "def in_tasks(): asyncio.run(tasks())"));
        PythonTimeoutException stopped = stopped("groups");
        assertEquals("BaseExceptionGroup", stopped.typeName());
        assertEquals("ValueError: in finally", stopped.getSuppressed()[0].getMessage());
        assertInstanceOf(PythonTimeoutException.class, stopped.getSuppressed()[1]);
        assertEquals("krait.CallTimeout", stopped.getSuppressed()[1].getSuppressed()[0].getMessage().split(":")[0]);
        stopped("in_tasks");
    }

    @ParameterizedTest
    @ValueSource(strings = {"sleeps", "sleeps_by_hand", "sleeps_in_an_object", "sleeps_unnamed", "gathers", "turns", "spins"})
    void ofUvloopEndWhereTheyWaitInC(String name) {
        needs(py, "uvloop");
        py.exec(lines(
                "import uvloop",
                "half_made = [asyncio.AbstractEventLoop() for _ in range(2)]",
                "async def gathered(): await asyncio.gather(*[asyncio.sleep(60) for _ in range(3)])",
                "async def turning():",
                "    while True: await asyncio.sleep(0)",
                "async def spinning(): endless()",
                "def sleeps(): uvloop.run(asyncio.sleep(60))",
                "def sleeps_by_hand():",
                "    loop = uvloop.new_event_loop()",
                "    try: loop.run_until_complete(asyncio.sleep(60))",
                "    finally: loop.close()",
                "class App:",
                "    def __init__(self): self.loop = uvloop.new_event_loop()",
                "    def run(self): self.loop.run_until_complete(asyncio.sleep(60))",
                "def sleeps_in_an_object(): App().run()",
                "def sleeps_unnamed(): uvloop.new_event_loop().run_until_complete(asyncio.sleep(60))",
                "def gathers(): uvloop.run(gathered())",
                "def turns(): uvloop.run(turning())",
                "def spins(): uvloop.run(spinning())",
                "def fine(): return uvloop.run(asyncio.sleep(0.01, 5))"));
        stopsTwice(name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"sleeps", "sleeps_in_tasks", "turns", "spins", "spins_in_a_task"})
    void ofTrioEndWithoutHarmToItsOwnCode(String name) {
        needs(py, "trio");
        py.exec(lines(
                "import trio",
                "async def tasks(function, *args):",
                "    async with trio.open_nursery() as nursery:",
                "        nursery.start_soon(function, *args)",
                "        nursery.start_soon(trio.sleep, 60)",
                "async def turning():",
                "    while True: await trio.sleep(0)",
                "async def spinning(): endless()",
                "async def five():",
                "    await trio.sleep(0.01)",
                "    return 5",
                "def sleeps(): trio.run(trio.sleep, 60)",
                "def sleeps_in_tasks(): trio.run(tasks, trio.sleep, 60)",
                "def turns(): trio.run(turning)",
                "def spins(): trio.run(spinning)",
                "def spins_in_a_task(): trio.run(tasks, spinning)",
                "def fine(): return trio.run(five)"));
        stopsTwice(name);
    }
}
