package dev.krait.testing;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A page of the documentation: its snippets are tests. */
public final class Page {
    private final String text;

    private Page(String text) {
        this.text = text;
    }

    /** The page of this file name. */
    public static Page of(String name) {
        return new Page(read("/docs/" + name));
    }

    /** The snippets in a language, in order. */
    public List<String> snippets(String language) {
        List<String> found = new ArrayList<>();
        String[] parts = text.split("(?m)^```", -1);
        for (int i = 1; i < parts.length; i += 2) {
            if (parts[i].startsWith(language + "\n")) {
                found.add(parts[i].substring(language.length() + 1));
            }
        }
        assertFalse(found.isEmpty(), "no snippets in " + language);
        return found;
    }

    /** Fails unless every Java snippet stands in the source of a test, but for its indentation. */
    public void hasItsJavaIn(Class<?> test) {
        String source = plain(read("/sources/" + test.getName().replace('.', '/') + ".java"));
        for (String snippet : snippets("java")) {
            assertTrue(source.contains(plain(snippet)), () -> test.getSimpleName() + " does not run\n" + snippet);
        }
    }

    private static String plain(String code) {
        return code.lines().map(String::strip).filter(line -> !line.isEmpty()).collect(Collectors.joining("\n"));
    }

    private static String read(String resource) {
        try (InputStream in = Page.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new AssertionError("no resource " + resource);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
