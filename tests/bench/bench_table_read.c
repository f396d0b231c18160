/*
 * bench_table_read - reads a whole table with one SELECT and only counts the rows.
 *
 *     MYSQL_PWD=... bench_table_read HOST PORT USER DATABASE TABLE
 *
 * The floor for every snapshot. Prints one line of JSON, see figures.h; items are rows.
 */
#include "figures.h"

#include <stdio.h>
#include <stdlib.h>

#include <mysql.h>

static int give_up(MYSQL *mysql)
{
    fprintf(stderr, "bench_table_read: %s\n", mysql_error(mysql));
    mysql_close(mysql);
    return 1;
}

int main(int argc, char **argv)
{
    MYSQL *mysql = mysql_init(NULL);
    uint64_t rows = 0, bytes = 0;
    struct figures f;
    char sql[256];
    MYSQL_RES *result;
    unsigned columns;

    if (argc != 6 || mysql == NULL) {
        fprintf(stderr, "usage: MYSQL_PWD=... bench_table_read HOST PORT USER DATABASE TABLE\n");
        return 2;
    }
    if (mysql_real_connect(mysql, argv[1], argv[3], getenv("MYSQL_PWD"), argv[4], (unsigned)atoi(argv[2]),
                           NULL, 0) == NULL)
        return give_up(mysql);
    (void)snprintf(sql, sizeof(sql), "SELECT * FROM `%s`", argv[5]);
    figures_start(&f);
    if (mysql_query(mysql, sql) != 0 || (result = mysql_use_result(mysql)) == NULL)
        return give_up(mysql);
    columns = mysql_num_fields(result);
    while (mysql_fetch_row(result) != NULL) {
        const unsigned long *lengths = mysql_fetch_lengths(result);

        rows++;
        for (unsigned i = 0; i < columns; i++)
            bytes += lengths[i];
    }
    if (mysql_errno(mysql) != 0)
        return give_up(mysql);
    figures_print(&f, rows, bytes);
    mysql_free_result(result);
    mysql_close(mysql);
    return 0;
}
