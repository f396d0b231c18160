#include "task/memory.h"

#include <malloc.h>

static const size_t mb = (size_t)1 << 20;

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

struct kc_memory kc_memory_plan(int64_t max_mb)
{
    size_t cap = (size_t)(max_mb > 0 ? max_mb : KC_MEMORY_DEFAULT_MB) * mb;

    return (struct kc_memory){
        .max_mb = (int64_t)(cap / mb),
        .rows_bytes = cap / 2,
        .encoded_bytes = cap / 2,
        .in_use_bytes = least(KC_OUT_IN_USE_BYTES, cap / 8),
        .queue_bytes = cap / 4,
        .keep_bytes = least(64 * mb, cap / 8),
    };
}

/*
 * Batch buffers are some megabytes each. glibc would give each one back to the kernel when it is freed and fault it in
 * again at the next batch, which is 5 to 10 per cent of a task's CPU.
 */
void kc_memory_tune(const struct kc_memory *m)
{
    (void)mallopt(M_TRIM_THRESHOLD, (int)m->keep_bytes);
    (void)mallopt(M_MMAP_THRESHOLD, (int)least(m->keep_bytes / 2, 32 * mb)); /* glibc takes no more */
}

kc_status kc_memory_explain(const struct kc_memory *m, kc_status status, const struct kc_task_arena *arena,
                            const struct kc_out_pool *pool, struct kc_error *err)
{
    size_t rows = arena->refused_bytes, encoded = pool == NULL ? 0 : pool->refused_bytes;

    if (status != KC_ERR_NOMEM || (rows == 0 && encoded == 0))
        return status;
    return kc_fail(err, KC_ERR_NOMEM,
                   "one batch needs %zu MB for %s, and may have %zu MB, half of task.memory.max.mb (%lld): "
                   "raise task.memory.max.mb for this connector, or leave the large rows' table out",
                   (rows > 0 ? rows : encoded) / mb + 1, rows > 0 ? "its rows" : "its encoded records",
                   (rows > 0 ? m->rows_bytes : m->encoded_bytes) / mb, (long long)m->max_mb);
}
