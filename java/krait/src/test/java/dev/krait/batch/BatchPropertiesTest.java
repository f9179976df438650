package dev.krait.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.krait.PyFunction;
import dev.krait.PythonInterpreter;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** A batch gives what as many calls give, whatever the rows are. */
class BatchPropertiesTest {
    private static PythonInterpreter py;

    @BeforeContainer
    static void open() {
        py = PythonInterpreter.create();
        py.exec("def same(x): return x\ndef joined(*args): return '|'.join(map(repr, args))");
    }

    @AfterContainer
    static void close() {
        py.close();
    }

    /** Rows mostly of one shape, as they are in tables, of which some are not. */
    @Provide
    Arbitrary<Object> value() {
        Arbitrary<String> texts = Arbitraries.oneOf(
                Arbitraries.strings().ascii().ofMaxLength(40),
                Arbitraries.strings().withCharRange('\u0000', '\u00ff').ofMaxLength(40),
                Arbitraries.strings().withCharRange('\u0000', '\uffff').ofMaxLength(20));
        return Arbitraries.frequencyOf(
                Tuple.of(30, texts.map(text -> (Object) text)),
                Tuple.of(2, Arbitraries.just(null)),
                Tuple.of(1, Arbitraries.longs().map(number -> (Object) number)));
    }

    @Property(tries = 300)
    void everyRowIsACallWithIt(@ForAll @Size(max = 60) List<@From("value") Object> rows) {
        PyFunction joined = py.function("joined");
        assertEquals(rows.stream().map(joined::call).collect(Collectors.toList()), joined.map(rows).collect(Collectors.toList()));
        assertEquals(rows, py.function("same").map(rows).collect(Collectors.toList()));
    }

    @Property(tries = 300)
    void everyRowOfArgumentsIsACallWithThem(@ForAll @Size(max = 60) List<@From("value") Object> values) {
        List<Object[]> rows = IntStream.range(0, values.size())
                .mapToObj(i -> new Object[] {(long) i, values.get(i), i / 2.0, values.get(values.size() - 1 - i)})
                .collect(Collectors.toList());
        PyFunction joined = py.function("joined");
        assertEquals(rows.stream().map(joined::call).collect(Collectors.toList()), joined.callBatch(rows).collect(Collectors.toList()));
    }
}
