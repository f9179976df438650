package dev.krait.javainpython;

import static dev.krait.testing.Pythons.raised;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.krait.ClassFilter;
import dev.krait.PythonException;
import dev.krait.PythonInterpreter;
import dev.krait.TypeRef;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a class filter keeps from Python code. */
class FilterTest {
    @Test
    void theLastRuleThatMatchesDecides() {
        ClassFilter filter = ClassFilter.denyAll().allow("java.util.**", "com.acme.*").deny("java.util.zip.**");
        assertTrue(filter.allows("java.util.ArrayList") && filter.allows("java.util.function.Function"));
        assertTrue(filter.allows("com.acme.Thing") && filter.allows("com.acme.Thing$Inner"));
        assertFalse(filter.allows("com.acme.deep.Thing") || filter.allows("java.util.zip.ZipFile"));
        assertFalse(filter.allows("java.lang.Runtime") || filter.allows("xjava.util.ArrayList"));
        assertTrue(ClassFilter.allowAll().deny("a.B").allows("a.C"));
        assertFalse(ClassFilter.allowAll().deny("a.B").allows("a.B"));
        assertEquals("deny **, allow java.util.**, allow com.acme.*, deny java.util.zip.**", filter.toString());
    }

    @Test
    void filtersOfTheSameRulesAreEqualAndShowTheSameClasses() {
        ClassFilter filter = ClassFilter.allowAll().deny("a.B");
        ClassFilter equal = ClassFilter.allowAll().deny("a.B");
        assertTrue(filter.equals(equal) && filter.hashCode() == equal.hashCode());
        for (ClassFilter other : List.of(ClassFilter.denyAll().deny("a.B"), ClassFilter.allowAll().allow("a.B"),
                ClassFilter.allowAll().deny("a.C"), equal.deny("a.B"), ClassFilter.allowAll())) {
            assertFalse(filter.equals(other), other.toString());
        }
        String code = "import krait, java.util\nkrait.seen = getattr(krait, 'seen', []) + [java.util.ArrayList]";
        try (PythonInterpreter one = filtered(filter); PythonInterpreter two = filtered(equal);
                PythonInterpreter three = filtered(equal.deny("a.C"))) {
            one.exec(code);
            two.exec(code);
            three.exec(code + "\na, b, c = krait.seen\ndel krait.seen\nassert a is b and b is not c");
        }
    }

    /** What a denied class has in common with allowed ones. */
    public interface Known {
        String hello();
    }

    /** Denied in the tests. */
    public static class Secret implements Known {
        @Override
        public String hello() {
            return "hello";
        }

        public String secret() {
            return "secret";
        }

        public static String shared() {
            return "shared";
        }
    }

    /** Allowed, and extends what is not. */
    public static class Open extends Secret {
        public String open() {
            return "open";
        }
    }

