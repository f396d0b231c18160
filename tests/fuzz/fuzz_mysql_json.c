/* Any bytes as a binary JSON document: refused, or a text in proportion to it; never a crash or work without end. */
#include "fake_host.h"
#include "json_binary.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static volatile uint8_t sink;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct kc_arena arena = fake_arena();
    struct kc_value v = {0};

    if (kc_json_binary_print(data, (uint32_t)size, &arena, &v) == KC_OK) {
        if (v.len > 6 * size + 64)
            abort();
        for (uint32_t i = 0; i < v.len; i++)
            sink ^= (uint8_t)v.as.str[i];
    }
    fake_arena_reset(&arena);
    return 0;
}
