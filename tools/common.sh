# tools/common.sh: what the scripts of this folder share. Sourced, never run.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# -h or --help, also behind other words but not behind --: the head of the script, before it does anything.
for word; do
    case $word in
        --) break ;;
        -h | --help)
            sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0"
            exit
            ;;
    esac
done

# say TEXT...: one line of progress. Standard output belongs to the results.
say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }

# die TEXT...: says why and ends with 2, which no script here uses for anything but "could not start".
die() {
    say "$@"
    exit 2
}

# configure DIR [meson option...]: makes build/DIR once, or dies; Ninja regenerates it when a meson.build changes.
configure() {
    local dir=$root/build/$1
    shift
    if [[ ! -f $dir/build.ninja ]]; then
        say "configuring build/${dir##*/}"
        meson setup "$dir" "$root" "$@" >&2
    elif [[ -n $(find /var/lib/dpkg/status -newer "$dir/build.ninja" 2>/dev/null) ]]; then
        say "configuring build/${dir##*/} again: packages have changed"
        meson setup --reconfigure "$dir" "$root" >&2
    fi || die "build/${dir##*/} cannot be configured"
}

# build DIR [target...], or dies: one job per CPU this process may use; more would only cost memory.
build() {
    local dir=$1
    shift
    say "building build/$dir"
    local begin=$SECONDS
    ninja -C "$root/build/$dir" -j "$(nproc)" "$@" >&2 || die "the build failed"
    say "built build/$dir in $((SECONDS - begin)) s"
}

# How a release is built: several sources at a time, which takes half the time. The tests compile each by itself, so that
# no file gets by with the includes of another. Meson 1.0 miscounts the units of a library that has a multiple of
# unity_size sources (ninja then misses a file): choose another number.
release_options=(-Dbuildtype=release -Dtests=false -Dunity=on -Dunity_size=7)

# Tests under a sanitizer, without -Db_sanitize. Lines are enough for a finding; all that a debugger can use takes a
# third more time to build.
sanitizer_options=(-Dbuildtype=debugoptimized -Dcpp_args=-g1 -Dbench=false -Dunity=on -Dunity_size=7)

# What the peers of bench/peers are made of; those whose package is missing are left out.
peer_packages=(libzmq3-dev libnng-dev libcaf-dev libboost-dev libboost-system-dev libreaderwriterqueue-dev
    libdisruptor-java default-jdk-headless)

# build_release: the program of a release, build/release/apps/prosa/prosa, without the tests.
build_release() {
    "$root/tools/setup" --release || exit 2
    configure release "${release_options[@]}"
    build release apps/prosa/prosa
}
