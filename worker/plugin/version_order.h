/* version_order.h - which of two versions of a component is the newer one. */
#ifndef KC_PLUGIN_VERSION_ORDER_H
#define KC_PLUGIN_VERSION_ORDER_H

/*
 * As semantic versioning (semver.org, 11): numbers compare as numbers, a pre-release ("1.0.0-rc1") comes before its
 * release, what follows "+" does not count. Missing numbers are 0: "1.0" equals "1.0.0". Negative, 0, positive: like strcmp.
 */
int kc_version_compare(const char *a, const char *b);

#endif
