/* validate.h - what can be said about a configuration before any task runs: it connects and tries everything out. */
#ifndef KC_MYSQL_VALIDATE_H
#define KC_MYSQL_VALIDATE_H

#include <kconnect/connector.h>

extern const struct kc_planner_ops kc_mysql_planner_ops;

#endif
