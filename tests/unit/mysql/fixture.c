#include "fixture.h"

#include "column.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

void value_print(FILE *out, const struct kc_value *v)
{
    static const char *const names[] = {
        [KC_NULL] = "null",     [KC_INT8] = "int8",       [KC_INT16] = "int16",     [KC_INT32] = "int32",
        [KC_INT64] = "int64",   [KC_FLOAT32] = "float32", [KC_FLOAT64] = "float64", [KC_BOOLEAN] = "boolean",
        [KC_STRING] = "string", [KC_BYTES] = "bytes",     [KC_ARRAY] = "array",     [KC_MAP] = "map",
        [KC_STRUCT] = "struct", [KC_UINT64] = "uint64",
    };

    fprintf(out, "%s", names[v->type]);
    switch (v->type) {
    case KC_NULL: break;
    case KC_FLOAT32:
    case KC_FLOAT64: fprintf(out, " %a", v->as.f64); break;
    case KC_UINT64: fprintf(out, " %" PRIu64, v->as.u64); break;
    case KC_STRING:
    case KC_BYTES:
        fputc(' ', out);
        for (uint32_t i = 0; i < v->len; i++)
            fprintf(out, "%02x", v->as.bytes[i]);
        break;
    default: fprintf(out, " %" PRId64, v->as.i64); break;
    }
}

struct kc_table *fixture_table(const char *database, const char *name)
{
    struct kc_table *t = calloc(1, sizeof(*t));

    t->database = strdup(database);
    t->name = strdup(name);
    return t;
}

int fixture_column(struct kc_table *t, const char *name, const char *type_text, const char *data_type,
                   const char *charset, int nullable)
{
    struct kc_error err = {.struct_size = sizeof(err)};
    struct kc_column *c;

    t->columns = realloc(t->columns, (t->n_columns + 1) * sizeof(*t->columns));
    c = &t->columns[t->n_columns++];
    memset(c, 0, sizeof(*c));
    c->name = strdup(name);
    c->type_text = strdup(type_text);
    c->data_type = strdup(data_type);
    c->charset = charset != NULL ? strdup(charset) : NULL;
    c->nullable = nullable;
    c->key_position = -1;
    return kc_column_classify(c, &err) == KC_OK && c->family != KC_FAMILY_UNSUPPORTED ? 0 : -1;
}

void fixture_table_free(struct kc_table *t)
{
    if (t == NULL)
        return;
    for (uint32_t i = 0; i < t->n_columns; i++) {
        struct kc_column *c = &t->columns[i];

        for (uint32_t l = 0; l < c->n_labels; l++)
            free(c->labels[l]);
        free(c->labels);
        free(c->name);
        free(c->type_text);
        free(c->data_type);
        free(c->charset);
    }
    free(t->columns);
    free(t->database);
    free(t->name);
    free(t);
}
