#include "metrics/histogram.h"

const struct kc_bounds kc_bounds_seconds = {
    14, {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60}};
const struct kc_bounds kc_bounds_records = {
    13, {1, 3, 10, 30, 100, 300, 1000, 3000, 10000, 30000, 100000, 300000, 1000000}};
const struct kc_bounds kc_bounds_anything = {
    15, {0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000, 3000, 10000}};

size_t kc_histogram_bucket(const struct kc_bounds *bounds, double value)
{
    size_t i = 0;

    while (i < bounds->n && !(value <= bounds->upper[i]))
        i++;
    return i;
}

void kc_histogram_observe(struct kc_histogram *h, const struct kc_bounds *bounds, double value)
{
    h->counts[kc_histogram_bucket(bounds, value)]++;
    h->sum += value;
}

uint64_t kc_histogram_count(const struct kc_histogram *h, const struct kc_bounds *bounds)
{
    uint64_t n = 0;

    for (size_t i = 0; i <= bounds->n; i++)
        n += h->counts[i];
    return n;
}
