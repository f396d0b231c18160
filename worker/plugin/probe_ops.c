#include "plugin/probe_ops.h"

#include <stddef.h>
#include <string.h>

#include <kconnect/plugin.h>

enum { MAX_OPS = 4 };

struct op {
    const char *name;
    size_t offset; /* of the function pointer in the table */
};

/* `any_of`: encode or decode, one of the two is enough. */
struct kind {
    struct op all_of[MAX_OPS];
    struct op any_of[MAX_OPS];
};

#define OP(type, member)                                                                                     \
    {                                                                                                        \
#member, offsetof(struct type, member)                                                               \
    }

static const struct kind kinds[] = {
    [KC_KIND_SOURCE] = {.all_of = {OP(kc_source_ops, open), OP(kc_source_ops, poll),
                                   OP(kc_source_ops, close)}},
    [KC_KIND_SINK] = {.all_of = {OP(kc_sink_ops, open), OP(kc_sink_ops, put), OP(kc_sink_ops, close)}},
    [KC_KIND_TRANSFORM] = {.all_of = {OP(kc_transform_ops, open), OP(kc_transform_ops, apply),
                                      OP(kc_transform_ops, close)}},
    [KC_KIND_PREDICATE] = {.all_of = {OP(kc_predicate_ops, open), OP(kc_predicate_ops, test),
                                      OP(kc_predicate_ops, close)}},
    [KC_KIND_CONVERTER] = {.all_of = {OP(kc_converter_ops, open), OP(kc_converter_ops, close)},
                           .any_of = {OP(kc_converter_ops, encode), OP(kc_converter_ops, decode)}},
    [KC_KIND_HEADER_CONVERTER] = {.all_of = {OP(kc_header_converter_ops, open),
                                             OP(kc_header_converter_ops, close)},
                                  .any_of = {OP(kc_header_converter_ops, encode),
                                             OP(kc_header_converter_ops, decode)}},
    [KC_KIND_CONFIG_PROVIDER] = {.all_of = {OP(kc_config_provider_ops, open), OP(kc_config_provider_ops, get),
                                            OP(kc_config_provider_ops, close)}},
};

bool kc_probe_ops_known(uint32_t kind)
{
    return kind < sizeof(kinds) / sizeof(kinds[0]) && kinds[kind].all_of[0].name != NULL;
}

/* Every table begins with its size and its flags. */
static uint32_t word_at(const void *ops, size_t offset)
{
    uint32_t v;

    memcpy(&v, (const uint8_t *)ops + offset, sizeof(v));
    return v;
}

static bool has(const void *ops, const struct op *op)
{
    void (*call)(void);

    if (word_at(ops, 0) < op->offset + sizeof(call))
        return false;
    memcpy(&call, (const uint8_t *)ops + op->offset, sizeof(call));
    return call != NULL;
}

bool kc_probe_ops_complete(uint32_t kind, const void *ops, const char **missing)
{
    const struct kind *k = &kinds[kind];
    bool found = k->any_of[0].name == NULL;

    for (size_t i = 0; i < MAX_OPS && k->all_of[i].name != NULL; i++) {
        if (ops == NULL || !has(ops, &k->all_of[i])) {
            *missing = k->all_of[i].name;
            return false;
        }
    }
    for (size_t i = 0; i < MAX_OPS && k->any_of[i].name != NULL; i++)
        found = found || has(ops, &k->any_of[i]);
    if (!found)
        *missing = k->any_of[0].name;
    return found;
}

uint32_t kc_probe_ops_flags(const void *ops)
{
    return word_at(ops, sizeof(uint32_t));
}
