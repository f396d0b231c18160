/*
 * version_range.h - which versions a `*.plugin.version` key allows (KIP-891). Pure; any thread.
 *
 * The notation is Maven's (maven.apache.org, "Dependency Version Requirement Specification"): "[1.0,2.0)", "(,1.5]",
 * "[1.2,)", "[1.2.3]", and several of them with commas between: "[1.0,1.2],[1.4,2.0)". A version alone is meant exactly,
 * as Kafka Connect takes it; "latest", an empty text and NULL allow every version. Parts that are not there count as 0,
 * so that "[1.0]" allows 1.0.0; a pre-release lies below its release, so that "[1.0,2.0)" allows 2.0-rc1.
 */
#ifndef KC_PLUGIN_VERSION_RANGE_H
#define KC_PLUGIN_VERSION_RANGE_H

#include <stdbool.h>

#include "base/error.h"

/* Is it a range at all? KC_ERR_CONFIG: *err says what is wrong with it. */
kc_status kc_version_range_check(const char *range, struct kc_error *err);
/* False for a range that kc_version_range_check() refuses. */
bool kc_version_in_range(const char *version, const char *range);

#endif
