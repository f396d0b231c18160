/* file_source_plan.h - what the file source can be configured with, and what can be said of it before it runs. */
#ifndef KC_FILE_SOURCE_PLAN_H
#define KC_FILE_SOURCE_PLAN_H

#include <kconnect/plugin.h>

/* Members of partition and offset, as Kafka Connect's. */
#define KC_FILE_NAME     "filename"
#define KC_FILE_POSITION "position"

extern const struct kc_config_def kc_file_source_config;
extern const struct kc_planner_ops kc_file_source_plan;

#endif
