#include "offsets/offset_table.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

kc_status kc_offset_table_init(struct kc_offset_table *t, int32_t slots, struct kc_error *err)
{
    *t = (struct kc_offset_table){.n_slots = slots};
    t->slots = calloc((size_t)slots, sizeof(*t->slots));
    return t->slots != NULL ? KC_OK : kc_fail(err, KC_ERR_NOMEM, "out of memory");
}

static void clear_slot(struct kc_stored_position *p)
{
    kc_flat_destroy(p->partition);
    kc_flat_destroy(p->offset);
    p->partition = p->offset = NULL;
}

void kc_offset_table_finish(struct kc_offset_table *t)
{
    for (int32_t i = 0; t->slots != NULL && i < t->n_slots; i++)
        clear_slot(&t->slots[i]);
    for (size_t i = 0; i < t->n_states; i++)
        free(t->states[i]);
    free(t->slots);
    free(t->states);
    *t = (struct kc_offset_table){0};
}

static void take(struct kc_stored_position *p, struct kc_position_text *text, int64_t count)
{
    clear_slot(p);
    p->partition = text->partition;
    p->offset = text->offset;
    p->count = count;
    text->partition = text->offset = NULL;
}

void kc_offset_table_group(struct kc_offset_table *t, int32_t slot, int64_t count, const char *metadata,
                           size_t len)
{
    struct kc_position_text text;
    struct kc_stored_position *p;

    if (slot < 0 || slot >= t->n_slots || metadata == NULL || !kc_position_read(metadata, len, &text))
        return;
    p = &t->slots[slot];
    p->in_group = true;
    p->see_record = text.see_record;
    p->reset = text.reset;
    if (text.partition != NULL && text.offset != NULL)
        take(p, &text, count);
    kc_position_text_finish(&text);
}

static size_t find_state(const struct kc_offset_table *t, const char *key, size_t len)
{
    size_t i = 0;

    while (i < t->n_states && (strlen(t->states[i]) != len || memcmp(t->states[i], key, len) != 0))
        i++;
    return i;
}

static kc_status note_state(struct kc_offset_table *t, const char *key, size_t len, bool present,
                            struct kc_error *err)
{
    size_t at = find_state(t, key, len);
    char **grown;

