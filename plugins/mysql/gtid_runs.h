/* gtid_runs.h - the inside of a GTID set: sources in order, each with the runs of numbers it holds. */
#ifndef KC_MYSQL_GTID_RUNS_H
#define KC_MYSQL_GTID_RUNS_H

#include "gtid_set.h"

struct kc_gtid_run {
    uint64_t first;
    uint64_t last; /* included */
};

/* MySQL: a UUID with a tag, and its runs, ordered, neither touching nor overlapping. MariaDB: a domain and `last`. */
struct kc_gtid_source {
    struct kc_gtid id; /* number is 0 */
    uint64_t last;     /* MariaDB */
    struct kc_gtid_run *runs;
    uint32_t n_runs;
    uint32_t capacity;
};

struct kc_gtid_set {
    enum kc_flavor flavor;
    struct kc_gtid_source *sources; /* ordered by domain, or by UUID and tag */
    uint32_t n_sources;
    uint32_t capacity;
    uint32_t recent; /* index of the source used last: a stream stays with one */
};

/* The source of an identifier, or NULL; *place (may be NULL) is where it would have to be inserted. */
struct kc_gtid_source *kc_gtid_source_find(const struct kc_gtid_set *set, const struct kc_gtid *gtid,
                                           uint32_t *place);
/* The same, made when it is not there; NULL: out of memory. Pointers to other sources become invalid. */
struct kc_gtid_source *kc_gtid_source_get(struct kc_gtid_set *set, const struct kc_gtid *gtid);

/* Adds first..last to the runs. KC_ERR_NOMEM. */
kc_status kc_gtid_runs_add(struct kc_gtid_source *source, uint64_t first, uint64_t last);
/* True when one run has all of first..last. */
bool kc_gtid_runs_cover(const struct kc_gtid_source *source, uint64_t first, uint64_t last);

#endif
