/* flavor.h - the two dialects of the replication protocol. */
#ifndef KC_MYSQL_FLAVOR_H
#define KC_MYSQL_FLAVOR_H

enum kc_flavor {
    KC_FLAVOR_MYSQL,   /* MySQL and Percona Server */
    KC_FLAVOR_MARIADB, /* MariaDB 10 and later */
};

#endif
