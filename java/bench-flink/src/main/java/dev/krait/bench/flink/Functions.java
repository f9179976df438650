package dev.krait.bench.flink;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.table.functions.AsyncScalarFunction;
import org.apache.flink.table.functions.ScalarFunction;
import org.apache.flink.table.functions.TableFunction;

/** What functions.py has, in Java. */
public final class Functions {
    private Functions() {
    }

    /** One JSON object, whose field {@code a} comes back in lower case. */
    public static final class JsonValueLower extends ScalarFunction {
        private static final long serialVersionUID = 1;

        private transient ObjectMapper mapper;

        public String eval(String line) throws JsonProcessingException {
            if (mapper == null) {
                mapper = new ObjectMapper();
            }
            ObjectNode node = (ObjectNode) mapper.readTree(line);
            node.put("a", node.get("a").asText().toLowerCase(Locale.ROOT));
            return mapper.writeValueAsString(node);
        }
    }

    /** The line itself: what is left is what Flink does for each row, whichever function it calls. */
    public static final class Same extends ScalarFunction {
        private static final long serialVersionUID = 1;

        public String eval(String line) {
            return line;
        }
    }

    /** One more. */
    public static final class Increment extends ScalarFunction {
        private static final long serialVersionUID = 1;

        public Long eval(Long x) {
            return x + 1;
        }
    }

    /** One more, as soon as it is asked for: what is left is what Flink does for each row of an asynchronous function. */
    public static final class IncrementAsync extends AsyncScalarFunction {
        private static final long serialVersionUID = 1;

        public void eval(CompletableFuture<Long> result, Long x) {
            result.complete(x + 1);
        }
    }

    /** A number and the two after it. */
    public static final class Three extends TableFunction<Long> {
        private static final long serialVersionUID = 1;

        public void eval(Long x) {
            collect(x);
            collect(x + 1);
            collect(x + 2);
        }
    }
}
