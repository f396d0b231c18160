/*
 * outbox.h - the worker's plain producer: requests to the leader, and statuses. Idempotent, so that a retry never
 * doubles a request; a producer that breaks for good is replaced by a new one.
 */
#ifndef KC_FLEET_OUTBOX_H
#define KC_FLEET_OUTBOX_H

#include "fleet/clients.h"

struct kc_outbox;

/* Called on the thread of kc_outbox_serve() when the record is stored, or with why it is not (or may not be). */
typedef void kc_outbox_done_fn(void *arg, uint64_t tag, rd_kafka_resp_err_t code);

struct kc_outbox *kc_outbox_create(const struct kc_worker_config *config, struct kc_noise *noise,
                                   struct kc_error *err);
/* Waits up to `flush_ms` for what is on its way, then frees everything. */
void kc_outbox_destroy(struct kc_outbox *o, int flush_ms);

/*
 * Hands over one record, copied; NULL `key`: none; NULL `value`: a deletion. Any thread, never blocks. Anything but
 * NO_ERROR: not sent, `done` will not be called.
 */
rd_kafka_resp_err_t kc_outbox_send(struct kc_outbox *o, const char *topic, const char *key, const char *value,
                                   size_t len, kc_outbox_done_fn *done, void *arg, uint64_t tag);

/* Calls what is due of `done`; one thread only, every now and then. */
void kc_outbox_serve(struct kc_outbox *o);

/* For administration calls; the serving thread only, valid until the next kc_outbox_serve(). */
rd_kafka_t *kc_outbox_client(struct kc_outbox *o);

#endif
