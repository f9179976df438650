package dev.krait.flink;

/** A scalar function that {@link Declare} copies, under other names and for other functions. Flink wants it public. */
public final class ScalarTemplate extends PythonScalarFunction {
    private static final long serialVersionUID = 1L;

    /** For Flink. */
    public ScalarTemplate() {
        super(builder().jarOf(ScalarTemplate.class).named(Declare.SPEC));
    }
}
