/* stage.c - transforms and predicates, on sample records. */
#include "check.h"

#include <string.h>

enum { MAX_SAMPLES = 64, LEFT_ALONE = KC_REC_SKIP | KC_REC_DROPPED | KC_REC_FAILED };

/* Transforms and predicates open alike. */
static void *open_stage(struct check *c, struct kc_kit *k)
{
    const struct kc_transform_ops *transform = c->component->ops;
    const struct kc_predicate_ops *predicate = c->component->ops;
    struct kc_error err = {.struct_size = sizeof(err)}, *lent;
    kc_status status = KC_OK;
    struct kc_map map;
    void *self = NULL;

    kc_kit_enter(k, "open");
    lent = kc_kit_error(k);
    status = kc_kit_config(k, c->component->config, c->options->settings, &map, &err);
    if (status >= 0) {
        status = c->component->kind == KC_KIND_TRANSFORM ? transform->open(kc_kit_ctx(k), &map, &self, lent)
                                                         : predicate->open(kc_kit_ctx(k), &map, &self, lent);
        err = *lent;
    }
    kc_kit_leave(k);
    (void)kc_kit_config(k, NULL, NULL, &map, NULL); /* the configuration is gone now */
    if (status < 0)
        check_open_failed(c, "", status, err.message);
    return status < 0 ? NULL : self;
}

static void close_stage(struct check *c, struct kc_kit *k, void *self)
{
    const struct kc_transform_ops *transform = c->component->ops;
    const struct kc_predicate_ops *predicate = c->component->ops;

    kc_kit_enter(k, "close");
    if (c->component->kind == KC_KIND_TRANSFORM)
        transform->close(self);
    else
        predicate->close(self);
    kc_kit_leave(k);
}

/* apply() or test() of a batch; false with *err filled when the plugin refused it. */
static bool call(struct check *c, struct kc_kit *k, void *self, struct kc_batch *b, int32_t negate,
                 struct kc_error *err)
{
    const struct kc_transform_ops *transform = c->component->ops;
    const struct kc_predicate_ops *predicate = c->component->ops;
    bool apply = c->component->kind == KC_KIND_TRANSFORM;
    struct kc_error *lent;
    kc_status status;

    kc_kit_enter(k, apply ? "apply" : "test");
    lent = kc_kit_error(k);
    status = apply ? transform->apply(self, b, lent) : predicate->test(self, b, negate, lent);
    *err = *lent;
    kc_kit_leave(k);
    return status >= 0;
}

/* What no stage may change, and what the result must be like. */
static bool judge(struct check *c, const struct kc_record *before, const struct kc_batch *b, uint32_t i,
                  bool predicate)
{
    const struct kc_record *after = kc_batch_at(b, i);
    struct kc_record unflagged = *after;
    const char *why;

    if ((before->flags & LEFT_ALONE) != 0 && memcmp(before, after, sizeof(*after)) != 0)
        check_fail(
            c, "it changed a record with the flags 0x%x (SKIP 2, DROPPED 1, FAILED 4): those are left alone",
            before->flags);
    else if (before->cookie != after->cookie || before->origin != after->origin ||
             before->offset != after->offset || before->source != after->source)
        check_fail(
            c, "it changed cookie, origin, offset or source of a record, by which the host finds it again");
    else if ((why = kc_kit_record_problem(after)) != NULL)
        check_fail(c, "a record that it made %s", why);
    else if (!predicate && ((after->flags ^ before->flags) & KC_REC_SKIP) != 0)
        check_fail(c, "it set KC_REC_SKIP, which is a predicate's");
    else if ((unflagged.flags = before->flags, predicate) &&
             memcmp(&unflagged, before, sizeof(unflagged)) != 0)
        check_fail(c, "test() changed something else than KC_REC_SKIP");
    else
        return true;
    return false;
}

struct samples {
    const struct kc_record *all;
    struct kc_record good[MAX_SAMPLES]; /* those that are not refused */
    uint32_t n, n_good;
    char refusal[500]; /* the first one */
};

/* A record that the stage takes, with each flag that says it is not its business. */
static bool leaves_alone(struct check *c, struct kc_kit *k, void *self, const struct kc_record *taken)
{
    static const uint32_t flags[] = {KC_REC_SKIP, KC_REC_DROPPED, KC_REC_FAILED};
    struct kc_error err = {.struct_size = sizeof(err)};

    for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
        struct kc_record flagged = *taken, before;
        struct kc_batch *b;

        flagged.flags |= flags[i];
        b = kc_kit_lend(k, &flagged, 1, 0);
        before = *kc_batch_at(b, 0);
        if (!call(c, k, self, b, 0, &err) || kc_kit_record_failure(k, 0) != NULL) {
            check_fail(c, "it refused a record with the flags 0x%x: those are left alone", flagged.flags);
            return false;
        }
        if (!judge(c, &before, b, 0, c->component->kind == KC_KIND_PREDICATE))
            return false;
    }
    return true;
}

