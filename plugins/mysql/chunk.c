#include "chunk.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <kconnect/sdk.h>

#include "connection.h"

void kc_chunk_finish(struct kc_chunk *c)
{
    free(c->data);
    free(c->row_at);
    free(c->keys);
    free(c->dropped);
    memset(c, 0, sizeof(*c));
}

void kc_chunk_clear(struct kc_chunk *c)
{
    c->n_rows = 0;
    c->used = 0;
    c->next = 0;
    c->last = false;
    c->cut = false;
}

/* Room for one more row of `bytes` bytes. The three arrays by row grow together. */
static kc_status make_room(struct kc_chunk *c, size_t bytes, struct kc_error *err)
{
    uint32_t room = c->room > 0 ? c->room * 2 : 1024, n_key = c->table->n_key;

    if (c->used + bytes > c->size) {
        size_t size = c->size > 0 ? c->size * 2 : 256 * 1024;
        void *p;

        while (size < c->used + bytes)
            size *= 2;
        p = realloc(c->data, size);
        if (p == NULL)
            return kc_fail(err, KC_ERR_NOMEM, "out of memory for a chunk of %s", c->table->name);
        c->data = p;
        c->size = size;
    }
    if (c->n_rows < c->room)
        return KC_OK;
    for (int i = 0; i < 3; i++) {
        void **array = i == 0 ? (void **)&c->row_at : i == 1 ? (void **)&c->keys : (void **)&c->dropped;
        size_t each = i == 0 ? sizeof(*c->row_at) : i == 1 ? n_key * sizeof(*c->keys) : sizeof(*c->dropped);
        void *p = realloc(*array, room * each);

        if (p == NULL)
            return kc_fail(err, KC_ERR_NOMEM, "out of memory for a chunk of %s", c->table->name);
        *array = p;
    }
    c->room = room;
    return KC_OK;
}

/* Stores one fetched row behind the others. */
static kc_status take_row(struct kc_chunk *c, MYSQL_ROW row, const unsigned long *lengths,
                          struct kc_error *err)
{
    const struct kc_table *t = c->table;
    size_t bytes = t->n_columns * sizeof(uint32_t);
    kc_status status;
    uint32_t len;
    char *p;

    for (uint32_t i = 0; i < t->n_columns; i++)
        bytes += row[i] != NULL ? lengths[i] + 1 : 0;
    bytes = (bytes + 7) & ~(size_t)7; /* the lengths of the next row stay aligned */
    status = make_room(c, bytes, err);
    if (status < 0)
        return status;
    c->row_at[c->n_rows] = c->used;
    p = c->data + c->used + t->n_columns * sizeof(uint32_t);
    for (uint32_t i = 0; i < t->n_columns; i++) {
        len = row[i] != NULL ? (uint32_t)lengths[i] : UINT32_MAX;
        memcpy(c->data + c->used + i * sizeof(len), &len, sizeof(len));
        if (row[i] != NULL) {
            memcpy(p, row[i], lengths[i]);
            p[lengths[i]] = '\0';
            p += lengths[i] + 1;
        }
    }
    for (uint32_t i = 0; i < t->n_key; i++) {
        const struct kc_column *column = &t->columns[t->key[i]];
        const char *text = row[t->key[i]];

        if (text == NULL)
            return kc_fail(err, KC_ERR_FATAL, "key column %s.%s is NULL in a row", t->name, column->name);
        c->keys[(size_t)c->n_rows * t->n_key + i] =
            column->is_unsigned ? strtoull(text, NULL, 10)
                                : (uint64_t)strtoll(text, NULL, 10) ^ (UINT64_C(1) << 63);
    }
    c->dropped[c->n_rows++] = 0;
    c->used += bytes;
    return KC_OK;
}

static void name_doing(char *doing, size_t size, const struct kc_table *t)
{
    (void)snprintf(doing, size, "read rows of %s.%s", t->database, t->name);
}

static kc_status take_rows(struct kc_chunk *c, MYSQL *mysql, MYSQL_RES *res, uint32_t limit,
                           struct kc_error *err)
{
    char doing[300];
    kc_status status;
    MYSQL_ROW row;

