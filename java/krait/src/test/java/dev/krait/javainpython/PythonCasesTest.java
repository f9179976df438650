package dev.krait.javainpython;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.krait.Isolation;
import dev.krait.PythonInterpreter;
import dev.krait.testing.Pythons;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.opentest4j.TestAbortedException;

/**
 * The cases of {@code tests/python}, unittest's in Python, each as a test of its own. {@code -Dkrait.test.cases=arrays} runs
 * those of {@code test_arrays.py} only.
 */
class PythonCasesTest {
    private static final List<PythonInterpreter> OPEN = new ArrayList<>();

    @TestFactory
    List<DynamicContainer> cases() throws IOException, URISyntaxException {
        return cases(Isolation.SHARED);
    }

    @TestFactory
    @Tag("slow")
    List<DynamicContainer> casesInInterpretersWithModulesOfTheirOwn() throws IOException, URISyntaxException {
        return cases(Isolation.SUB_INTERPRETER);
    }

    @TestFactory
    @Tag("slow")
    List<DynamicContainer> casesInInterpretersWithAGilOfTheirOwn() throws IOException, URISyntaxException {
        try (PythonInterpreter py = PythonInterpreter.create()) {
            Pythons.from(py, 12, "a GIL of its own");
        }
        return cases(Isolation.OWN_GIL);
    }

    private static List<DynamicContainer> cases(Isolation isolation) throws IOException, URISyntaxException {
        Path folder = Paths.get(PythonCasesTest.class.getResource("/python/running.py").toURI()).getParent();
        String wanted = System.getProperty("krait.test.cases", "*");
        List<Path> files = new ArrayList<>();
        try (Stream<Path> found = Files.list(folder)) {
            found.filter(file -> folder.getFileSystem().getPathMatcher("glob:**/test_" + wanted + ".py").matches(file))
                    .sorted().forEach(files::add);
        }
        assertFalse(files.isEmpty(), "no cases in " + folder);
        return files.stream().map(file -> cases(file, isolation)).collect(Collectors.toList());
    }

    private static DynamicContainer cases(Path file, Isolation isolation) {
        PythonInterpreter py = PythonInterpreter.builder().isolation(isolation).build();
        OPEN.add(py);
        py.run(file.resolveSibling("running.py"));
        List<?> names = py.invoke(List.class, "cases", file.toString());
        assertTrue(names.size() > 0, file + " has no cases");
        return DynamicContainer.dynamicContainer(file.getFileName().toString(), names.stream()
                .map(name -> DynamicTest.dynamicTest(name.toString(), file.toUri(), () -> run(py, name))));
    }

    private static void run(PythonInterpreter py, Object name) {
        Object[] outcome = (Object[]) py.invoke("run", name);
        if (outcome[0].equals("skipped")) {
            throw new TestAbortedException((String) outcome[1]);
        }
        if (!outcome[0].equals("passed")) {
            fail((String) outcome[1]);
        }
    }

    @AfterAll
    static void close() {
        OPEN.forEach(PythonInterpreter::close);
        OPEN.clear();
    }
}
