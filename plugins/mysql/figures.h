/*
 * figures.h - what the source tells the host about itself: the gauges and counters of kc_host.metric(), under Debezium's
 * words where it has one. Set once a poll, from what the stream and the snapshot know anyway.
 *
 *   caught_up_timestamp_seconds     commit time of the newest transaction handed over; the time of the server's last
 *                                   heartbeat, which it sends only when it has nothing more (MilliSecondsBehindSource)
 *   events_seen, committed_transactions, binlog_position_bytes
 *   snapshot_running, snapshot_completed, snapshot_total_table_count, snapshot_remaining_table_count
 */
#ifndef KC_MYSQL_FIGURES_H
#define KC_MYSQL_FIGURES_H

#include <kconnect/host.h>

struct kc_source;

/* The host's handles; NULL ones are ignored by it. Zero-initialise. */
struct kc_figures {
    struct kc_metric *caught_up, *events, *transactions, *binlog_position;
    struct kc_metric *running, *completed, *tables, *tables_left;
    uint64_t events_told, transactions_told;
};

/* Inside open(), once the snapshot's queue stands. */
void kc_figures_open(struct kc_source *s);
/* At the end of a poll. */
void kc_figures_tell(struct kc_source *s);

#endif
