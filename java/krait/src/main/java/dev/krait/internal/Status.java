package dev.krait.internal;

/** What a frame's payload is after a call; the same numbers stand in {@code native/frame/tag.rs}. */
public final class Status {
    /** The payload is one value. */
    public static final int OK = 0;
    /** The payload is an error record: Python raised. */
    public static final int RAISED = 1;
    /** The payload is a code of {@link Failure} and a string value: Krait refuses. */
    public static final int FAILED = 2;
    /** Of an answer that is a number in a register as a rule: this once it is the payload. */
    public static final int VALUE = 3;
    /** Of a simple call, in the lowest byte: the tag of the value stands above it, and the payload is the value's data. */
    public static final int SIMPLE = 4;

    /** Of an up-call: a bit for each argument that is wanted as the object that it is. The call comes again with those. */
    public static final int OBJECTS = 5;

    /** Not in a frame: a number, given back by a call for one, that says to look at the frame. */
    public static final int LOOK = -1518273645;
    /** The same of a frame whose memory has moved. */
    public static final int MOVED = -1518273646;

    private Status() {
    }
}
