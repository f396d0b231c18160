/*
 * crash_page.h - one page of memory shared by a task and its worker: what the task is doing, and where it died.
 * The task writes, the worker reads after the task's end or for the watchdog. Written around each call into a plugin,
 * from signal handlers, and by threads of a plugin (kc_crash_page_alive), so everything in it is fixed-size, and
 * since_ms and sequence are atomic: they tell a reader whether the texts are of the call in progress.
 */
#ifndef KC_SUPERVISOR_CRASH_PAGE_H
#define KC_SUPERVISOR_CRASH_PAGE_H

#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

enum { KC_CRASH_FRAMES = 24, KC_CRASH_TEXT_BYTES = 64, KC_CRASH_FRAME_BYTES = 96 };

struct kc_crash_page {
    _Atomic uint64_t sequence;           /* grows with every call into a plugin */
    _Atomic int64_t since_ms;            /* kc_mono_ms() when the current call began; 0: not in a plugin */
    char component[KC_CRASH_TEXT_BYTES]; /* "mysql-source 0.1.0" */
    char call[KC_CRASH_TEXT_BYTES];      /* "poll" */
    volatile int32_t signal;             /* 0: no crash */
    volatile uint32_t n_frames;
    uint64_t address;                                   /* si_addr */
    char frames[KC_CRASH_FRAMES][KC_CRASH_FRAME_BYTES]; /* "kc-mysql.so+0x1a2b kc_rows_next" */
};

/* Worker: an anonymous file with an empty page; the descriptor, or -1 with *err. */
int kc_crash_page_create(struct kc_crash_page **page, struct kc_error *err);
/*
 * Task: maps descriptor KC_CRASH_FD and installs the handlers for SEGV BUS ILL FPE ABRT on a stack of their own. Call it
 * on the thread that will call into plugins, before the first dlopen (the stack is that thread's alone, so that a stack
 * overflow there is caught too). The handler fills the page and lets the signal take its default course, so the parent
 * sees the process end by that very signal. Under AddressSanitizer these handlers replace the sanitizer's for signals;
 * its own findings (use after free ...) end the process with exit status 1, or with ABRT where abort_on_error is set.
 * A process that a plugin forks has no such page: what becomes of it is not taken for the task's end, and a copy that comes
 * back from the plugin's call, a second task in all but name, ends there with SEGV.
 */
struct kc_crash_page *kc_crash_page_attach(int fd, struct kc_error *err);
void kc_crash_page_release(struct kc_crash_page *page);
/* "SIGSEGV in poll of mysql-source 0.1.0 at kc-mysql.so+0x1a2b kc_rows_next" and the frames, a line each. */
void kc_crash_page_describe(const struct kc_crash_page *page, struct kc_buf *out);
/* " in poll of mysql-source 0.1.0", or nothing when the process was in no plugin's call. */
void kc_crash_page_call(const struct kc_crash_page *page, struct kc_buf *out);

/* Task: marks the call about to be made; NULL call: back from it. A few stores. */
void kc_crash_page_enter(struct kc_crash_page *page, const char *component, const char *call);
/* Task: the call in progress is alive; its time starts anew. Nothing happens outside a call. Any thread. */
void kc_crash_page_alive(struct kc_crash_page *page);

#endif
