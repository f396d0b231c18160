#include "task/position_text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char position_prefix[] = "position/", state_prefix[] = "state/";

bool kc_position_metadata(const struct kc_map *partition, const struct kc_map *offset, struct kc_buf *out)
{
    kc_buf_clear(out);
    kc_buf_str(out, "{\"partition\":");
    kc_flat_json(partition, out);
    kc_buf_str(out, ",\"offset\":");
    kc_flat_json(offset, out);
    kc_buf_str(out, "}");
    if (out->failed || kc_utf16_units(out->data, out->len) <= KC_METADATA_MAX_UNITS)
        return false;
    kc_buf_clear(out);
    kc_buf_str(out, "{\"see\":\"record\"}");
    return true;
}

void kc_position_record(const char *group_id, int32_t slot, uint64_t count, int64_t now_ms,
                        const struct kc_map *partition, const struct kc_map *offset, struct kc_buf *out)
{
    kc_buf_clear(out);
    kc_buf_str(out, "{\"group.id\":");
    kc_buf_json(out, group_id, strlen(group_id));
    kc_buf_printf(
        out, ",\"slot\":%" PRId32 ",\"count\":%" PRIu64 ",\"updated_ms\":%" PRId64 ",\"partition\":", slot,
        count, now_ms);
    kc_flat_json(partition, out);
    kc_buf_str(out, ",\"offset\":");
    kc_flat_json(offset, out);
    kc_buf_str(out, "}");
}

void kc_position_text_finish(struct kc_position_text *t)
{
    free(t->group_id);
    kc_flat_destroy(t->partition);
    kc_flat_destroy(t->offset);
    *t = (struct kc_position_text){0};
}

static bool is(const struct kc_buf *name, const char *word)
{
    return name->len == strlen(word) && memcmp(name->data, word, name->len) == 0;
}

/* One member, whose name was read; unknown ones are for a later version. */
static void read_member(struct kc_json_pull *p, const struct kc_buf *name, struct kc_buf *text,
                        struct kc_position_text *out)
{
    struct kc_json_scalar s;

    if (is(name, "partition") && out->partition == NULL) {
        out->partition = kc_flat_parse(p);
    } else if (is(name, "offset") && out->offset == NULL) {
        out->offset = kc_flat_parse(p);
    } else if (is(name, "see")) {
        out->see_record = kc_json_pull_scalar(p, text, &s) && s.kind == KC_JSON_STRING && is(text, "record");
    } else if (is(name, "reset")) {
        out->reset = kc_json_pull_scalar(p, text, &s) && s.kind == KC_JSON_TRUE;
    } else if (is(name, "group.id") && out->group_id == NULL) {
        if (kc_json_pull_scalar(p, text, &s) && s.kind == KC_JSON_STRING)
            out->group_id = strdup(s.text);
    } else if (is(name, "count")) {
        if (kc_json_pull_scalar(p, text, &s) && s.kind == KC_JSON_INTEGER)
            out->count = s.integer;
    } else {
        (void)kc_json_pull_skip(p);
    }
}

bool kc_position_read(const char *text, size_t len, struct kc_position_text *out)
{
    struct kc_json_pull p = {.at = text, .end = text + len};
    struct kc_buf name = {0}, scratch = {0};
    bool ok, first = true;

    *out = (struct kc_position_text){0};
    if (kc_json_pull_expect(&p, '{')) {
        while (kc_json_pull_member(&p, &first, &name))
            read_member(&p, &name, &scratch, out);
    }
    ok = kc_json_pull_done(&p) &&
         (out->see_record || out->reset || (out->partition != NULL && out->offset != NULL));
    kc_buf_finish(&name);
    kc_buf_finish(&scratch);
    if (!ok)
        kc_position_text_finish(out);
    return ok;
}

void kc_position_key(const char *connector, int32_t slot, struct kc_buf *out)
{
    kc_buf_clear(out);
    kc_buf_printf(out, "%s%s/%" PRId32, position_prefix, connector, slot);
}

void kc_state_key(const char *connector, const char *key, size_t key_len, struct kc_buf *out)
{
    kc_buf_clear(out);
    kc_buf_printf(out, "%s%s/", state_prefix, connector);
    kc_buf_add(out, key, key_len);
}

/* What follows "<prefix><connector>/" in key, or NULL. */
static const char *tail_of(const char *prefix, const char *connector, const char *key, size_t len)
{
    size_t p = strlen(prefix), c = strlen(connector);

    if (key == NULL || len < p + c + 1 || memcmp(key, prefix, p) != 0 || memcmp(key + p, connector, c) != 0 ||
        key[p + c] != '/')
        return NULL;
    return key + p + c + 1;
}

int32_t kc_position_key_slot(const char *connector, const char *key, size_t len)
{
    const char *tail = tail_of(position_prefix, connector, key, len);
    size_t n = tail == NULL ? 0 : len - (size_t)(tail - key);
    int32_t slot = 0;

    if (n == 0 || n > 6)
        return -1;
    for (size_t i = 0; i < n; i++) {
        if (tail[i] < '0' || tail[i] > '9')
            return -1;
        slot = slot * 10 + (tail[i] - '0');
    }
    return slot;
}

const char *kc_state_key_tail(const char *connector, const char *key, size_t len)
{
    return tail_of(state_prefix, connector, key, len);
}

int32_t kc_home_partition(const char *connector, int32_t partitions)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);

    for (const char *c = connector; *c != '\0'; c++)
        h = (h ^ (uint8_t)*c) * UINT64_C(0x100000001b3);
    return (int32_t)(h % (uint64_t)partitions);
}
