#include "figures.h"

#include <kconnect/sdk.h>

#include "source.h"

void kc_figures_open(struct kc_source *s)
{
    struct kc_figures *f = &s->figures;

    f->caught_up = kc_host->metric(s->ctx, KC_METRIC_GAUGE, KC_METRIC_CAUGHT_UP, NULL);
    f->events = kc_host->metric(s->ctx, KC_METRIC_COUNTER, "events_seen", NULL);
    f->transactions = kc_host->metric(s->ctx, KC_METRIC_COUNTER, "committed_transactions", NULL);
    f->binlog_position = kc_host->metric(s->ctx, KC_METRIC_GAUGE, "binlog_position_bytes", NULL);
    f->running = kc_host->metric(s->ctx, KC_METRIC_GAUGE, "snapshot_running", NULL);
    f->completed = kc_host->metric(s->ctx, KC_METRIC_GAUGE, "snapshot_completed", NULL);
    f->tables = kc_host->metric(s->ctx, KC_METRIC_GAUGE, "snapshot_total_table_count", NULL);
    f->tables_left = kc_host->metric(s->ctx, KC_METRIC_GAUGE, "snapshot_remaining_table_count", NULL);
    kc_host->metric_set(f->tables, s->n_tables);
    kc_figures_tell(s);
}

void kc_figures_tell(struct kc_source *s)
{
    struct kc_figures *f = &s->figures;
    const struct kc_stream *st = &s->stream;
    bool done = s->snapshot.phase == KC_SNAPSHOT_DONE;

    if (st->caught_up_us > 0)
        kc_host->metric_set(f->caught_up, (double)st->caught_up_us / 1e6);
    kc_host->metric_add(f->events, (double)(st->events - f->events_told));
    kc_host->metric_add(f->transactions, (double)(st->transactions - f->transactions_told));
    kc_host->metric_set(f->binlog_position, (double)st->pos);
    kc_host->metric_set(f->running, !done);
    kc_host->metric_set(f->completed, done);
    kc_host->metric_set(f->tables_left, s->snapshot.n_queue);
    f->events_told = st->events;
    f->transactions_told = st->transactions;
}
