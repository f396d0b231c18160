/* server.h - the REST API: libmicrohttpd, one file per resource, any worker answers any call. */
#ifndef KC_API_SERVER_H
#define KC_API_SERVER_H

#include "config/worker_config.h"
#include "fleet/fleet.h"
#include "metrics/task_board.h"
#include "plugin/registry.h"
#include "validate/validator.h"

struct kc_api;
struct kc_rest_meter;

/* What the routes need; all of it outlives the server. `fleet` may be set later with kc_api_ready(). */
struct kc_api_context {
    const struct kc_worker_config *config;
    const struct kc_registry *registry;
    struct kc_validator *validator;
    const char *worker_id;
    struct kc_task_board *board; /* figures of tasks; NULL: there are none */
    struct kc_rest_meter *rest;  /* the server's own, set by kc_api_start() */
};

/*
 * Binds the listeners of the configuration and serves on a pool of threads. Until kc_api_ready() GET /health
 * answers 503 "starting" and other calls 503. NULL: *err names the listener.
 */
struct kc_api *kc_api_start(const struct kc_api_context *context, struct kc_error *err);
/* From now on calls are answered from this fleet. */
void kc_api_ready(struct kc_api *api, struct kc_fleet *fleet);
/* "host:port" a client can reach, of the first listener (after binding, so port 0 is resolved). */
const char *kc_api_address(const struct kc_api *api);
/*
 * Refuses new calls, finishes running ones (bounded: 2 s), frees everything. False: some still run, and use what they were
 * given; it may be called again. NULL is ignored.
 */
bool kc_api_stop(struct kc_api *api);

#endif
