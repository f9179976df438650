package dev.krait;

/**
 * Krait's own native library could not be unpacked, checked or loaded.
 *
 * <p>The message names the folder and the system property that chooses another: {@code krait.tmpdir} for the folder
 * to unpack to, {@code krait.library.path} for a folder that holds the libraries. The cause is the first failure;
 * further ones (of cleaning up, say) are suppressed exceptions.
 */
public final class NativeLibraryException extends PythonSetupException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes an exception.
     *
     * @param message what was found, what was tried and what to do
     */
    public NativeLibraryException(String message) {
        super(message);
    }

    /**
     * Makes an exception with a cause.
     *
     * @param message what was found, what was tried and what to do
     * @param cause what went wrong below, or null
     */
    public NativeLibraryException(String message, Throwable cause) {
        super(message, cause);
    }
}
