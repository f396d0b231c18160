/* host_table.h - struct kc_host as a task offers it, and the contexts of the plugins' instances. */
#ifndef KC_TASK_HOST_TABLE_H
#define KC_TASK_HOST_TABLE_H

#include <kconnect/plugin.h>

#include "task/plugin_load.h"
#include "task/task.h"

/* The host's side of one instance: made before its open(), finished after its close(). */
struct kc_ctx {
    struct kc_task *task;
    struct kc_component_ref component;
    const char *stage; /* Kafka Connect's word for what the instance does to a record */
};

const struct kc_host *kc_host_table(void);

void kc_ctx_init(struct kc_ctx *ctx, struct kc_task *task, const struct kc_component_ref *component);
void kc_ctx_finish(struct kc_ctx *ctx);

/* Marks a call into the instance for the watchdog and for a crash's report; leave when it came back. */
void kc_ctx_enter(const struct kc_ctx *ctx, const char *call);
void kc_ctx_leave(const struct kc_ctx *ctx);

#endif
