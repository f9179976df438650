package dev.krait.cli;

import dev.krait.cli.picocli.CommandLine.ITypeConverter;
import dev.krait.cli.picocli.CommandLine.TypeConversionException;
import java.nio.file.Path;
import java.nio.file.Paths;

/** {@code FILE.py:FUNCTION} of the command line. */
final class FunctionSpec {
    private final Path file;
    private final String function;

    private FunctionSpec(Path file, String function) {
        this.file = file;
        this.function = function;
    }

    /** The last colon separates, so a path may hold colons. */
    static FunctionSpec parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon <= 0 || colon == text.length() - 1 || text.endsWith(".py")) {
            throw new TypeConversionException("'" + text + "' is not FILE.py:FUNCTION");
        }
        return new FunctionSpec(Paths.get(text.substring(0, colon)), text.substring(colon + 1));
    }

    Path file() {
        return file;
    }

    String function() {
        return function;
    }

    @Override
    public String toString() {
        return file + ":" + function;
    }

    /** For the command line's parser. */
    static final class Converter implements ITypeConverter<FunctionSpec> {
        @Override
        public FunctionSpec convert(String text) {
            return parse(text);
        }
    }
}
