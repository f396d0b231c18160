#include "source_host.h"

#include <stdlib.h>
#include <string.h>

static void ignore(const struct kc_schema *s)
{
    (void)s;
}

/* ---- the state ---- */

enum { STATE_KEYS = 512 };

static struct {
    char *key, *value;
} stored[STATE_KEYS];

static int place_of(struct kc_str key)
{
    int i = 0;

    while (stored[i].key != NULL &&
           (strlen(stored[i].key) != key.len || memcmp(stored[i].key, key.ptr, key.len) != 0))
        i++;
    return i;
}

static kc_status state_get(struct kc_ctx *ctx, struct kc_str key, struct kc_str *value)
{
    int i = place_of(key);

    (void)ctx;
    if (stored[i].key == NULL || stored[i].value[0] == '\0')
        return KC_NOTHING;
    *value = kc_str(stored[i].value);
    return KC_OK;
}

static kc_status state_put(struct kc_ctx *ctx, struct kc_str key, struct kc_str value)
{
    int i = place_of(key);

    (void)ctx;
    if (i == STATE_KEYS - 1)
        abort();
    if (stored[i].key == NULL)
        stored[i].key = strndup(key.ptr, key.len);
    free(stored[i].value);
    stored[i].value = strndup(value.ptr, value.len);
    return KC_OK;
}

void source_forget(void)
{
    for (int i = 0; i < STATE_KEYS; i++) {
        free(stored[i].key);
        free(stored[i].value);
        stored[i].key = stored[i].value = NULL;
    }
}

static const struct kc_host host = {.struct_size = sizeof(host),
                                    .name = "test",
                                    .schema_ref = ignore,
                                    .schema_unref = ignore,
                                    .state_get = state_get,
                                    .state_put = state_put};

const struct kc_host *kc_host = &host;

struct kc_str source_str(const char *text)
{
    return kc_str(text);
}

struct kc_error source_error(void)
{
    return (struct kc_error){.struct_size = sizeof(struct kc_error)};
}

/* The type's word without length: "int(10) unsigned" is of data type "int". */
static char *data_type(const char *type)
{
    return strndup(type, strcspn(type, "( "));
}

struct kc_table *source_table(const char *columns, const uint32_t *key, uint32_t n_key)
{
    char *copy = strdup(columns), *next;
    struct kc_error err = source_error();
    uint32_t n = 1;
    struct kc_table *t;

    for (const char *p = strstr(columns, ", "); p != NULL; p = strstr(p + 1, ", "))
        n++;
    t = kc_table_create("shop", "orders", n);
    n = 0;
    for (char *p = copy; p != NULL; p = next) {
        struct kc_column *c = &t->columns[n++];
        char *type, *bang;

        next = strstr(p, ", ");
        if (next != NULL) {
            *next = '\0';
            next += 2;
        }
        type = strchr(p, ' ');
        *type++ = '\0';
        bang = strchr(type, '!');
        if (bang != NULL)
            *bang = '\0';
        c->name = strdup(p);
        c->type_text = strdup(type);
        c->data_type = data_type(type);
        c->charset = strstr(type, "char") != NULL ? strdup("utf8mb4") : NULL;
        c->nullable = bang == NULL;
    }
    for (uint32_t i = 0; i < n_key; i++)
        t->columns[key[i]].key_position = (int32_t)i;
    free(copy);
    if (kc_table_finish(t, &err) < 0) {
        fprintf(stderr, "%s\n", err.message);
        abort();
    }
    return t;
}
