/**
 * CPython inside the JVM.
 *
 * <p>Two steps: put Krait's jar on the class path or the module path, and open a {@link dev.krait.PythonInterpreter}:
 *
 * <pre>{@code
 * try (PythonInterpreter interp = PythonInterpreter.create()) {
 *     interp.exec("import json\ndef lower(s):\n    a = json.loads(s)\n    a['a'] = a['a'].lower()\n    return json.dumps(a)");
 *     String result = interp.invoke(String.class, "lower", "{\"a\": \"ABC\"}");
 * }
 * }</pre>
 *
 * <p>Nothing is null unless it is marked {@code @Nullable}: None crosses as null.
 *
 * <p>All types may be used by any thread unless they say otherwise; all exceptions are unchecked.
 */
@NullMarked
package dev.krait;

import org.jspecify.annotations.NullMarked;
