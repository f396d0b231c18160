/*
 * request.h - what workers write into request.storage.topic (one partition) and how the leader answers.
 *
 *   {"id":s,"worker":s,"slot":n,"deadline":n,"kind":s,"name":s,"type":s,"target":s,"expected_revision":n,
 *    "only_if_failed":b,"config":{s:s}}
 *
 * `id` is "<instance>/<number>", `slot` the number modulo KC_REPLY_SLOTS, `deadline` Unix ms: later than that the
 * leader refuses. The answer is the record reply/<worker>/<slot> of documents.h.
 */
#ifndef KC_FLEET_REQUEST_H
#define KC_FLEET_REQUEST_H

#include "base/buf.h"
#include "fleet/fleet.h"

enum { KC_REPLY_SLOTS = 256 };

struct kc_request {
    char *id;
    char *worker;
    int32_t slot;
    int64_t deadline_ms;
    struct kc_change change; /* its texts and config belong to the request */
};

/* Appends the text of a request. */
void kc_request_print(const char *id, const char *worker, int32_t slot, int64_t deadline_ms,
                      const struct kc_change *change, struct kc_buf *out);
/* Reads one; kc_request_finish() frees what it holds, also after a failure. KC_ERR_CONFIG: not a request. */
kc_status kc_request_parse(const char *text, size_t len, struct kc_request *out, struct kc_error *err);
void kc_request_finish(struct kc_request *r);

/* Appends the text of a reply; `message` may be "". */
void kc_reply_print(const char *id, enum kc_change_outcome outcome, const char *message, struct kc_buf *out);
/* Reads one; *id and *message are the caller's to free. False: not a reply. */
bool kc_reply_parse(const char *text, size_t len, char **id, enum kc_change_outcome *outcome, char **message);

const char *kc_outcome_name(enum kc_change_outcome outcome);

#endif
