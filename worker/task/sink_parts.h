/*
 * sink_parts.h - the partitions that a sink's task reads, and how far each one is. Pure memory: no Kafka
 * here.
 *
 * Three offsets, each that of the next record: `taken` into the batch in hand, `done` when put() has come
 * back from it, `committed` in the group. A partition that was taken away is gone: it counts for nothing any
 * more, and its memory stays until kc_sink_parts_sweep(), because records of the batch in hand point at it.
 * Task thread only.
 */
#ifndef KC_TASK_SINK_PARTS_H
#define KC_TASK_SINK_PARTS_H

#include <kconnect/connector.h>
#include <stdbool.h>
#include <stddef.h>

struct kc_sink_part {
    const struct kc_topic *topic;
    int32_t partition;
    int64_t taken, done, committed; /* -1: not known, as of a partition that nothing was committed of */
    int64_t agreed;                 /* what pre_commit() let go of, committed or not; -1: nothing */
    int64_t seek_to;                /* where the plugin wants to go on; -1: it has not said */
    /* For the lag alone; -1: not known. */
    int64_t first, read; /* the first record that came or will, and the one behind the last that came */
    int64_t idle_from, idle_until; /* there is no record between the two; idle_from -2: nothing is known */
    int64_t end;                   /* of the partition: the offset that its next record will get */
    bool paused;                   /* by the plugin */
    bool gone;
};

/* Zero-initialise; finish with kc_sink_parts_finish(). */
struct kc_sink_parts {
    struct kc_sink_part **list;
    size_t n, cap;
    size_t last; /* found last time: records come in runs of one partition */
};

void kc_sink_parts_finish(struct kc_sink_parts *p);

/* A new partition, of which the group holds this offset; -1: none. NULL: out of memory. */
struct kc_sink_part *kc_sink_parts_add(struct kc_sink_parts *p, const struct kc_topic *topic,
                                       int32_t partition, int64_t committed);
/* One that is not gone; NULL: there is none. */
struct kc_sink_part *kc_sink_parts_find(struct kc_sink_parts *p, const char *topic, int32_t partition);
/* A record of this offset came. */
void kc_sink_part_read(struct kc_sink_part *part, int64_t offset);
/*
 * Everything up to `offset` was read. Where a topic is written in transactions there are offsets without a
 * record in front of it, which no record's offset would ever get past.
 */
void kc_sink_part_at_end(struct kc_sink_part *part, int64_t offset);

/* How far a task is behind its partitions. */
struct kc_sink_lag {
    int64_t partitions;
    int64_t active;   /* records taken and not yet committed */
    int64_t sum, max; /* records not yet put: of all partitions, of the one with most; -1: not known */
};

/* `end` of each partition must be set. */
void kc_sink_parts_lag(const struct kc_sink_parts *p, struct kc_sink_lag *out);

/*
 * A partition has come back, and the group holds `committed` of it, -1: nothing. Where it goes on when it was this
 * task's before, and put and let go of more than could be committed: a group that has thrown a slow task out takes no
 * commit, and would have it put the same records for ever. -1: where the group says, because another member has
 * gone on meanwhile, or nothing is known.
 */
int64_t kc_sink_parts_resume(const struct kc_sink_parts *p, const struct kc_sink_part *part,
                             int64_t committed);

/* Frees those that are gone. Nothing may point at them any more. */
void kc_sink_parts_sweep(struct kc_sink_parts *p);

/* put() has come back: what was taken is done. */
void kc_sink_parts_put(struct kc_sink_parts *p);
/*
 * The plugin wants to go on somewhere else: that is what is done so far, and nothing of the partition is in
 * hand.
 */
void kc_sink_part_seek(struct kc_sink_part *part, int64_t offset);

/* True when a partition that is not gone has something done that is not committed. */
bool kc_sink_parts_behind(const struct kc_sink_parts *p);

/*
 * What pre_commit() is to be asked, for n partitions (those that are gone or have nothing done are left out):
 * `asked` has room for n, and its elements are of which[]'s element. Gives how many.
 */
uint32_t kc_sink_parts_ask(struct kc_sink_part *const *parts, size_t n, struct kc_topic_partition *asked,
                           struct kc_sink_part **which);
/*
 * What may be committed of the partition, now that pre_commit() has left `answer` of it: -1 when nothing may,
 * or nothing has to be. *beyond: it claims more than it was given, which does not count.
 */
int64_t kc_sink_part_may_commit(const struct kc_sink_part *part, int64_t answer, bool *beyond);

#endif
