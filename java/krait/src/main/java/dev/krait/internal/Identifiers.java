package dev.krait.internal;

import java.text.Normalizer;

/** Names as Python's compiler writes them into its tables: in normal form KC, so that ﬁ and fi are one name. */
public final class Identifiers {
    private Identifiers() {
    }

    /**
     * The name as it stands in Python's tables.
     *
     * @param name a name as a user writes it
     * @return the name in normal form
     */
    public static String normal(String name) {
        for (int i = 0; i < name.length(); i++) {
            if (name.charAt(i) >= 0x80) {
                return Normalizer.normalize(name, Normalizer.Form.NFKC);
            }
        }
        return name;
    }
}
