"""A Python function that raises: the job fails, and whoever reads its exception sees Python's own traceback."""

from support import JOBS, ClusterTest


class ErrorTest(ClusterTest):
    def fail_with(self, kind):
        """What the client printed, and what the web interface tells of the job."""
        done = self.cluster.run_python(JOBS / "failing.py", kind)
        self.assertNotEqual(done.returncode, 0, done.stdout[-3000:])
        job, state = list(self.cluster.jobs().items())[-1]
        self.assertEqual(state, "FAILED")
        return done.stdout, self.cluster.exception(job)

    def assert_traceback(self, kind, *patterns):
        for where, text in zip(("client", "web interface"), self.fail_with(kind)):
            for pattern in patterns:
                with self.subTest(where, pattern=pattern):
                    self.assertRegex(text, pattern)

    # Each frame with its file and line, as Java's frames or in Python's own form, the cause's too.
    RAISED = ("ValueError.*: no good: 7", r'failing\.py(:|", line )17', "fragile",
              "ZeroDivisionError", r'failing\.py(:|", line )15')

    def test_a_scalar_functions_exception_is_the_jobs_with_its_traceback_and_cause(self):
        self.assert_traceback("table", *self.RAISED)

    def test_a_table_functions_exception_is_the_jobs(self):
        self.assert_traceback("table_function", *self.RAISED, "fragile_rows", r'failing\.py(:|", line )22')

    def test_a_data_stream_functions_exception_is_the_jobs(self):
        self.assert_traceback("stream", *self.RAISED)

    def test_an_exception_in_open_is_the_jobs(self):
        self.assert_traceback("open", "RuntimeError.*: not opened: no model here", r'failing\.py(:|", line )27')

    def test_the_cluster_goes_on_after_a_failure(self):
        before = self.cluster.rest("/taskmanagers")["taskmanagers"]
        self.fail_with("table")
        after = self.cluster.rest("/taskmanagers")["taskmanagers"]
        self.assertEqual([one["id"] for one in before], [one["id"] for one in after])
