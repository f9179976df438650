package dev.krait.flink;

/** A table function that {@link Declare} copies, under other names and for other functions. Flink wants it public. */
public final class TableTemplate extends PythonTableFunction {
    private static final long serialVersionUID = 1L;

    /** For Flink. */
    public TableTemplate() {
        super(builder().jarOf(TableTemplate.class).named(Declare.SPEC));
    }
}
