/*
 * figures.h - what the bare programs print: time, CPU and memory of one stretch of work, as a line of JSON.
 *
 * CPU time is that of the whole process, librdkafka's threads included, between the two calls.
 */
#ifndef KC_BENCH_FIGURES_H
#define KC_BENCH_FIGURES_H

#include <stdint.h>

struct figures {
    double wall_s;
    double cpu_s;
};

/* Notes the time and the CPU used so far. */
void figures_start(struct figures *f);

/* Prints {"items":..,"bytes":..,"seconds":..,"cpu_s":..,"vm_hwm_kb":..} for what happened since the start. */
void figures_print(const struct figures *f, uint64_t items, uint64_t bytes);

#endif
