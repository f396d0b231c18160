#include "task/sink_parts.h"

#include <stdlib.h>
#include <string.h>

void kc_sink_parts_finish(struct kc_sink_parts *p)
{
    for (size_t i = 0; i < p->n; i++)
        free(p->list[i]);
    free(p->list);
    *p = (struct kc_sink_parts){0};
}

struct kc_sink_part *kc_sink_parts_add(struct kc_sink_parts *p, const struct kc_topic *topic,
                                       int32_t partition, int64_t committed)
{
    struct kc_sink_part *part;

    if (p->n == p->cap) {
        size_t cap = p->cap == 0 ? 16 : p->cap * 2;
        struct kc_sink_part **list = reallocarray(p->list, cap, sizeof(struct kc_sink_part *));

        if (list == NULL)
            return NULL;
        p->list = list;
        p->cap = cap;
    }
    part = calloc(1, sizeof(*part));
    if (part == NULL)
        return NULL;
    *part = (struct kc_sink_part){.topic = topic,
                                  .partition = partition,
                                  .taken = committed,
                                  .done = committed,
                                  .committed = committed,
                                  .agreed = -1,
                                  .seek_to = -1,
                                  .first = -1,
                                  .read = -1,
                                  .idle_from = -2,
                                  .idle_until = -1,
                                  .end = -1};
    p->list[p->n++] = part;
    return part;
}

static bool is(const struct kc_sink_part *part, const char *topic, size_t len, int32_t partition)
{
    return part->partition == partition && !part->gone && part->topic->name.len == len &&
           memcmp(part->topic->name.ptr, topic, len) == 0;
}

struct kc_sink_part *kc_sink_parts_find(struct kc_sink_parts *p, const char *topic, int32_t partition)
{
    size_t len = strlen(topic);

    if (p->last < p->n && is(p->list[p->last], topic, len, partition))
        return p->list[p->last];
    for (size_t i = 0; i < p->n; i++) {
        if (!is(p->list[i], topic, len, partition))
            continue;
        p->last = i;
        return p->list[i];
    }
    return NULL;
}

void kc_sink_parts_sweep(struct kc_sink_parts *p)
{
    size_t kept = 0;

    for (size_t i = 0; i < p->n; i++) {
        if (p->list[i]->gone)
            free(p->list[i]);
        else
            p->list[kept++] = p->list[i];
    }
    p->n = kept;
}

int64_t kc_sink_parts_resume(const struct kc_sink_parts *p, const struct kc_sink_part *part,
                             int64_t committed)
{
    for (size_t i = p->n; i-- > 0;) {
        const struct kc_sink_part *former = p->list[i];

        if (former == part || former->partition != part->partition || former->topic != part->topic)
            continue;
        return former->committed == committed && former->agreed > committed ? former->agreed : -1;
    }
    return -1;
}

void kc_sink_parts_put(struct kc_sink_parts *p)
{
    for (size_t i = 0; i < p->n; i++)
        p->list[i]->done = p->list[i]->taken;
}

void kc_sink_part_seek(struct kc_sink_part *part, int64_t offset)
{
    part->seek_to = part->taken = part->done = part->read = offset;
}

/* ---- the lag ---- */

void kc_sink_part_read(struct kc_sink_part *part, int64_t offset)
{
    if (part->read < 0)
        part->first = offset;
    part->read = offset + 1;
}

void kc_sink_part_at_end(struct kc_sink_part *part, int64_t offset)
{
    if (part->read < 0 && part->done < 0)
        part->first = offset;
    part->idle_from = part->read >= 0 ? part->read : part->done;
    part->idle_until = offset;
}

/* The next offset that put() is to get; -1: not known. */
static int64_t next_of(const struct kc_sink_part *part)
{
    int64_t next = part->done;

    if (next < 0 && part->first >= 0)
        next = part->first;
    return next == part->idle_from ? part->idle_until : next;
}

static int64_t active_of(const struct kc_sink_part *part)
{
    int64_t from = part->committed >= 0 ? part->committed : part->first;

    return from >= 0 && part->taken > from ? part->taken - from : 0;
}

void kc_sink_parts_lag(const struct kc_sink_parts *p, struct kc_sink_lag *out)
{
    bool known = true;

    *out = (struct kc_sink_lag){0};
    for (size_t i = 0; i < p->n; i++) {
        const struct kc_sink_part *part = p->list[i];
        int64_t next = next_of(part), lag = part->end > next ? part->end - next : 0;

        if (part->gone)
            continue;
        out->partitions++;
        out->active += active_of(part);
        out->sum += lag;
        out->max = lag > out->max ? lag : out->max;
        known = known && part->end >= 0 && next >= 0;
    }
    if (!known || out->partitions == 0)
        out->sum = out->max = -1;
}

bool kc_sink_parts_behind(const struct kc_sink_parts *p)
{
    for (size_t i = 0; i < p->n; i++) {
        if (!p->list[i]->gone && p->list[i]->done != p->list[i]->committed)
            return true;
    }
    return false;
}

uint32_t kc_sink_parts_ask(struct kc_sink_part *const *parts, size_t n, struct kc_topic_partition *asked,
                           struct kc_sink_part **which)
{
    uint32_t count = 0;

    for (size_t i = 0; i < n; i++) {
        if (parts[i]->gone || parts[i]->done < 0)
            continue;
        which[count] = parts[i];
        asked[count++] = (struct kc_topic_partition){
            .topic = parts[i]->topic, .offset = parts[i]->done, .partition = parts[i]->partition};
    }
    return count;
}

int64_t kc_sink_part_may_commit(const struct kc_sink_part *part, int64_t answer, bool *beyond)
{
    *beyond = answer > part->done;
    return *beyond || answer < 0 || answer == part->committed ? -1 : answer;
}
