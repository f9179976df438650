package dev.krait.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which folders are said to be mounted noexec. */
final class MountTableTest {
    private static String noexec(String folder, String... lines) {
        return new MountTable(List.of(lines)).noexec(Path.of(folder));
    }

    @Test
    void theInnermostMountDecides() {
        String[] lines = {
            "/dev/a / ext4 rw,relatime 0 0", "tmpfs /no-such tmpfs rw,nosuid,noexec 0 0",
            "tmpfs /no-such/inner tmpfs rw 0 0"
        };
        assertEquals("/no-such", noexec("/no-such/x/y", lines));
        assertEquals("/no-such", noexec("/no-such", lines));
        assertNull(noexec("/no-such/inner/x", lines));
        assertNull(noexec("/no-such-either", lines));
    }

    @Test
    void theLaterOfTwoMountsOnOnePointDecides() {
        assertNull(noexec("/no-such/x", "a /no-such tmpfs noexec 0 0", "b /no-such tmpfs rw 0 0"));
        assertEquals("/no-such", noexec("/no-such/x", "a /no-such tmpfs rw 0 0", "b /no-such tmpfs noexec 0 0"));
    }

    @Test
    void spacesInMountPointsAreUnderstood() {
        assertEquals("/no such/é", noexec("/no such/é/x", "a /no\\040such/\u00c3\u00a9 tmpfs noexec 0 0"));
    }

    @Test
    void anUnknownTableAccusesNobody() {
        assertNull(noexec("/no-such"));
    }
}
