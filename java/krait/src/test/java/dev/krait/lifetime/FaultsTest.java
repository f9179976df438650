package dev.krait.lifetime;

import static dev.krait.testing.Pythons.lines;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.krait.Isolation;
import dev.krait.PythonInterpreter;
import dev.krait.testing.ChildJvm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The signals by which the JVM works stay its own, whoever asks Python to take them. */
final class FaultsTest {
    /** Finds null pointers by SIGSEGV, after some Python code. */
    public static final class Nulls {
        private Nulls() {
        }

        /** The child's program: Python code, and the isolation of who runs it. */
        public static void main(String[] args) {
            try (PythonInterpreter py = PythonInterpreter.builder().isolation(Isolation.valueOf(args[1])).build()) {
                py.exec(args[0]);
                int found = 0;
                Object[] nothing = new Object[1];
                for (int i = 0; i < 100_000; i++) {
                    try {
                        found += nothing[0].hashCode();
                    } catch (NullPointerException e) {
                        found++;
                    }
                }
                System.out.println(found + " found, " + py.eval("__import__('faulthandler').is_enabled()"));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"PYTHONFAULTHANDLER", "PYTHONDEVMODE"})
    void anEnvironmentThatEnablesFaulthandlerDoesNoHarm(String variable) {
        String output = ChildJvm.of(Nulls.class).arguments("pass", Isolation.SHARED).environment(variable, "1").run().fine();
        assertTrue(output.endsWith("100000 found, false\n"), output);
    }

    @ParameterizedTest
    @ValueSource(strings = {"SHARED", "SUB_INTERPRETER"})
    void faulthandlerSaysWhyItIsNotEnabled(String isolation) {
        String output = ChildJvm.of(Nulls.class).arguments("from faulthandler import enable\nenable()", isolation).run().fine();
        assertTrue(output.contains("<string>:2: RuntimeWarning: faulthandler.enable() inside a JVM does nothing"), output);
        assertTrue(output.endsWith("100000 found, false\n"), output);
    }

    @Test
    void faulthandlerWritesTracebacksAsEver() {
        String output = ChildJvm.of(Nulls.class).arguments(lines("import faulthandler, sys", "def here():",
                "    faulthandler.dump_traceback(sys.__stderr__, all_threads=False)", "here()"), Isolation.SHARED).run().fine();
        assertEquals(1, output.split("in here\n", -1).length - 1, output);
    }
}
