/* source.c - a source: its life, stopping, and continuing from each resume point. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LONG_POLL_MS = 60000, STOP_AFTER_MS = 200, IDLE_POLL_MS = 100, RUN_MS = 3000, REST_MS = 10000 };

static struct kc_kit_source *open_source(struct check *c, struct kc_kit *k)
{
    struct kc_error err = {.struct_size = sizeof(err)};
    struct kc_kit_source *s = kc_kit_source_open(k, c->component, c->options->settings, &err);

    if (s == NULL)
        check_open_failed(c, "", err.status, err.message);
    return s;
}

/* Polls until enough records came, there is nothing for a while, or the time is over. */
static bool run(struct check *c, struct kc_kit_source *s, uint64_t want, uint32_t at_once, int64_t limit_ms)
{
    struct kc_error err = {.struct_size = sizeof(err)};
    int64_t end = check_now_ms() + limit_ms;

    while (kc_kit_source_count(s) < want && check_now_ms() < end) {
        uint64_t left = want - kc_kit_source_count(s);
        kc_status status =
            kc_kit_source_collect(s, left < at_once ? (uint32_t)left : at_once, CHECK_IDLE_MS, at_once, &err);

        if (status < 0) {
            check_fail(c, "poll() failed with status %d: %s", status, err.message);
            return false;
        }
        if (status == KC_NOTHING)
            break;
    }
    return true;
}

void check_source(struct check *c)
{
    struct kc_kit *k = check_kit(c);
    struct kc_error err = {.struct_size = sizeof(err)};
    struct kc_kit_source *s;
    unsigned files;
    bool good;

    files = check_open_files();
    s = open_source(c, k);
    if (s == NULL) {
        (void)check_kit_end(c, k);
        return;
    }
    (void)kc_kit_source_poll(s, KC_POLL_IDLE, IDLE_POLL_MS, 0, NULL, NULL, &err);
    good = run(c, s, c->options->records, 100, RUN_MS);
    for (uint64_t i = 0; good && i < kc_kit_source_count(s); i += 100)
        good = kc_kit_source_commit(s, i, &err) >= 0;
    if (kc_kit_source_count(s) > 0)
        good = kc_kit_source_commit(s, kc_kit_source_count(s) - 1, &err) >= 0 && good;
    kc_kit_source_stop(s);
    kc_kit_source_stop(s); /* interrupt() may come more than once */
    (void)kc_kit_source_poll(s, 0, IDLE_POLL_MS, 10, NULL, NULL, &err);
    if (good && kc_kit_source_count(s) > 0)
        check_pass(c, "open, poll, committed, close: %lu records", (unsigned long)kc_kit_source_count(s));
    else if (good)
        check_skip(c, "it gave no record with this configuration, so little could be seen");
    kc_kit_source_close(s);
    if (check_open_files() > files + 1) /* one for what a library opens once */
        check_fail(c, "close() leaves %u descriptors open that open() had not found",
                   check_open_files() - files);
    if (kc_kit_schema_refs(k) > 0)
        check_fail(c, "close() leaves %ld references to schemas", (long)kc_kit_schema_refs(k));
    if (check_kit_end(c, k) && good)
        check_pass(c, "keeps no pointer to the host's memory, and its own as long as it must");
}

static void stop_kit(void *kit)
{
    kc_kit_stop(kit);
}

static void stop_source(void *source)
{
    kc_kit_source_stop(source);
}

/* The wish to stop while open() runs: stop_fd is all there is then. */
static void stop_in_open(struct check *c)
{
    struct kc_kit *k = check_kit(c);
    struct kc_error err = {.struct_size = sizeof(err)};
    struct kc_kit_source *s;
    int64_t late;

    check_stop_later(c, STOP_AFTER_MS / 10, stop_kit, k);
    s = kc_kit_source_open(k, c->component, c->options->settings, &err);
    late = check_stopped();
    if (late > CHECK_STOP_MS)
        check_fail(c, "open() returned %ld ms after the wish to stop, more than %d", (long)late,
                   CHECK_STOP_MS);
    else
        check_pass(c, "open() returns within %d ms of the wish to stop", CHECK_STOP_MS);
    check_stop_join();
    kc_kit_source_close(s);
    (void)check_kit_end(c, k);
}

/* ... and while poll() waits for a minute. Records that come first are taken. */
static void stop_in_poll(struct check *c)
{
    struct kc_kit *k = check_kit(c);
    struct kc_kit_source *s = open_source(c, k);
    struct kc_error err = {.struct_size = sizeof(err)};
    kc_status status = KC_OK;
    int64_t late;

    if (s == NULL) {
        (void)check_kit_end(c, k);
        return;
    }
    check_stop_later(c, STOP_AFTER_MS, stop_source, s);
    while (check_stopped() == 0 && status >= 0)
        status = kc_kit_source_poll(s, 0, LONG_POLL_MS, 10, NULL, NULL, &err);
    late = check_stopped();
    if (status < 0 && status != KC_ERR_STOPPED)
        check_fail(c, "poll() failed with status %d when it was stopped: %s", status, err.message);
    else if (late > CHECK_STOP_MS)
        check_fail(c, "poll() returned %ld ms after interrupt(), more than %d", (long)late, CHECK_STOP_MS);
    else
        check_pass(c, "poll() returns within %d ms of interrupt()", CHECK_STOP_MS);
    check_stop_join();
    kc_kit_source_close(s);
    (void)check_kit_end(c, k);
}

