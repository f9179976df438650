package dev.krait.internal;

/** Python cannot make an argument. Native code knows its index alone; who called says which object it is. */
final class UnmadeArgument extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Counted from 0; keyword arguments count on from the positional ones. */
    final int index;

    UnmadeArgument(int index, String why) {
        super(why, null, false, false);
        this.index = index;
    }
}
