/* tzif.h - the system's time zone files, RFC 8536. */
#ifndef KC_FORMATS_TZIF_H
#define KC_FORMATS_TZIF_H

#include "zone_rule.h"

#include <kconnect/error.h>

#include <stddef.h>

struct kc_tzif {
    struct kc_zone_change *changes; /* ascending */
    size_t n_changes;
    int32_t first_offset_s; /* before the first change: local time type 0 */
    bool has_rule;          /* what holds after the last change; without it the last offset goes on */
    struct kc_zone_rule rule;
};

/*
 * Reads the file of an IANA name from the folder in the environment variable TZDIR, or /usr/share/zoneinfo.
 * KC_ERR_CONFIG: a name that is none, no such file, or not a TZif file that we can trust. Free with kc_tzif_free().
 */
kc_status kc_tzif_read(const char *name, struct kc_tzif *out, struct kc_error *err);
/* The same from memory; false: malformed. */
bool kc_tzif_decode(const uint8_t *data, size_t n, struct kc_tzif *out);
void kc_tzif_free(struct kc_tzif *f);

#endif
