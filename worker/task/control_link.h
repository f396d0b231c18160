/*
 * control_link.h - the task's end of the socketpair to its worker.
 *
 * A thread of its own reads commands and writes what is queued, so that a stop reaches a task that is deep inside a
 * plugin's open() or poll(): it makes the stop descriptor readable and calls interrupt(). Everything else only sets
 * what kc_link_command() answers.
 */
#ifndef KC_TASK_CONTROL_LINK_H
#define KC_TASK_CONTROL_LINK_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct kc_link;

enum kc_command { KC_COMMAND_RUN, KC_COMMAND_PAUSE, KC_COMMAND_STOP };

/* Takes over the connected socket `fd`, which kc_link_close() closes. NULL: *err. */
struct kc_link *kc_link_open(int fd, struct kc_error *err);
/* Writes out what is queued, for at most a second, and ends the thread. NULL is ignored. */
void kc_link_close(struct kc_link *l);

/* Waits up to timeout_ms for the first message, the start. The caller deletes it; NULL: *err. Before kc_link_run(). */
cJSON *kc_link_first(struct kc_link *l, int timeout_ms, struct kc_error *err);
/* Starts the thread; from here on commands are obeyed. `paused`: begin as after a pause command. */
kc_status kc_link_run(struct kc_link *l, bool paused, struct kc_error *err);

/* What the worker wants now. Once STOP, always STOP. [any thread] */
enum kc_command kc_link_command(struct kc_link *l);
/* kc_mono_ms() of when the stop came; 0: it has not. [any thread] */
int64_t kc_link_stopped_at(struct kc_link *l);
/* Readable from the moment a stop is wanted. [any thread] */
int kc_link_stop_fd(const struct kc_link *l);
/* Sleeps up to timeout_ms, less when a command arrives that changes what is wanted. [task thread] */
void kc_link_wait(struct kc_link *l, int timeout_ms);

/*
 * Sets what a stop calls, from the link's thread: interrupt(task). NULL takes it away; afterwards it is not running
 * and will not run. A stop that came earlier calls it at once. [task thread]
 */
void kc_link_on_stop(struct kc_link *l, void (*interrupt)(void *task), void *task);

/* Queues one message of control.h. Dropped with false when the worker does not read. [any thread] */
bool kc_link_state(struct kc_link *l, const char *state);
bool kc_link_failed(struct kc_link *l, const struct kc_error *why);
bool kc_link_progress(struct kc_link *l, const char *phase, const char *item, uint64_t done, uint64_t total);
/* `stats` is of kc_link_message("stats") and taken over. */
bool kc_link_stats(struct kc_link *l, cJSON *stats);
/* A message of this type without anything else in it. */
cJSON *kc_link_message(const char *type);
/* `names` is a list of texts, and taken over. */
bool kc_link_topics(struct kc_link *l, cJSON *names);

#endif
