package pemja.core;

import java.io.Serializable;
import java.util.Map;

/** An interpreter of another language, as PEMJA 0.5.7 has it. */
@SuppressWarnings("try") // close() throws Exception, as PEMJA has it.
public interface Interpreter extends AutoCloseable, Serializable {
    /**
     * Sets a global.
     *
     * @param name its name
     * @param value its value, or null for None
     */
    void set(String name, Object value);

    /**
     * A global's value.
     *
     * @param name its name
     * @return the value, or null where it is None or there is none
     */
    Object get(String name);

    /**
     * A global's value as a type.
     *
     * @param <T> the type
     * @param name its name
     * @param tClass the type
     * @return the value, or null where it is None or there is none
     */
    <T> T get(String name, Class<T> tClass);

    /**
     * Calls a function.
     *
     * @param name its name
     * @param args the arguments
     * @return the result
     */
    Object invoke(String name, Object... args);

    /**
     * Calls a function with keyword arguments.
     *
     * @param name its name
     * @param kwargs the arguments by name
     * @return the result
     */
    Object invoke(String name, Map<String, Object> kwargs);

    /**
     * Calls a function with positional and keyword arguments.
     *
     * @param name its name
     * @param args the positional arguments, or null
     * @param kwargs the keyword arguments, or null
     * @return the result
     */
    Object invoke(String name, Object[] args, Map<String, Object> kwargs);

    /**
     * Calls a method of a global.
     *
     * @param obj the global's name
     * @param method the method's name
     * @param args the arguments
     * @return the result
     */
    Object invokeMethod(String obj, String method, Object... args);

    /**
     * Runs statements.
     *
     * @param code Python source
     */
    void exec(String code);
}
