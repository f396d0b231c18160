#include "file_source_plan.h"

#include <errno.h>
#include <kconnect/sdk.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_LINE_BYTES = 64 << 20, MAX_BATCH = 1000000 };

static const struct kc_config_key keys[] = {
    {.name = "file",
     .type = KC_CFG_STRING,
     .flags = KC_CFG_REQUIRED | KC_CFG_NON_EMPTY,
     .importance = KC_IMPORTANCE_HIGH,
     .width = KC_WIDTH_LONG,
     .display_name = "File",
     .order = -1,
     .doc = "The file to read; one that is not there yet is waited for."},
    {.name = "topic",
     .type = KC_CFG_STRING,
     .flags = KC_CFG_REQUIRED | KC_CFG_NON_EMPTY,
     .importance = KC_IMPORTANCE_HIGH,
     .width = KC_WIDTH_LONG,
     .display_name = "Topic",
     .order = -1,
     .doc = "The topic that gets a record for each line; made with one partition when it is missing."},
    {.name = "batch.size",
     .type = KC_CFG_INT,
     .flags = KC_CFG_RANGE,
     .default_value = "2000",
     .min = 1,
     .max = MAX_BATCH,
     .importance = KC_IMPORTANCE_LOW,
     .width = KC_WIDTH_SHORT,
     .display_name = "Batch size",
     .order = -1,
     .doc = "The most lines that are handed over at once."},
    {.name = "line.max.bytes",
     .type = KC_CFG_INT,
     .flags = KC_CFG_RANGE,
     .default_value = "1048576",
     .min = 1,
     .max = MAX_LINE_BYTES,
     .importance = KC_IMPORTANCE_LOW,
     .width = KC_WIDTH_SHORT,
     .display_name = "Longest line",
     .order = -1,
     .doc = "A line of more bytes fails the task."},
    {.name = "key.converter",
     .type = KC_CFG_CLASS,
     .default_value = "string",
     .importance = KC_IMPORTANCE_LOW,
     .width = KC_WIDTH_SHORT,
     .display_name = "Key converter class",
     .order = -1,
     .doc = "Records have no key; a converter that the worker is configured with has priority."},
    {.name = "value.converter",
     .type = KC_CFG_CLASS,
     .default_value = "string",
     .importance = KC_IMPORTANCE_LOW,
     .width = KC_WIDTH_SHORT,
     .display_name = "Value converter class",
     .order = -1,
     .doc = "Writes the lines; a converter that the worker is configured with has priority."},
};

const struct kc_config_def kc_file_source_config = {.struct_size = sizeof(kc_file_source_config),
                                                    .key_size = sizeof(struct kc_config_key),
                                                    .keys = keys,
                                                    .n_keys = sizeof(keys) / sizeof(keys[0])};

/* A file that is not there is fine; one that can never be read is not. */
static kc_status validate(struct kc_ctx *ctx, const struct kc_map *config, struct kc_report *out,
                          struct kc_error *err)
{
    const char *path = kc_map_get(config, "file")->as.str;
    char sentence[600];
    struct stat info;

    (void)ctx;
    (void)err;
    if (stat(path, &info) != 0 && errno == ENOENT)
        return KC_OK;
    if (access(path, R_OK) != 0)
        (void)snprintf(sentence, sizeof(sentence), "file: cannot read %.400s: %s", path, strerror(errno));
    else if (!S_ISREG(info.st_mode))
        (void)snprintf(sentence, sizeof(sentence), "file: %.400s is no regular file", path);
    else
        return KC_OK;
    kc_host->report_error(out, "file", sentence);
    return KC_OK;
}

static int32_t exactly_once(struct kc_ctx *ctx, const struct kc_map *config)
{
    (void)ctx;
    (void)config;
    return KC_EOS_SUPPORTED;
}

static kc_status check_change(const struct kc_offset_change *c, struct kc_error *err)
{
    const struct kc_value *name = kc_map_get(&c->partition, KC_FILE_NAME);
    const struct kc_value *position = kc_map_get(&c->offset, KC_FILE_POSITION);

    if (c->offset.len == 0)
        return KC_OK; /* anything may be removed, whatever left it there */
    if (name == NULL || name->type != KC_STRING)
        return kc_fail(err, KC_ERR_CONFIG,
                       "A partition of a file source is {\"" KC_FILE_NAME "\": \"/path\"}.");
    if (position == NULL || position->type < KC_INT8 || position->type > KC_INT64)
        return kc_fail(err, KC_ERR_CONFIG,
                       "An offset of a file source is {\"" KC_FILE_POSITION
                       "\": bytes}, a whole number, or null to remove it.");
    if (position->as.i64 < 0)
        return kc_fail(err, KC_ERR_CONFIG,
                       "The \"" KC_FILE_POSITION "\" of a file source must not be negative.");
    return KC_OK;
}

/* Whether the file has that many bytes is seen when it is read: it may not be there yet. */
static kc_status check_offsets(struct kc_ctx *ctx, const struct kc_map *config,
                               const struct kc_offset_change *changes, uint32_t n, struct kc_error *err)
{
    (void)ctx;
    (void)config;
    for (uint32_t i = 0; i < n; i++)
        if (check_change(&changes[i], err) < 0)
            return err->status;
    return KC_OK;
}

const struct kc_planner_ops kc_file_source_plan = {
    .struct_size = sizeof(kc_file_source_plan),
    .validate = validate,
    .exactly_once = exactly_once,
    .check_offsets = check_offsets,
};
