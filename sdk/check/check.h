/* check.h - what the parts of kc-plugin-check share. */
#ifndef KC_CHECK_CHECK_H
#define KC_CHECK_CHECK_H

#include <stdbool.h>

#include <kconnect/testkit.h>

enum {
    CHECK_STOP_MS = 5000,    /* within which a plugin has to stop */
    CHECK_RECORDS = 1000,    /* of a source's run that its restarts are compared with */
    CHECK_RESUME_POINTS = 8, /* restarts from as many, spread over the run */
    CHECK_IDLE_MS = 1500,    /* without a record: the source has no more for now */
};

/* What the command line says. */
struct check_options {
    const char *file;
    const char *component;       /* NULL: all */
    const char *const *settings; /* key, value, ..., NULL */
    const char *provider_path;   /* for a config provider's get() */
    uint32_t records;            /* of a run, at most */
    uint32_t restarts;           /* from as many resume points, at least, where there are so many */
    uint32_t deadline_s;         /* of one part of the check */
    bool verbose;                /* the plugin's log lines are shown */
};

/* Shared with the parent, which tells what the child was doing when it died. */
struct check_page {
    char component[128];
    char call[64];    /* "" outside the plugin's code */
    char last[64];    /* the call before, then */
    char memory[160]; /* what the memory was lent as whose use was a fault */
    uint32_t passed, failed, skipped;
    int32_t gone; /* 1: the memory was taken back before; 0: it was lent read-only */
};

/* One part of the check, in a child of its own. */
struct check {
    const struct check_options *options;
    struct check_page *page;
    const struct kc_plugin *plugin;
    const struct kc_component *component; /* NULL: the part is about the file as a whole */
};

/* A line of the report. Each part says at least one of these. */
__attribute__((format(printf, 2, 3))) void check_pass(struct check *c, const char *fmt, ...);
__attribute__((format(printf, 2, 3))) void check_fail(struct check *c, const char *fmt, ...);
__attribute__((format(printf, 2, 3))) void check_skip(struct check *c, const char *fmt, ...);

/* A kit whose memory is locked when it is gone and which tells the page about each call. */
struct kc_kit *check_kit(struct check *c);
/* Fails for each fault that the kit noted and shows the log when asked to; destroys the kit. True: there
 * was no fault. */
bool check_kit_end(struct check *c, struct kc_kit *k);
/* Skips the component when the settings do not fit it, with what is missing. */
void check_complete(struct check *c);
/* An open() that did not work: with KC_ERR_CONFIG it is for want of another configuration, else a failure. `side` is "as key",
 * "as value" or "". */
void check_open_failed(struct check *c, const char *side, kc_status status, const char *message);
/* Sets off `stop` on another thread after delay_ms; check_stopped() tells how long ago that was, in ms. */
void check_stop_later(struct check *c, uint32_t delay_ms, void (*stop)(void *arg), void *arg);
int64_t check_stopped(void);
void check_stop_join(void); /* before anything that `stop` uses ends */
/* Number of open descriptors of the process. */
unsigned check_open_files(void);
int64_t check_now_ms(void);

/* The parts. */
bool check_file(struct check *c); /* false: there is nothing to load */
void check_description(struct check *c);
void check_planner(struct check *c); /* of a source or sink */
void check_source(struct check *c);
void check_source_stop(struct check *c);
void check_source_resume(struct check *c);
void check_sink(struct check *c);
void check_stage(struct check *c); /* transform, predicate */
void check_converter(struct check *c);
void check_header_converter(struct check *c);
void check_provider(struct check *c);

#endif
