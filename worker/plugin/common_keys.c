/* common_keys.c - the keys that every connector has, whatever its plugin: Kafka Connect's names, groups and order. */
#include <kconnect/plugin.h>

#include "plugin/connector_config.h"

#define COMMON     "Common"
#define TOPICS     "Topic Creation"
#define ERRORS     "Error Handling"
#define EXACTLY    "Exactly Once Support"
#define TRANSFORMS "Transforms"
#define PREDICATES "Predicates"

#define YEAR_MS INT64_C(31536000000)

static const char *const yes_no_requested[] = {"requested", "required", "disabled", NULL};
static const char *const boundaries[] = {"interval", "poll", NULL};
static const char *const tolerances[] = {"none", "all", NULL};

/* What sources and sinks share. A macro, since both tables are constant. */
#define SHARED_KEYS                                                                                          \
    {.name = "name",                                                                                         \
     .display_name = "Connector name",                                                                       \
     .group = COMMON,                                                                                        \
     .type = KC_CFG_STRING,                                                                                  \
     .flags = KC_CFG_REQUIRED | KC_CFG_NON_EMPTY,                                                            \
     .importance = KC_IMPORTANCE_HIGH,                                                                       \
     .width = KC_WIDTH_MEDIUM,                                                                               \
     .order = 1,                                                                                             \
     .doc = "The connector's name: 1 to 48 digits, lower-case letters and hyphens, no hyphen first; "        \
            "unique. It "                                                                                    \
            "works with the consumer group connect-<name>."},                                                \
        {.name = "connector.class",                                                                          \
         .display_name = "Connector class",                                                                  \
         .group = COMMON,                                                                                    \
         .type = KC_CFG_STRING,                                                                              \
         .flags = KC_CFG_REQUIRED | KC_CFG_NON_EMPTY,                                                        \
         .importance = KC_IMPORTANCE_HIGH,                                                                   \
         .width = KC_WIDTH_LONG,                                                                             \
         .order = 2,                                                                                         \
         .doc = "The id or an alias of an installed connector, such as mysql-source."},                      \
        {.name = "connector.plugin.version",                                                                 \
         .display_name = "Connector version",                                                                \
         .group = COMMON,                                                                                    \
         .type = KC_CFG_STRING,                                                                              \
         .importance = KC_IMPORTANCE_MEDIUM,                                                                 \
         .width = KC_WIDTH_MEDIUM,                                                                           \
         .order = 3,                                                                                         \
         .doc = "A range of versions, such as [1.0,2.0); a version alone is meant exactly. Default: the "    \
                "newest installed."},                                                                        \
        {.name = "tasks.max",                                                                                \
         .display_name = "Tasks max",                                                                        \
         .group = COMMON,                                                                                    \
         .default_value = "1",                                                                               \
         .type = KC_CFG_INT,                                                                                 \
         .flags = KC_CFG_RANGE,                                                                              \
         .min = 1,                                                                                           \
         .max = INT32_MAX,                                                                                   \
         .importance = KC_IMPORTANCE_HIGH,                                                                   \
         .width = KC_WIDTH_SHORT,                                                                            \
         .order = 4,                                                                                         \
         .doc = "The most tasks that may be used; a connector takes as many as it has work for."},           \
        {.name = "key.converter",                                                                            \
         .display_name = "Key converter class",                                                              \
         .group = COMMON,                                                                                    \
         .type = KC_CFG_CLASS,                                                                               \
         .importance = KC_IMPORTANCE_LOW,                                                                    \
         .width = KC_WIDTH_SHORT,                                                                            \
         .order = 5,                                                                                         \
         .doc = "The format of keys; default: the worker's, then the connector's own."},                     \
        {.name = "key.converter.plugin.version",                                                             \
         .display_name = "Key converter version",                                                            \
         .group = COMMON,                                                                                    \
         .type = KC_CFG_STRING,                                                                              \
         .importance = KC_IMPORTANCE_LOW,                                                                    \
         .width = KC_WIDTH_SHORT,                                                                            \
         .order = 6,                                                                                         \
         .doc = "The same for key.converter."},                                                              \
        {.name = "value.converter",                                                                          \
         .display_name = "Value converter class",                                                            \
         .group = COMMON,                                                                                    \
         .type = KC_CFG_CLASS,                                                                               \
         .importance = KC_IMPORTANCE_LOW,                                                                    \
         .width = KC_WIDTH_SHORT,                                                                            \
         .order = 7,                                                                                         \
         .doc = "The format of values; default: the worker's, then the connector's own."},                   \
        {.name = "value.converter.plugin.version",                                                           \
         .display_name = "Value converter version",                                                          \
         .group = COMMON,                                                                                    \
         .type = KC_CFG_STRING,                                                                              \
         .importance = KC_IMPORTANCE_LOW,                                                                    \
         .width = KC_WIDTH_SHORT,                                                                            \
         .order = 8,                                                                                         \
         .doc = "The same for value.converter."},                                                            \
        {.name = "header.converter",                                                                         \
         .display_name = "Header converter class",                                                           \
         .group = COMMON,                                                                                    \
         .type = KC_CFG_CLASS,                                                                               \
         .importance = KC_IMPORTANCE_LOW,                                                                    \
         .width = KC_WIDTH_SHORT,                                                                            \
         .order = 9,                                                                                         \
         .doc = "The format of headers; default: the worker's, then simple."},                               \
        {.name = "header.converter.plugin.version",                                                          \
         .display_name = "Header converter version",                                                         \
         .group = COMMON,                                                                                    \
         .type = KC_CFG_STRING,                                                                              \
         .importance = KC_IMPORTANCE_LOW,                                                                    \
         .width = KC_WIDTH_SHORT,                                                                            \
         .order = 10,                                                                                        \
         .doc = "The same for header.converter."},                                                           \
        {.name = "transforms",                                                                               \
         .display_name = "Transforms",                                                                       \
         .group = TRANSFORMS,                                                                                \
         .default_value = "",                                                                                \
         .type = KC_CFG_LIST,                                                                                \
         .importance = KC_IMPORTANCE_LOW,                                                                    \
         .width = KC_WIDTH_LONG,                                                                             \
         .order = 11,                                                                                        \
         .doc = "Aliases of the transforms to apply to records, in their order."},                           \
        {.name = "predicates",                                                                               \
         .display_name = "Predicates",                                                                       \
         .group = PREDICATES,                                                                                \
         .default_value = "",                                                                                \
         .type = KC_CFG_LIST,                                                                                \
         .importance = KC_IMPORTANCE_LOW,                                                                    \
         .width = KC_WIDTH_LONG,                                                                             \
         .order = 12,                                                                                        \
         .doc = "Aliases of the predicates that transforms use."},                                           \
        {.name = "errors.retry.timeout",                                                                     \
         .display_name = "Retry Timeout for Errors",                                                         \
         .group = ERRORS,                                                                                    \
         .type = KC_CFG_LONG,                                                                                \
         .flags = KC_CFG_RANGE,                                                                              \
         .min = -1,                                                                                          \
         .max = INT64_MAX,                                                                                   \
         .default_value = "0",                                                                               \
         .importance = KC_IMPORTANCE_MEDIUM,                                                                 \
         .width = KC_WIDTH_MEDIUM,                                                                           \
         .order = 1,                                                                                         \
         .doc = "How long, in milliseconds, one call of a converter or transform is repeated that asks for " \
                "it; 0: not at all, -1: for ever."},                                                         \
        {.name = "errors.retry.delay.max.ms",                                                                \
         .display_name = "Maximum Delay Between Retries for Errors",                                         \
         .group = ERRORS,                                                                                    \
         .type = KC_CFG_LONG,                                                                                \
         .flags = KC_CFG_RANGE,                                                                              \
         .min = 1,                                                                                           \
         .max = INT64_MAX,                                                                                   \
         .default_value = "60000",                                                                           \
         .importance = KC_IMPORTANCE_MEDIUM,                                                                 \
         .width = KC_WIDTH_MEDIUM,                                                                           \
         .order = 2,                                                                                         \
         .doc = "The longest pause between two such calls, in milliseconds. Pauses begin with 300 ms and "   \
                "double."},                                                                                  \
        {.name = "errors.tolerance",                                                                         \
         .display_name = "Error Tolerance",                                                                  \
         .group = ERRORS,                                                                                    \
         .default_value = "none",                                                                            \
         .choices = tolerances,                                                                              \
         .type = KC_CFG_STRING,                                                                              \
         .flags = KC_CFG_ONE_OF,                                                                             \
         .importance = KC_IMPORTANCE_MEDIUM,                                                                 \
         .width = KC_WIDTH_SHORT,                                                                            \
         .order = 3,                                                                                         \
         .doc = "What follows when one record cannot be delivered: it is too large, or a converter, a "      \
                "transform or the connector refuses it. "                                                    \
                "none: the task fails and says why; all: it is left out, counted, and noted in the dead "    \
                "letter topic if "                                                                           \
                "there is one."},                                                                            \
        {.name = "errors.log.enable",                                                                        \
         .display_name = "Log Errors",                                                                       \
         .group = ERRORS,                                                                                    \
         .default_value = "false",                                                                           \
         .type = KC_CFG_BOOLEAN,                                                                             \
         .importance = KC_IMPORTANCE_MEDIUM,                                                                 \
         .width = KC_WIDTH_SHORT,                                                                            \
         .order = 4,                                                                                         \
         .doc = "Whether each record that is left out is logged; otherwise a summary every 10 seconds is."}, \
        {.name = "errors.log.include.messages",                                                              \
         .display_name = "Log Error Details",                                                                \
         .group = ERRORS,                                                                                    \
         .default_value = "false",                                                                           \
         .type = KC_CFG_BOOLEAN,                                                                             \
         .importance = KC_IMPORTANCE_MEDIUM,                                                                 \
         .width = KC_WIDTH_SHORT,                                                                            \
         .order = 5,                                                                                         \
         .doc = "Whether such a log line shows the record's key and the beginning of its value: data of "    \
                "the source."},                                                                              \
        {.name = "errors.deadletterqueue.topic.name",                                                        \
         .display_name = "Dead Letter Queue Topic Name",                                                     \
         .group = ERRORS,                                                                                    \
         .default_value = "",                                                                                \
         .type = KC_CFG_STRING,                                                                              \
         .importance = KC_IMPORTANCE_MEDIUM,                                                                 \
         .width = KC_WIDTH_MEDIUM,                                                                           \
         .order = 6,                                                                                         \
         .doc =                                                                                              \
             "With errors.tolerance=all: the topic that notes the records left out, with their key, and "    \
             "their value "                                                                                  \
             "where it could be made and that topic takes it. Made with one partition when it is missing."}, \
        {.name = "errors.deadletterqueue.topic.replication.factor",                                          \
         .display_name = "Dead Letter Queue Topic Replication Factor",                                       \
         .group = ERRORS,                                                                                    \
         .default_value = "-1",                                                                              \
         .type = KC_CFG_SHORT,                                                                               \
         .flags = KC_CFG_RANGE,                                                                              \
         .min = -1,                                                                                          \
         .max = INT16_MAX,                                                                                   \
         .importance = KC_IMPORTANCE_MEDIUM,                                                                 \
         .width = KC_WIDTH_SHORT,                                                                            \
         .order = 7,                                                                                         \
         .doc = "Copies of the dead letter topic when it is made; -1: the broker's default."},               \
        {.name = "errors.deadletterqueue.context.headers.enable",                                            \
         .display_name = "Enable Error Context Headers",                                                     \
         .group = ERRORS,                                                                                    \
         .default_value = "false",                                                                           \
         .type = KC_CFG_BOOLEAN,                                                                             \
         .importance = KC_IMPORTANCE_MEDIUM,                                                                 \
         .width = KC_WIDTH_SHORT,                                                                            \
         .order = 8,                                                                                         \
         .doc = "Whether dead letters have headers, __connect.errors.*, that say where they were to go and " \
                "why they are "                                                                              \
                "not there. Without them a dead letter without a value says little."},                       \
        {.name = "errors.restart.delay.initial.ms",                                                          \
         .display_name = "First restart pause",                                                              \
         .group = ERRORS,                                                                                    \
         .type = KC_CFG_LONG,                                                                                \
         .flags = KC_CFG_RANGE,                                                                              \
         .min = 1,                                                                                           \
         .max = YEAR_MS,                                                                                     \
         .importance = KC_IMPORTANCE_LOW,                                                                    \
         .width = KC_WIDTH_SHORT,                                                                            \
         .order = 9,                                                                                         \
         .doc = "How long a failed task waits before it is started again, in milliseconds; each further "    \
                "pause is "                                                                                  \
                "twice the one before. Default: the worker's, 1000."},                                       \
        {.name = "errors.restart.delay.max.ms",                                                              \
         .display_name = "Longest restart pause",                                                            \
         .group = ERRORS,                                                                                    \
         .type = KC_CFG_LONG,                                                                                \
         .flags = KC_CFG_RANGE,                                                                              \
         .min = 1,                                                                                           \
         .max = YEAR_MS,                                                                                     \
         .importance = KC_IMPORTANCE_LOW,                                                                    \
         .width = KC_WIDTH_SHORT,                                                                            \
         .order = 10,                                                                                        \
         .doc = "The longest such pause, in milliseconds; a task that runs for as long has its failures "    \
                "forgotten. "                                                                                \
                "Default: the worker's, 60000."},                                                            \
    {                                                                                                        \
        .name = "task.memory.max.mb", .display_name = "Memory of a task", .group = COMMON,                   \
        .type = KC_CFG_INT, .flags = KC_CFG_RANGE, .min = 64, .max = 1 << 20,                                \
        .importance = KC_IMPORTANCE_LOW, .width = KC_WIDTH_SHORT, .order = 20,                               \
        .doc = "Megabytes that a task's process may have; one that has more is ended and started again. "    \
               "Default: the "                                                                               \
               "worker's task.memory.max.mb, 256."                                                           \
    }

