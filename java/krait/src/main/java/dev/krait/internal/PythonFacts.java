package dev.krait.internal;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the probe script says of a Python: its lines, decoded, and the verdict whether Krait can run that Python. */
final class PythonFacts {
    private static final String FIRST = "krait-probe=1";
    private static final String LAST = "krait-probe=end";

    /** The oldest CPython that the core's stable ABI covers. */
    private static final int OLDEST = 0x030A0000;

    private final Map<String, String> values;

    private PythonFacts(Map<String, String> values) {
        this.values = Collections.unmodifiableMap(values);
    }

    /**
     * Reads the probe's output, of which lines before and after its own (of a wrapper script, say) are ignored.
     *
     * @return the facts, or null when the output is not that of the probe, or not complete
     */
    static PythonFacts parse(List<String> lines) {
        int from = lines.indexOf(FIRST);
        int to = lines.indexOf(LAST);
        if (from < 0 || to < from) {
            return null;
        }
        Map<String, String> values = new LinkedHashMap<>();
        for (String line : lines.subList(from + 1, to)) {
            int equals = line.indexOf('=');
            String value = equals < 0 ? null : decode(line.substring(equals + 1));
            if (value == null) {
                return null;
            }
            values.put(line.substring(0, equals), value);
        }
        PythonFacts facts = new PythonFacts(values);
        return facts.isComplete() ? facts : null;
    }

    private boolean isComplete() {
        for (String key : new String[] {"version", "implementation", "prefix", "base_prefix"}) {
            if (text(key).isEmpty()) {
                return false;
            }
        }
        return number("hexversion") > 0 && number("pointer_bits") > 0;
    }

    /** The value of a key, or "" where the Python did not give one. */
    String text(String key) {
        return values.getOrDefault(key, "");
    }

    /** The value of a key as a number, or 0 where there is none. */
    int number(String key) {
        try {
            return Integer.parseInt(text(key));
        } catch (NumberFormatException notANumber) {
            return 0;
        }
    }

    int major() {
        return number("hexversion") >>> 24;
    }

    int minor() {
        return number("hexversion") >>> 16 & 0xFF;
    }

    int micro() {
        return number("hexversion") >>> 8 & 0xFF;
    }

    boolean isVirtualEnvironment() {
        return !text("prefix").equals(text("base_prefix"));
    }

    /** Throws when Krait cannot run this Python, whatever libraries it has. */
    void requireSupported() throws Rejection {
        String version = text("version");
        String implementation = text("implementation");
        if (!implementation.equals("cpython")) {
            throw new Rejection(Rejection.Kind.UNSUPPORTED,
                    "is not CPython but " + implementation + " (Python " + version + ")",
                    "choose a CPython, 3.10 or later");
        }
        if (number("hexversion") < OLDEST) {
            throw new Rejection(Rejection.Kind.UNSUPPORTED, "is Python " + version + "; Krait needs 3.10 or later",
                    "choose a CPython, 3.10 or later"
                            + (isVirtualEnvironment() ? ", and make the virtual environment anew with it" : ""));
        }
        if (number("pointer_bits") != 64) {
            throw new Rejection(Rejection.Kind.UNSUPPORTED,
                    "is a " + number("pointer_bits") + "-bit build of Python " + version
                            + "; this JVM and Krait are 64-bit",
                    "choose a 64-bit CPython");
        }
        if (number("Py_GIL_DISABLED") != 0 || number("gil_enabled") == 0) {
            throw new Rejection(Rejection.Kind.UNSUPPORTED,
                    "is a free-threaded build of Python " + version + ", whose objects have another layout",
                    "choose the ordinary build of the same version (python" + major() + "." + minor()
                            + ", not python" + major() + "." + minor() + "t)");
        }
        if (number("trace_refs") != 0 && number("hexversion") < 0x030D0000) {
            throw new Rejection(Rejection.Kind.UNSUPPORTED,
                    "is a build of Python " + version + " with Py_TRACE_REFS, whose objects have another layout",
                    "choose a build without --with-trace-refs");
        }
    }

    /** A value as one line that {@link #decode} reads back. */
    static String encode(String value) {
        StringBuilder line = new StringBuilder(value.length());
        for (byte each : value.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (each & 0xFF);
            boolean safe = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
                    || "/._-".indexOf(c) >= 0;
            if (safe) {
                line.append(c);
            } else {
                line.append(String.format("%%%02X", (int) c));
            }
        }
        return line.toString();
    }

    /** The value of percent-encoded UTF-8, or null where it is no such thing. */
    static String decode(String line) {
        ByteBuffer bytes = ByteBuffer.allocate(line.length());
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '%') {
                boolean cut = i + 2 >= line.length();
                int high = cut ? -1 : Character.digit(line.charAt(i + 1), 16);
                int low = cut ? -1 : Character.digit(line.charAt(i + 2), 16);
                if (high < 0 || low < 0) {
                    return null;
                }
                bytes.put((byte) (high << 4 | low));
                i += 2;
            } else if (c < 0x80) {
                bytes.put((byte) c);
            } else {
                return null;
            }
        }
        bytes.flip();
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
        } catch (CharacterCodingException notUtf8) {
            return null;
        }
    }

    /** The lines that {@link #parse} reads back. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(FIRST);
        values.forEach((key, value) -> lines.add(key + "=" + encode(value)));
        lines.add(LAST);
        return lines;
    }
}