    while ((row = mysql_fetch_row(res)) != NULL) {
        status = take_row(c, row, mysql_fetch_lengths(res), err);
        if (status < 0)
            return status;
        if (c->used >= KC_CHUNK_BYTES && c->n_rows < limit) {
            c->cut = true;
            return KC_OK;
        }
    }
    if (mysql_errno(mysql) != 0) {
        name_doing(doing, sizeof(doing), c->table);
        return kc_connection_fail(mysql, doing, err);
    }
    c->last = c->n_rows < limit;
    return KC_OK;
}

kc_status kc_chunk_send(MYSQL *mysql, const struct kc_table *table, const uint64_t *after, uint32_t limit,
                        struct kc_error *err)
{
    char *sql = kc_chunk_select(table, after, limit), doing[300];
    kc_status status;

    if (sql == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory for a chunk of %s", table->name);
    name_doing(doing, sizeof(doing), table);
    status = kc_connection_send(mysql, sql, doing, err);
    free(sql);
    return status;
}

kc_status kc_chunk_receive(struct kc_chunk *c, MYSQL *mysql, const struct kc_table *table, uint32_t limit,
                           int stop_fd, struct kc_error *err)
{
    MYSQL_RES *res;
    char doing[300];
    kc_status status;

    if (c->table != table) /* keys per row may have another width */
        kc_chunk_finish(c);
    kc_chunk_clear(c);
    c->table = table;
    name_doing(doing, sizeof(doing), table);
    status = kc_connection_wait(mysql, doing, stop_fd, err);
    if (status < 0)
        return status;
    res = mysql_use_result(mysql);
    if (res == NULL)
        return kc_connection_fail(mysql, doing, err);
    status = take_rows(c, mysql, res, limit, err);
    /* Freeing a half-read result would read it to its end; a closed socket ends that at once. */
    if (c->cut)
        (void)shutdown(mysql_get_socket(mysql), SHUT_RDWR);
    mysql_free_result(res);
    if (status < 0)
        kc_chunk_clear(c);
    return status;
}

static int compare_keys(const uint64_t *a, const uint64_t *b, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (a[i] != b[i])
            return a[i] < b[i] ? -1 : 1;
    return 0;
}

void kc_chunk_drop(struct kc_chunk *c, const uint64_t *key)
{
    uint32_t low = 0, high = c->n_rows, n = c->table != NULL ? c->table->n_key : 0;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = compare_keys(&c->keys[(size_t)middle * n], key, n);

        if (order == 0) {
            c->dropped[middle] = 1;
            return;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
}

kc_status kc_chunk_values(const struct kc_table *table, const char *const *texts, const uint32_t *lengths,
                          struct kc_arena *arena, struct kc_value *row, struct kc_error *err)
{
    for (uint32_t i = 0; i < table->n_columns; i++) {
        kc_status status = kc_column_from_text(&table->columns[i], texts[i],
                                               texts[i] != NULL ? lengths[i] : 0, arena, &row[i], err);

        if (status < 0)
            return status;
    }
    return KC_OK;
}

kc_status kc_chunk_row(const struct kc_chunk *c, uint32_t i, struct kc_arena *arena, struct kc_value **out,
                       struct kc_error *err)
{
    const struct kc_table *t = c->table;
    const char *lengths = c->data + c->row_at[i], *text = lengths + t->n_columns * sizeof(uint32_t);
    struct kc_value *row = kc_arena_alloc(arena, (uint64_t)t->n_columns * sizeof(*row));

    if (row == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory for a batch");
    for (uint32_t n = 0; n < t->n_columns; n++) {
        kc_status status;
        uint32_t len;

        memcpy(&len, lengths + n * sizeof(len), sizeof(len));
        status = kc_column_from_text(&t->columns[n], len != UINT32_MAX ? text : NULL,
                                     len != UINT32_MAX ? len : 0, arena, &row[n], err);
        if (status < 0)
            return status;
        if (len != UINT32_MAX)
            text += len + 1;
    }
    *out = row;
    return KC_OK;
}
