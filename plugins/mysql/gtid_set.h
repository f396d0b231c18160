/*
 * gtid_set.h - global transaction identifiers and sets of them, for both dialects.
 *
 * MySQL: "uuid[:tag]:number", a set is "uuid:1-5:9,uuid:tag:1-3". MariaDB: "domain-server-sequence", a set holds the
 * last identifier of each domain ("0-1-100,1-2-7") and stands for everything up to it.
 * Not thread-safe. Text is ASCII. Facts: the MySQL reference manual, "GTID Format and Storage"; MariaDB Knowledge
 * Base, "Global Transaction ID".
 */
#ifndef KC_MYSQL_GTID_SET_H
#define KC_MYSQL_GTID_SET_H

#include "flavor.h"

#include <kconnect/error.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    KC_GTID_TAG_BYTES = 33,  /* 32 characters and NUL */
    KC_GTID_TEXT_BYTES = 96, /* the longest text of one GTID, and NUL */
};

/* One identifier. Members of the other dialect are zero. */
struct kc_gtid {
    enum kc_flavor flavor;
    uint32_t domain;             /* MariaDB */
    uint32_t server;             /* MariaDB */
    uint8_t uuid[16];            /* MySQL */
    char tag[KC_GTID_TAG_BYTES]; /* MySQL 8.3 and later, "" without one */
    uint64_t number; /* MySQL: transaction number, MariaDB: sequence number; 0: no GTID (anonymous) */
};

/* Writes the identifier's text; returns its length. "" for an anonymous one. */
size_t kc_gtid_print(const struct kc_gtid *gtid, char text[KC_GTID_TEXT_BYTES]);

struct kc_gtid_set;

/* An empty set; NULL: out of memory. Free with kc_gtid_set_destroy(), which ignores NULL. */
struct kc_gtid_set *kc_gtid_set_create(enum kc_flavor flavor);
void kc_gtid_set_destroy(struct kc_gtid_set *set);

/* Reads text as the server prints it (blanks and newlines allowed, "" is the empty set). KC_ERR_CONFIG: bad text. */
kc_status kc_gtid_set_parse(enum kc_flavor flavor, const char *text, size_t len, struct kc_gtid_set **set,
                            struct kc_error *err);
/* A copy; NULL: out of memory. */
struct kc_gtid_set *kc_gtid_set_copy(const struct kc_gtid_set *set);

/*
 * Adds one identifier; an anonymous one is ignored. No allocation when it only extends the last run, as it does for
 * every transaction of a stream. KC_ERR_NOMEM.
 */
kc_status kc_gtid_set_add(struct kc_gtid_set *set, const struct kc_gtid *gtid);
/* Adds every identifier of `other`. KC_ERR_NOMEM: the set may hold a part of it. */
kc_status kc_gtid_set_union(struct kc_gtid_set *set, const struct kc_gtid_set *other);

bool kc_gtid_set_is_empty(const struct kc_gtid_set *set);
bool kc_gtid_set_contains(const struct kc_gtid_set *set, const struct kc_gtid *gtid);
/* True when every identifier of `other` is in `set`. MariaDB: every domain's sequence number is at least as high. */
bool kc_gtid_set_includes(const struct kc_gtid_set *set, const struct kc_gtid_set *other);

/* Length of the text without NUL. */
size_t kc_gtid_set_text_length(const struct kc_gtid_set *set);
/* Writes the text in canonical order into a buffer of text_length + 1 bytes. */
void kc_gtid_set_print(const struct kc_gtid_set *set, char *text);
/* The text in memory of its own, to be freed with free(); NULL: out of memory. */
char *kc_gtid_set_text(const struct kc_gtid_set *set);

/* MySQL only: the binary form that COM_BINLOG_DUMP_GTID carries. `out` may be NULL to ask for the size. */
size_t kc_gtid_set_encode(const struct kc_gtid_set *set, uint8_t *out);

#endif
