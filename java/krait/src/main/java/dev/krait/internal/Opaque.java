package dev.krait.internal;

/** An object of Krait's own that Python only holds: it has no class there. */
interface Opaque {
}
