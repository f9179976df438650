"""`krait map` from the outside: rows, errors, files, exit codes."""

import base64
import json
import os
import pty
import signal
import stat
import subprocess
import sys
import time
import unittest

from support import JAR, JAVA, ToolTest


class Rows(ToolTest):
    def test_maps_every_line_in_order(self):
        done = self.map("upper", rows="straße\nΓειά\nпривет\n😀a\n\nlast\n".encode())
        self.assert_ok(done)
        self.assertEqual(done.stdout.decode(), "STRASSE\nΓΕΙΆ\nПРИВЕТ\n😀A\n\nLAST\n")
        self.assertEqual(done.stderr, b"")

    def test_keeps_the_order_with_threads(self):
        rows = "".join(f"{n}\n" for n in range(5000)).encode()
        done = self.map("slow_when_even", "--threads", 8, rows=rows)
        self.assert_ok(done)
        self.assertEqual(done.stdout, rows)

    def test_takes_crlf_and_a_last_line_without_an_end(self):
        done = self.map("same", rows=b"a\r\nb\rc\nd")
        self.assert_ok(done)
        self.assertEqual(done.stdout, b"a\nb\rc\nd\n")

    def test_keeps_a_leading_byte_order_mark_and_nul(self):
        rows = "\ufeffa\0b\n".encode()
        self.assertEqual(self.map("same", rows=rows).stdout, rows)

    def test_an_empty_input_gives_an_empty_output(self):
        done = self.map("same", "-", "-o", "out")
        self.assert_ok(done)
        self.assertEqual((self.work / "out").read_bytes(), b"")

    def test_a_row_longer_than_any_buffer(self):
        rows = b"x" * 3_000_000 + b"\nshort\n"
        done = self.map("same", rows=rows)
        self.assert_ok(done)
        self.assertEqual(done.stdout, rows)

    def test_none_is_an_empty_line(self):
        self.assertEqual(self.map("none", rows=b"a\nb\n").stdout, b"\n\n")

    def test_a_row_comes_back_before_the_next_is_sent(self):
        import subprocess
        process = self.start("map", self.function("upper"), stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for row in (b"one\n", b"two\n"):
            process.stdin.write(row)
            process.stdin.flush()
            self.assertEqual(process.stdout.readline(), row.upper())
        process.stdin.close()
        self.assertEqual(process.wait(60), 0)

    def test_prints_do_not_mix_with_rows(self):
        done = self.map("chatty", rows=b"a\n")
        self.assertEqual(done.stdout, b"a\n")
        self.assertIn(b"printed a", done.stderr)

    def test_what_a_script_does_when_it_is_run_does_not_happen(self):
        with open(self.folder / "udf.py", "a") as file:
            file.write("\nif __name__ == '__main__':\n    sys.exit(3)\n")
        done = self.map("pickled", rows=b"a\n")
        self.assert_ok(done)
        self.assertEqual(done.stdout, b"True udf\n")

    def test_the_file_imports_its_neighbours(self):
        self.assertEqual(self.map("helped", rows=b"a\n").stdout, b"helped a\n")

    def test_python_option_chooses_the_environment(self):
        done = self.map("where", "--python", sys.executable, rows=b"a\n")
        self.assert_ok(done)
        self.assertEqual(done.stdout.decode().strip(), sys.prefix)


class Errors(ToolTest):
    def test_fail_names_row_and_traceback_and_leaves_no_output(self):
        done = self.map("picky", "-o", "out", rows=b"a\nb\nbad1\nc\n")
        self.assertEqual(done.returncode, 1)
        message = done.stderr.decode()
        self.assertIn("Row 3: ", message)
        self.assertIn("ValueError: no bad1", message)
        self.assertIn("udf.py", message)
        self.assertIn("in picky", message)
        self.assertNotIn("at dev.krait", message)
        self.assert_leaves_nothing()

    def test_fail_names_the_first_failing_row_with_threads(self):
        rows = b"ok\n" * 3000 + b"bad\n" + b"ok\n" * 3000 + b"bad\n"
        done = self.map("picky", "--threads", 4, "-o", "out", rows=rows)
        self.assertEqual(done.returncode, 1)
        self.assertIn("Row 3001: ", done.stderr.decode())

    def test_fail_keeps_the_output_of_before(self):
        (self.work / "out").write_text("before")
        self.assertEqual(self.map("picky", "-o", "out", rows=b"bad\n").returncode, 1)
        self.assertEqual((self.work / "out").read_text(), "before")
        self.assertEqual(os.listdir(self.work), ["out"])

    def test_skip_counts_and_keeps_the_errors(self):
        done = self.map("picky", "-o", "out", "--on-error", "skip", rows='a\nbad "é"\nc\nbad2\n'.encode())
        self.assert_ok(done)
        self.assertEqual((self.work / "out").read_text(), "a!\nc!\n")
        self.assertIn("2 skipped", done.stderr.decode())
        errors = [json.loads(line) for line in (self.work / "out.errors").read_text(encoding="utf-8").splitlines()]
        self.assertEqual([(e["row"], e["input"]) for e in errors], [(2, 'bad "é"'), (4, "bad2")])
        self.assertIn("ValueError", errors[0]["error"])
        self.assertIn("in picky", errors[0]["traceback"])

    def test_null_writes_an_empty_line(self):
        done = self.map("picky", "--on-error", "null", "--errors", "why", rows=b"a\nbad\nc\n")
        self.assert_ok(done)
        self.assertEqual(done.stdout, b"a!\n\nc!\n")
        self.assertEqual(json.loads((self.work / "why").read_text())["row"], 2)

    def test_errors_of_an_earlier_run_do_not_stay(self):
        self.map("picky", "-o", "out", "--on-error", "skip", rows=b"bad\n")
        self.assertTrue((self.work / "out.errors").exists())
        self.map("picky", "-o", "out", "--on-error", "skip", rows=b"good\n")
        self.assertEqual(os.listdir(self.work), ["out"])

    def test_a_row_that_is_not_utf8_is_an_error_of_that_row(self):
        done = self.map("same", "-o", "out", "--on-error", "skip", rows=b"a\nb\xff\nc\n")
        self.assert_ok(done)
        self.assertEqual((self.work / "out").read_bytes(), b"a\nc\n")
        error = json.loads((self.work / "out.errors").read_text())
        self.assertEqual(base64.b64decode(error["input_base64"]), b"b\xff")
        self.assertIn("UTF-8", error["error"])

    def test_a_result_that_is_not_a_str_is_named(self):
        done = self.map("number", rows=b"a\n")
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stderr.decode(), "Row 1: the function must return a str or None, not int\n")

    def test_a_result_that_is_not_one_line_of_utf8_is_named(self):
        self.assertIn("line break", self.map("two_lines", rows=b"a\n").stderr.decode())
        self.assertIn("surrogate", self.map("surrogate", rows=b"a\n").stderr.decode())

    def test_an_error_of_java_code_is_an_error_of_that_row(self):
        done = self.map("throws", "--on-error", "skip", "--errors", "why", rows=b"a\nb\n")
        self.assert_ok(done)
        self.assertEqual([json.loads(line)["row"] for line in (self.work / "why").read_text().splitlines()], [1, 2])
        self.assertIn("of Java", (self.work / "why").read_text())
        done = self.map("throws", rows=b"a\n")
        self.assertEqual(done.returncode, 1)
        self.assertIn("Row 1: java.lang.AssertionError: of Java", done.stderr.decode())
        # A checked one, and such as tells of a row that is not UTF-8.
        self.assertIn("Row 1: java.nio.charset.MalformedInputException: Input length = 5", self.map("throws_checked", rows=b"a row\n").stderr.decode())

    def test_a_row_that_the_heap_has_no_room_for_is_named(self):
        (self.folder / "in").write_bytes(b"a\n" + b"x" * 40_000_000)
        command = [JAVA, "-Xmx32m", *self.command("map", self.function("same"), self.folder / "in", "-o", "out")[1:]]
        done = subprocess.run(command, capture_output=True, cwd=self.work, timeout=120)
        self.assertEqual(done.returncode, 4, done.stderr.decode())
        self.assertIn("no room for row 2", done.stderr.decode())
        self.assertIn("-Xmx", done.stderr.decode())
        self.assert_leaves_nothing()

    def test_sys_exit_in_a_row_is_that_rows_error(self):
        done = self.map("leave", rows=b"a\n")
        self.assertEqual(done.returncode, 1)
        self.assertIn("SystemExit", done.stderr.decode())


