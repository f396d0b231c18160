/*
 * zone.h - from the wall clock of a place to the instant.
 *
 * A zone is named as the database names it: "UTC", "Z", "+08:00", or an IANA name whose TZif file (RFC 8536) is read
 * once from the system's time zone folder. Results are cached by day. A zone belongs to one thread.
 */
#ifndef KC_FORMATS_ZONE_H
#define KC_FORMATS_ZONE_H

#include <kconnect/error.h>
#include <kconnect/value.h>

struct kc_zone;

/* How far from 1970 a wall clock may be, in ms: the year 9999 and some. */
#define KC_ZONE_LIMIT_MS INT64_C(400000000000000)

/* Opens a zone; NULL: unknown name or unreadable file, the error says which. Free with kc_zone_close(). */
struct kc_zone *kc_zone_open(struct kc_str name, struct kc_error *err);
void kc_zone_close(struct kc_zone *z);

/*
 * The instant in ms since the epoch at which clocks of the zone show `wall_ms`, given as if the clock were UTC's,
 * within +-KC_ZONE_LIMIT_MS. Shown twice: the earlier. Never shown, because clocks were put forward over it: the first
 * instant after the gap.
 */
int64_t kc_zone_instant_ms(struct kc_zone *z, int64_t wall_ms);

#endif
