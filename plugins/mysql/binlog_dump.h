/* binlog_dump.h - asks a server for its binlog: session variables first, then the dump command. */
#ifndef KC_MYSQL_BINLOG_DUMP_H
#define KC_MYSQL_BINLOG_DUMP_H

#include "binlog_stream.h"

/* Afterwards the connection carries binlog packets only. Errors as for kc_binlog_open(). */
kc_status kc_binlog_dump(MYSQL *mysql, const struct kc_binlog_start *start, struct kc_error *err);

#endif
