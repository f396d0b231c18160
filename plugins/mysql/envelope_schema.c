/* The schemas of the envelope: shared ones once per connector, three per table. */
#include <stdlib.h>
#include <string.h>

#include <kconnect/sdk.h>

#include "column.h"
#include "envelope.h"

static const struct kc_schema *simple(struct kc_ctx *ctx, uint8_t type, bool optional, struct kc_error *err)
{
    struct kc_schema spec = {.struct_size = sizeof(spec), .type = type, .optional = optional};

    return kc_host->schema_new(ctx, &spec, err);
}

static struct kc_field field(const char *name, const struct kc_schema *schema)
{
    return (struct kc_field){kc_str(name), schema};
}

static const struct kc_schema *structure(struct kc_ctx *ctx, const char *name, int32_t version, bool optional,
                                         const struct kc_field *fields, uint32_t n, struct kc_error *err)
{
    struct kc_schema spec = {.struct_size = sizeof(spec),
                             .type = KC_STRUCT,
                             .optional = optional,
                             .name = kc_str(name),
                             .version = version,
                             .n_fields = n,
                             .fields = fields};

    return kc_host->schema_new(ctx, &spec, err);
}

/* Debezium's enumeration of what a record has to do with a snapshot. */
static const struct kc_schema *snapshot_schema(struct kc_ctx *ctx, struct kc_error *err)
{
    static const char allowed[] =
        "true,first,first_in_data_collection,last_in_data_collection,last,false,incremental";
    const struct kc_value fallback = kc_string("false", 5);
    const struct kc_kv param = {kc_str("allowed"), kc_string(allowed, sizeof(allowed) - 1)};
    struct kc_schema spec = {.struct_size = sizeof(spec),
                             .type = KC_STRING,
                             .name = kc_str("io.debezium.data.Enum"),
                             .version = 1,
                             .optional = 1,
                             .default_value = &fallback,
                             .params = {&param, 1, 0}};

    return kc_host->schema_new(ctx, &spec, err);
}

static kc_status make_source(struct kc_envelope *e, struct kc_ctx *ctx, struct kc_error *err)
{
    const struct kc_schema *number = simple(ctx, KC_INT64, false, err),
                           *row = simple(ctx, KC_INT32, false, err),
                           *words = simple(ctx, KC_STRING, true, err), *snapshot = snapshot_schema(ctx, err);
    const struct kc_field fields[KC_SOURCE_FIELDS] = {
        [KC_SOURCE_VERSION] = field("version", e->text),
        [KC_SOURCE_CONNECTOR] = field("connector", e->text),
        [KC_SOURCE_NAME] = field("name", e->text),
        [KC_SOURCE_TS_MS] = field("ts_ms", number),
        [KC_SOURCE_SNAPSHOT] = field("snapshot", snapshot),
        [KC_SOURCE_DB] = field("db", e->text),
        [KC_SOURCE_SEQUENCE] = field("sequence", words),
        [KC_SOURCE_TS_US] = field("ts_us", e->optional64),
        [KC_SOURCE_TS_NS] = field("ts_ns", e->optional64),
        [KC_SOURCE_TABLE] = field("table", words),
        [KC_SOURCE_SERVER_ID] = field("server_id", number),
        [KC_SOURCE_GTID] = field("gtid", words),
        [KC_SOURCE_FILE] = field("file", e->text),
        [KC_SOURCE_POS] = field("pos", number),
        [KC_SOURCE_ROW] = field("row", row),
        [KC_SOURCE_THREAD] = field("thread", e->optional64),
        [KC_SOURCE_QUERY] = field("query", words),
    };
    char name[64];

    (void)snprintf(name, sizeof(name), "io.debezium.connector.%s.Source", e->connector);
    if (number != NULL && row != NULL && words != NULL && snapshot != NULL)
        e->source = structure(ctx, name, 0, false, fields, KC_SOURCE_FIELDS, err);
    kc_host->schema_unref(number);
    kc_host->schema_unref(row);
    kc_host->schema_unref(words);
    kc_host->schema_unref(snapshot);
    return e->source != NULL ? KC_OK : kc_fail(err, KC_ERR_NOMEM, "out of memory for the schema of source");
}

static kc_status make_transaction(struct kc_envelope *e, struct kc_ctx *ctx, struct kc_error *err)
{
    const struct kc_schema *number = simple(ctx, KC_INT64, false, err);
    const struct kc_field fields[] = {field("id", e->text), field("total_order", number),
                                      field("data_collection_order", number)};

    if (number != NULL)
        e->transaction = structure(ctx, "event.block", 1, true, fields, 3, err);
    kc_host->schema_unref(number);
    return e->transaction != NULL ? KC_OK
                                  : kc_fail(err, KC_ERR_NOMEM, "out of memory for the schema of transaction");
}

