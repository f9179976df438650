package dev.krait;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which Java classes Python code of an interpreter can reach: by import, through objects, {@code getClass()}, {@code
 * Class.forName} and reflection. Immutable; any thread may use it.
 *
 * <pre>{@code
 * ClassFilter filter = ClassFilter.denyAll().allow("java.util.**", "com.acme.api.*").deny("java.util.zip.**");
 * }</pre>
 *
 * <p>A pattern is a class's binary name ({@code java.util.Map$Entry}), where {@code *} stands for any characters but a dot and
 * {@code **} for any characters. The last rule that matches decides. An array is reachable if its elements' class is.
 *
 * <p>A filter that has rules denies the classes through which others are reached without their names being seen, method handles,
 * {@code java.beans} and script engines, unless a rule names them.
 *
 * <p>This narrows the surface; it is no sandbox. Allowed classes do what their code does, Python code may load native
 * libraries, and CPython itself has the process's rights.
 */
@SuppressWarnings("exports") // Nullable is for tools; a module without them need not read its module.
public final class ClassFilter {
    private static final ClassFilter ALL = new ClassFilter(true, Collections.emptyList());
    private static final ClassFilter NONE = new ClassFilter(false, Collections.emptyList());

    /** What reaches any class behind the filter's back. */
    private static final Pattern DETOURS = Pattern.compile("(java\\.lang\\.invoke|java\\.beans|javax\\.script|java\\.lang\\.foreign)\\..*"
            + "|sun\\.misc\\.Unsafe|jdk\\.internal\\..*");

    private final boolean otherwise;
    private final List<Rule> rules;

    private static final class Rule {
        final boolean allows;
        final String text;
        final Pattern pattern;

        Rule(boolean allows, String text) {
            this.allows = allows;
            this.text = Objects.requireNonNull(text, "pattern");
            StringBuilder regex = new StringBuilder();
            for (int i = 0; i < text.length(); i++) {
                if (text.startsWith("**", i)) {
                    regex.append(".*");
                    i++;
                } else if (text.charAt(i) == '*') {
                    regex.append("[^.]*");
                } else {
                    regex.append(Pattern.quote(text.substring(i, i + 1)));
                }
            }
            pattern = Pattern.compile(regex.toString());
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Rule && ((Rule) other).allows == allows && ((Rule) other).text.equals(text);
        }

        @Override
        public int hashCode() {
            return Objects.hash(allows, text);
        }
    }

    private ClassFilter(boolean otherwise, List<Rule> rules) {
        this.otherwise = otherwise;
        this.rules = rules;
    }

    /**
     * A filter that allows every class, to deny some.
     *
     * @return the filter
     */
    public static ClassFilter allowAll() {
        return ALL;
    }

    /**
     * A filter that denies every class, to allow some. Values that cross as Python's own types need no class.
     *
     * @return the filter
     */
    public static ClassFilter denyAll() {
        return NONE;
    }

    /**
     * Allows what matches.
     *
     * @param patterns patterns of class names
     * @return a new filter
     */
    public ClassFilter allow(String... patterns) {
        return with(true, patterns);
    }

    /**
     * Denies what matches.
     *
     * @param patterns patterns of class names
     * @return a new filter
     */
    public ClassFilter deny(String... patterns) {
        return with(false, patterns);
    }

    private ClassFilter with(boolean allows, String[] patterns) {
        List<Rule> more = new ArrayList<>(rules);
        for (String pattern : Objects.requireNonNull(patterns, "patterns")) {
            more.add(new Rule(allows, pattern));
        }
        return new ClassFilter(otherwise, Collections.unmodifiableList(more));
    }

    /**
     * Whether a class of this name is allowed.
     *
     * @param className a binary name
     * @return whether Python code can reach it
     */
    public boolean allows(String className) {
        Objects.requireNonNull(className, "className");
        for (int i = rules.size() - 1; i >= 0; i--) {
            if (rules.get(i).pattern.matcher(className).matches()) {
                return rules.get(i).allows;
            }
        }
        return otherwise && (rules.isEmpty() || !DETOURS.matcher(className).matches());
    }

    /** Whether the other one has the same rules, in the same order. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ClassFilter && ((ClassFilter) other).otherwise == otherwise
                && ((ClassFilter) other).rules.equals(rules);
    }

    @Override
    public int hashCode() {
        return Objects.hash(otherwise, rules);
    }

    /** The rules, in order. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(otherwise ? "allow **" : "deny **");
        for (Rule rule : rules) {
            text.append(rule.allows ? ", allow " : ", deny ").append(rule.text);
        }
        return text.toString();
    }
}
