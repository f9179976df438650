"""Java's futures in Python's coroutines."""

import asyncio
import contextvars
import unittest

import java.io
import java.lang
import java.util.concurrent
import krait
from dev.krait.cases import Throws

concurrent = java.util.concurrent
CompletableFuture = concurrent.CompletableFuture


def later(value, millis=20):
    return CompletableFuture.supplyAsync(lambda: value, CompletableFuture.delayedExecutor(millis, concurrent.TimeUnit.MILLISECONDS))


class Awaited(unittest.IsolatedAsyncioTestCase):
    async def test_a_stage_gives_its_value(self):
        self.assertEqual((await later(5), await CompletableFuture.completedFuture("x")), (5, "x"))
        self.assertIsNone(await CompletableFuture.runAsync(lambda: None))

    async def test_many_at_once(self):
        self.assertEqual(await asyncio.gather(*(krait.future(later(i)) for i in range(20))), list(range(20)))
        done, pending = await asyncio.wait([krait.future(later(1)), krait.future(later(2, 5000))],
                                           return_when=asyncio.FIRST_COMPLETED)
        self.assertEqual(([one.result() for one in done], len(pending)), ([1], 1))
        pending.pop().cancel()

    async def test_a_java_exception_is_raised(self):
        for failed in (CompletableFuture.failedFuture(Throws.Broken("torn", 7)), CompletableFuture.supplyAsync(Throws.broken)):
            with self.assertRaises(Throws.Broken) as caught:
                await failed
            self.assertEqual(caught.exception.code, 7)

    async def test_a_python_exception_is_the_same(self):
        mine = ValueError("mine")

        def bad():
            raise mine

        with self.assertRaises(ValueError) as caught:
            await CompletableFuture.supplyAsync(bad)
        self.assertIs(caught.exception, mine)

    async def test_a_stage_that_is_cancelled_cancels(self):
        stage = CompletableFuture()
        asyncio.get_running_loop().call_later(0.01, stage.cancel, True)
        with self.assertRaises(asyncio.CancelledError):
            await krait.future(stage)

    async def test_cancelling_the_task_or_its_time_running_out_cancels_the_stage(self):
        stage = CompletableFuture()

        async def wait():
            await stage

        task = asyncio.ensure_future(wait())
        await asyncio.sleep(0)
        task.cancel()
        with self.assertRaises(asyncio.CancelledError):
            await task
        self.assertTrue(stage.isCancelled())
        stage = CompletableFuture()
        with self.assertRaises(asyncio.TimeoutError):
            await asyncio.wait_for(krait.future(stage), 0.01)
        self.assertTrue(stage.isCancelled())

    async def test_context_variables_stay(self):
        variable = contextvars.ContextVar("variable", default="none")
        variable.set("mine")
        self.assertEqual((await later(1), variable.get()), (1, "mine"))

    async def test_java_waits_for_what_python_completes(self):
        stage = CompletableFuture()
        doubled = stage.thenApply(lambda x: x * 2)
        asyncio.get_running_loop().call_soon(stage.complete, 21)
        self.assertEqual(await doubled, 42)

    async def test_only_stages_become_futures(self):
        for wrong in (5, java.lang.Object()):
            with self.assertRaisesRegex(TypeError, "CompletionStage is wanted"):
                await krait.future(wrong)


if __name__ == "__main__":
    unittest.main()