    public static Object make() {
        return new Secret();
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "T.Secret", "type(T.make())()", "type(T.make()).shared()", "T.make().secret()", "T.Open().secret()", "T.Open.shared()",
        "krait.view(java.util.List.of)(T.make())[0].secret()", "T.make().getClass()", "type(T.make()).class_",
        "T.Open().getClass().getSuperclass()", "T.Open.class_.getGenericSuperclass()", "T.class_.getClasses()",
        "T.class_.getDeclaredClasses()", "T.Open.class_.getMethods()", "T.Open.class_.getMethod('secret')",
        "java.lang.Class.forName(NAME)", "java.lang.Class.forName('[L' + NAME + ';')",
        "java.lang.Class.forName(NAME, True, java.lang.ClassLoader.getSystemClassLoader())",
        "krait.overload(java.lang.Class.forName, 'String')(NAME)", "list(java.util.stream.Stream.of(NAME).map(java.lang.Class.forName))",
        "java.lang.Class.class_.getMethod('forName', [java.lang.String]).invoke(None, [NAME])",
        "java.lang.Thread.currentThread().getContextClassLoader().loadClass(NAME)",
        "java.net.URLClassLoader([]).loadClass(NAME)", "krait.java_class(NAME)", "krait.array(krait.java_class(NAME), 1)",
        "__import__('java.lang.invoke').lang.invoke.MethodHandles.publicLookup()",
        "__import__('java.beans').beans.Expression(T.Open(), 'secret', []).getValue()",
        "__import__('javax.script').script.ScriptEngineManager()"})
    void aDeniedClassIsReachedInNoneOfTheWaysThatThereAre(String way) {
        try (PythonInterpreter py = filtered(ClassFilter.allowAll().deny("dev.krait.javainpython.FilterTest$Secret"))) {
            py.exec("import krait, java.lang, java.util.stream, java.net\nfrom dev.krait.javainpython import FilterTest as T\n"
                    + "NAME = 'dev.krait.javainpython.FilterTest$Secret'");
            PythonException denied = assertThrows(PythonException.class, () -> py.eval(way));
            assertTrue(List.of("AttributeError", "PermissionError", "ImportError", "TypeError").contains(denied.typeName()),
                    denied.toString());
            assertFalse(denied.traceback().contains("SyntaxError"), denied.traceback());
        }
    }

    @Test
    void whatAllowedClassesDeclareIsThereAllTheSame() {
        try (PythonInterpreter py = filtered(ClassFilter.allowAll().deny("dev.krait.javainpython.FilterTest$Secret"))) {
            py.exec("from dev.krait.javainpython import FilterTest as T\n"
                    + "assert T.make().hello() == 'hello' and T.Open().open() == 'open' and T.Open().hello() == 'hello'\n"
                    + "assert isinstance(T.make(), T.Known) and str(T.make()) and T.make() != T.make()");
        }
    }

    @Test
    @Timeout(60)
    void coroutinesLoggingAndStreamsWorkWhateverIsDenied() throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (PythonInterpreter py = PythonInterpreter.builder().classFilter(ClassFilter.denyAll()).stdout(out)
                .logging(System.Logger.Level.INFO).build()) {
            py.exec("import logging\nasync def later(x): return x\nprint('printed')\nlogging.info('logged')\n"
                    + "logging.raiseExceptions = True");
            assertEquals(5L, py.invokeAsync("later", 5).get(30, TimeUnit.SECONDS));
            raised("ImportError", () -> py.exec("from java.util import ArrayList"));
        }
        assertTrue(out.toString().contains("printed"), out.toString());
    }

    @Test
    void waysAroundAreOpenToWhoNamesThem() {
        assertFalse(ClassFilter.allowAll().deny("a.B").allows("java.lang.invoke.MethodHandles"));
        assertTrue(ClassFilter.allowAll().deny("a.B").allow("java.lang.invoke.**").allows("java.lang.invoke.MethodHandles"));
        assertTrue(ClassFilter.allowAll().allows("java.lang.invoke.MethodHandles"));
        try (PythonInterpreter py = filtered(ClassFilter.allowAll().deny("a.B").allow("java.lang.invoke.**"))) {
            py.exec("import java.lang.invoke\nassert java.lang.invoke.MethodHandles.publicLookup() is not None");
        }
    }

    private static PythonInterpreter filtered(ClassFilter filter) {
        return PythonInterpreter.builder().classFilter(filter).build();
    }

    @Test
    void deniedClassesCannotBeImported() {
        try (PythonInterpreter py = filtered(ClassFilter.allowAll().deny("java.lang.Runtime", "java.io.**"))) {
            PythonException denied = raised("ImportError", () -> py.exec("from java.lang import Runtime"));
            assertTrue(denied.pythonMessage().contains("the class filter denies java.lang.Runtime"), denied.pythonMessage());
            raised("ImportError", () -> py.exec("import java.io.File"));
            py.exec("import java.io");
            raised("AttributeError", () -> py.exec("java.io.File"));
            raised("ImportError", () -> py.exec("import krait\nkrait.java_class('java.io.File')"));
            py.exec("from java.lang import StringBuilder\nassert str(StringBuilder('x')) == 'x'");
        }
    }

    @Test
    void neitherAreTheyReachedByObjectsAndReflection() {
        try (PythonInterpreter py = filtered(ClassFilter.allowAll().deny("java.lang.Runtime", "java.lang.Process*"))) {
            py.set("runtime", Runtime.getRuntime());
            py.exec("import java.lang, krait");
            raised("AttributeError", () -> py.exec("runtime.exec('true')"));
            raised("AttributeError", () -> py.exec("runtime.availableProcessors()"));
            raised("PermissionError", () -> py.exec("runtime.getClass()"));
            raised("PermissionError", () -> py.exec("java.lang.Class.forName('java.lang.Runtime')"));
            raised("PermissionError", () -> py.exec(
                    "java.lang.ClassLoader.getSystemClassLoader().loadClass('java.lang.Runtime')"));
            raised("PermissionError", () -> py.exec("krait.java_class(runtime.getClass())"));
            raised("PermissionError", () -> py.exec("krait.array(java.lang.Class.forName('[Ljava.lang.Runtime;'), 1)"));
            py.set("method", method());
            raised("NameError", () -> py.exec("method.invoke(None)"));
        } catch (PythonException e) {
            throw new AssertionError(e);
        } catch (RuntimeException e) {
            // Setting the method is refused already: it stands for a part of a denied class.
            assertTrue(e.getMessage().contains("java.lang.Runtime"), e.getMessage());
        }
    }

    private static Object method() {
        try {
            return Runtime.class.getMethod("getRuntime");
        } catch (NoSuchMethodException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void anObjectOfADeniedClassHasWhatAllowedClassesDeclare() {
        try (PythonInterpreter py = filtered(ClassFilter.denyAll().allow("java.lang.Object", "java.util.List", "java.util.Collection"))) {
            py.exec("import krait\ndef test(l):\n    l.add(1)\n    assert l.size() == 1 and not hasattr(l, 'ensureCapacity')\n"
                    + "    try: type(l)()\n    except TypeError: return 'no'\n");
            py.set("holder", new Object[] {new ArrayList<>()});
            raised("ImportError", () -> py.exec("from java.util import ArrayList"));
            try (PythonInterpreter open = PythonInterpreter.create()) {
                open.exec("from java.util import ArrayList\nl = ArrayList()");
                assertEquals(0, ((ArrayList<?>) open.get("l")).size());
            }
        }
    }

    @Test
    void aThreadThatPythonMadeHasTheFilterOfItsStarter() {
        try (PythonInterpreter py = filtered(ClassFilter.allowAll().deny("java.lang.Runtime"));
                PythonInterpreter open = PythonInterpreter.create()) {
            String code = "import threading\nseen = []\ndef work():\n    try:\n        from java.lang import Runtime\n"
                    + "        seen.append(True)\n    except ImportError: seen.append(False)\n"
                    + "t = threading.Thread(target=work)\nt.start()\nt.join()";
            py.exec(code);
            open.exec(code);
            assertEquals(java.util.List.of(false), py.get("seen"));
            assertEquals(java.util.List.of(true), open.get("seen"));
        }
    }

    @Test
    void aDefaultMethodThatIsDeniedIsJavasAlone() {
        ClassFilter filter = ClassFilter.denyAll().allow("java.util.function.UnaryOperator");
        try (PythonInterpreter py = PythonInterpreter.builder().classFilter(filter).build()) {
            py.exec("import krait\nfrom java.util.function import UnaryOperator\n"
                    + "@krait.implements(UnaryOperator)\nclass Twice:\n    def apply(self, x): return 2 * x\n"
                    + "assert not hasattr(Twice, 'andThen')");
            UnaryOperator<Long> twice = py.eval(new TypeRef<UnaryOperator<Long>>() { }, "Twice()");
            assertEquals("8", twice.andThen(String::valueOf).apply(4L));
        }
    }
}