    if (at < t->n_states && !present) {
        free(t->states[at]);
        t->states[at] = t->states[--t->n_states];
    }
    if (at < t->n_states || !present)
        return KC_OK;
    grown = reallocarray(t->states, t->n_states + 1, sizeof(*grown));
    if (grown == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory");
    t->states = grown;
    grown[t->n_states] = strndup(key, len);
    if (grown[t->n_states] == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory");
    t->n_states++;
    return KC_OK;
}

kc_status kc_offset_table_record(struct kc_offset_table *t, const char *connector, const char *group_id,
                                 const char *key, size_t key_len, const char *value, size_t len,
                                 struct kc_error *err)
{
    int32_t slot = kc_position_key_slot(connector, key, key_len);
    struct kc_stored_position *p;
    struct kc_position_text text;
    bool foreign;

    if (kc_state_key_tail(connector, key, key_len) != NULL && memchr(key, '\0', key_len) == NULL)
        return note_state(t, key, key_len, value != NULL && len > 0, err);
    if (slot < 0 || slot >= t->n_slots)
        return KC_OK;
    p = &t->slots[slot];
    if (p->in_group && !p->see_record)
        return KC_OK; /* the group is never older than the record */
    if (value == NULL || !kc_position_read(value, len, &text)) {
        clear_slot(p);
        return KC_OK;
    }
    foreign = text.group_id != NULL && strcmp(text.group_id, group_id) != 0;
    if (foreign)
        (void)kc_fail(err, KC_ERR_CONFIG,
                      "Another fleet (group.id %s) has a connector called %s on this Kafka cluster; these "
                      "offsets are its own.",
                      text.group_id, connector);
    else if (text.partition != NULL && text.offset != NULL)
        take(p, &text, text.count);
    kc_position_text_finish(&text);
    return foreign ? KC_ERR_CONFIG : KC_OK;
}

bool kc_offset_table_is_told(const struct kc_offset_table *t)
{
    bool any = false;

    for (int32_t i = 0; i < t->n_slots; i++) {
        if (t->slots[i].see_record)
            return false;
        any = any || t->slots[i].in_group;
    }
    return any;
}

void kc_offset_table_print(const struct kc_offset_table *t, struct kc_buf *out)
{
    bool first = true;

    kc_buf_str(out, "{\"offsets\":[");
    for (int32_t i = 0; i < t->n_slots; i++) {
        const struct kc_stored_position *p = &t->slots[i];

        if (p->partition == NULL || p->offset == NULL)
            continue;
        kc_buf_str(out, first ? "{\"partition\":" : ",{\"partition\":");
        kc_flat_json(&p->partition->map, out);
        kc_buf_str(out, ",\"offset\":");
        kc_flat_json(&p->offset->map, out);
        kc_buf_str(out, "}");
        first = false;
    }
    kc_buf_str(out, "]}");
}

static struct kc_stored_position *find(const struct kc_offset_table *t, const struct kc_map *partition)
{
    for (int32_t i = 0; i < t->n_slots; i++)
        if (t->slots[i].partition != NULL && kc_flat_equal(&t->slots[i].partition->map, partition))
            return &t->slots[i];
    return NULL;
}

static bool is_empty(const struct kc_offset_table *t)
{
    for (int32_t i = 0; i < t->n_slots; i++)
        if (t->slots[i].partition != NULL && t->slots[i].offset != NULL)
            return false;
    return true;
}

static kc_status refuse_partition(const struct kc_offset_table *t, const struct kc_map *partition,
                                  struct kc_error *err)
{
    struct kc_buf asked = {0}, known = {0};

    kc_flat_json(partition, &asked);
    for (int32_t i = 0; i < t->n_slots; i++) {
        if (t->slots[i].partition == NULL)
            continue;
        kc_buf_str(&known, known.len > 0 ? ", " : "");
        kc_flat_json(&t->slots[i].partition->map, &known);
    }
    (void)kc_fail(err, KC_ERR_CONFIG, "The connector has no partition %s; its partitions are: %s.",
                  asked.failed ? "" : asked.data, known.failed || known.len == 0 ? "none" : known.data);
    kc_buf_finish(&asked);
    kc_buf_finish(&known);
    return KC_ERR_CONFIG;
}

/* A slot for a partition that is new; NULL: all are taken. */
static struct kc_stored_position *new_slot(struct kc_offset_table *t, const struct kc_map *partition)
{
    for (int32_t i = 0; i < t->n_slots; i++) {
        if (t->slots[i].partition != NULL)
            continue;
        t->slots[i].partition = kc_flat_copy(partition, NULL);
        return t->slots[i].partition != NULL ? &t->slots[i] : NULL;
    }
    return NULL;
}

static kc_status alter_one(struct kc_offset_table *t, const struct kc_offset_change_item *c, bool may_add,
                           struct kc_error *err)
{
    struct kc_stored_position *p = find(t, &c->partition->map);

    if (p == NULL && (!may_add || c->offset == NULL))
        return refuse_partition(t, &c->partition->map, err);
    if (p == NULL)
        p = new_slot(t, &c->partition->map);
    if (p == NULL)
        return kc_fail(err, KC_ERR_CONFIG, "A connector can have at most %" PRId32 " partitions here.",
                       t->n_slots);
    kc_flat_destroy(p->offset);
    p->offset = NULL;
    p->changed = true;
    if (c->offset == NULL)
        return KC_OK;
    p->offset = kc_flat_copy(&c->offset->map, err);
    return p->offset != NULL ? KC_OK : err->status;
}

kc_status kc_offset_table_alter(struct kc_offset_table *t, const struct kc_offset_changes *changes,
                                struct kc_error *err)
{
    bool may_add = is_empty(t); /* what no position is known of cannot be compared with anything */
    kc_status status = KC_OK;

    for (size_t i = 0; i < changes->n && status == KC_OK; i++)
        status = alter_one(t, &changes->items[i], may_add, err);
    if (status == KC_OK && is_empty(t))
        t->forget_states = t->n_states > 0;
    return status;
}

void kc_offset_table_reset(struct kc_offset_table *t)
{
    for (int32_t i = 0; i < t->n_slots; i++) {
        struct kc_stored_position *p = &t->slots[i];

        if (p->partition == NULL && (!p->in_group || p->reset))
            continue;
        kc_flat_destroy(p->offset);
        p->offset = NULL;
        p->changed = true;
    }
    t->forget_states = t->n_states > 0;
}

bool kc_offset_table_changed(const struct kc_offset_table *t)
{
    for (int32_t i = 0; i < t->n_slots; i++)
        if (t->slots[i].changed)
            return true;
    return t->forget_states;
}
