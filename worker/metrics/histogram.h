/* histogram.h - how often a value fell between two bounds. Fixed size, no locks: one thread, or the caller's lock. */
#ifndef KC_METRICS_HISTOGRAM_H
#define KC_METRICS_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>

enum { KC_HISTOGRAM_BOUNDS = 16 };

/* Upper bounds, ascending and inclusive; what is larger than the last falls into one more bucket. */
struct kc_bounds {
    size_t n;
    double upper[KC_HISTOGRAM_BOUNDS];
};

extern const struct kc_bounds kc_bounds_seconds; /* 5 ms to 60 s: commits, requests */
extern const struct kc_bounds kc_bounds_records; /* 1 to 1,000,000 */
extern const struct kc_bounds
    kc_bounds_anything; /* 0.001 to 10,000: what plugins measure, in whatever unit */

/* Zero-initialise; every function is given the same bounds. */
struct kc_histogram {
    uint64_t counts[KC_HISTOGRAM_BOUNDS + 1]; /* each bucket's own, not cumulative */
    double sum;
};

/* The bucket of a value, 0 to bounds->n. NaN falls into the last one. */
size_t kc_histogram_bucket(const struct kc_bounds *bounds, double value);
void kc_histogram_observe(struct kc_histogram *h, const struct kc_bounds *bounds, double value);
/* How many values were observed. */
uint64_t kc_histogram_count(const struct kc_histogram *h, const struct kc_bounds *bounds);

#endif
