package dev.krait.internal;

import java.util.Set;

/** What Java packages hold, for the tool. */
public final class Packages {
    private Packages() {
    }

    /**
     * The public classes of a package.
     *
     * @param name the package's name
     * @param loader where to look
     * @return their simple names, sorted; none if it is no package, or one that cannot be listed
     */
    public static Set<String> list(String name, ClassLoader loader) {
        return new ClassFinder(loader, Classes.ALL).list(name);
    }
}
