/* task.h - the life of a task as the host drives it: open, poll, close. */
#ifndef KC_MYSQL_TASK_H
#define KC_MYSQL_TASK_H

#include <kconnect/connector.h>

extern const struct kc_source_ops kc_mysql_source_ops;

#endif
