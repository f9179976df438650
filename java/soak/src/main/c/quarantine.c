/*
 * Keeps what is freed aside for a while, filled with a pattern, and ends the process where somebody has written to it meanwhile:
 * LD_PRELOAD=libquarantine.so java ... Sanitizers watch code that is compiled for them; this watches all of a process, the JVM's
 * and CPython's memory included, whose flags and counts are what a stale pointer mostly changes.
 *
 * For glibc, whose own allocator has these names.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <execinfo.h>
#include <malloc.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

extern void *__libc_calloc(size_t count, size_t size);
extern void __libc_free(void *memory);

/* Has both kinds of bits wherever flags are, and makes no address. */
#define PATTERN 0xee
#define FRAMES 12
/* Freed at once if larger. */
#define LARGEST ((size_t)4 << 20)
/* So much is kept, in so many pieces. */
#define MOST_BYTES ((size_t)800 << 20)
#define MOST_PIECES ((size_t)1 << 20)
/* Room for pieces of threads that have not taken out as many yet. */
#define SPARE ((size_t)1 << 10)

struct piece {
    unsigned char *memory;
    size_t size;
    long thread;
    int frames;
    void *freed_by[FRAMES];
};

static struct piece *pieces;
static size_t first, next, kept;
static atomic_flag locked = ATOMIC_FLAG_INIT;
/* Of the initial model: finding a thread's value in another one may allocate and free, which asks for it again. */
static _Thread_local __attribute__((tls_model("initial-exec"))) int inside;

static void lock(void) {
    while (atomic_flag_test_and_set_explicit(&locked, memory_order_acquire)) {
        sched_yield();
    }
}

static void unlock(void) {
    atomic_flag_clear_explicit(&locked, memory_order_release);
}

__attribute__((constructor)) static void start(void) {
    /* The first backtrace allocates. */
    void *frames[1];
    backtrace(frames, 1);
    pieces = __libc_calloc(MOST_PIECES, sizeof *pieces);
}

static void report(const struct piece *piece, size_t at) {
    dprintf(STDERR_FILENO, "WRITTEN AFTER IT WAS FREED: byte %zu of %zu at %p is 0x%02x, not 0x%02x. Freed by thread %ld:\n", at,
        piece->size, (void *)piece->memory, piece->memory[at], PATTERN, piece->thread);
    for (int i = 0; i < piece->frames; i++) {
        Dl_info found;
        if (dladdr(piece->freed_by[i], &found) && found.dli_fname) {
            long offset = (char *)piece->freed_by[i] - (char *)found.dli_fbase;
            dprintf(STDERR_FILENO, "    %s+0x%lx %s\n", found.dli_fname, offset, found.dli_sname ? found.dli_sname : "");
        } else {
            dprintf(STDERR_FILENO, "    %p\n", piece->freed_by[i]);
        }
    }
    abort();
}

static void check(const struct piece *piece) {
    for (size_t at = 0; at < piece->size; at++) {
        if (piece->memory[at] != PATTERN) {
            report(piece, at);
        }
    }
}

__attribute__((destructor)) static void end(void) {
    /* Printing frees, too. */
    inside = 1;
    lock();
    for (; first != next; first++) {
        check(&pieces[first % MOST_PIECES]);
    }
    dprintf(STDERR_FILENO, "Nothing was written after it was freed.\n");
    /* Freed without a look from now on. */
    pieces = NULL;
    unlock();
}

void free(void *memory) {
    if (!memory) {
        return;
    }
    struct piece piece = {.memory = memory, .size = malloc_usable_size(memory)};
    if (!pieces || inside || piece.size > LARGEST) {
        __libc_free(memory);
        return;
    }
    inside = 1;
    piece.thread = syscall(SYS_gettid);
    piece.frames = backtrace(piece.freed_by, FRAMES);
    memset(memory, PATTERN, piece.size);
    lock();
    int taken = pieces != NULL;
    if (taken) {
        pieces[next++ % MOST_PIECES] = piece;
        kept += piece.size;
    }
    unlock();
    while (taken) {
        lock();
        taken = pieces && (kept > MOST_BYTES || next - first > MOST_PIECES - SPARE);
        if (taken) {
            piece = pieces[first++ % MOST_PIECES];
            kept -= piece.size;
        }
        unlock();
        if (taken) {
            check(&piece);
            __libc_free(piece.memory);
        }
    }
    inside = 0;
}

/* glibc's own would free without a look. */
void *realloc(void *memory, size_t size) {
    if (!memory) {
        return malloc(size);
    }
    if (!size) {
        free(memory);
        return NULL;
    }
    size_t before = malloc_usable_size(memory);
    void *moved = malloc(size);
    if (moved) {
        memcpy(moved, memory, before < size ? before : size);
        free(memory);
    }
    return moved;
}