static const struct kc_key_info source_keys[] = {
    SHARED_KEYS,
    {.name = "topic.creation.groups",
     .display_name = "Topic Creation Groups",
     .group = TOPICS,
     .default_value = "",
     .type = KC_CFG_LIST,
     .importance = KC_IMPORTANCE_LOW,
     .width = KC_WIDTH_LONG,
     .order = 1,
     .doc = "Groups of topics with settings of their own; this version has the group \"default\" alone, "
            "which needs no "
            "mention here."},
    {.name = "topic.creation.default.partitions",
     .display_name = "Partitions of new topics",
     .group = TOPICS,
     .type = KC_CFG_INT,
     .flags = KC_CFG_RANGE,
     .min = -1,
     .max = 100000,
     .importance = KC_IMPORTANCE_LOW,
     .width = KC_WIDTH_SHORT,
     .order = 2,
     .doc = "For topics whose number of partitions the connector does not decide; -1: the broker's default."},
    {.name = "topic.creation.default.replication.factor",
     .display_name = "Replication factor of new topics",
     .group = TOPICS,
     .type = KC_CFG_SHORT,
     .flags = KC_CFG_RANGE,
     .min = -1,
     .max = INT16_MAX,
     .importance = KC_IMPORTANCE_LOW,
     .width = KC_WIDTH_SHORT,
     .order = 3,
     .doc = "Copies of each topic that is made; -1: the broker's default."},
    {.name = "exactly.once.support",
     .display_name = "Exactly once support",
     .group = EXACTLY,
     .default_value = "requested",
     .choices = yes_no_requested,
     .type = KC_CFG_STRING,
     .flags = KC_CFG_ONE_OF,
     .importance = KC_IMPORTANCE_MEDIUM,
     .width = KC_WIDTH_SHORT,
     .order = 1,
     .doc = "requested and required: records and position go to Kafka in one transaction. disabled: each "
            "change at least "
            "once, without transactions around records."},
    {.name = "transaction.boundary",
     .display_name = "Transaction Boundary",
     .group = EXACTLY,
     .default_value = "interval",
     .choices = boundaries,
     .type = KC_CFG_STRING,
     .flags = KC_CFG_ONE_OF,
     .importance = KC_IMPORTANCE_MEDIUM,
     .width = KC_WIDTH_SHORT,
     .order = 2,
     .doc = "When a transaction ends: after transaction.boundary.interval.ms, or with each batch of the "
            "connector."},
    {.name = "transaction.boundary.interval.ms",
     .display_name = "Transaction boundary interval",
     .group = EXACTLY,
     .type = KC_CFG_LONG,
     .flags = KC_CFG_RANGE,
     .default_value = "100",
     .min = 1,
     .max = 10000,
     .importance = KC_IMPORTANCE_LOW,
     .width = KC_WIDTH_SHORT,
     .order = 3,
     .doc = "How long a transaction stays open, in milliseconds."},
};

static const struct kc_key_info sink_keys[] = {
    SHARED_KEYS,
    {.name = "topics",
     .display_name = "Topics",
     .group = COMMON,
     .default_value = "",
     .type = KC_CFG_LIST,
     .importance = KC_IMPORTANCE_HIGH,
     .width = KC_WIDTH_LONG,
     .order = 13,
     .doc = "The topics to read, by comma; either this or topics.regex."},
    {.name = "topics.regex",
     .display_name = "Topics regex",
     .group = COMMON,
     .default_value = "",
     .type = KC_CFG_STRING,
     .importance = KC_IMPORTANCE_HIGH,
     .width = KC_WIDTH_LONG,
     .order = 14,
     .doc = "A regular expression for the names of the topics to read; either this or topics."},
};

const struct kc_key_info *kc_common_keys(uint32_t kind, size_t *n)
{
    if (kind == KC_KIND_SINK) {
        *n = sizeof(sink_keys) / sizeof(sink_keys[0]);
        return sink_keys;
    }
    *n = sizeof(source_keys) / sizeof(source_keys[0]);
    return source_keys;
}