void check_source_stop(struct check *c)
{
    stop_in_open(c);
    stop_in_poll(c);
}

/* Record number n of a source partition over one or two runs; NULL: there is none. */
static const struct kc_kit_record *nth_of(const struct kc_kit_source *first,
                                          const struct kc_kit_source *second, const char *partition,
                                          uint64_t n)
{
    uint64_t n_first = kc_kit_source_count(first);
    uint64_t all = n_first + (second == NULL ? 0 : kc_kit_source_count(second));

    for (uint64_t i = 0; i < all; i++) {
        const struct kc_kit_record *r =
            i < n_first ? kc_kit_source_record(first, i) : kc_kit_source_record(second, i - n_first);

        if (r->partition != NULL && strcmp(r->partition, partition) == 0 && n-- == 0)
            return r;
    }
    return NULL;
}

/* The records of both runs together are those of the whole run, in each source partition for itself. */
static bool compare(struct check *c, struct kc_kit *k, const struct kc_kit_source *whole,
                    const struct kc_kit_source *first, const struct kc_kit_source *second)
{
    const struct kc_kit_record *stop = kc_kit_source_record(first, kc_kit_source_count(first) - 1);

    for (uint64_t n = 0;; n++) {
        const struct kc_kit_record *was = nth_of(whole, NULL, stop->partition, n);
        const struct kc_kit_record *is = nth_of(first, second, stop->partition, n);
        const char *now, *then;

        if (was == NULL)
            return true;
        then = kc_kit_record_text(k, &was->record);
        now = is == NULL ? "missing" : kc_kit_record_text(k, &is->record);
        if (strcmp(now, then) == 0)
            continue;
        check_fail(
            c, "restarted behind offset %s, record %lu of the partition is %s; without the restart it was %s",
            stop->offset, (unsigned long)n, now, then);
        return false;
    }
}

/* Runs up to record number `at`, commits, starts again as after the end of the process, and takes the
 * rest. */
static bool resume_at(struct check *c, const struct kc_kit_source *whole, uint64_t at, uint32_t at_once,
                      bool *tried)
{
    struct kc_kit *before = check_kit(c), *after = check_kit(c);
    struct kc_error err = {.struct_size = sizeof(err)};
    struct kc_kit_source *first = open_source(c, before), *second = NULL;
    const struct kc_kit_record *last;
    bool good = first != NULL && run(c, first, at + 1, at_once, REST_MS);

    last = first == NULL ? NULL : kc_kit_source_record(first, at);
    *tried = good && last != NULL && last->offset != NULL && last->partition != NULL;
    if (*tried) {
        good = kc_kit_source_commit(first, at, &err) >= 0;
        (void)kc_kit_restart_from(after, before);
        second = open_source(c, after);
        good = good && second != NULL &&
               run(c, second, kc_kit_source_count(whole) - at - 1, at_once, REST_MS) &&
               compare(c, after, whole, first, second);
    }
    kc_kit_source_close(first);
    kc_kit_source_close(second);
    good = check_kit_end(c, before) && good;
    return check_kit_end(c, after) && good;
}

void check_source_resume(struct check *c)
{
    struct kc_kit *k = check_kit(c);
    struct kc_kit_source *s = open_source(c, k);
    uint64_t points = 0, step, n = 0, tried = 0;
    bool good = s != NULL && run(c, s, c->options->records, 100, RUN_MS);

    for (uint64_t i = 0; good && i + 1 < kc_kit_source_count(s); i++)
        points += kc_kit_source_record(s, i)->offset != NULL;
    step = points <= c->options->restarts ? 1 : points / c->options->restarts;
    for (uint64_t i = 0; good && i + 1 < kc_kit_source_count(s); i++) {
        bool was_tried = false;

        if (kc_kit_source_record(s, i)->offset == NULL || n++ % step != 0)
            continue;
        good = resume_at(c, s, i, tried % 2 == 0 ? 100 : 7, &was_tried);
        tried += was_tried;
    }
    if (good && tried > 0)
        check_pass(c, "restarted from %lu resume points, the records were the same each time",
                   (unsigned long)tried);
    else if (good)
        check_skip(c, "it gave no resume point with a record behind it, so no restart could be tried");
    kc_kit_source_close(s);
    (void)check_kit_end(c, k);
}
