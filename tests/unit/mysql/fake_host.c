#include "fake_host.h"

#include <stdlib.h>

struct chunk {
    struct chunk *next;
    uint64_t reserved; /* keeps the bytes behind at 16 */
};

static struct chunk *chunks; /* one arena at a time is in use */

struct kc_arena fake_arena(void)
{
    return (struct kc_arena){.struct_size = sizeof(struct kc_arena)};
}

static kc_status grow(struct kc_arena *arena, uint64_t size)
{
    uint64_t room = size > 65536 ? size : 65536;
    struct chunk *c = malloc(sizeof(*c) + room);

    if (c == NULL)
        return KC_ERR_NOMEM;
    c->next = chunks;
    chunks = c;
    arena->cur = (uint8_t *)(c + 1);
    arena->end = arena->cur + room;
    return KC_OK;
}

void fake_arena_reset(struct kc_arena *arena)
{
    while (chunks != NULL) {
        struct chunk *c = chunks;

        chunks = c->next;
        free(c);
    }
    *arena = fake_arena();
}

/* One at a time is enough: a test looks at the schema before it asks for the next. */
static const struct kc_schema *schema_new(struct kc_ctx *ctx, const struct kc_schema *spec,
                                          struct kc_error *err)
{
    static struct kc_schema schema;
    static struct kc_kv params[8];

    (void)ctx;
    (void)err;
    schema = *spec;
    for (uint32_t i = 0; i < spec->params.len && i < 8; i++)
        params[i] = spec->params.kvs[i];
    schema.params.kvs = params;
    return &schema;
}

static const struct kc_host host = {
    .struct_size = sizeof(struct kc_host),
    .name = "test",
    .schema_new = schema_new,
    .arena_grow = grow,
};

const struct kc_host *kc_host = &host;
