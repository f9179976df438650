package dev.krait;

/**
 * Krait for management tools (JMX): the numbers of {@link KraitMetrics}, and the Python stacks. Registered as {@code
 * dev.krait:type=Krait} in the platform's MBean server about a second after the first interpreter was opened, where the JVM has
 * the module {@code java.management}; a second class loader's Krait has {@code loader=} and a number in its name besides. System
 * property {@code krait.jmx=false} leaves it out.
 */
public interface KraitMXBean {
    /**
     * Calls from Java to Python.
     *
     * @return how many began
     */
    long getCalls();

    /**
     * Calls from Python to Java.
     *
     * @return how many began
     */
    long getCallbacks();

    /**
     * Calls to Python that ended with an exception.
     *
     * @return how many ended so
     */
    long getErrors();

    /**
     * The bytes of operands.
     *
     * @return the number of bytes
     */
    long getBytesToPython();

    /**
     * The bytes of results.
     *
     * @return the number of bytes
     */
    long getBytesToJava();

    /**
     * How long calls waited for the GIL while that was measured.
     *
     * @return the time in nanoseconds
     */
    long getGilWaitNanos();

    /**
     * Whether waits for the GIL are measured.
     *
     * @return whether they are
     */
    boolean isGilWaitMeasured();

    /**
     * Switches measuring the waits for the GIL on or off.
     *
     * @param on whether to measure
     */
    void setGilWaitMeasured(boolean on);

    /**
     * Python objects that Java holds.
     *
     * @return how many
     */
    long getPythonObjects();

    /**
     * Java objects that Python holds.
     *
     * @return how many
     */
    long getJavaObjects();

    /**
     * Interpreters that are open.
     *
     * @return how many
     */
    int getInterpreters();

    /**
     * Thread states that Krait made in CPython and has not freed.
     *
     * @return how many
     */
    long getThreadStates();

    /**
     * What all threads run in Python; see {@link PythonInterpreter#dumpStacks}.
     *
     * @return the stacks, as text
     */
    String dumpStacks();
}
