/* unwrap_drop.h - drop.fields.*: leaves out the fields that a header of the record names. */
#ifndef KC_TRANSFORMS_UNWRAP_DROP_H
#define KC_TRANSFORMS_UNWRAP_DROP_H

#include "smt.h"

/*
 * Takes the named fields (an ARRAY of STRING) out of a struct; without schema, and for anything but a struct, nothing
 * happens. `only_optional`: a field that may not be null stays, so that the schema remains compatible.
 */
kc_status kc_unwrap_drop(struct kc_smt *s, struct kc_batch *b, const struct kc_value *names,
                         bool only_optional, struct kc_view view, struct kc_error *err);

#endif
