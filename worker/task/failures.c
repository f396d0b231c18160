#include "task/failures.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/log.h"

enum {
    SUMMARY_MS = 10000,
    SHOWN_BYTES = 512, /* of a key and of a value in the log */
    WHERE_BYTES = 384, /* a topic's name has 249 at most */
};

static const char log_name[] = "worker/task";

static kc_status read_bool(const struct kc_props *config, const char *key, bool *out, struct kc_error *err)
{
    const char *text = kc_props_or(config, key, "");

    *out = strcasecmp(text, "true") == 0;
    if (*out || text[0] == '\0' || strcasecmp(text, "false") == 0)
        return KC_OK;
    return kc_fail(err, KC_ERR_CONFIG, "%s: the value must be true or false", key);
}

kc_status kc_failures_init(struct kc_failures *f, const struct kc_props *config, struct kc_error *err)
{
    const char *tolerance = kc_props_or(config, "errors.tolerance", "none");
    const char *replication = kc_props_or(config, "errors.deadletterqueue.topic.replication.factor", "-1");
    kc_status status = KC_OK;

    *f = (struct kc_failures){.tolerated = strcmp(tolerance, "all") == 0,
                              .replication = (int16_t)strtol(replication, NULL, 10),
                              .dead_letter_name =
                                  kc_props_or(config, "errors.deadletterqueue.topic.name", "")};
    if (!f->tolerated && strcmp(tolerance, "none") != 0 && tolerance[0] != '\0')
        status = kc_fail(err, KC_ERR_CONFIG, "errors.tolerance: the value must be none or all");
    if (status == KC_OK)
        status = read_bool(config, "errors.log.enable", &f->logged, err);
    if (status == KC_OK)
        status = read_bool(config, "errors.log.include.messages", &f->logged_whole, err);
    if (status == KC_OK)
        status = read_bool(config, "errors.deadletterqueue.context.headers.enable", &f->with_context, err);
    return status;
}

void kc_failures_clear(struct kc_failures *f)
{
    for (size_t i = 0; i < f->n; i++)
        free(f->list[i].why);
    f->n = 0;
}

void kc_failures_finish(struct kc_failures *f)
{
    kc_failures_clear(f);
    free(f->list);
    f->list = NULL;
    f->cap = 0;
}

bool kc_failures_need_originals(const struct kc_failures *f)
{
    return f->tolerated && (f->dead_letters != NULL || f->logged_whole);
}

kc_status kc_failures_add(struct kc_failures *f, const struct kc_failure *failure, struct kc_error *err)
{
    char *why;

    if (!f->tolerated) {
        if (err->status >= 0 || err->status == KC_ERR_RECORD)
            err->status = KC_ERR_FATAL;
        return err->status;
    }
    if (kc_failures_has(f, failure->index))
        return KC_OK;
    if (f->n == f->cap) {
        size_t cap = f->cap == 0 ? 16 : f->cap * 2;
        struct kc_failure *list = reallocarray(f->list, cap, sizeof(*list));

        if (list == NULL)
            return kc_fail(err, KC_ERR_NOMEM, "out of memory for a record that cannot be written");
        f->list = list;
        f->cap = cap;
    }
    why = strdup(err->message);
    if (why == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory for a record that cannot be written");
    f->list[f->n] = *failure;
    f->list[f->n++].why = why;
    return KC_OK;
}

bool kc_failures_has(const struct kc_failures *f, uint32_t index)
{
    for (size_t i = 0; i < f->n; i++) {
        if (f->list[i].index == index)
            return true;
    }
    return false;
}

/* What a log line can show of bytes. `out` has SHOWN_BYTES + 4. */
static const char *printable(const struct kc_str *bytes, char *out)
{
    uint32_t n;

    if (bytes->ptr == NULL)
        return "null";
    n = bytes->len < SHOWN_BYTES ? bytes->len : SHOWN_BYTES;
    for (uint32_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)bytes->ptr[i];

        out[i] = c < 0x20 || c >= 0x7f ? '.' : (char)c;
    }
    memcpy(out + n, bytes->len > n ? "..." : "", bytes->len > n ? 4 : 1);
    return out;
}

static void summarise(struct kc_failures *f, const struct kc_failure *failure)
{
    int64_t now = kc_mono_ms();

    f->left_out++;
    if (f->summary_ms != 0 && now - f->summary_ms < SUMMARY_MS)
        return;
    kc_log(KC_WARN, log_name,
           "%" PRIu64 " records were left out because errors.tolerance is all (errors.log.enable=true logs "
           "each); the last: %s",
           f->left_out, failure->why);
    f->summary_ms = now;
    f->left_out = 0;
}

/* "a record for topic orders", or, of a sink, where it was read. */
static void describe(const struct kc_record *r, char *out, size_t room)
{
    const struct kc_origin *from = r->origin;
    const struct kc_str topic = from != NULL       ? from->topic->name
                                : r->topic != NULL ? r->topic->name
                                                   : (struct kc_str){"", 0, 0};

    if (from != NULL)
        (void)snprintf(out, room, "the record at offset %" PRId64 " of partition %" PRId32 " of topic %.*s",
                       from->offset, from->partition, (int)topic.len, topic.ptr);
    else
        (void)snprintf(out, room, "a record for topic %.*s", (int)topic.len, topic.ptr);
}

void kc_failure_log(struct kc_failures *f, const struct kc_failure *failure, const struct kc_record *r,
                    const struct kc_str *key, const struct kc_str *value)
{
    char key_text[SHOWN_BYTES + 4], value_text[SHOWN_BYTES + 4], where[WHERE_BYTES];

    describe(r, where, sizeof(where));
    if (!f->logged)
        summarise(f, failure);
    else if (!f->logged_whole)
        kc_log(KC_WARN, log_name, "%s was left out at %s of %s: %s", where, failure->stage,
               failure->component, failure->why);
    else
        kc_log(KC_WARN, log_name, "%s was left out at %s of %s: %s; its key is %s and its value %s", where,
               failure->stage, failure->component, failure->why,
               key == NULL ? "not known" : printable(key, key_text),
               value == NULL ? "not known" : printable(value, value_text));
}
