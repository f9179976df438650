package dev.krait.cli;

import dev.krait.cli.picocli.CommandLine.ITypeConverter;
import dev.krait.cli.picocli.CommandLine.TypeConversionException;
import java.nio.file.InvalidPathException;
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
        return new FunctionSpec(path(text.substring(0, colon)), text.substring(colon + 1));
    }

    /** The path of an argument. In a locale such as C, the JVM knows no names but ASCII ones. */
    static Path path(String text) {
        try {
            return Paths.get(text);
        } catch (InvalidPathException e) {
            throw new TypeConversionException("'" + text + "' has characters that this JVM cannot use in file names, whose encoding is "
                    + System.getProperty("sun.jnu.encoding") + ": set another locale, such as LC_ALL=C.UTF-8");
        }
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
