/* check_position.c - may we read the binary log, and does it still reach back to where the connector stopped? */
#include "check.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "binlog_stream.h"

enum { HEARTBEAT_MS = 500 };

/* Where to ask for the log. Without a stored position its beginning will do: only the first event is read. */
struct place {
    struct kc_gtid_set *gtids;
    char file[KC_BINLOG_FILE_BYTES];
    uint64_t pos;
    bool stored;
};

/* False: the position is of no use here, which was reported. */
static bool take_position(struct kc_check *c, const struct kc_position *p, struct place *out)
{
    struct kc_error err = kc_check_no_error();
    bool gtid = c->server.gtid && p->gtids.ptr != NULL;
    bool same =
        p->server_uuid.len == 0 || (p->server_uuid.len == strlen(c->server.identity) &&
                                    memcmp(p->server_uuid.ptr, c->server.identity, p->server_uuid.len) == 0);

    out->stored = true;
    if (!same && (!gtid || p->gtids.len == 0)) {
        kc_check_problem(
            c, "database.hostname",
            "the stored position belongs to another server (%.*s, not %s) and has no GTIDs to go "
            "on with here; set database.hostname back, or create a connector of a new name",
            (int)p->server_uuid.len, p->server_uuid.ptr, c->server.identity);
        return false;
    }
    if (gtid && kc_gtid_set_parse(c->server.flavor, p->gtids.ptr, p->gtids.len, &out->gtids, &err) < 0) {
        kc_check_problem(c, NULL, "the stored position cannot be read: %s", err.message);
        return false;
    }
    if (out->gtids != NULL && kc_gtid_set_is_empty(out->gtids)) { /* an empty set would mean the first file */
        kc_gtid_set_destroy(out->gtids);
        out->gtids = NULL;
    }
    (void)snprintf(out->file, sizeof(out->file), "%.*s", (int)p->file.len,
                   p->file.ptr != NULL ? p->file.ptr : "");
    out->pos = p->pos;
    return true;
}

/* Without a stored position, and where the host knows none while it validates, the task will begin at the end. */
static bool find_place(struct kc_check *c, struct place *out)
{
    struct kc_kv server = {kc_str("server"), kc_string(c->config.prefix, (uint32_t)strlen(c->config.prefix))};
    struct kc_map partition = {&server, 1, 0}, offset = {0};
    struct kc_error err = kc_check_no_error();
    struct kc_position position;

    if (kc_host->offset_get(NULL, &partition, &offset) != KC_OK || offset.len == 0)
        return true;
    if (kc_position_from_map(&offset, &position, &err) < 0) {
        kc_check_problem(c, NULL, "the stored position cannot be read: %s", err.message);
        return false;
    }
    return take_position(c, &position, out);
}

/* An id of its own: a task that runs already must not lose its connection to this one. */
static uint32_t own_server_id(void)
{
    uint32_t random = 0;

    (void)getrandom(&random, sizeof(random), 0);
    return UINT32_C(0x7f000000) | (random & 0xffffff);
}

static kc_status read_first(struct kc_check *c, const struct place *place, struct kc_error *err)
{
    struct kc_binlog_start start = {.flavor = c->server.flavor,
                                    .gtids = place->gtids,
                                    .file = place->file,
                                    .pos = place->pos,
                                    .server_id = own_server_id(),
                                    .heartbeat_ms = HEARTBEAT_MS};
    const struct kc_event *event;
    struct kc_binlog *binlog = NULL;
    kc_status status = kc_binlog_open(c->mysql, &start, -1, &binlog, err);

    if (status == KC_OK)
        status = kc_binlog_next(binlog, KC_CHECK_ANSWER_MS, &event, err);
    kc_binlog_close(binlog);
    return status;
}

static void report(struct kc_check *c, const struct place *place, const struct kc_error *err)
{
    if (kc_check_denied(err))
        kc_check_problem(c, "database.user",
                         "the account %s may not read the binary log: GRANT REPLICATION SLAVE ON *.* TO %s",
                         c->account, c->account);
    else if (place->stored && err->status == KC_ERR_CONFIG)
        kc_check_problem(
            c, "database.hostname",
            "the connector cannot go on at its stored position (%s:%llu): %s. Offsets are deleted by "
            "DELETE /connectors/%s/offsets while the connector is STOPPED, as which it can also be created",
            place->file, (unsigned long long)place->pos, err->message, c->config.connector);
    else
        kc_check_problem(c, "database.hostname", "%s", err->message);
}

void kc_check_position(struct kc_check *c)
{
    struct kc_error err = kc_check_no_error();
    struct place place = {.pos = 0};

    if (c->server.log_bin && find_place(c, &place) && read_first(c, &place, &err) < 0)
        report(c, &place, &err);
    kc_gtid_set_destroy(place.gtids);
}
