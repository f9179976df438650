package dev.krait;

import static dev.krait.testing.Pythons.lines;
import static dev.krait.testing.Pythons.raised;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Running code, names and calls. */
class InterpreterTest {
    private final PythonInterpreter py = PythonInterpreter.create();

    @AfterEach
    void close() {
        py.close();
    }

    // ---- code

    @Test
    void statementsRunAndExpressionsHaveValues() {
        py.exec("x = 40\nx += 2");
        assertEquals(42L, py.eval("x"));
        assertEquals(42L, py.eval("  \n x  "));
        assertEquals(7L, py.eval("(1 +\n 6)"));
        assertNull(py.eval("None"));
    }

    @Test
    void eachInterpreterHasItsOwnGlobals() {
        try (PythonInterpreter other = PythonInterpreter.create()) {
            py.exec("x = 1\ndef f(): return x");
            other.exec("x = 2\ndef f(): return x");
            assertEquals(1L, py.invoke("f"));
            assertEquals(2L, other.invoke("f"));
            py.exec("only_here = True");
            raised("NameError", () -> other.get("only_here"));
            raised("NameError", () -> other.exec("only_here"));
        }
    }

    @Test
    void interpretersShareTheModules() {
        try (PythonInterpreter other = PythonInterpreter.create()) {
            py.exec("import json; json.krait_mark = 'seen'");
            assertEquals("seen", other.eval("__import__('json').krait_mark"));
            py.exec("del json.krait_mark");
        }
    }

    @Test
    void theGlobalsAreThoseOfAScript() {
        assertEquals("__main__", py.eval("__name__"));
        py.exec("def f(): return globals()['__builtins__'] is not None");
        assertEquals(true, py.invoke("f"));
    }

    @Test
    void aFunctionOutlivesTheLinesThatDefinedIt() {
        py.exec("counter = 0");
        py.exec(lines("def count():", "    global counter", "    counter += 1", "    return counter"));
        assertEquals(1L, py.invoke("count"));
        assertEquals(2L, py.invoke("count"));
        assertEquals(2L, py.get("counter"));
    }

    @Test
    void codeIsUtf8FromEndToEnd() {
        py.exec("größe = 'straße 𝒳 \u0000 日本語'".replace("\u0000", "\\x00"));
        assertEquals("straße 𝒳 \u0000 日本語", py.get("größe"));
        assertEquals("ünïcödé", py.eval("'ünïcödé'"));
    }

    @Test
    void aNulInCodeIsAnErrorNotTheEndOfTheCode() {
        assertThrows(PythonException.class, () -> py.exec("x = 1\u0000\nx = 2"));
        raised("NameError", () -> py.get("x"));
    }

    @Test
    void carriageReturnsEndLines() {
        py.exec("x = 1\r\ny = 2\r\n");
        assertEquals(1L, py.get("x"));
        assertEquals(2L, py.get("y"));
    }

    @Test
    void futureImportsOfOnePieceOfCodeStayThere() {
        py.exec("from __future__ import annotations\ndef f(a: nowhere): pass");
        raised("NameError", () -> py.exec("def g(a: nowhere): pass\ng.__annotations__"));
    }

    // ---- files

    @Test
    void aFileRunsAsAScript(@TempDir Path folder) throws Exception {
        Files.writeString(folder.resolve("beside_script_helper.py"), "VALUE = 'beside'");
        Path script = folder.resolve("skript ä.py");
        Files.writeString(script, "import beside_script_helper\nfound = beside_script_helper.VALUE\nwhere = __file__\nmine = __name__");
        py.run(script);
        assertEquals("beside", py.get("found"));
        assertEquals(script.toString(), py.get("where"));
        assertEquals("__main__", py.get("mine"));
    }

    @Test
    void aFileMayNameItsEncoding(@TempDir Path folder) throws Exception {
        Path script = folder.resolve("latin.py");
        Files.write(script, "# -*- coding: latin-1 -*-\nname = 'Köln'".getBytes(StandardCharsets.ISO_8859_1));
        py.run(script);
        assertEquals("Köln", py.get("name"));
    }

