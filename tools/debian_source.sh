#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
#
# debian_source.sh PACKAGE VERSION FOLDER: puts the source of Debian's PACKAGE, as Debian builds it (with Debian's patches), into
# FOLDER/PACKAGE, and its version into FOLDER/PACKAGE.version. VERSION is how the version must begin (2.28.): the newest such one is
# taken. Silent when it is there already.
#
# apt fetches and checks it, as it does with everything: index signed by Debian's key, file hashes from the index. It is given lists
# and caches of its own under FOLDER/apt, with the machine's own entries for Debian turned into entries for sources; the machine's
# lists stay as they are, and nothing needs root. The fetched files are kept in FOLDER/apt/source, the lists (20 MB) are not.
set -eu

[ $# -eq 3 ] || { sed -n 's/^# \(debian_source.sh .*\)/usage: \1/p' "$0" >&2; exit 2; }
package=$1 wanted=$2 folder=$3

mkdir -p "$folder"
exec 9>"$folder/lock"
flock 9                                         # two builds at a time: the second finds it done
[ ! -e "$folder/$package.version" ] || exit 0

say() { echo "debian_source: $*"; }
fail() { echo "debian_source: $*" >&2; exit 1; }
command -v apt-get >/dev/null || fail "no apt-get: $package $wanted* comes from Debian's archive (Debian 12)"
for tool in xz patch; do
    command -v $tool >/dev/null || fail "no $tool (tools/setup.sh build installs it)"
done

cache=$(cd "$folder" && pwd)/apt
mkdir -p "$cache/sources.d" "$cache/lists/partial" "$cache/cache/archives/partial" "$cache/source"

# Files with entries whose index is Debian's; without any index (never updated) all files are tried.
entry_files() {
    { apt-get indextargets --format '$(ORIGIN) $(SOURCESENTRY)' 'Created-By: Packages' 2>/dev/null || true; } |
        sed -n 's/^Debian \(.*\):[0-9]*$/\1/p' | sort -u
}
all_files() {
    for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources; do
        [ ! -e "$file" ] || echo "$file"
    done
}

# Entries `deb ...` and `Types: deb` as entries for sources, all else (keys, options) as it is.
as_source_entries() {
    rm -f "$cache"/sources.d/*
    files=$(entry_files)
    [ -n "$files" ] || files=$(all_files)
    for file in $files; do
        sed -e '/^[[:space:]]*deb-src[[:space:]]/d' -e 's/^\([[:space:]]*\)deb\([[:space:]]\)/\1deb-src\2/' \
            -e 's/^Types:.*/Types: deb-src/' "$file" > "$cache/sources.d/$(basename "$file")"
    done
}

# Languages: no translations. Sandbox: as root, apt would fetch as a user who may not be allowed into FOLDER.
private() {
    tool=$1
    shift
    "$tool" -q -o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts="$cache/sources.d" -o Dir::State::Lists="$cache/lists" \
        -o Dir::Cache="$cache/cache" -o Acquire::Languages=none -o APT::Sandbox::User="$(id -un)" -o Acquire::Retries=2 "$@" 9>&- </dev/null
}

newest() {
    private apt-cache showsrc --only-source "$package" 2>/dev/null | sed -n 's/^Version: //p' | grep "^$wanted" | sort -V | tail -n 1
}

fetch() {
    say "fetching the source of $package $wanted* from Debian's archive, into $folder"
    as_source_entries
    private apt-get update > "$cache/log" 2>&1 || true      # an entry without sources is no harm; none at all is seen next
    version=$(newest)
    if [ -z "$version" ]; then
        grep -E '^(E|W|Err)' "$cache/log" >&2 || true
        fail "Debian's archive cannot be reached, or has no $package $wanted* (log: $cache/log). The build needs it once;" \
             "what is there from then on needs no network."
    fi
    rm -f "$cache"/source/"${package}"_*
    (cd "$cache/source" && private apt-get source --download-only "$package=$version") >> "$cache/log" 2>&1 || {
        grep -E '^(E|W|Err)' "$cache/log" >&2 || true
        fail "the archive lists $package $version and does not deliver it (log: $cache/log)"
    }
}

# What dpkg-source does with format "3.0 (quilt)", without the package it is in.
unpack() {
    dsc=$(echo "$cache"/source/"${package}"_*.dsc)
    grep -q '^Format: 3.0 (quilt)' "$dsc" || fail "$dsc: unknown source format"
    rm -rf "$folder/$package" "$folder/$package.new"
    mkdir "$folder/$package.new"
    tar -C "$folder/$package.new" --strip-components=1 -xf "$cache"/source/"${package}"_*.orig.tar.*[!c]
    tar -C "$folder/$package.new" -xf "$cache"/source/"${package}"_*.debian.tar.*
    [ ! -e "$folder/$package.new/debian/patches/series" ] || while read -r name _; do
        case "$name" in ''|'#'*) continue ;; esac
        patch -s -p1 -d "$folder/$package.new" < "$folder/$package.new/debian/patches/$name" ||
            fail "$package $version: Debian's patch $name does not apply"
    done < "$folder/$package.new/debian/patches/series"
    mv "$folder/$package.new" "$folder/$package"
}

fetch
unpack
rm -rf "$cache/lists" "$cache/cache"
echo "$version" > "$folder/$package.version"
say "$package $version is in $folder/$package"
