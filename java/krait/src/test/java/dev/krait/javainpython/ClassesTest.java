package dev.krait.javainpython;

import static dev.krait.testing.Pythons.raised;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.krait.PythonException;
import dev.krait.PythonInterpreter;
import org.junit.jupiter.api.Test;

/** Importing Java classes, and what they are in Python. */
class ClassesTest extends JavaInPython {
    @Test
    void classesAreImportedInEveryWayThatPythonHas() {
        run("import java.util.ArrayList", "assert java.util.ArrayList().size() == 0",
                "from java.time import Duration", "assert Duration.ofSeconds(90).total_seconds() == 90",
                "import java.util.HashMap as M", "assert M().isEmpty()",
                "from dev.krait.javainpython import Shapes", "assert Shapes(3).count == 3",
                "from dev.krait.javainpython.Shapes import Corner", "assert Corner(4).x == 4",
                "import java.util", "assert java.util.Map.Entry.__qualname__ == 'Map.Entry'",
                "import java", "assert java.lang.Math.abs(-2) == 2",
                "from java.lang.Math import max as java_max", "assert java_max(1, 5) == 5");
    }

    @Test
    void aPackageThatCanBeListedIsImportedWithAStar() {
        run("scope = {}", "exec('from java.util.function import *', scope)",
                "assert 'Function' in scope and 'BiConsumer' in scope",
                "import java.util.function, dev.krait.javainpython",
                "assert 'Supplier' in dir(java.util.function)", "assert 'Shapes' in dir(dev.krait.javainpython)");
    }

    @Test
    void anUnknownClassIsAnImportErrorThatNamesItAndTheLoaders() {
        PythonException missing = raised("ImportError", () -> py.exec("from java.util import Nothing"));
        assertTrue(missing.pythonMessage().contains("java.util.Nothing"), missing.pythonMessage());
        assertTrue(missing.pythonMessage().contains(ClassLoader.getSystemClassLoader().toString()), missing.pythonMessage());
        raised("ImportError", () -> py.exec("import java.util.Nothing"));
        raised("ImportError", () -> py.exec("import java.nothing.Something"));
        raised("ModuleNotFoundError", () -> py.exec("import nothing_like_this"));
        raised("ModuleNotFoundError", () -> py.exec("import json.nothing"));
    }

    @Test
    void pythonsOwnModulesAreNotShadowed() {
        run("import json, sys, email.message", "assert json.__file__.endswith('.py')",
                "assert sys.meta_path[-1].__class__.__name__ == 'JavaFinder'");
    }

    @Test
    void theClassOfAnObjectIsItsJavaClass() {
        run("from java.util import ArrayList, List, Map", "import java",
                "l = ArrayList()", "assert type(l) is ArrayList",
                "assert isinstance(l, List) and isinstance(l, java.lang.Iterable) and not isinstance(l, Map)",
                "assert issubclass(ArrayList, java.util.AbstractList) and not issubclass(ArrayList, Map)",
                "assert not isinstance([], List) and not isinstance('x', java.lang.String)",
                "assert repr(ArrayList) == \"<class 'java.util.ArrayList'>\"",
                "assert ArrayList.class_.getName() == 'java.util.ArrayList'");
    }

    @Test
    void nobodyMakesAJavaObjectWithoutJava() {
        run("import krait, copy", "from java.util import ArrayList",
                "def refused(f):",
                "    try: f()",
                "    except TypeError: return True",
                "    return False",
                "assert refused(lambda: ArrayList.__new__(ArrayList))",
                "assert refused(lambda: object.__new__(ArrayList))",
                "assert refused(lambda: krait.JavaObject())",
                "assert refused(lambda: type('X', (ArrayList,), {}))",
                "assert refused(lambda: type('X', (krait.JavaObject,), {})())",
                "class Own(krait.JavaObject):",
                "    def __new__(cls): return object.__new__(cls)",
                "assert refused(Own)",
                "import java",
                "assert refused(lambda: copy.copy(java.lang.Object()))");
    }