    @Test
    void aFileMayBeginWithAByteOrderMark(@TempDir Path folder) throws Exception {
        Path script = folder.resolve("bom.py");
        Files.writeString(script, "\uFEFFname = 'Köln'\r\n");
        py.run(script);
        assertEquals("Köln", py.get("name"));
    }

    @Test
    void aFileThatIsMissingIsPythonsError(@TempDir Path folder) {
        PythonException error = raised("FileNotFoundError", () -> py.run(folder.resolve("nothing.py")));
        assertTrue(error.isInstance("OSError"));
        assertTrue(error.getMessage().contains("nothing.py"), error.getMessage());
    }

    // ---- names

    @Test
    void aMissingNameIsAnErrorNotNull() {
        assertTrue(raised("NameError", () -> py.get("missing")).getMessage().contains("missing"));
        assertTrue(raised("NameError", () -> py.get("missing", String.class)).getMessage().contains("missing"));
        assertTrue(raised("NameError", () -> py.invoke("missing", 1)).getMessage().contains("missing"));
        assertTrue(raised("NameError", () -> py.function("missing")).getMessage().contains("missing"));
    }

    @Test
    void noneIsAValue() {
        py.set("nothing", null);
        assertNull(py.get("nothing"));
        assertNull(py.get("nothing", String.class));
        assertEquals(true, py.eval("nothing is None"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"größe", "名前", "имя", "ⅷ", "𝒳y", "ﬁx", "π2"})
    void namesAreUnicode(String name) {
        py.set(name, 1);
        assertEquals(1L, py.get(name));
        assertEquals(2L, py.eval(name + " + 1"));
        py.exec("def f_" + name + "(a): return a + 1");
        assertEquals(6L, py.invoke("f_" + name, 5));
        assertEquals(6L, py.function("f_" + name).callLong(5));
    }

    @Test
    void whatSetGaveCodeSees() {
        py.set("x", 20);
        py.exec("y = x + 1");
        assertEquals(21L, py.get("y"));
        py.set("y", "new");
        assertEquals("new", py.get("y"));
    }

    @Test
    void dottedNamesAreResolvedFromTheGlobalsFirst() {
        py.exec(lines("class json:", "    @staticmethod", "    def dumps(x): return 'mine'",
                "class Outer:", "    class Inner:", "        value = 7",
                "        @classmethod", "        def double(cls, x): return 2 * x"));
        assertEquals("mine", py.invoke("json.dumps", 1));
        assertEquals(7L, py.get("Outer.Inner.value"));
        assertEquals(8L, py.invoke("Outer.Inner.double", 4));
    }

    @Test
    void dottedNamesAreResolvedAsTheLongestImportableModule() {
        assertEquals("[1, 2]", py.invoke("json.dumps", List.of(1, 2)));
        assertEquals("b", py.invoke("os.path.basename", "/a/b"));
        // Importing os does not import xml.etree.ElementTree's parents by itself.
        assertEquals("<a />", py.invoke("xml.etree.ElementTree.tostring",
                py.invoke("xml.etree.ElementTree.Element", "a"), Kwargs.of("encoding", "unicode")));
        assertEquals("decoder", py.get("json.decoder.JSONDecoder.__module__", String.class).substring(5));
    }

    @Test
    void aMissingPartOfADottedNameIsNamed() {
        assertTrue(raised("AttributeError", () -> py.invoke("json.nothing")).getMessage().contains("nothing"));
        String message = raised("NameError", () -> py.invoke("no_such_module.f")).getMessage();
        assertTrue(message.contains("'no_such_module' is neither a global here nor a module on sys.path"), message);
    }

    @Test
    void anImportErrorInsideAModuleIsNotHidden(@TempDir Path folder) throws Exception {
        Files.writeString(folder.resolve("krait_test_broken.py"), "import krait_test_not_there\ndef f(): pass");
        try (PythonInterpreter with = PythonInterpreter.builder().paths(folder).build()) {
            assertTrue(raised("ModuleNotFoundError", () -> with.invoke("krait_test_broken.f")).getMessage()
                    .contains("krait_test_not_there"));
            with.eval("__import__('sys').path.remove(" + with.invoke("repr", folder.toString()) + ")");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", ".", "a.", ".a", "a b", "1a", "print()", "a..b", "\u0000"})
    void whatIsNoNameIsAnErrorThatShowsIt(String name) {
        raised("NameError", () -> py.get(name));
        raised("NameError", () -> py.invoke(name));
        raised("NameError", () -> py.function(name));
    }

    @Test
    void builtInFunctionsAreThere() {
        assertEquals(3L, py.invoke("len", "abc"));
        py.exec("def len(x): return -1");
        assertEquals(-1L, py.invoke("len", "abc"));
    }

    // ---- calls

    @Test
    void twoFunctionsCalledInTurns() {
        py.exec("def f(): return 'f'\ndef g(): return 'g'");
        for (int i = 0; i < 1_000; i++) {
            assertEquals("f", py.invoke("f"));
            assertEquals("g", py.invoke("g"));
        }
    }

    @Test
    void aRedefinedFunctionIsSeen() {
        py.exec("def f(): return 1");
        PyFunction held = py.function("f");
        assertEquals(1L, py.invoke("f"));
        py.exec("def f(): return 2");
        assertEquals(2L, py.invoke("f"));
        assertEquals(1L, held.call());
        py.exec("del f");
        raised("NameError", () -> py.invoke("f"));
        assertEquals(1L, held.call());
    }

    @Test
    void anyNumberOfArgumentsArrives() {
        py.exec("def f(*args): return list(args)");
        PyFunction f = py.function("f");
        for (int count : new int[] {0, 1, 2, 3, 4, 5, 8, 17, 256, 5_000}) {
            Object[] args = new Object[count];
            Arrays.setAll(args, i -> (long) i);
            assertEquals(Arrays.asList(args), py.invoke("f", args));
            assertEquals(Arrays.asList(args), f.call(args));
        }
        assertEquals(Arrays.asList((Object) null), py.invoke("f", (Object) null));
        assertEquals(Arrays.asList(null, null), py.invoke("f", null, null));
    }

    @Test
    void aWrongNumberOfArgumentsIsATypeError() {
        py.exec("def two(a, b): return a");
        raised("TypeError", () -> py.invoke("two", 1));
        raised("TypeError", () -> py.invoke("two", 1, 2, 3));
        assertEquals(1L, py.invoke("two", 1, 2));
    }

    @Test
    void keywordArguments() {
        py.exec("def f(a, b=2, *rest, c=3, **more): return [a, b, list(rest), c, more]");
        assertEquals(List.of(1L, 2L, List.of(), 3L, Map.of()), py.invoke("f", 1));
        assertEquals(List.of(1L, 5L, List.of(), 6L, Map.of("größe", "x")),
                py.invoke("f", 1, Kwargs.of("größe", "x").and("c", 6).and("b", 5)));
        assertEquals(List.of(1L, 2L, List.of(), 3L, Map.of()), py.function("f").call(Kwargs.of("a", 1)));
        raised("TypeError", () -> py.invoke("f", 1, Kwargs.of("a", 2)));
    }

    @Test
    void theOrderOfKeywordArgumentsIsKept() {
        py.exec("def f(**kw): return list(kw)");
        assertEquals(List.of("z", "a", "m"), py.invoke("f", Kwargs.of("z", 1).and("a", 2).and("m", 3)));
    }

    @Test
    void keywordArgumentsMisplacedOrTwiceAreErrors() {
        assertThrows(IllegalArgumentException.class, () -> py.invoke("print", Kwargs.of("sep", ""), 1));
        assertThrows(IllegalArgumentException.class, () -> Kwargs.of("a", 1).and("a", 2));
        assertThrows(NullPointerException.class, () -> Kwargs.of(null, 1));
    }

    @Test
    void aMapArgumentStaysAnArgument() {
        py.exec("def f(d): return (type(d).__name__, d['a'])");
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("a", 1);
        assertArrayEquals(new Object[] {"dict", 1L}, (Object[]) py.invoke("f", map));
        assertArrayEquals(new Object[] {"dict", 1L}, (Object[]) py.function("f").call(map));
    }

    @Test
    void aJavaMapHandedBackKeepsItsEntries() {
        py.exec("def same(d): return d");
        Map<Object, Object> map = new HashMap<>();
        for (long i = 0; i < 100; i++) {
            map.put("key " + i, i);
        }
        assertEquals(map, py.invoke("same", map));
        py.set("m", map);
        assertEquals(map, py.get("m"));
        assertEquals(map, py.invoke("same", py.get("m")));
    }

    @Test
    void whatIsNotCallableSaysSo() {
        py.set("x", 5);
        assertTrue(raised("TypeError", () -> py.invoke("x")).getMessage().contains("int"));
        assertTrue(raised("TypeError", () -> py.function("x")).getMessage().contains("int"));
    }

    @Test
    void anUnknownMethodOfAnObjectIsAnAttributeError() {
        py.exec("class C:\n  def m(self, a, b): raise ValueError(a + b)\nc = C()");
        PyObject c = py.get("c", PyObject.class);
        assertTrue(raised("AttributeError", () -> c.invokeMethod("nothing")).getMessage().contains("nothing"));
        assertEquals("ValueError: ab", raised("ValueError", () -> c.invokeMethod("m", "a", "b")).getMessage());
    }

    @Test
    void thousandsOfDifferentNamesWork() {
        for (int i = 0; i < 6_000; i++) {
            py.set("name" + i, i);
        }
        py.exec("def call_it(a): return a");
        for (int i = 0; i < 6_000; i += 7) {
            assertEquals((long) i, py.get("name" + i));
        }
        for (int i = 0; i < 5_000; i++) {
            py.exec("def fn" + i + "(): return " + i);
            assertEquals((long) i, py.invoke("fn" + i));
        }
        assertEquals(4_999L, py.invoke("fn4999"));
    }

    // ---- typed forms

    @Test
    void typedFormsConvert() {
        py.exec("def f(x): return x\nn = 3\nitems = [1, 2]");
        assertEquals(5, py.invoke(int.class, "f", 5));
        assertEquals("s", py.invoke(String.class, "f", "s"));
        assertEquals(3, py.get("n", Integer.class));
        assertEquals((short) 3, py.get("n", short.class));
        assertEquals(3.0, py.get("n", double.class));
        assertArrayEquals(new int[] {1, 2}, py.get("items", int[].class));
        assertEquals(4, py.eval(int.class, "2 + 2"));
        assertNull(py.invoke(void.class, "f", 5));
    }

    @Test
    void genericTypesConvertToTheLastElement() {
        py.exec("def f(): return {'a': [1, 2], 'b': []}");
        Map<String, List<Integer>> map = py.invoke(new TypeRef<Map<String, List<Integer>>>() { }, "f");
        assertEquals(Map.of("a", List.of(1, 2), "b", List.of()), map);
        assertEquals(map, py.eval(new TypeRef<Map<String, List<Integer>>>() { }, "f()"));
        Integer first = map.get("a").get(0);
        assertEquals(1, first);
        py.exec("items = ['1']");
        assertEquals("['1']", py.get("items", new TypeRef<PyObject>() { }).repr());
        assertEquals("[1]", py.invoke(new TypeRef<PyObject>() { }, "list", List.of(1)).repr());
        assertEquals("1", py.eval(new TypeRef<PyObject>() { }, "items").getItem(0, new TypeRef<PyObject>() { }).toString());
        assertTrue(assertThrows(ConversionException.class, () -> py.get("items", new TypeRef<List<PyObject>>() { })).getMessage()
                .contains("asList"));
        assertEquals("'1'", py.get("items", PyObject.class).asList(PyObject.class).get(0).repr());
        ConversionException error = assertThrows(ConversionException.class,
                () -> py.get("items", new TypeRef<List<Integer>>() { }));
        assertTrue(error.getMessage().contains("[0]") && error.getMessage().contains("str")
                && error.getMessage().contains("java.lang.Integer"), error.getMessage());
    }

    @Test
    void aConversionThatFailsSaysWhichTypes() {
        py.exec("def f(): return 'text'");
        ConversionException error = assertThrows(ConversionException.class, () -> py.invoke(int.class, "f"));
        assertTrue(error.getMessage().contains("str") && error.getMessage().contains("int"), error.getMessage());
        assertThrows(ConversionException.class, () -> py.eval(byte.class, "128"));
        assertThrows(ConversionException.class, () -> py.eval(long.class, "2**63"));
        assertThrows(ConversionException.class, () -> py.eval(int.class, "1.0"));
        assertThrows(NullPointerException.class, () -> py.eval(int.class, "None"));
    }

    @Test
    void anArgumentThatCannotCrossIsNamed() {
        py.exec("def f(a, b, c=None): return a");
        List<Object> loop = new java.util.ArrayList<>();
        loop.add(loop);
        ConversionException second = assertThrows(ConversionException.class, () -> py.invoke("f", 1, loop));
        assertTrue(second.getMessage().contains("argument 2") && second.getMessage().contains("java.util.ArrayList"),
                second.getMessage());
        ConversionException keyword =
                assertThrows(ConversionException.class, () -> py.invoke("f", 1, 2, Kwargs.of("c", loop)));
        assertTrue(keyword.getMessage().contains("'c'"), keyword.getMessage());
        assertEquals(1L, py.invoke("f", 1, 2));
    }

    // ---- modules

    @Test
    void modulesAreObjects() {
        PyObject math = py.importModule("math");
        assertEquals(3.0, math.invokeMethod("sqrt", 9));
        assertEquals("module", math.typeName());
        assertEquals("xml.etree.ElementTree", py.importModule("xml.etree.ElementTree").getAttr("__name__"));
        assertTrue(raised("ModuleNotFoundError", () -> py.importModule("krait_no_such_module")).isInstance("ImportError"));
        raised("ModuleNotFoundError", () -> py.importModule("json.nothing"));
    }

    // ---- null and closed

    @Test
    void nullWhereNoneMayBeIsNamed() {
        Map<String, org.junit.jupiter.api.function.Executable> cases = new LinkedHashMap<>();
        cases.put("code", () -> py.exec(null));
        cases.put("expression", () -> py.eval(null));
        cases.put("file", () -> py.run(null));
        cases.put("name", () -> py.importModule(null));
        cases.put("args", () -> py.invoke("print", (Object[]) null));
        cases.put("type", () -> py.get("x", (Class<?>) null));
        cases.put("executable", () -> PythonInterpreter.builder().python(null));
        cases.put("folder", () -> PythonInterpreter.builder().home(null));
        cases.put("folders", () -> PythonInterpreter.builder().paths((Path[]) null));
        cases.put("arguments", () -> PythonInterpreter.builder().argv((String[]) null));
        cases.put("argument", () -> PythonInterpreter.builder().argv("a", null));
        cases.put("loader", () -> PythonInterpreter.builder().classLoader(null));
        cases.put("value", () -> PythonInterpreter.builder().environment("A", null));
        cases.put("in", () -> PythonInterpreter.builder().stdin(null));
        cases.put("out", () -> PythonInterpreter.builder().stdout(null));
        cases.put("logger", () -> PythonInterpreter.builder().stderr(null, System.Logger.Level.INFO));
        cases.forEach((name, code) -> {
            String message = assertThrows(NullPointerException.class, code, name).getMessage();
            assertTrue(message != null && message.startsWith(name), name + ": " + message);
        });
        for (org.junit.jupiter.api.function.Executable code : List.<org.junit.jupiter.api.function.Executable>of(
                () -> py.set(null, 1), () -> py.get(null), () -> py.invoke((String) null), () -> py.function(null))) {
            assertEquals("name", assertThrows(NullPointerException.class, code).getMessage());
        }
    }

    @Test
    void settingsThatNothingCanHaveAreRefusedWhereTheyAreMade() {
        PythonInterpreter.Builder builder = PythonInterpreter.builder();
        for (String name : List.of("", "A=B", "A\0")) {
            String message = assertThrows(IllegalArgumentException.class, () -> builder.environment(name, "x")).getMessage();
            assertTrue(message.contains("environment variable") && message.contains('"' + name + '"'), message);
        }
        String message = assertThrows(IllegalArgumentException.class, () -> builder.environment("A", "x\0")).getMessage();
        assertTrue(message.contains("environment variable A"), message);
        // Not another Python than the one that was to be named here.
        assertThrows(IllegalArgumentException.class, () -> builder.python(Path.of("")));
    }

    @Test
    void aClosedInterpreterSaysSo() {
        PythonInterpreter closed = PythonInterpreter.create();
        closed.exec("def f(x): return x\nclass C: pass\nc = C()");
        PyFunction f = closed.function("f");
        PyObject c = closed.get("c", PyObject.class);
        assertFalse(closed.isClosed());
        closed.close();
        assertTrue(closed.isClosed());
        for (org.junit.jupiter.api.function.Executable code : List.<org.junit.jupiter.api.function.Executable>of(
                () -> closed.exec("1"), () -> closed.eval("1"), () -> closed.get("f"), () -> closed.set("x", 1),
                () -> closed.invoke("f", 1), () -> closed.importModule("json"), () -> closed.function("f"),
                () -> closed.run(Path.of("x.py")), () -> f.call(1), () -> f.callLong(1), () -> f.callDouble(1),
                () -> c.getAttr("x"), () -> c.repr(), () -> c.hashCode(), () -> c.invokeMethod("x"))) {
            String message = assertThrows(IllegalStateException.class, code).getMessage();
            assertTrue(message.contains("closed"), message);
        }
        assertNotNull(c.toString());
        f.close();
        c.close();
    }

    @Test
    void closingTwiceIsHarmless() {
        PythonInterpreter closed = PythonInterpreter.create();
        closed.close();
        closed.close();
        PyObject object = py.eval(PyObject.class, "object()");
        object.close();
        object.close();
        assertTrue(assertThrows(IllegalStateException.class, object::repr).getMessage().contains("closed"));
        assertTrue(assertThrows(IllegalStateException.class, () -> py.set("x", object)).getMessage().contains("closed"));
        assertEquals(2L, py.eval("1 + 1"));
    }

    @Test
    void closingFromAnotherThreadIsHarmless() throws Exception {
        PythonInterpreter closed = PythonInterpreter.create();
        closed.exec("x = 1");
        Thread thread = new Thread(closed::close);
        thread.start();
        thread.join();
        assertThrows(IllegalStateException.class, () -> closed.get("x"));
        closed.close();
    }

    @Test
    void closingWhileItsCodeRunsLetsTheCodeEnd() {
        PythonInterpreter closed = PythonInterpreter.create();
        Runnable close = closed::close;
        closed.set("close", close);
        closed.exec("def f():\n    close()\n    return 'still here'");
        assertEquals("still here", closed.invoke("f"));
        assertThrows(IllegalStateException.class, () -> closed.invoke("f"));
    }

    @Test
    void whatIsClosedFreesWhatItHeld() {
        PythonInterpreter closed = PythonInterpreter.create();
        closed.exec(lines("class Held: pass", "held = Held()", "held.me = held",
                "import weakref, gc", "ref = weakref.ref(held)"));
        PyObject ref = closed.get("ref", PyObject.class);
        py.set("ref", ref);
        assertEquals(true, py.eval("ref() is not None"));
        closed.close();
        assertEquals(true, py.eval("__import__('gc').collect() >= 0 and ref() is None"));
    }

    @Test
    void fiveHundredInterpretersOneAfterTheOther() {
        for (int i = 0; i < 500; i++) {
            try (PythonInterpreter each = PythonInterpreter.create()) {
                each.set("x", i);
                assertEquals(i + 1L, each.eval("x + 1"));
            }
        }
    }

    @Test
    void aHundredInterpretersAtOnce() {
        PythonInterpreter[] all = new PythonInterpreter[100];
        for (int i = 0; i < all.length; i++) {
            all[i] = PythonInterpreter.create();
            all[i].exec("me = " + i + "\ndef f(): return me");
        }
        for (int i = 0; i < all.length; i++) {
            assertEquals((long) i, all[i].invoke("f"));
        }
        for (PythonInterpreter each : all) {
            each.close();
        }
    }

    @Test
    void objectsOfOneInterpreterServeAnother() {
        try (PythonInterpreter other = PythonInterpreter.create()) {
            PyObject object = py.eval(PyObject.class, "object()");
            other.set("it", object);
            py.set("it", object);
            assertSame(Boolean.TRUE, py.invoke("isinstance", other.get("it"), py.eval("object")));
            assertEquals(object, other.get("it"));
        }
    }

    // ---- settings

    @Test
    void settingsArrive(@TempDir Path folder) throws Exception {
        Path first = Files.createDirectories(folder.resolve("first"));
        Path second = Files.createDirectories(folder.resolve("zweiter ä"));
        Files.writeString(first.resolve("krait_test_settings.py"), "WHERE = 'first'");
        Files.writeString(second.resolve("krait_test_settings.py"), "WHERE = 'second'");
        Files.writeString(second.resolve("krait_test_settings2.py"), "WHERE = 'second'");
        String before = py.eval(String.class, "__import__('os').getcwd()");
        py.exec("import sys\nbefore = (list(sys.path), list(sys.argv))");
        try (PythonInterpreter with = PythonInterpreter.builder().paths(first, second).argv("prog", "ä", "")
                .environment("KRAIT_TEST_ENV", "größe").workingDirectory(folder).build()) {
            assertEquals("first", with.get("krait_test_settings.WHERE"));
            assertEquals("second", with.get("krait_test_settings2.WHERE"));
            assertEquals(List.of("prog", "ä", ""), with.get("sys.argv"));
            assertEquals("größe", with.invoke("os.environ.get", "KRAIT_TEST_ENV"));
            assertEquals("größe\n", with.eval("__import__('subprocess').run(['sh', '-c', 'echo $KRAIT_TEST_ENV'],"
                    + " capture_output=True, encoding='utf-8').stdout"));
            assertEquals(folder.toRealPath().toString(), with.invoke("os.getcwd"));
        } finally {
            py.exec("sys.path[:], sys.argv[:] = before");
            py.invoke("os.chdir", before);
        }
    }

    @Test
    void anInterpreterDoesNotChangeWhatAnOpenOneHasSet(@TempDir Path folder) throws Exception {
        Path other = Files.createDirectory(folder.resolve("other"));
        String before = py.eval(String.class, "__import__('os').getcwd()");
        py.exec("import sys\nbefore = list(sys.argv)");
        PythonInterpreter first = PythonInterpreter.builder().workingDirectory(folder).argv("a").environment("KRAIT_TEST_X", "1").build();
        try {
            PythonInterpreter.builder().workingDirectory(folder).argv("a").environment("KRAIT_TEST_X", "1").build().close();
            PythonInterpreter.builder().argv("b").isolation(Isolation.SUB_INTERPRETER).build().close();
            refused("the working directory to " + folder + ", it cannot be " + other,
                    PythonInterpreter.builder().workingDirectory(other));
            refused("sys.argv to [a], it cannot be [b]", PythonInterpreter.builder().argv("b"));
            refused("the environment variable KRAIT_TEST_X to 1, it cannot be 2",
                    PythonInterpreter.builder().environment("KRAIT_TEST_X", "2").isolation(Isolation.SUB_INTERPRETER));
            assertEquals(folder.toRealPath().toString(), first.invoke("os.getcwd"));
            first.close();
            try (PythonInterpreter second = PythonInterpreter.builder().workingDirectory(other).build()) {
                assertEquals(other.toRealPath().toString(), second.invoke("os.getcwd"));
            }
        } finally {
            first.close();
            py.exec("sys.argv[:] = before");
            py.invoke("os.chdir", before);
        }
    }

    private static void refused(String message, PythonInterpreter.Builder builder) {
        IllegalStateException error = assertThrows(IllegalStateException.class, builder::build);
        assertTrue(error.getMessage().contains(message), error.getMessage());
    }

    @Test
    void aWorkingDirectoryThatIsMissingIsPythonsError(@TempDir Path folder) {
        PythonException error = raised("FileNotFoundError",
                () -> PythonInterpreter.builder().workingDirectory(folder.resolve("nothing")).build());
        assertTrue(error.getMessage().contains("the working directory cannot be set"), error.getMessage());
        assertTrue(error.getMessage().contains(folder.resolve("nothing").toString()), error.getMessage());
    }
}
