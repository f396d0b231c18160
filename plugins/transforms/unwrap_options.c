#include "unwrap_options.h"

#include <strings.h>

#include "values.h"

#define MODE        "delete.tombstone.handling.mode"
#define LEGACY_MODE "delete.handling.mode"

struct mode {
    const char *name;
    enum kc_delete_handling on_delete;
    bool keep_tombstones;
};

static const struct mode modes[] = {
    {"drop", KC_DELETE_DROP, false},
    {"tombstone", KC_DELETE_TO_NULL, false},
    {"rewrite", KC_DELETE_REWRITE, false},
    {"rewrite-with-tombstone", KC_DELETE_REWRITE, true},
    {"delete-to-tombstone", KC_DELETE_TO_TOMBSTONE, false},
};
static const struct mode legacy_modes[] = {
    {"drop", KC_DELETE_DROP, false},
    {"rewrite", KC_DELETE_REWRITE, false},
    {"none", KC_DELETE_TO_NULL, false},
};

static const char *const mode_names[] = {
    "drop", "tombstone", "rewrite", "rewrite-with-tombstone", "delete-to-tombstone", NULL};
static const char *const legacy_names[] = {"drop", "rewrite", "none", NULL};

static const struct mode *find_mode(const struct mode *list, size_t n, const struct kc_value *v)
{
    for (size_t i = 0; i < n; i++)
        if (strlen(list[i].name) == v->len && strncasecmp(list[i].name, v->as.str, v->len) == 0)
            return &list[i];
    return NULL;
}

static kc_status check_mode(const char *name, const struct kc_value *v, struct kc_error *err)
{
    (void)name;
    if (v->type != KC_STRING || find_mode(modes, sizeof(modes) / sizeof(*modes), v) != NULL)
        return KC_OK;
    return kc_fail(err, KC_ERR_CONFIG,
                   "%.*s is none of drop, tombstone, rewrite, rewrite-with-tombstone, delete-to-tombstone",
                   (int)v->len, v->as.str);
}

static kc_status check_legacy(const char *name, const struct kc_value *v, struct kc_error *err)
{
    (void)name;
    if (v->type != KC_STRING ||
        find_mode(legacy_modes, sizeof(legacy_modes) / sizeof(*legacy_modes), v) != NULL)
        return KC_OK;
    return kc_fail(err, KC_ERR_CONFIG, "%.*s is none of drop, rewrite, none", (int)v->len, v->as.str);
}

static const struct kc_config_key keys[] = {
    {KC_SMT_KEY(
         MODE, KC_CFG_STRING, "tombstone", 0, KC_IMPORTANCE_MEDIUM,
         "What becomes of a delete and of a tombstone. `drop`: both are dropped. `tombstone`: the delete "
         "gets a null value, tombstones are dropped. `rewrite`: the delete becomes the old row with "
         "`__deleted` = true, tombstones are dropped. `rewrite-with-tombstone`: the same, tombstones "
         "stay. `delete-to-tombstone`: the delete becomes a tombstone without a schema, tombstones are "
         "dropped."),
     .choices = mode_names, .check = check_mode},
    {KC_SMT_KEY(
        "drop.tombstones", KC_CFG_BOOLEAN, NULL, KC_CFG_DEPRECATED, KC_IMPORTANCE_LOW,
        "Before Debezium 2.5: whether tombstones are dropped (true unless given). Counts only while " MODE
        " is tombstone, its default.")},
    {KC_SMT_KEY(
         LEGACY_MODE, KC_CFG_STRING, NULL, KC_CFG_DEPRECATED, KC_IMPORTANCE_LOW,
         "Before Debezium 2.5: `drop` (unless given), `rewrite`, or `none` for a null value. Counts only "
         "while " MODE " is tombstone, its default."),
     .choices = legacy_names, .check = check_legacy},
    {KC_SMT_KEY("route.by.field", KC_CFG_STRING, "", 0, KC_IMPORTANCE_LOW,
                "A text column whose value becomes the topic's name.")},
    {KC_SMT_KEY("add.fields.prefix", KC_CFG_STRING, "__", 0, KC_IMPORTANCE_LOW,
                "What the names of added fields begin with.")},
    {KC_SMT_KEY("add.fields", KC_CFG_LIST, "", 0, KC_IMPORTANCE_LOW,
                "Fields of the envelope to add to the row, e.g. `op,table,source.ts_ms:EVENT_TS`.")},
    {KC_SMT_KEY("add.headers.prefix", KC_CFG_STRING, "__", 0, KC_IMPORTANCE_LOW,
                "What the names of added headers begin with.")},
    {KC_SMT_KEY("add.headers", KC_CFG_LIST, "", 0, KC_IMPORTANCE_LOW,
                "Fields of the envelope to add as headers, written as in `add.fields`.")},
    {KC_SMT_KEY("drop.fields.header.name", KC_CFG_STRING, NULL, 0, KC_IMPORTANCE_LOW,
                "Name of a header with a list of the fields to leave out of the row.")},
    {KC_SMT_KEY("drop.fields.from.key", KC_CFG_BOOLEAN, "false", 0, KC_IMPORTANCE_LOW,
                "Whether those fields are left out of the key too.")},
    {KC_SMT_KEY("drop.fields.keep.schema.compatible", KC_CFG_BOOLEAN, "true", 0, KC_IMPORTANCE_LOW,
                "Whether only those of them are left out that are optional.")},
    {KC_SMT_KEY("replace.null.with.default", KC_CFG_BOOLEAN, "true", 0, KC_IMPORTANCE_LOW,
                "Whether rewriting puts a column's default in the place of null.")},
};

