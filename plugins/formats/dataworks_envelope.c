#include "dataworks_envelope.h"

#include <kconnect/sdk.h>

#include <stdbool.h>

/* Index of a field, or -1. */
static int64_t field_index(const struct kc_schema *s, const char *name)
{
    size_t n = strlen(name);

    for (uint32_t i = 0; i < s->n_fields; i++)
        if (s->fields[i].name.len == n && memcmp(s->fields[i].name.ptr, name, n) == 0)
            return i;
    return -1;
}

const struct kc_schema *kc_dw_row_schema(const struct kc_schema *envelope)
{
    int64_t after;

    if (envelope == NULL || envelope->type != KC_STRUCT)
        return NULL;
    after = field_index(envelope, "after");
    if (after < 0 || envelope->fields[after].schema->type != KC_STRUCT)
        return NULL;
    return envelope->fields[after].schema;
}

static kc_status refuse(const struct kc_record *rec, struct kc_error *err, const char *why)
{
    struct kc_str topic = rec->topic != NULL ? rec->topic->name : kc_str("(none)");

    return kc_fail(err, KC_ERR_RECORD,
                   "dataworks-json cannot write a record for topic %.*s: %s; use it with a change data "
                   "capture source and "
                   "without transforms that flatten the event",
                   (int)topic.len, topic.ptr, why);
}

/* A text of the source block; false: not there. */
static bool source_text(const struct kc_schema *schema, const struct kc_value *source, const char *name,
                        struct kc_str *out)
{
    int64_t i = field_index(schema, name);

    if (i < 0 || i >= source->len || source->as.items[i].type != KC_STRING)
        return false;
    *out = (struct kc_str){source->as.items[i].as.str, source->as.items[i].len, 0};
    return true;
}

kc_status kc_dw_envelope_read(const struct kc_record *rec, struct kc_dw_envelope *out, struct kc_error *err)
{
    const struct kc_schema *s = rec->value_schema, *row = kc_dw_row_schema(s);
    int64_t before, source, op;

    if (row == NULL)
        return refuse(rec, err, "its value has no field \"after\" that holds a row");
    before = field_index(s, "before");
    source = field_index(s, "source");
    op = field_index(s, "op");
    if (before < 0 || source < 0 || op < 0)
        return refuse(rec, err, "its value has no field \"before\", \"source\" or \"op\"");
    if (s->fields[before].schema->type != KC_STRUCT || s->fields[before].schema->n_fields != row->n_fields)
        return refuse(rec, err, "its rows before and after the change have different columns");
    if (rec->value.type != KC_STRUCT || rec->value.len != s->n_fields)
        return refuse(rec, err, "its value is not what its schema says");
    if (s->fields[source].schema->type != KC_STRUCT || rec->value.as.items[source].type != KC_STRUCT ||
        !source_text(s->fields[source].schema, &rec->value.as.items[source], "db", &out->db) ||
        !source_text(s->fields[source].schema, &rec->value.as.items[source], "table", &out->table))
        return refuse(rec, err, "its source block does not name the database and the table");
    out->before = (uint32_t)before;
    out->after = (uint32_t)field_index(s, "after");
    out->op = (uint32_t)op;
    out->row = row;
    return KC_OK;
}
