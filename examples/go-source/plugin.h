/* plugin.h - the host's calls as plain functions, which Go can call. */
#ifndef TICKS_PLUGIN_H
#define TICKS_PLUGIN_H

#include <kconnect/sdk.h>

extern const struct kc_map ticks_partition;

/* Waits; 1 when the host wants the task to stop. */
int wait_for_stop(int32_t stop_fd, int32_t wait_ms);
/* {"seq": int64, "text": string}, one reference; NULL: *err says why. */
const struct kc_schema *make_schema(struct kc_ctx *ctx, struct kc_error *err);
/* Number of the last record that was committed, -1: none. */
int64_t stored_seq(struct kc_ctx *ctx);

static inline const struct kc_topic *get_topic(struct kc_ctx *ctx, struct kc_str name)
{
    return kc_host->topic(ctx, name, 1);
}

static inline void drop_schema(const struct kc_schema *s)
{
    kc_host->schema_unref(s);
}

static inline int32_t get_stop_fd(struct kc_ctx *ctx)
{
    return kc_host->stop_fd(ctx);
}

static inline void log_info(struct kc_ctx *ctx, struct kc_str line)
{
    kc_host->log(ctx, KC_LOG_INFO, "ticks.go", 0, line);
}

#endif
