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
                                  .seek_to = -1};
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

void kc_sink_parts_put(struct kc_sink_parts *p)
{
    for (size_t i = 0; i < p->n; i++)
        p->list[i]->done = p->list[i]->taken;
}

void kc_sink_part_seek(struct kc_sink_part *part, int64_t offset)
{
    part->seek_to = part->taken = part->done = offset;
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
