/* child.h - one task process: starting it, talking to it, learning of its end. The loop's thread only. */
#ifndef KC_SUPERVISOR_CHILD_H
#define KC_SUPERVISOR_CHILD_H

#include <cjson/cJSON.h>
#include <uv.h>

#include "supervisor/crash_page.h"

struct kc_child;

/* Called on the loop, never from inside a call to this module. */
struct kc_child_handlers {
    void (*message)(void *arg, const cJSON *message); /* borrowed */
    void (*broken)(void *arg,
                   const struct kc_error *why); /* it sent what is no message; nothing more will be read */
    /* The process is gone and everything that it had sent has been handed over. Once, and last. */
    void (*exited)(void *arg, int64_t exit_status, int term_signal);
};

/*
 * Runs `executable task`: descriptor 3 our socketpair, 4 the crash page, input empty, output and errors to our standard
 * error, everything else closed; in a process group of its own, which is killed whole when the process has ended. `start`
 * (JSON text) is sent at once. NULL: *err.
 */
struct kc_child *kc_child_spawn(uv_loop_t *loop, const char *executable, const char *start,
                                const struct kc_child_handlers *handlers, void *arg, struct kc_error *err);

/* Sends one message, JSON text. What can't be sent any more is dropped: the end of the process will be told. */
void kc_child_send(struct kc_child *c, const char *json);
void kc_child_signal(struct kc_child *c, int signal_number);

int32_t kc_child_pid(const struct kc_child *c);
const struct kc_crash_page *kc_child_page(const struct kc_child *c);

/* Gives it up: no handler is called any more, a process that still runs is killed. Memory goes when the loop is done. */
void kc_child_release(struct kc_child *c);

#endif
