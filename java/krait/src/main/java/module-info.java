/**
 * Real CPython inside the JVM.
 *
 * <p>{@link dev.krait} is the API. Nothing else is exported.
 */
module dev.krait {
    requires static java.management;
    requires static java.sql;
    requires static jdk.jfr;
    requires static org.jspecify;

    exports dev.krait;
}
