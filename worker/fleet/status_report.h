/*
 * status_report.h - keeps the latest value of some keys of the status topic there. Of many changes in a row only the
 * last is sent, one at a time per key, and again until the brokers have it.
 */
#ifndef KC_FLEET_STATUS_REPORT_H
#define KC_FLEET_STATUS_REPORT_H

#include "fleet/fleet_state.h"
#include "fleet/outbox.h"

struct kc_status_report;

struct kc_status_report *kc_status_report_create(struct kc_outbox *outbox, const char *topic);
void kc_status_report_destroy(struct kc_status_report *s);

/* Makes `value` (copied; NULL: deleted) what the key should have. Nothing is sent when it has it already. Any thread. */
void kc_status_report_set(struct kc_status_report *s, const char *key, const char *value);

/* Starts to send: the topic is there. */
void kc_status_report_start(struct kc_status_report *s);
/* Sends again what failed, and forgets connectors that `state` no longer has. The outbox's serving thread. */
void kc_status_report_tick(struct kc_status_report *s, const struct kc_fleet_state *state);

#endif