    @Test
    void fieldsStaticMembersAndNestedClassesAreAttributes() {
        run("from dev.krait.javainpython import Shapes",
                "assert Shapes.LIMIT == 12 and Shapes().LIMIT == 12",
                "Shapes.label = 'new'", "assert Shapes.label == 'new'",
                "s = Shapes()", "s.count = 7", "assert s.count == 7 and s.fixed == 'fixed'",
                "def refused(f, error):",
                "    try: f()",
                "    except error: return True",
                "    return False",
                "assert refused(lambda: setattr(s, 'fixed', 'x'), AttributeError)",
                "assert refused(lambda: setattr(Shapes, 'LIMIT', 1), AttributeError)",
                "assert refused(lambda: setattr(s, 'nothing', 1), AttributeError)",
                "assert refused(lambda: setattr(Shapes, 'nothing', 1), AttributeError)",
                "assert refused(lambda: setattr(s, 'count', 'x'), TypeError)",
                "assert Shapes.Corner(5).x == 5 and Shapes.Corner.Deep().where() == 'deep'",
                "assert Shapes.Kind.ROUND.name() == 'ROUND' and s.kindOf(Shapes.Kind.FLAT) == Shapes.Kind.FLAT",
                "assert str(s.kindOf('ROUND')) == 'ROUND'");
    }

    @Test
    void keywordsAsNamesEndWithAnUnderscore() {
        run("from dev.krait.javainpython import Shapes", "s = Shapes()",
                "assert s.is_() == 'is' and getattr(s, 'is')() == 'is'",
                "assert s.lambda_(lambda: None) == 'ran' and s.print() == 'printed'");
    }

    @Test
    void whatIsNotPublicIsReachedThroughWhatIs() {
        run("from dev.krait.javainpython import Shapes", "h = Shapes.hidden()",
                "assert h.name() == 'hidden' and h.greeting() == 'Hello, hidden'",
                "import java, krait",
                "assert krait.view(java.util.Collections.unmodifiableList)([1]).size() == 1",
                "view = krait.view(java.util.List.of)(1, 2)", "assert view.size() == 2 and view.get(1) == 2");
    }

    @Test
    void dirHelpAndReprShowSignatures() {
        run("import io, pydoc", "from java.util import ArrayList",
                "assert {'add', 'size', 'stream', 'getClass'} <= set(dir(ArrayList()))",
                "assert 'boolean add(E)' in ArrayList.add.__doc__",
                "assert 'ArrayList(int)' in ArrayList.__doc__",
                "text = pydoc.render_doc(ArrayList().add)", "assert 'add(int, E)' in text",
                "text = pydoc.render_doc(ArrayList)", "assert 'AbstractList' in text",
                "assert 'java.util.ArrayList.add' in repr(ArrayList.add)");
        assertEquals("<java.util.ArrayList [1]>", py.eval("repr(ArrayList([1]))"));
    }

    @Test
    void aClassGoesToJavaAsItsClassObject() {
        run("from java.util import ArrayList", "from dev.krait.javainpython import Shapes", "import krait",
                "assert Shapes().same(ArrayList).getName() == 'java.util.ArrayList'",
                "assert krait.java_class('java.util.ArrayList') is ArrayList",
                "assert krait.java_class(ArrayList().getClass()) is ArrayList");
        py.exec("c = ArrayList");
        assertEquals(java.util.ArrayList.class, py.get("c"));
    }

    @Test
    void interpretersWithModulesOfTheirOwnUseJavaToo() {
        for (int i = 0; i < 2; i++) {
            try (PythonInterpreter isolated =
                    PythonInterpreter.builder().isolation(dev.krait.Isolation.SUB_INTERPRETER).build()) {
                isolated.exec("from java.util import ArrayList\nimport threading, krait\n"
                        + "l = ArrayList([2, 1])\nl.sort(lambda a, b: a - b)\nassert list(l) == [1, 2]\n"
                        + "t = threading.Thread(target=lambda: l.add(3))\nt.start()\nt.join()\nassert len(l) == 3\n"
                        + "try: l.get(9)\nexcept IndexError: pass\nelse: assert False");
            }
        }
    }
}
