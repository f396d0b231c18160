#include "drafts.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <kconnect/sdk.h>

enum { KEY_BYTES = 32 };

static const char charset_key[] = "charset"; /* of the database, in the state: a JSON string */

bool kc_drafts_same_name(const struct kc_drafts *d, const char *a, const char *b)
{
    return (d->any_case ? strcasecmp(a, b) : strcmp(a, b)) == 0;
}

static uint32_t slot_of(const struct kc_drafts *d, const char *database, const char *name)
{
    uint32_t i = 0;

    for (; i < KC_DRAFTS; i++) {
        const struct kc_table *t = d->slots[i].table;

        if (t != NULL && kc_drafts_same_name(d, t->name, name) &&
            kc_drafts_same_name(d, t->database, database))
            break;
    }
    return i;
}

const struct kc_table *kc_drafts_find(const struct kc_drafts *d, const char *database, const char *name)
{
    uint32_t i = slot_of(d, database, name);

    return i < KC_DRAFTS ? d->slots[i].table : NULL;
}

static void clear(struct kc_drafts *d, uint32_t i)
{
    kc_table_destroy(d->slots[i].table);
    d->slots[i].table = NULL;
    d->slots[i].unsaved = d->unsaved = true;
}

void kc_drafts_forget(struct kc_drafts *d, const char *database, const char *name)
{
    uint32_t i = slot_of(d, database, name);

    if (i < KC_DRAFTS)
        clear(d, i);
}

void kc_drafts_set_captured(struct kc_drafts *d, const char *database, const char *name)
{
    uint32_t i = slot_of(d, database, name);

    if (i < KC_DRAFTS)
        d->slots[i].captured = true;
}

/* A slot for a new table; KC_DRAFTS: there is none. */
static uint32_t make_room(struct kc_drafts *d, bool captured)
{
    uint32_t free_slot = KC_DRAFTS, oldest = KC_DRAFTS, others = 0;

    for (uint32_t i = 0; i < KC_DRAFTS; i++) {
        const struct kc_draft *s = &d->slots[i];

        if (s->table == NULL) {
            free_slot = free_slot < KC_DRAFTS ? free_slot : i;
        } else if (!s->captured) {
            others++;
            if (oldest == KC_DRAFTS || s->named < d->slots[oldest].named)
                oldest = i;
        }
    }
    if (free_slot < KC_DRAFTS && (captured || others < KC_DRAFT_OTHERS))
        return free_slot;
    if (oldest < KC_DRAFTS)
        clear(d, oldest);
    return oldest;
}

void kc_drafts_put(struct kc_drafts *d, struct kc_table *table, bool captured)
{
    uint32_t i = slot_of(d, table->database, table->name);

    if (i == KC_DRAFTS && !captured &&
        table->n_columns == 0) { /* of others it is of no interest that they do not exist */
        kc_table_destroy(table);
        return;
    }
    if (i == KC_DRAFTS)
        i = make_room(d, captured);
    if (i == KC_DRAFTS) {
        kc_table_destroy(table);
        return;
    }
    clear(d, i);
    if (!captured && table->n_columns == 0) {
        kc_table_destroy(table);
        return;
    }
    d->slots[i].table = table;
    d->slots[i].captured = captured;
    d->slots[i].named = ++d->clock;
}

/* What is no name of a character set is none that is known, and needs no escapes in the state. */
void kc_drafts_set_charset(struct kc_drafts *d, const char *charset)
{
    bool name = strspn(charset, "abcdefghijklmnopqrstuvwxyz0123456789") == strlen(charset);

    (void)snprintf(d->charset, sizeof(d->charset), "%s", name ? charset : "");
    d->unsaved = true;
}

/* ---- the state ---- */

static struct kc_str slot_key(uint32_t i, char key[KEY_BYTES])
{
    (void)snprintf(key, KEY_BYTES, "draft/%u", i);
    return kc_str(key);
}

kc_status kc_drafts_load(struct kc_drafts *d, struct kc_ctx *ctx, struct kc_error *err)
{
    struct kc_str text = {0};
    char key[KEY_BYTES];
    kc_status status = kc_host->state_get(ctx, kc_str(charset_key), &text);

    if (status == KC_OK && text.len >= 2 && text.len < sizeof(d->charset))
        (void)snprintf(d->charset, sizeof(d->charset), "%.*s", (int)text.len - 2, text.ptr + 1);
    for (uint32_t i = 0; i < KC_DRAFTS && status >= 0; i++) {
        enum kc_table_trust trust;

        status = kc_host->state_get(ctx, slot_key(i, key), &text);
        if (status == KC_OK && text.len > 0)
            status = kc_table_from_json(text.ptr, text.len, &d->slots[i].table, &trust, err);
        if (status < 0)
            return err->message[0] != '\0' ? status
                                           : kc_fail(err, status, "cannot read the connector's state");
    }
    return status < 0 ? kc_fail(err, status, "cannot read the connector's state") : KC_OK;
}

void kc_drafts_discard(struct kc_drafts *d, struct kc_ctx *ctx)
{
    for (uint32_t i = 0; i < KC_DRAFTS; i++) {
        struct kc_str text;
        char key[KEY_BYTES];

        if (d->slots[i].table != NULL || kc_host->state_get(ctx, slot_key(i, key), &text) == KC_OK)
            clear(d, i);
    }
}

kc_status kc_drafts_store(struct kc_drafts *d, struct kc_ctx *ctx, struct kc_error *err)
{
    char key[KEY_BYTES], charset[KC_CHARSET_NAME_BYTES + 2];
    kc_status status;

    (void)snprintf(charset, sizeof(charset), "\"%s\"", d->charset);
    status = kc_host->state_put(ctx, kc_str(charset_key), kc_str(charset));
    for (uint32_t i = 0; i < KC_DRAFTS && status >= 0; i++) {
        struct kc_draft *s = &d->slots[i];
        char *json = NULL;

        if (!s->unsaved)
            continue;
        if (s->table != NULL) {
            json = kc_table_to_json(s->table, KC_TABLE_TOLD);
            if (json == NULL)
                return kc_fail(err, KC_ERR_NOMEM, "out of memory for the definition of %s", s->table->name);
        }
        status = kc_host->state_put(ctx, slot_key(i, key), kc_str(json != NULL ? json : ""));
        free(json);
        s->unsaved = status < 0;
    }
    d->unsaved = status < 0;
    return status < 0 ? kc_fail(err, status, "cannot store the definitions of tables") : KC_OK;
}

void kc_drafts_finish(struct kc_drafts *d)
{
    for (uint32_t i = 0; i < KC_DRAFTS; i++)
        kc_table_destroy(d->slots[i].table);
}
