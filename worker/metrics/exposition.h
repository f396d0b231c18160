/*
 * exposition.h - Prometheus's text format, version 0.0.4, written into a buffer.
 *
 * A family's head comes first, then all of its samples, then the next family: whoever reads the text refuses families
 * that are torn apart or come twice. Pure; out of memory shows as buf.failed.
 * Format: Prometheus documentation, "Exposition formats", "Text format details".
 */
#ifndef KC_METRICS_EXPOSITION_H
#define KC_METRICS_EXPOSITION_H

#include "base/buf.h"
#include "metrics/histogram.h"

#define KC_EXPOSITION_MEDIA "text/plain; version=0.0.4; charset=utf-8"

/* Values are escaped, and what is not UTF-8 in them becomes U+FFFD; names are the caller's to keep valid. */
struct kc_label {
    const char *name, *value;
};

/* `type` is counter, gauge, histogram or untyped. */
void kc_expose_family(struct kc_buf *out, const char *name, const char *type, const char *help);
void kc_expose(struct kc_buf *out, const char *name, const struct kc_label *labels, size_t n, double value);
/* The cumulative buckets with "+Inf", the sum and the count. */
void kc_expose_histogram(struct kc_buf *out, const char *name, const struct kc_label *labels, size_t n,
                         const struct kc_histogram *histogram, const struct kc_bounds *bounds);

/* True for [a-zA-Z_][a-zA-Z0-9_]*, a legal name of a label and of a metric that is no recording rule. */
bool kc_expose_name_ok(const char *name);

#endif
