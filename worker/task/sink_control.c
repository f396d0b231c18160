#include "task/sink_control.h"

#include "task/host_table.h"
#include "task/sink_loop.h"

static struct kc_sink_part *find(const struct kc_ctx *ctx, const struct kc_topic_partition *at)
{
    if (ctx->task->sink == NULL || at->topic == NULL)
        return NULL;
    return kc_sink_parts_find(&ctx->task->sink->consumer->parts, at->topic->name.ptr, at->partition);
}

static void set_paused(struct kc_ctx *ctx, const struct kc_topic_partition *parts, uint32_t n, bool paused)
{
    for (uint32_t i = 0; i < n; i++) {
        struct kc_sink_part *part = find(ctx, &parts[i]);

        if (part != NULL)
            kc_sink_consumer_pause(ctx->task->sink->consumer, part, paused);
    }
}

static void pause_parts(struct kc_ctx *ctx, const struct kc_topic_partition *parts, uint32_t n)
{
    set_paused(ctx, parts, n, true);
}

static void resume_parts(struct kc_ctx *ctx, const struct kc_topic_partition *parts, uint32_t n)
{
    set_paused(ctx, parts, n, false);
}

static void seek(struct kc_ctx *ctx, const struct kc_topic_partition *parts, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        struct kc_sink_part *part = find(ctx, &parts[i]);

        if (part != NULL && parts[i].offset >= 0)
            kc_sink_part_seek(part, parts[i].offset);
    }
}

static void request_commit(struct kc_ctx *ctx)
{
    if (ctx->task->sink != NULL)
        atomic_store(&ctx->task->sink->commit_wanted, true);
}

const struct kc_sink_control *kc_sink_control_table(void)
{
    static const struct kc_sink_control table = {
        .struct_size = sizeof(table),
        .pause = pause_parts,
        .resume = resume_parts,
        .seek = seek,
        .request_commit = request_commit,
    };

    return &table;
}
