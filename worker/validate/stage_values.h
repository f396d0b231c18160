/* stage_values.h - in the child: what transforms, predicates and converters themselves say about their keys' values. */
#ifndef KC_VALIDATE_STAGE_VALUES_H
#define KC_VALIDATE_STAGE_VALUES_H

#include <cjson/cJSON.h>

#include "base/props.h"
#include "supervisor/crash_page.h"
#include "task/report.h"

/*
 * Loads each of `stages` (stage_list.h; NULL: none), parses its keys as its task would, which asks the keys' own check(),
 * and reports what is wrong under the full name, "transforms.route.regex". Nothing is opened.
 */
void kc_validate_stage_values(const cJSON *stages, const struct kc_props *config, struct kc_crash_page *page,
                              struct kc_report *report);

#endif
