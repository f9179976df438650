package compat;

/** A class for two class loaders. */
public final class One {
    private final int which;

    public One(int which) {
        this.which = which;
    }

    public int which() {
        return which;
    }
}
