#include "task/heap_bytes.h"

#include <stdlib.h>

enum { FIRST_BYTES = 4096 };

static kc_status grow(struct kc_bytes *b, uint64_t more)
{
    uint64_t cap = b->cap == 0 ? FIRST_BYTES : b->cap;
    uint8_t *data;

    if (more > INT32_MAX || b->len > INT32_MAX)
        return KC_ERR_NOMEM;
    while (cap < b->len + more)
        cap *= 2;
    data = realloc(b->data, cap);
    if (data == NULL)
        return KC_ERR_NOMEM;
    b->data = data;
    b->cap = cap;
    return KC_OK;
}

struct kc_bytes kc_heap_bytes(void)
{
    return (struct kc_bytes){.struct_size = sizeof(struct kc_bytes), .grow = grow};
}
