"""Java's exceptions in Python, Python's through Java, and where they meet."""

import logging
import sys
import traceback
import unittest

import java.io
import java.lang
import java.net
import java.nio.file
import java.time
import java.util
import java.util.concurrent
import krait
from dev.krait.cases import Takes, Throws
from java.util import ArrayList


class OfJava(unittest.TestCase):
    def test_the_hierarchy_is_javas(self):
        Broken = Throws.Broken
        for kind in (Broken, java.lang.Exception, java.lang.Throwable, krait.JavaException, Exception):
            with self.assertRaises(kind) as caught:
                Throws.broken()
        e = caught.exception
        self.assertEqual((type(e), str(e), e.args, e.code, e.getCode(), e.getMessage()), (Broken, "torn", ("torn",), 7, 7, "torn"))
        self.assertEqual(str(e.throwable), "dev.krait.cases.Throws$Broken: torn")
        self.assertFalse(issubclass(Broken, java.io.IOException))
        self.assertTrue(issubclass(java.lang.Error, Exception))

    def test_well_known_ones_are_built_in_ones_too(self):
        concurrent = java.util.concurrent
        for thrown, kind in (
                (java.lang.IndexOutOfBoundsException("x"), IndexError),
                (java.lang.ArrayIndexOutOfBoundsException("x"), IndexError),
                (java.util.NoSuchElementException("x"), LookupError),
                (java.lang.IllegalArgumentException("x"), ValueError),
                (java.lang.NumberFormatException("x"), ValueError),
                (java.time.DateTimeException("x"), ValueError),
                (java.lang.ClassCastException("x"), TypeError),
                (java.lang.UnsupportedOperationException("x"), NotImplementedError),
                (java.lang.ArithmeticException("x"), ArithmeticError),
                (java.util.ConcurrentModificationException("x"), RuntimeError),
                (java.io.IOException("x"), OSError),
                (java.io.FileNotFoundException("x"), FileNotFoundError),
                (java.nio.file.NoSuchFileException("x"), FileNotFoundError),
                (java.nio.file.AccessDeniedException("x"), PermissionError),
                (java.net.ConnectException("x"), ConnectionRefusedError),
                (java.net.SocketTimeoutException("x"), TimeoutError),
                (java.io.EOFException("x"), EOFError),
                (java.lang.SecurityException("x"), PermissionError),
                (concurrent.TimeoutException("x"), TimeoutError),
                (java.lang.StackOverflowError("x"), RecursionError),
                (java.lang.OutOfMemoryError("x"), MemoryError),
                (java.lang.AssertionError("x"), AssertionError)):
            with self.assertRaises(kind) as caught:
                Throws.raise_(thrown)
            self.assertEqual((type(caught.exception), caught.exception), (type(thrown), thrown))
            with self.assertRaises(kind):
                raise thrown

    def test_equal_where_java_has_the_same_throwable(self):
        e = Throws.Broken("a", 1)
        again = Takes.same(e)
        self.assertEqual((again, hash(again), {e: 1}[again]), (e, hash(e), 1))
        self.assertNotEqual(e, Throws.Broken("a", 1))
        self.assertNotEqual(e, ValueError("a"))

    def test_causes_are_pythons_causes(self):
        with self.assertRaises(java.lang.IllegalStateException) as caught:
            Throws.withCause()
        middle = caught.exception.__cause__
        self.assertEqual((type(middle), str(middle), str(middle.__cause__)), (java.lang.RuntimeException, "middle", "inner"))
        self.assertEqual((middle.__cause__.code, middle.__cause__.__cause__), (1, None))
        self.assertEqual(middle, caught.exception.getCause())

    def test_causes_in_a_circle_end(self):
        first = Throws.circular()
        self.assertEqual((str(first.__cause__), first.__cause__.__cause__), ("second", None))
        self.assertIn("second", "".join(traceback.format_exception(type(first), first, None)))

    def test_raise_from_goes_before_javas_cause(self):
        try:
            raise java.lang.RuntimeException("x", java.lang.Exception("java's")) from ValueError("mine")
        except java.lang.RuntimeException as e:
            self.assertEqual(repr(e.__cause__), "ValueError('mine')")
        try:
            raise java.lang.RuntimeException("x", java.lang.Exception("java's")) from None
        except java.lang.RuntimeException as e:
            self.assertIsNone(e.__cause__)

    @unittest.skipIf(sys.version_info < (3, 11), "notes came with Python 3.11")
    def test_a_traceback_shows_both_stacks_and_the_causes(self):
        try:
            Throws.withCause()
        except java.lang.IllegalStateException as e:
            e.add_note("of mine")
            text = traceback.format_exc()
        self.assertIn("test_a_traceback_shows_both_stacks", text)
        self.assertIn("  at dev.krait.cases.Throws.withCause(Throws.java:", text)
        self.assertIn("of mine", text)
        self.assertNotIn("dev.krait.internal", text)
        self.assertLess(text.index("inner"), text.index("middle"))
        self.assertLess(text.index("middle"), text.index("outer"))

    def test_loggers_format_them(self):
        with self.assertLogs() as logs:
            try:
                Throws.broken()
            except Exception:
                logging.exception("caught")
        self.assertIn("dev.krait.cases.Throws.Broken: torn", logs.output[0])

    def test_exceptions_are_passed_to_java_and_kept_there(self):
        e = java.io.IOException("kept")
        kept = ArrayList([e])
        self.assertEqual((kept[0], type(kept[0])), (e, java.io.IOException))


class OfPython(unittest.TestCase):
    def test_through_java_it_is_the_same_object(self):
        for mine in (ValueError("mine"), KeyError(5), StopIteration(4), GeneratorExit(), KeyboardInterrupt(), SystemExit(3)):
            def bad():
                raise mine

            log = ArrayList()
            with self.assertRaises(type(mine)) as caught:
                Throws.hasFinally(bad, log)
            self.assertIs(caught.exception, mine)
            self.assertEqual(log, ["finally"])

    def test_as_javas_cause_it_is_pythons_cause(self):
        mine = ValueError("mine")

        def bad():
            raise mine

        with self.assertRaises(java.lang.IllegalStateException) as caught:
            Throws.wrap(bad)
        self.assertIs(caught.exception.__cause__, mine)
        with self.assertRaises(java.util.concurrent.ExecutionException) as caught:
            Throws.inAnotherThread(bad)
        self.assertIs(caught.exception.__cause__, mine)

    def test_a_java_exception_through_python_and_java_is_the_same(self):
        mine = java.io.IOException("mine")

        def bad():
            raise mine

        with self.assertRaises(java.io.IOException) as caught:
            Throws.call(bad)
        self.assertEqual(caught.exception, mine)

    def test_a_wrong_result_names_the_function_and_the_method(self):
        def wrong(x):
            return "text"

        with self.assertRaisesRegex(krait.JavaException, r"(?s)function .*wrong.*IntUnaryOperator.applyAsInt\(\).*str.*int"):
            Takes.applyAsInt(wrong)
        with self.assertRaisesRegex(krait.JavaException, "None cannot become int"):
            Takes.applyAsInt(lambda x: None)
        with self.assertRaisesRegex(krait.JavaException, "outside"):
            Takes.applyAsInt(lambda x: 2**40)
        with self.assertRaisesRegex(TypeError, "positional"):
            Takes.applyAsInt(lambda: 1)


if __name__ == "__main__":
    unittest.main()
