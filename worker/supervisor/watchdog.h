/*
 * watchdog.h - has a plugin's call taken too long, by the page that the task shares with us. Pure: the caller has the
 * clock and does what is to be done.
 *
 *   open            60 s         apply, test, encode, decode  30 s
 *   poll            70 s         committed                    30 s
 *   put, pre_commit  5 min*      close                         5 s      get (of a config provider)  10 s
 *   any other call  60 s
 *
 * * or max.poll.interval.ms of the sink's consumer, if that is longer: who has raised it for slow batches, as one does
 * with Kafka Connect, has said how long they take.
 *
 * Two observations are needed: one alone may be of a machine that was suspended, or of a worker that was.
 */
#ifndef KC_SUPERVISOR_WATCHDOG_H
#define KC_SUPERVISOR_WATCHDOG_H

#include <stdbool.h>

#include "supervisor/crash_page.h"

/* What was seen of one task so far. Zero-initialise for each new process. */
struct kc_watchdog {
    uint64_t sequence;
    int64_t since_ms;
    int32_t late; /* how often this call was seen beyond its deadline */
    bool warned;
    int64_t put_ms; /* of put and pre_commit, if more than 5 min. The caller's, never changed here */
};

enum kc_watch_verdict {
    KC_WATCH_FINE,
    KC_WATCH_SLOW, /* half of the time is over: given once for each call */
    KC_WATCH_HUNG, /* given from the second late observation on */
};

/* What a verdict is about. */
struct kc_watch_call {
    char component[KC_CRASH_TEXT_BYTES], call[KC_CRASH_TEXT_BYTES];
    int64_t ms, deadline_ms;
};

/* `percent` scales the deadlines: 100 as above. *call is filled unless the verdict is FINE. */
enum kc_watch_verdict kc_watchdog_look(struct kc_watchdog *w, const struct kc_crash_page *page,
                                       int64_t mono_ms, int32_t percent, struct kc_watch_call *call);

/* 100, or 1000 in a build with sanitizers, which slow everything down. */
int32_t kc_watchdog_usual_percent(void);

#endif