const struct kc_config_def kc_unwrap_def = {.struct_size = sizeof(kc_unwrap_def),
                                            .key_size = sizeof(keys[0]),
                                            .keys = keys,
                                            .n_keys = sizeof(keys) / sizeof(keys[0])};

static const struct mode *mode_of(const struct kc_map *config, const char *key, const char *fallback,
                                  const struct mode *list, size_t n)
{
    const struct kc_value *v = kc_map_get(config, key), given = kc_text_value(kc_str(fallback));

    return find_mode(list, n, v == NULL || v->type != KC_STRING ? &given : v);
}

static kc_status read_modes(const struct kc_map *config, struct kc_unwrap_options *o, struct kc_error *err)
{
    const struct mode *mode = mode_of(config, MODE, "tombstone", modes, sizeof(modes) / sizeof(*modes));
    const struct mode *legacy =
        mode_of(config, LEGACY_MODE, "drop", legacy_modes, sizeof(legacy_modes) / sizeof(*legacy_modes));
    const struct kc_value *tombstones = kc_map_get(config, "drop.tombstones"),
                          *deletes = kc_map_get(config, LEGACY_MODE);

    if (mode == NULL || legacy == NULL)
        return kc_fail(err, KC_ERR_CONFIG, "%s is not one of its modes", mode == NULL ? MODE : LEGACY_MODE);
    o->on_delete = mode->on_delete;
    o->keep_tombstones = mode->keep_tombstones;
    if (mode->on_delete != KC_DELETE_TO_NULL || ((tombstones == NULL || tombstones->type == KC_NULL) &&
                                                 (deletes == NULL || deletes->type == KC_NULL)))
        return KC_OK;
    o->on_delete = legacy->on_delete;
    o->keep_tombstones = o->keep_truncate = !kc_setting_flag(config, "drop.tombstones", true);
    return KC_OK;
}

kc_status kc_unwrap_options_read(struct kc_smt *s, const struct kc_map *config, struct kc_unwrap_options *o,
                                 struct kc_error *err)
{
    kc_status status = read_modes(config, o, err);

    if (status < 0)
        return status;
    o->replace_null = kc_setting_flag(config, "replace.null.with.default", true);
    o->drop_from_key = kc_setting_flag(config, "drop.fields.from.key", false);
    o->drop_compatible = kc_setting_flag(config, "drop.fields.keep.schema.compatible", true);
    if (kc_setting_text(s, config, "drop.fields.header.name", &o->drop_header, err) < 0 ||
        kc_setting_text(s, config, "route.by.field", &o->route_by, err) < 0)
        return KC_ERR_NOMEM;
    status = kc_references_read(s, config, "add.fields", "add.fields.prefix", &o->fields, err);
    if (status >= 0)
        status = kc_references_read(s, config, "add.headers", "add.headers.prefix", &o->headers, err);
    if (status < 0)
        return status;
    o->text = kc_schema_plain(s->ctx, KC_STRING, false, err);
    return o->text == NULL ? err->status : KC_OK;
}
