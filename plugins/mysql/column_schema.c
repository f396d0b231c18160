#include "column_family.h"
#include "labels.h"
#include "zero_date.h"

#include <kconnect/sdk.h>
#include <stdlib.h>

enum { MAX_PARAMS = 3, NUMBER_BYTES = 12 };

/* Parameters of one schema, with the texts they point at. */
struct params {
    struct kc_kv kvs[MAX_PARAMS];
    uint32_t n;
    char numbers[2][NUMBER_BYTES];
    char *allowed;
    char *type_text;
};

static void put(struct params *p, const char *key, const char *value)
{
    p->kvs[p->n].key = kc_str(key);
    p->kvs[p->n].value = kc_string(value, (uint32_t)strlen(value));
    p->n++;
}

static const char *number(struct params *p, int slot, uint32_t value)
{
    (void)snprintf(p->numbers[slot], NUMBER_BYTES, "%u", value);
    return p->numbers[slot];
}

/* COLUMN_TYPE in upper case, but for quoted labels. NULL: out of memory. */
static char *upper_type(const char *text)
{
    char *made = strdup(text);
    bool quoted = false;

    for (char *c = made; c != NULL && *c != '\0'; c++) {
        quoted ^= *c == '\'';
        if (!quoted && *c >= 'a' && *c <= 'z')
            *c = (char)(*c & ~0x20);
    }
    return made;
}

static bool fill(struct params *p, const struct kc_column *column)
{
    switch (column->family) {
    case KC_FAMILY_DECIMAL:
        put(p, "scale", number(p, 0, column->scale));
        put(p, "connect.decimal.precision", number(p, 1, column->precision));
        break;
    case KC_FAMILY_BIT:
        if (column->length > 1)
            put(p, "length", number(p, 0, column->length));
        break;
    case KC_FAMILY_ENUM:
    case KC_FAMILY_SET:
        p->allowed = kc_labels_allowed(column);
        if (p->allowed == NULL)
            return false;
        put(p, "allowed", p->allowed);
        break;
    default: break;
    }
    p->type_text = upper_type(column->type_text);
    if (p->type_text == NULL)
        return false;
    put(p, "__debezium.source.column.type", p->type_text);
    return true;
}

kc_status kc_column_schema(struct kc_ctx *ctx, const struct kc_column *column,
                           const struct kc_schema **schema, struct kc_error *err)
{
    const struct kc_column_family *family = kc_column_family(column);
    struct kc_schema spec = {.struct_size = sizeof(spec),
                             .optional = column->nullable || kc_zero_date_may_be_null(column)};
    struct kc_column_schema_kind kind;
    struct params params;
    kc_status status = KC_OK;

    if (family == NULL)
        return kc_fail(err, KC_ERR_UNSUPPORTED, "column %s has type %.100s, which cannot be followed",
                       column->name, column->type_text);
    memset(&params, 0, sizeof(params));
    kind = family->schema(column);
    spec.type = kind.type;
    if (kind.name != NULL) {
        spec.name = kc_str(kind.name);
        spec.version = 1;
    }
    if (!fill(&params, column)) {
        status = kc_fail(err, KC_ERR_NOMEM, "out of memory for the schema of column %s", column->name);
        goto done;
    }
    spec.params = (struct kc_map){params.kvs, params.n, 0};
    *schema = kc_host->schema_new(ctx, &spec, err);
    if (*schema == NULL)
        status = err->status < 0 ? err->status : KC_ERR_NOMEM;

done:
    free(params.allowed);
    free(params.type_text);
    return status;
}
