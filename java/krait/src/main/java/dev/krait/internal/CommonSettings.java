package dev.krait.internal;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.WeakHashMap;

/**
 * Settings that open interpreters have in common, since they are the process's or of modules that they share: the
 * second interpreter must not change them under the first without a word.
 */
public final class CommonSettings {
    private static final Map<InterpreterState, Map<String, Object>> CLAIMS = new WeakHashMap<>();

    private final Map<String, Object> wanted = new LinkedHashMap<>();

    /** Names what an interpreter sets; a value that is null is left as it is. */
    public CommonSettings want(String setting, Object value) {
        if (value != null) {
            wanted.put(setting, value);
        }
        return this;
    }

    /**
     * Holds the settings for a session until it is closed.
     *
     * @throws IllegalStateException if another open interpreter has set one of them to something else
     */
    public void claim(Session session) {
        if (wanted.isEmpty()) {
            return;
        }
        synchronized (CLAIMS) {
            List<String> conflicts = new ArrayList<>();
            for (Map<String, Object> held : CLAIMS.values()) {
                wanted.forEach((setting, value) -> {
                    Object other = held.get(setting);
                    if (other != null && !Objects.equals(other, value)) {
                        conflicts.add(setting + " to " + other + ", it cannot be " + value);
                    }
                });
            }
            if (!conflicts.isEmpty()) {
                throw new IllegalStateException("another interpreter, which is open, has set " + conflicts.get(0)
                        + ": the two have it in common. Close the other one first, or give both the same.");
            }
            CLAIMS.put(session.state(), wanted);
        }
    }

    static void release(InterpreterState state) {
        synchronized (CLAIMS) {
            CLAIMS.remove(state);
        }
    }
}
