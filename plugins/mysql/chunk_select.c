/* The statements that read a table, and keys as text. */
#include <stdlib.h>
#include <string.h>

#include <kconnect/sdk.h>

#include "chunk.h"
#include "column.h"
#include "connection.h"

bool kc_chunk_possible(const struct kc_table *t)
{
    if (t->n_key == 0 || t->n_key > KC_CHUNK_KEYS)
        return false;
    for (uint32_t i = 0; i < t->n_key; i++)
        if (t->columns[t->key[i]].family != KC_FAMILY_INTEGER)
            return false;
    return true;
}

/* Flipping the sign bit makes the unsigned order of the integers the signed one. */
void kc_chunk_key(const struct kc_table *t, const struct kc_value *row, uint64_t key[KC_CHUNK_KEYS])
{
    for (uint32_t i = 0; i < t->n_key; i++) {
        uint64_t v = row[t->key[i]].as.u64;

        key[i] = t->columns[t->key[i]].is_unsigned ? v : v ^ (UINT64_C(1) << 63);
    }
}

static int print_number(char *out, size_t size, const struct kc_column *c, uint64_t key)
{
    if (c->is_unsigned)
        return snprintf(out, size, "%llu", (unsigned long long)key);
    return snprintf(out, size, "%lld", (long long)(int64_t)(key ^ (UINT64_C(1) << 63)));
}

void kc_chunk_key_print(const struct kc_table *t, const uint64_t *key, char *out, size_t size)
{
    size_t used = 0;

    out[0] = '\0';
    for (uint32_t i = 0; i < t->n_key && used + 24 < size; i++) {
        if (i > 0)
            out[used++] = ',';
        used += (size_t)print_number(out + used, size - used, &t->columns[t->key[i]], key[i]);
    }
}

bool kc_chunk_key_parse(const struct kc_table *t, struct kc_str text, uint64_t key[KC_CHUNK_KEYS])
{
    char copy[KC_CHUNK_KEYS * 24], *p = copy, *end;

    if (!kc_chunk_possible(t) || text.len == 0 || text.len >= sizeof(copy))
        return false;
    memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    for (uint32_t i = 0; i < t->n_key; i++) {
        key[i] = t->columns[t->key[i]].is_unsigned ? strtoull(p, &end, 10)
                                                   : (uint64_t)strtoll(p, &end, 10) ^ (UINT64_C(1) << 63);
        if (end == p || *end != (i + 1 < t->n_key ? ',' : '\0'))
            return false;
        p = end + 1;
    }
    return true;
}

/* A growing text; `failed` sticks, so that only the end has to look. */
struct text {
    char *data;
    size_t used;
    size_t size;
    bool failed;
};

static char *reserve(struct text *t, size_t n)
{
    if (!t->failed && t->used + n + 1 > t->size) {
        size_t size = (t->used + n + 1) * 2;
        char *p = realloc(t->data, size);

        if (p == NULL) {
            t->failed = true;
            return NULL;
        }
        t->data = p;
        t->size = size;
    }
    return t->failed ? NULL : t->data + t->used;
}

static void append(struct text *t, const char *s)
{
    size_t n = strlen(s);
    char *p = reserve(t, n);

    if (p != NULL) {
        memcpy(p, s, n + 1);
        t->used += n;
    }
}

static void append_name(struct text *t, const char *name)
{
    char *p = reserve(t, 2 * strlen(name) + 2);

    if (p != NULL)
        t->used += (size_t)(kc_quote_name(p, name) - p);
}

static void append_column(struct text *t, const struct kc_column *c)
{
    size_t n = kc_column_select_expr(c, NULL, 0);
    char *p = reserve(t, n);

    if (p != NULL)
        t->used += kc_column_select_expr(c, p, n + 1);
}

static void append_bound(struct text *t, const struct kc_column *c, const char *operator, uint64_t key)
{
    char number[32];

    append_name(t, c->name);
    append(t, operator);
    (void)print_number(number, sizeof(number), c, key);
    append(t, number);
}

/*
 * (a >= x AND (a > x OR (a = x AND (b > y ...)))): the range optimiser does not see through row constructors, and
 * the plain bound on the first column tells it where to begin.
 */
static void append_where(struct text *t, const struct kc_table *table, const uint64_t *after)
{
    append(t, " WHERE ");
    for (uint32_t i = 0; i < table->n_key; i++) {
        const struct kc_column *c = &table->columns[table->key[i]];

        if (i + 1 == table->n_key) {
            append_bound(t, c, " > ", after[i]);
            break;
        }
        append_bound(t, c, " >= ", after[i]);
        append(t, " AND (");
        append_bound(t, c, " > ", after[i]);
        append(t, " OR (");
        append_bound(t, c, " = ", after[i]);
        append(t, " AND ");
    }
    for (uint32_t i = 0; i + 1 < table->n_key; i++)
        append(t, "))");
}

char *kc_chunk_select(const struct kc_table *table, const uint64_t *after, uint32_t limit)
{
    struct text t = {0};
    char number[32];

    append(&t, "SELECT ");
    for (uint32_t i = 0; i < table->n_columns; i++) {
        append(&t, i > 0 ? ", " : "");
        append_column(&t, &table->columns[i]);
    }
    append(&t, " FROM ");
    append_name(&t, table->database);
    append(&t, ".");
    append_name(&t, table->name);
    if (after != NULL)
        append_where(&t, table, after);
    if (limit > 0) {
        append(&t, " ORDER BY ");
        for (uint32_t i = 0; i < table->n_key; i++) {
            append(&t, i > 0 ? ", " : "");
            append_name(&t, table->columns[table->key[i]].name);
        }
        (void)snprintf(number, sizeof(number), " LIMIT %u", limit);
        append(&t, number);
    }
    if (t.failed) {
        free(t.data);
        return NULL;
    }
    return t.data;
}
