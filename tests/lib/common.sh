# common.sh - what the test scripts share: words for the user, the cache folder, installing packages. Source it.

KC_CACHE="${KC_CACHE:-$HOME/.cache/kconnect}"

say() {
    printf '%s\n' "$*" >&2
}

fail() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

# Runs a command again when it fails, as registries have bad moments: retry TIMES COMMAND...
retry() {
    local times="$1" n=1
    shift
    until "$@"; do
        ((n++ < times)) || return 1
        sleep "$n"
    done
}

# Names those of the given Debian packages that are not installed.
missing_packages() {
    local name
    for name in "$@"; do
        dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null | grep -q '^installed' || printf '%s\n' "$name"
    done
}

# Installs the given Debian packages unless they are there: install_packages NAME...
install_packages() {
    local missing log
    mapfile -t missing < <(missing_packages "$@")
    ((${#missing[@]} == 0)) && return 0
    [[ $EUID == 0 ]] || fail "these packages are missing, and only root can install them: ${missing[*]}"
    say "installing ${missing[*]}"
    log="$(mktemp)"
    # The lock is shared with whatever else installs packages on the machine at this moment.
    if ! { retry 3 apt-get -q update && DEBIAN_FRONTEND=noninteractive retry 3 apt-get -q -y \
        -o DPkg::Lock::Timeout=300 install --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
        tail -n 30 "$log" >&2
        fail "cannot install ${missing[*]}; the lines above are apt's"
    fi
    rm -f "$log"
}

# What a build of the project needs, and what its checks need on top.
packages_build=(meson ninja-build gcc g++ pkg-config librdkafka-dev libmariadb-dev libuv1-dev libcjson-dev
    libmicrohttpd-dev libcmocka-dev libpcre2-dev libzstd-dev zlib1g-dev)
packages_checks=(clang clang-format libclang-rt-14-dev valgrind)
# The second opinions of tests/abi: abidiff, and what other languages make of the headers.
packages_abi=(abigail-tools bindgen python3-cffi valgrind)
packages_kafka=(openjdk-17-jre-headless maven)
packages_mariadb=(mariadb-server mariadb-client)
packages_python=(python3 python3-venv ca-certificates)

# The compilers of the examples in other languages, unless PATH has them already.
packages_examples=()
command -v rustc >/dev/null || { packages_examples+=(rustc); packages_abi+=(rustc); }
command -v go >/dev/null || packages_examples+=(golang-go)
