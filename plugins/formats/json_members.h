/* json_members.h - the members of a JSON object when a name may come twice. */
#ifndef KC_FORMATS_JSON_MEMBERS_H
#define KC_FORMATS_JSON_MEMBERS_H

#include "json_reader.h"

#include <kconnect/value.h>

/*
 * Writes each name once, as a STRING, to items[0], items[2] ..., and its last value to values[0], values[1] ..., in the
 * order in which the names first come; *n is their number. Both arrays have room for all members. False: out of memory.
 */
bool kc_json_members(struct kc_arena *a, const struct kc_json_node *object, struct kc_value *items,
                     const struct kc_json_node **values, uint32_t *n);

#endif
