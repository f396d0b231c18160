/* report.h - the host's collector of what a plugin tells in validate() or a config provider's get(). */
#ifndef KC_TASK_REPORT_H
#define KC_TASK_REPORT_H

#include <kconnect/host.h>

#include "base/props.h"

/* Zero-initialise, and set what the call is to fill; every member is there in every process that calls plugins. */
struct kc_report {
    int fd;                  /* where problems go as lines of JSON, validate/validate_host.h; -1: nowhere */
    uint32_t n;              /* problems so far */
    struct kc_props *values; /* a provider's answers; NULL: none were asked for */
    bool failed;             /* one of them could not be taken: out of memory, or a zero byte in it */
};

/* What kc_host.report_value does. */
void kc_report_value(struct kc_report *r, const char *key, struct kc_str value, int64_t ttl_ms);

#endif
