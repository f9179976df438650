package dev.krait.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the probe's answer is read as, and which Pythons Krait refuses because of it. */
final class PythonFactsTest {
    private final Map<String, String> facts = TestPythons.facts(Path.of("/opt/python"));

    @ParameterizedTest
    @ValueSource(strings = {"", "/usr/bin/python3", "/a b/c=d%/\n\t|é/漢字/🐍", "%41", "C:\\Program Files\\x"})
    void anyPathSurvivesTheTripFromTheProbe(String path) {
        String line = PythonFacts.encode(path);
        assertTrue(line.matches("[A-Za-z0-9/._%-]*"), line);
        assertEquals(path, PythonFacts.decode(line));
    }

    @ParameterizedTest
    @ValueSource(strings = {"%", "%4", "a%4", "%zz", "%FF", "é"})
    void brokenEncodingIsNotTakenForAPath(String line) {
        assertNull(PythonFacts.decode(line));
    }

    @Test
    void linesOfAWrapperScriptAroundTheAnswerAreIgnored() {
        List<String> lines = new ArrayList<>();
        lines.add("Activating the environment…");
        lines.addAll(TestPythons.parse(facts).lines());
        lines.add("bye");
        assertEquals("3.11.7", PythonFacts.parse(lines).text("version"));
    }

    @Test
    void anAnswerThatIsCutShortIsNoAnswer() {
        List<String> lines = TestPythons.parse(facts).lines();
        for (int i = 0; i < lines.size(); i++) {
            assertNull(PythonFacts.parse(lines.subList(0, i)));
        }
        assertNotNull(PythonFacts.parse(lines));
        facts.remove("hexversion");
        assertNull(TestPythons.parse(facts));
    }

    @Test
    void theVersionIsThatOfTheHexversion() {
        PythonFacts parsed = TestPythons.parse(facts);
        assertEquals(3, parsed.major());
        assertEquals(11, parsed.minor());
        assertEquals(7, parsed.micro());
        assertFalse(parsed.isVirtualEnvironment());
    }

    @Test
    void pythonBelow310IsRefusedAnd310IsNot() throws Rejection {
        facts.put("hexversion", String.valueOf(0x030912F0));
        facts.put("version", "3.9.18");
        assertRefused("3.9.18", "3.10 or later");
        facts.put("hexversion", String.valueOf(0x030A00F0));
        TestPythons.parse(facts).requireSupported();
    }

    @Test
    void aFreeThreadedBuildIsRefusedEvenWithItsGilOn() {
        facts.put("Py_GIL_DISABLED", "1");
        assertRefused("free-threaded", "ordinary build");
        facts.put("gil_enabled", "0");
        assertRefused("free-threaded", "ordinary build");
    }

    @Test
    void a32BitBuildIsRefused() {
        facts.put("pointer_bits", "32");
        assertRefused("32-bit", "64-bit");
    }

    @Test
    void anotherImplementationIsRefusedByItsName() {
        facts.put("implementation", "pypy");
        facts.put("version", "3.9.1");
        facts.put("hexversion", String.valueOf(0x030901F0));
        assertRefused("not CPython but pypy", "CPython");
    }

    private void assertRefused(String reason, String advice) {
        Rejection e = assertThrows(Rejection.class, () -> TestPythons.parse(facts).requireSupported());
        assertEquals(Rejection.Kind.UNSUPPORTED, e.kind());
        assertTrue(e.getMessage().contains(reason), e.getMessage());
        assertTrue(e.advice().contains(advice), e.advice());
    }
}
