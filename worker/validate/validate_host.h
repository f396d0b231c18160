/*
 * validate_host.h - the host table of a plugin while it checks a configuration: it may log, report and ask for the stored
 * offsets; there is no task, so the other calls answer "unsupported", as in the probe.
 */
#ifndef KC_VALIDATE_VALIDATE_HOST_H
#define KC_VALIDATE_VALIDATE_HOST_H

#include <kconnect/host.h>

#include "offsets/offset_changes.h"
#include "task/report.h"

const struct kc_host *kc_validate_host(void);
/* What offset_get answers from; borrowed until the end of the process. Without it: KC_ERR_UNSUPPORTED. */
void kc_validate_host_offsets(const struct kc_offset_changes *offsets);

/*
 * What kc_host.report_error does; key NULL: about the whole. Writes the problem as a line of JSON to r->fd at once, so that it
 * counts even when the plugin crashes later.
 */
void kc_validate_report(struct kc_report *r, const char *key, const char *message);
/* The last line: the check came to its end. */
void kc_validate_report_done(struct kc_report *r);

#endif
