package dev.krait.lifetime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.krait.Isolation;
import dev.krait.KraitMetrics;
import dev.krait.PythonInterpreter;
import dev.krait.PythonPool;
import dev.krait.PythonTimeoutException;
import dev.krait.testing.Page;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The snippets of docs/threads.md. */
@Timeout(60)
final class ThreadsPageTest {
    private PythonInterpreter interp;

    @BeforeEach
    void open() {
        interp = PythonInterpreter.create();
        Page.of("threads.md").snippets("python").forEach(interp::exec);
    }

    @AfterEach
    void close() {
        interp.close();
    }

    @Test
    void everySnippetOfThePageIsHere() {
        Page.of("threads.md").hasItsJavaIn(ThreadsPageTest.class);
    }

    @Test
    void stack() {
        PythonInterpreter deep = PythonInterpreter.builder().stackSize(256L << 20).build();
        deep.exec("import sys; sys.setrecursionlimit(100_000)");
        deep.exec("sys.setrecursionlimit(1000)");
        deep.close();
    }

    @Test
    void isolation() {
        try (PythonInterpreter apart = PythonInterpreter.builder().isolation(Isolation.SUB_INTERPRETER).build()) {
            apart.exec("import json; json.mine = True");
        }
        assertEquals(false, interp.eval("hasattr(__import__('json'), 'mine')"));
    }

    @Test
    void pool() {
        List<Long> rows = List.of(1L, 2L, 3L);
        PythonPool pool = PythonPool.builder().size(4).setUp("def inc(x): return x + 1").build();
        List<Long> results = pool.map(Long.class, rows.stream(), "inc").collect(Collectors.toList());
        CompletableFuture<Object> later = pool.submit("inc", 41);
        assertEquals(List.of(2L, 3L, 4L), results);
        assertEquals(42L, later.join());
        pool.close();
    }

    @Test
    void stopping() {
        String text = "abc";
        interp.withDeadline(Duration.ofSeconds(2)).invoke("score", text);
        interp.invoke(Duration.ofSeconds(2), "score", text);
        interp.function("score").withDeadline(Duration.ofMillis(50)).call(text);
        assertThrows(PythonTimeoutException.class, () -> interp.invoke(Duration.ofMillis(100), "busy"));
        assertEquals(3L, interp.invoke("score", text));
    }

    @Test
    void looking() {
        assertFalse(interp.dumpStacks().isEmpty());
        System.out.println(interp.dumpStacks());
        KraitMetrics now = KraitMetrics.now();
        System.out.println(now.calls() + " calls, " + now.errors() + " errors, " + now.threadStates() + " thread states");
        assertTrue(now.calls() > 0 && now.threadStates() > 0);
    }
}
