package dev.krait.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** {@code json_value_lower}: one JSON object, whose field {@code a} comes back in lower case. */
@State(Scope.Benchmark)
public class Json {
    private static final int TIMES = 20;

    @Param({"100", "1000", "10000"})
    private int bytes;

    private String line;
    private final ObjectMapper mapper = new ObjectMapper();

    @Setup
    public void make() {
        StringBuilder text = new StringBuilder("{\"a\": \"Some Name In Mixed Case\"");
        for (int i = 0; text.length() < bytes - 1; i++) {
            text.append(", \"field").append(i).append("\": ").append(i % 2 == 0 ? "\"value\"" : "12.5");
        }
        line = text.append('}').toString();
    }

    @Benchmark
    @Goal(of = "Plain", atMost = 1.1, param = "100")
    public Object jsonValueLower(Python python) {
        return python.jsonValueLower.call(line);
    }

    @Benchmark
    public String jsonValueLowerFloor(Python python, FloorThread floor) {
        return Floor.callUtf8(floor.state, floor.jsonValueLower, line);
    }

    @Benchmark
    public String jsonValueLowerTuned(Python python, FloorThread floor) {
        return Floor.callString(floor.state, floor.jsonValueLower, line);
    }

    @Benchmark
    @OperationsPerInvocation(TIMES)
    public Object jsonValueLowerPlain(Python python) {
        return python.repeat.call(TIMES, python.jsonValueLower, line);
    }

    @Benchmark
    public String jsonValueLowerJackson() throws JsonProcessingException {
        ObjectNode node = (ObjectNode) mapper.readTree(line);
        node.put("a", node.get("a").asText().toLowerCase(Locale.ROOT));
        return mapper.writeValueAsString(node);
    }
}
