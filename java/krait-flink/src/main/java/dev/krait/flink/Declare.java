package dev.krait.flink;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;

/**
 * Makes a jar of classes for the functions of a Python file, each with a name for SQL, so that not a line of Java is written
 * for them:
 *
 * <pre>
 * java -cp "$FLINK_HOME/lib/*:krait-flink.jar" dev.krait.flink.Declare udfs.py udfs-functions.jar
 *
 * CREATE TEMPORARY SYSTEM FUNCTION mean AS 'udfs.Mean' USING JAR '…/udfs-functions.jar';
 * </pre>
 *
 * <p>Functions with a type for their result are there, and classes of aggregate functions; a function that returns an iterator is a
 * table function. The jar has the file, too. {@code krait-flink} itself is needed besides: in {@code lib/}, or by another {@code USING JAR}.
 */
public final class Declare {
    /** Stands, in the templates, for what names the function. */
    static final String SPEC = "template.py:function";

    private static final Map<String, Class<?>> TEMPLATES =
            Map.of("scalar", ScalarTemplate.class, "table", TableTemplate.class, "aggregate", AggregateTemplate.class);

    private Declare() {
    }

    /**
     * Makes the jar, and prints the statements that register its functions.
     *
     * @param args the Python file, and the jar
     * @throws IOException if the file cannot be read, or the jar not be written
     */
    public static void main(String[] args) throws IOException {
        if (args.length != 2) {
            System.err.println("usage: dev.krait.flink.Declare FILE.py FUNCTIONS.jar");
            System.exit(2);
        }
        Path jar = Path.of(args[1]).toAbsolutePath();
        declare(args[0], jar).forEach((name, type) -> System.out.printf(Locale.ROOT,
                "CREATE TEMPORARY SYSTEM FUNCTION %s AS '%s' USING JAR '%s'; -- %s%n", simple(name), name, jar, type));
    }

    /** Makes the jar; gives the classes' names with their types. */
    static Map<String, String> declare(String file, Path jar) throws IOException {
        Map<String, String> types = new TreeMap<>();
        PythonDefinition module = new PythonDefinition().with(FunctionSpec.parse(file + ":module"), null);
        // The jar's file is found by its name alone.
        String name = module.module() + ".py";
        try (OutputStream out = Files.newOutputStream(jar); JarOutputStream entries = new JarOutputStream(out)) {
            write(entries, name, module.files.get(name));
            for (Object each : declared(module)) {
                String function = (String) ((Object[]) each)[0];
                String kind = (String) ((Object[]) each)[1];
                PythonDefinition definition = module.copy();
                definition.spec = FunctionSpec.parse(name + ":" + function);
                String type = Annotations.read(definition, Kind.valueOf(kind.toUpperCase(Locale.ROOT)), null).text();
                String className = module.module() + "." + function;
                write(entries, className.replace('.', '/') + ".class",
                        copy(TEMPLATES.get(kind), className, name + ":" + function + type));
                types.put(className, kind + type);
            }
        }
        return types;
    }

    private static List<?> declared(PythonDefinition module) {
        try (PythonRuntime runtime = PythonRuntime.open(module, Surroundings.client(null))) {
            return runtime.declared();
        }
    }

    private static String simple(String className) {
        return className.substring(className.lastIndexOf('.') + 1);
    }

    private static void write(JarOutputStream entries, String name, byte[] content) throws IOException {
        JarEntry entry = new JarEntry(name);
        entry.setTime(0);
        entries.putNextEntry(entry);
        entries.write(content);
    }

    /**
     * The bytes of a template under another name, for another function: both are texts in the class's pool of constants, and nothing
     * else in a class file depends on how long they are.
     */
    private static byte[] copy(Class<?> template, String name, String spec) throws IOException {
        String path = template.getName().replace('.', '/');
        ByteArrayOutputStream copy = new ByteArrayOutputStream();
        try (InputStream resource = template.getResourceAsStream(simple(template.getName()) + ".class")) {
            DataInputStream in = new DataInputStream(new ByteArrayInputStream(resource.readAllBytes()));
            DataOutputStream out = new DataOutputStream(copy);
            out.writeLong(in.readLong());
            int count = in.readUnsignedShort();
            out.writeShort(count);
            for (int i = 1; i < count; i++) {
                int tag = in.readUnsignedByte();
                out.writeByte(tag);
                if (tag == 1) {
                    String text = in.readUTF();
                    out.writeUTF(text.equals(path) ? name.replace('.', '/') : text.equals(SPEC) ? spec : text);
                } else {
                    out.write(in.readNBytes(size(tag)));
                    // A long or double counts as two.
                    i += tag == 5 || tag == 6 ? 1 : 0;
                }
            }
            in.transferTo(out);
        }
        return copy.toByteArray();
    }

    /** How many bytes a constant has behind its tag. */
    private static int size(int tag) {
        switch (tag) {
            case 7:
            case 8:
            case 16:
            case 19:
            case 20:
                return 2;
            case 15:
                return 3;
            case 5:
            case 6:
                return 8;
            default:
                return 4;
        }
    }
}