class Files(ToolTest):
    def test_an_interrupt_leaves_nothing_half_done(self):
        (self.work / "out").write_text("before")
        (self.folder / "in").write_text("a\n" * 600)
        process = self.start("map", self.function("crawl"), self.folder / "in", "-o", "out", "--on-error", "skip")
        deadline = time.monotonic() + 60
        while len(os.listdir(self.work)) < 2:
            self.assertLess(time.monotonic(), deadline, "no temporary file appeared")
            self.assertIsNone(process.poll(), "the tool ended")
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(60), 130)
        self.assertEqual(os.listdir(self.work), ["out"])
        self.assertEqual((self.work / "out").read_text(), "before")

    def test_errors_and_output_replace_no_file_that_is_in_use(self):
        (self.work / "out.errors").write_text("bad\n")
        (self.work / "other.py").write_text("def same(line): return line\n")
        for arguments, what in (
            (["out.errors", "-o", "out", "--on-error", "skip"], "the input"),
            (["out.errors", "-o", "new", "--on-error", "skip", "--errors", "./new"], "the output"),
            (["out.errors", "-o", "other.py"], "the function"),
            (["out.errors", "--on-error", "null", "--errors", "other.py"], "the function"),
        ):
            with self.subTest(arguments):
                done = self.run_tool("map", "other.py:same", *arguments)
                self.assertEqual(done.returncode, 2, done.stderr.decode())
                self.assertIn(what, done.stderr.decode().splitlines()[0] + done.stderr.decode().splitlines()[1])
                self.assertEqual(sorted(os.listdir(self.work)), ["other.py", "out.errors"])
                self.assertEqual((self.work / "out.errors").read_text(), "bad\n")
        self.assert_ok(self.map("same", "-o", "/dev/null", "--on-error", "skip", "--errors", "/dev/null", rows=b"a\n"))

    def test_input_and_output_may_be_the_same_file(self):
        (self.work / "file").write_text("a\nb\n")
        self.assert_ok(self.map("upper", "file", "-o", "file"))
        self.assertEqual((self.work / "file").read_text(), "A\nB\n")

    def test_permissions_and_links_of_the_output_stay(self):
        real = self.work / "real"
        real.write_text("")
        real.chmod(0o640)
        (self.work / "link").symlink_to("real")
        self.assert_ok(self.map("upper", "-o", "link", rows=b"a\n"))
        self.assertTrue((self.work / "link").is_symlink())
        self.assertEqual(real.read_text(), "A\n")
        self.assertEqual(stat.S_IMODE(real.stat().st_mode), 0o640)

    def test_a_device_is_written_not_replaced(self):
        self.assert_ok(self.map("upper", "-o", "/dev/null", rows=b"a\n"))
        self.assertTrue(stat.S_ISCHR(os.stat("/dev/null").st_mode))

    @unittest.skipUnless(os.path.exists("/dev/full"), "there is no /dev/full")
    def test_a_full_disk_is_named(self):
        done = self.map("upper", "-o", "/dev/full", rows=b"a\n")
        self.assertEqual(done.returncode, 4)
        self.assertEqual(done.stderr.decode().strip(), "Error: /dev/full: No space left on device")

    def test_a_reader_that_has_had_enough_is_no_error(self):
        (self.folder / "in").write_text("a\n" * 500_000)
        process = self.start("map", self.function("same"), self.folder / "in",
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertEqual(process.stdout.readline(), b"a\n")
        process.stdout.close()
        self.assertEqual(process.stderr.read(), b"")
        self.assertEqual(process.wait(60), 141)

    def test_files_that_cannot_be_used_are_named(self):
        for arguments, name in (
            (["missing.txt"], "missing.txt"),
            ([str(self.folder)], str(self.folder)),
            (["-", "-o", "no/such/file"], "No such file or folder: " + str(self.work / "no/such") + "\n"),
        ):
            with self.subTest(arguments):
                done = self.map("same", *arguments)
                self.assertEqual(done.returncode, 4, done.stderr.decode())
                self.assertIn(name, done.stderr.decode())
                self.assertNotIn("at dev.krait", done.stderr.decode())
                self.assert_leaves_nothing()


class Progress(ToolTest):
    def test_shows_rows_rate_and_time_left(self):
        (self.folder / "in").write_text("a\n" * 12)
        done = self.map("crawl", self.folder / "in", "-o", "out", "--progress", "always")
        self.assert_ok(done)
        self.assertRegex(done.stderr.decode(), r"\d+ rows  [\d,]+ rows/s  \d+ %  \d+:\d\d left")
        self.assertRegex(done.stderr.decode(), r"12 rows in [\d.]+ s")

    def test_auto_shows_it_on_a_terminal_only(self):
        (self.folder / "in").write_text("a\n" * 12)
        master, slave = pty.openpty()
        self.addCleanup(os.close, master)
        process = self.start("map", self.function("crawl"), self.folder / "in", "-o", "out", stderr=slave)
        os.close(slave)
        shown = b""
        while True:
            try:
                chunk = os.read(master, 4096)
            except OSError:
                break
            if not chunk:
                break
            shown += chunk
        self.assertEqual(process.wait(60), 0)
        self.assertIn(b"rows/s", shown)
        self.assertEqual(self.map("same", self.folder / "in", "-o", "out").stderr, b"")


class Refusals(ToolTest):
    def test_a_function_that_is_not_there_is_named(self):
        done = self.map("nowhere")
        self.assertEqual(done.returncode, 3)
        self.assertIn("nowhere' is not defined", done.stderr.decode())
        self.assertEqual(done.stderr.count(b"\n"), 1, done.stderr.decode())

    def test_a_file_that_is_not_there_is_named(self):
        done = self.run_tool("map", "absent.py:f")
        self.assertEqual(done.returncode, 3)
        self.assertIn("absent.py", done.stderr.decode())

    def test_a_syntax_error_names_file_and_line(self):
        (self.folder / "broken.py").write_text("x = 1\ndef f(:\n    pass\n")
        done = self.run_tool("map", f"{self.folder}/broken.py:f")
        self.assertEqual(done.returncode, 3)
        self.assertIn("broken.py", done.stderr.decode())
        self.assertIn("line 2", done.stderr.decode())
        self.assertNotIn("<krait>", done.stderr.decode())

    def test_a_python_that_is_not_there_is_named(self):
        done = self.map("same", "--python", "/no/such/python")
        self.assertEqual(done.returncode, 3)
        self.assertIn("/no/such/python", done.stderr.decode())

    def test_wrong_usage_is_exit_code_2(self):
        for arguments in (
            ["map"],
            ["map", "no-colon.py"],
            ["map", self.function("same"), "--threads", "0"],
            ["map", self.function("same"), "--on-error", "maybe"],
            ["map", self.function("same"), "--errors", "e"],
            ["frobnicate"],
            [],
        ):
            with self.subTest(arguments):
                done = self.run_tool(*arguments)
                self.assertEqual(done.returncode, 2, done.stderr.decode())
                self.assertIn("Usage: krait", done.stderr.decode())
                self.assertLess(len(done.stderr.splitlines()), 16, "what is wrong has scrolled away")

    def test_a_name_that_the_locale_cannot_express_is_named_with_the_way_out(self):
        for arguments in (["é.py:same"], ["udf.py:same", "é"], ["udf.py:same", "-o", "é"], ["udf.py:same", "--python", "é"]):
            with self.subTest(arguments):
                done = subprocess.run(self.command("map", *arguments), input=b"", capture_output=True, cwd=self.folder,
                                      timeout=120, env={**os.environ, "LC_ALL": "C"})
                self.assertEqual(done.returncode, 2, done.stderr.decode())
                self.assertIn("LC_ALL=C.UTF-8", done.stderr.decode().splitlines()[0])

    def test_help_and_version(self):
        self.assertIn("Exit codes:", self.run_tool("map", "--help").stdout.decode())
        self.assertRegex(self.run_tool("--version").stdout.decode(), r"^krait \d+\.\d+\.\d+")


class Doctor(ToolTest):
    def test_tells_the_story_and_that_krait_runs(self):
        done = self.run_tool("doctor", "--python", sys.executable)
        self.assertEqual(done.returncode, 0, done.stdout.decode())
        for part in (sys.executable, "libpython", "Krait runs here."):
            self.assertIn(part, done.stdout.decode())

    def test_fails_where_krait_cannot_run(self):
        done = self.run_tool("doctor", "--python", "/no/such/python")
        self.assertEqual(done.returncode, 1)
        self.assertIn("/no/such/python", done.stdout.decode())

    def test_says_what_chose_the_python_that_does_not_start(self):
        for name in ("libkrait_loader.so", "libkrait_core.so"):
            (self.work / name).write_bytes(b"no library")
        command = [JAVA, f"-Dkrait.library.path={self.work}", "-jar", str(JAR), "doctor"]
        done = subprocess.run(command, capture_output=True, cwd=self.work, timeout=120)
        error = done.stdout.decode().split("Error:")[1]
        self.assertEqual(done.returncode, 1)
        self.assertIn("chosen by environment variable KRAIT_PYTHON", error)


if __name__ == "__main__":
    unittest.main()
