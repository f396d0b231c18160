/* The table of routes: every call of the contract has a handler, nothing else has one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "resources.h"

static kc_handler *look(const char *method, const char *target, const char *params[KC_ROUTE_PARAMETERS])
{
    const struct kc_route *routes, *route;
    enum kc_method m;
    struct kc_uri u;
    size_t n;
    static char kept[KC_ROUTE_PARAMETERS][64];

    routes = kc_routes(&n);
    assert_int_equal(kc_uri_parse(&u, target), KC_URI_OK);
    route = kc_router_find(routes, n, &u, params);
    for (size_t i = 0; i < KC_ROUTE_PARAMETERS; i++)
        if (params[i] != NULL)
            params[i] = strncpy(kept[i], params[i], sizeof(kept[i]) - 1);
    kc_uri_finish(&u);
    return route != NULL && kc_method_parse(method, &m) ? route->handlers[m] : NULL;
}

static void each_call_of_the_contract_finds_its_handler(void **state)
{
    static const struct {
        const char *method, *target;
        kc_handler *handler;
    } calls[] = {
        {"GET", "/", kc_get_root},
        {"HEAD", "/", kc_get_root},
        {"GET", "/health", kc_get_health},
        {"GET", "/connectors/", kc_get_connectors},
        {"POST", "/connectors", kc_post_connectors},
        {"GET", "/connectors/x", kc_get_connector},
        {"DELETE", "/connectors/x/", kc_delete_connector},
        {"GET", "/connectors/x/config", kc_get_config},
        {"PUT", "/connectors/x/config", kc_put_config},
        {"PATCH", "/connectors/x/config", kc_patch_config},
        {"GET", "/connectors/x/status", kc_get_status},
        {"GET", "/connectors/x/messages?limit=1", kc_get_messages},
        {"POST", "/connectors/x/deploy", kc_post_deploy},
        {"PUT", "/connectors/x/pause", kc_put_pause},
        {"PUT", "/connectors/x/resume", kc_put_resume},
        {"PUT", "/connectors/x/stop", kc_put_stop},
        {"POST", "/connectors/x/restart?includeTasks=true", kc_post_restart},
        {"GET", "/connectors/x/tasks", kc_get_tasks},
        {"GET", "/connectors/x/tasks/0/status", kc_get_task_status},
        {"POST", "/connectors/x/tasks/0/restart", kc_post_task_restart},
        {"GET", "/connector-plugins/", kc_get_plugins},
        {"GET", "/connector-plugins/c/config", kc_get_plugin_config},
        {"PUT", "/connector-plugins/c/config/validate", kc_put_validate},
        {"GET", "/admin/loggers/", kc_get_loggers},
        {"GET", "/admin/loggers/root", kc_get_logger},
        {"PUT", "/admin/loggers/root", kc_put_logger},
    };
    const char *params[KC_ROUTE_PARAMETERS];

    (void)state;
    for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++)
        assert_ptr_equal(look(calls[i].method, calls[i].target, params), calls[i].handler);
}

static void other_paths_and_methods_find_nothing(void **state)
{
    static const char *const calls[][2] = {
        {"GET", "/nope"},
        {"GET", "/Connectors"},
        {"GET", "/connectors/x/tasks-config"},
        {"GET", "/connectors/x/y"},
        {"GET", "/connectors/x/tasks/0"},
        {"GET", "/connectors/x/config/y"},
        {"DELETE", "/"},
        {"POST", "/connectors/x/pause"},
        {"get", "/"},
        {"TRACE", "/"},
        {"GET", "//"},
        {"GET", "/connectors//config"},
    };
    const char *params[KC_ROUTE_PARAMETERS];

    (void)state;
    for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++)
        assert_null(look(calls[i][0], calls[i][1], params));
}

static void parameters_are_what_stood_for_the_stars(void **state)
{
    const char *params[KC_ROUTE_PARAMETERS];

    (void)state;
    assert_non_null(look("GET", "/connectors/a%2Fb/tasks/7/status", params));
    assert_string_equal(params[0], "a/b");
    assert_string_equal(params[1], "7");
    assert_non_null(look("GET", "/connectors", params));
    assert_null(params[0]);
}

static void allow_lists_the_methods_of_the_path(void **state)
{
    const struct kc_route *routes, *route;
    const char *params[KC_ROUTE_PARAMETERS];
    struct kc_uri u;
    char allow[64];
    size_t n;

    (void)state;
    routes = kc_routes(&n);
    assert_int_equal(kc_uri_parse(&u, "/connectors/x/config"), KC_URI_OK);
    route = kc_router_find(routes, n, &u, params);
    kc_router_allow(route, allow, sizeof(allow));
    assert_string_equal(allow, "GET, HEAD, PUT, PATCH, OPTIONS");
    kc_uri_finish(&u);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_call_of_the_contract_finds_its_handler),
        cmocka_unit_test(other_paths_and_methods_find_nothing),
        cmocka_unit_test(parameters_are_what_stood_for_the_stars),
        cmocka_unit_test(allow_lists_the_methods_of_the_path),
    };

    return cmocka_run_group_tests_name("router", tests, NULL, NULL);
}
