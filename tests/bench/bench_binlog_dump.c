/*
 * bench_binlog_dump - reads a server's binlog as a replica does, and only counts the events.
 *
 *     MYSQL_PWD=... bench_binlog_dump HOST PORT USER FILE POSITION
 *
 * From FILE and POSITION (SHOW BINARY LOG STATUS) to the end of the binlog. The floor for every reader of a binlog:
 * no event is looked into. Prints one line of JSON, see figures.h; items are events.
 */
#include "figures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mysql.h>

/* MySQL's and MariaDB's protocol, COM_BINLOG_DUMP: position 4, flags 2, server id 4, file name. */
enum {
    FIXED_BYTES = 10,
    NON_BLOCKING = 1, /* the server ends the stream at the end of the binlog */
    SERVER_ID = 900001,
};

static int give_up(MYSQL *mysql)
{
    fprintf(stderr, "bench_binlog_dump: %s\n", mysql_error(mysql));
    mysql_close(mysql);
    return 1;
}

static int request_dump(MYSQL *mysql, const char *file, unsigned long position)
{
    uint8_t bytes[FIXED_BYTES + 256] = {0};
    size_t n = strlen(file) < 256 ? strlen(file) : 255;

    for (int i = 0; i < 4; i++) {
        bytes[i] = (uint8_t)(position >> i * 8);
        bytes[6 + i] = (uint8_t)(SERVER_ID >> i * 8);
    }
    bytes[4] = NON_BLOCKING;
    memcpy(bytes + FIXED_BYTES, file, n);
    return mysql->methods->db_command(mysql, COM_BINLOG_DUMP, (const char *)bytes, FIXED_BYTES + n, 1, NULL);
}

int main(int argc, char **argv)
{
    uint64_t events = 0, bytes = 0;
    MYSQL *mysql = mysql_init(NULL);
    struct figures f;

    if (argc != 6 || mysql == NULL) {
        fprintf(stderr, "usage: MYSQL_PWD=... bench_binlog_dump HOST PORT USER FILE POSITION\n");
        return 2;
    }
    if (mysql_real_connect(mysql, argv[1], argv[3], getenv("MYSQL_PWD"), NULL, (unsigned)atoi(argv[2]), NULL,
                           0) == NULL ||
        mysql_query(mysql,
                    "SET @master_binlog_checksum = @@global.binlog_checksum, "
                    "@source_binlog_checksum = @@global.binlog_checksum, @mariadb_slave_capability = 4") != 0)
        return give_up(mysql);
    figures_start(&f);
    if (request_dump(mysql, argv[4], strtoul(argv[5], NULL, 10)) != 0)
        return give_up(mysql);
    for (;;) {
        unsigned long n = mysql_net_read_packet(mysql);

        if (n == packet_error)
            return give_up(mysql);
        if (n < 9 && mysql->net.read_pos[0] == 0xfe)
            break;
        events++;
        bytes += n - 1;
    }
    figures_print(&f, events, bytes);
    mysql_close(mysql);
    return 0;
}