kc_status kc_envelope_init(struct kc_envelope *e, struct kc_ctx *ctx, enum kc_flavor flavor,
                           const char *prefix, const char *zone, struct kc_error *err)
{
    kc_status status;

    memset(e, 0, sizeof(*e));
    e->prefix = prefix;
    e->zone = zone;
    e->connector = flavor == KC_FLAVOR_MARIADB ? "mariadb" : "mysql";
    e->text = simple(ctx, KC_STRING, false, err);
    e->optional64 = simple(ctx, KC_INT64, true, err);
    if (e->text == NULL || e->optional64 == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory for schemas");
    status = make_source(e, ctx, err);
    return status < 0 ? status : make_transaction(e, ctx, err);
}

void kc_envelope_finish(struct kc_envelope *e)
{
    kc_host->schema_unref(e->source);
    kc_host->schema_unref(e->transaction);
    kc_host->schema_unref(e->text);
    kc_host->schema_unref(e->optional64);
    memset(e, 0, sizeof(*e));
}

/* The row struct, optional as the images are, with the zone its DATE and DATETIME values are meant in. */
static kc_status make_row(const struct kc_envelope *e, struct kc_ctx *ctx, struct kc_table *t,
                          const struct kc_field *fields, const char *name, struct kc_error *err)
{
    const struct kc_kv param = {kc_str("kconnect.time.zone"), kc_string(e->zone, (uint32_t)strlen(e->zone))};
    struct kc_schema spec = {.struct_size = sizeof(spec),
                             .type = KC_STRUCT,
                             .optional = 1,
                             .name = kc_str(name),
                             .n_fields = t->n_columns,
                             .fields = fields,
                             .params = {&param, 1, 0}};

    t->row_schema = kc_host->schema_new(ctx, &spec, err);
    return t->row_schema != NULL ? KC_OK
                                 : kc_fail(err, KC_ERR_NOMEM, "out of memory for the schema %s", name);
}

static kc_status make_key(struct kc_ctx *ctx, struct kc_table *t, const struct kc_field *fields,
                          const char *name, struct kc_error *err)
{
    struct kc_field *key = calloc(t->n_key, sizeof(*key));

    if (key == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory for the schema %s", name);
    for (uint32_t i = 0; i < t->n_key; i++)
        key[i] = fields[t->key[i]];
    t->key_schema = structure(ctx, name, 0, false, key, t->n_key, err);
    free(key);
    return t->key_schema != NULL ? KC_OK
                                 : kc_fail(err, KC_ERR_NOMEM, "out of memory for the schema %s", name);
}

static kc_status make_envelope(const struct kc_envelope *e, struct kc_ctx *ctx, struct kc_table *t,
                               const char *name, struct kc_error *err)
{
    const struct kc_field fields[KC_ENVELOPE_FIELDS] = {
        [KC_ENVELOPE_BEFORE] = field("before", t->row_schema),
        [KC_ENVELOPE_AFTER] = field("after", t->row_schema),
        [KC_ENVELOPE_SOURCE] = field("source", e->source),
        [KC_ENVELOPE_TRANSACTION] = field("transaction", e->transaction),
        [KC_ENVELOPE_OP] = field("op", e->text),
        [KC_ENVELOPE_TS_MS] = field("ts_ms", e->optional64),
        [KC_ENVELOPE_TS_US] = field("ts_us", e->optional64),
        [KC_ENVELOPE_TS_NS] = field("ts_ns", e->optional64),
    };

    t->envelope_schema = structure(ctx, name, 2, false, fields, KC_ENVELOPE_FIELDS, err);
    return t->envelope_schema != NULL ? KC_OK
                                      : kc_fail(err, KC_ERR_NOMEM, "out of memory for the schema %s", name);
}

kc_status kc_envelope_table(const struct kc_envelope *e, struct kc_ctx *ctx, struct kc_table *t,
                            struct kc_error *err)
{
    struct kc_field *fields = calloc(t->n_columns, sizeof(*fields));
    char name[1024];
    kc_status status = KC_OK;
    int stem = snprintf(name, sizeof(name) - 16, "%s.%s.%s", e->prefix, t->database, t->name);

    if (fields == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory for the schemas of %s.%s", t->database, t->name);
    if (stem < 0 || (size_t)stem >= sizeof(name) - 16) {
        status =
            kc_fail(err, KC_ERR_CONFIG, "topic.prefix is too long for schema names of table %s", t->name);
        goto done;
    }
    for (uint32_t i = 0; i < t->n_columns && status == KC_OK; i++) {
        t->columns[i].table = t;
        t->columns[i].zero_date = e->zero_date;
        fields[i].name = kc_str(t->columns[i].name);
        status = kc_column_schema(ctx, &t->columns[i], &fields[i].schema, err);
    }
    if (status == KC_OK) {
        (void)strcpy(name + stem, ".Value");
        status = make_row(e, ctx, t, fields, name, err);
    }
    if (status == KC_OK && t->n_key > 0) {
        (void)strcpy(name + stem, ".Key");
        status = make_key(ctx, t, fields, name, err);
    }
    if (status == KC_OK) {
        (void)strcpy(name + stem, ".Envelope");
        status = make_envelope(e, ctx, t, name, err);
    }
done:
    for (uint32_t i = 0; i < t->n_columns; i++)
        kc_host->schema_unref(fields[i].schema);
    free(fields);
    return status;
}