/* Each sample alone, so that one that does not fit the configuration spoils nothing. */
static bool try_each(struct check *c, struct kc_kit *k, void *self, struct samples *s)
{
    struct kc_error err = {.struct_size = sizeof(err)};

    s->all = kc_kit_samples(k, &s->n);
    for (uint32_t i = 0; i < s->n && s->n_good < MAX_SAMPLES; i++) {
        struct kc_batch *b = kc_kit_lend(k, &s->all[i], 1, 0);
        struct kc_record before = *kc_batch_at(b, 0);
        bool done = call(c, k, self, b, 0, &err);
        const char *failed = kc_kit_record_failure(k, 0);

        if (!done || failed != NULL) {
            if (s->refusal[0] == '\0')
                strncpy(s->refusal, done ? failed : err.message, sizeof(s->refusal) - 1);
            if ((before.flags & LEFT_ALONE) != 0)
                check_fail(c, "it refused a record with the flags 0x%x: those are left alone", before.flags);
            continue;
        }
        if (b->n_records != 1) {
            check_fail(c, "it changed the number of records in the batch: drop records with KC_REC_DROPPED");
            return false;
        }
        if (!judge(c, &before, b, 0, c->component->kind == KC_KIND_PREDICATE))
            return false;
        if ((before.flags & LEFT_ALONE) == 0 && !leaves_alone(c, k, self, &s->all[i]))
            return false;
        s->good[s->n_good++] = s->all[i];
    }
    return true;
}

/* The same batch again must give the same records. */
static bool twice(struct check *c, struct kc_kit *k, void *self, const struct samples *s)
{
    const char *texts[MAX_SAMPLES];
    uint32_t flags[MAX_SAMPLES];
    struct kc_error err = {.struct_size = sizeof(err)};

    for (int round = 0; round < 2; round++) {
        struct kc_batch *b = kc_kit_lend(k, s->good, s->n_good, 0);

        if (!call(c, k, self, b, 0, &err)) {
            check_fail(c, "the batch of all records was refused, which had been taken one by one: %s",
                       err.message[0] == '\0' ? "it said nothing" : err.message);
            return false;
        }
        for (uint32_t i = 0; i < s->n_good; i++) {
            const struct kc_record *r = kc_batch_at(b, i);
            const char *text = kc_kit_record_text(k, r);

            if (round > 0 && (strcmp(text, texts[i]) != 0 || r->flags != flags[i])) {
                check_fail(c, "the same record gave %s at first, then %s", texts[i], text);
                return false;
            }
            texts[i] = text;
            flags[i] = r->flags;
        }
    }
    return true;
}

/* With `negate` exactly the other records are skipped. */
static bool negated(struct check *c, struct kc_kit *k, void *self, const struct samples *s)
{
    uint32_t flags[MAX_SAMPLES];
    struct kc_error err = {.struct_size = sizeof(err)};

    for (int32_t negate = 0; negate < 2; negate++) {
        struct kc_batch *b = kc_kit_lend(k, s->good, s->n_good, 0);

        if (!call(c, k, self, b, negate, &err)) {
            check_fail(c, "test() failed: %s", err.message);
            return false;
        }
        for (uint32_t i = 0; i < s->n_good; i++) {
            uint32_t now = kc_batch_at(b, i)->flags;

            if (negate && (s->good[i].flags & LEFT_ALONE) == 0 && ((now ^ flags[i]) & KC_REC_SKIP) == 0) {
                check_fail(c, "a record is treated alike with and without negate: %s",
                           kc_kit_record_text(k, &s->good[i]));
                return false;
            }
            flags[i] = now;
        }
    }
    return true;
}

void check_stage(struct check *c)
{
    struct kc_kit *k = check_kit(c);
    struct samples s = {0};
    uint32_t failed = c->page->failed, skipped = c->page->skipped;
    void *self = open_stage(c, k);
    bool good;

    if (c->page->failed > failed || c->page->skipped > skipped) {
        (void)check_kit_end(c, k);
        return;
    }
    good = try_each(c, k, self, &s) && twice(c, k, self, &s) &&
           (c->component->kind == KC_KIND_TRANSFORM || negated(c, k, self, &s));
    kc_kit_take_back(k);
    close_stage(c, k, self);
    if (kc_kit_schema_refs(k) > 0)
        check_fail(c, "close() leaves %ld references to schemas", (long)kc_kit_schema_refs(k));
    good = check_kit_end(c, k) && good && c->page->failed == failed;
    if (good)
        check_pass(c, "leaves records with SKIP, DROPPED or FAILED alone, and what it was lent unwritten");
    if (good && s.n_good <= 3)
        check_skip(c, "it took none of the sample records, the first because: %s", s.refusal);
    else if (good)
        check_pass(c, "open, %s, close: %u of %u sample records taken, with the same result twice%s",
                   c->component->kind == KC_KIND_TRANSFORM ? "apply" : "test", s.n_good, s.n,
                   c->component->kind == KC_KIND_TRANSFORM ? "" : " and the opposite with negate");
}
