/* sink.c - a sink: its life, with sample records. */
#include "check.h"

#include <string.h>

enum { MAX_SAMPLES = 64, TRIES = 5, NOT_SEEN_BY_SINKS = KC_REC_SKIP | KC_REC_DROPPED | KC_REC_FAILED };

static struct kc_kit_sink *open_sink(struct check *c, struct kc_kit *k)
{
    struct kc_error err = {.struct_size = sizeof(err)};
    struct kc_kit_sink *s = kc_kit_sink_open(k, c->component, c->options->settings, "sample", &err);

    if (s == NULL)
        check_open_failed(c, "", err.status, err.message);
    return s;
}

/* Each sample alone; a sink that gave up is opened anew. Returns how many it took. */
static uint32_t put_each(struct check *c, struct kc_kit *k, struct kc_record *good, char *refusal,
                         size_t size)
{
    struct kc_error err = {.struct_size = sizeof(err)};
    uint32_t n, n_good = 0;
    const struct kc_record *all = kc_kit_samples(k, &n);
    struct kc_kit_sink *s = open_sink(c, k);

    for (uint32_t i = 0; i < n && s != NULL && n_good < MAX_SAMPLES; i++) {
        kc_status status;

        if ((all[i].flags & NOT_SEEN_BY_SINKS) != 0)
            continue;
        status = kc_kit_sink_put(s, &all[i], 1, TRIES, &err);
        if (status >= 0 && kc_kit_record_failure(k, 0) == NULL) {
            good[n_good++] = all[i];
        } else if (refusal[0] == '\0') {
            strncpy(refusal, status < 0 ? err.message : kc_kit_record_failure(k, 0), size - 1);
        }
        if (status < 0) {
            kc_kit_sink_close(s);
            s = open_sink(c, k);
        }
    }
    kc_kit_sink_close(s);
    return n_good;
}

/* The batch, the same batch again as after a crash, a commit, and the end. */
static bool life(struct check *c, struct kc_kit *k, const struct kc_record *good, uint32_t n)
{
    struct kc_error err = {.struct_size = sizeof(err)};
    unsigned files = check_open_files();

    for (int round = 0; round < 2; round++) {
        struct kc_kit_sink *s = open_sink(c, k);
        int64_t durable = -1;
        kc_status status;

        if (s == NULL)
            return false;
        status = kc_kit_sink_put(s, good, n, TRIES, &err);
        if (status >= 0)
            status = kc_kit_sink_put(s, good, 0, TRIES, &err); /* an empty batch is legal */
        if (status >= 0)
            status = kc_kit_sink_commit(s, &durable, &err);
        if (status < 0)
            check_fail(c, "%s failed with status %d: %s",
                       round == 0 ? "put or pre_commit" : "the same batch again", status, err.message);
        kc_kit_sink_stop(s);
        kc_kit_sink_stop(s); /* interrupt() may come more than once */
        kc_kit_sink_close(s);
        if (status < 0)
            return false;
    }
    if (check_open_files() > files + 1) {
        check_fail(c, "close() leaves %u descriptors open that open() had not found",
                   check_open_files() - files);
        return false;
    }
    return true;
}

static void stop_kit(void *kit)
{
    kc_kit_stop(kit);
}

void check_sink(struct check *c)
{
    struct kc_kit *k = check_kit(c);
    struct kc_record good[MAX_SAMPLES];
    char refusal[500] = "";
    uint32_t failed = c->page->failed, skipped = c->page->skipped, n;
    int64_t late;

    check_stop_later(c, 10, stop_kit, k);
    kc_kit_sink_close(open_sink(c, k));
    late = check_stopped();
    if (late > CHECK_STOP_MS)
        check_fail(c, "open() returned %ld ms after the wish to stop, more than %d", (long)late,
                   CHECK_STOP_MS);
    check_stop_join();
    n = c->page->failed > failed || c->page->skipped > skipped
            ? 0
            : put_each(c, k, good, refusal, sizeof(refusal));
    if (c->page->failed == failed && c->page->skipped == skipped && n == 0)
        check_skip(c, "it took none of the sample records, the first because: %s", refusal);
    else if (c->page->failed == failed && n > 0 && life(c, k, good, n))
        check_pass(
            c,
            "open, assigned, put, pre_commit, revoked, close: %u sample records, put again after a restart",
            n);
    if (check_kit_end(c, k) && c->page->failed == failed && n > 0)
        check_pass(c, "keeps no pointer to the host's memory, and leaves what it was lent unwritten");
}
