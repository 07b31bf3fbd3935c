# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""An application in a folder of its own, built against the installed SDK alone, runs."""
import os
import subprocess

import pytest

from kata import TOP

SOURCE = """
#include <sdk.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
    char *text = malloc(32);
    if (text == NULL)
        return 1;
    snprintf(text, 32, "%s has %d arguments", argv[0], argc - 1);
    puts(text);
    free(text);
    return (int)strlen("outside");
}
"""


@pytest.fixture(scope="module")
def sdk(tmp_path_factory):
    prefix = tmp_path_factory.mktemp("sdk")
    subprocess.run(["make", "-s", "-f", "mk/main.mk", "install-sdk", f"PREFIX={prefix}", "BUILD=release" if "release" in os.environ.get("OUT", "")
                    else "BUILD=debug"], cwd=TOP, check=True, timeout=120, env={**os.environ, "MAKEFLAGS": "", "MAKELEVEL": "0"})
    return prefix


def pkg_config(prefix, *options):
    environment = {**os.environ, "PKG_CONFIG_PATH": str(prefix / "lib/pkgconfig")}
    return subprocess.run(["pkg-config", *options, "kata-sdk-riscv32"], check=True, capture_output=True, text=True, env=environment).stdout.split()


def build(prefix, folder, manifest=None):
    (folder / "outside.c").write_text(SOURCE)
    compiler = pkg_config(prefix, "--variable=compiler")
    done = subprocess.run([*compiler, "-std=c11", "-Wall", "-Wextra", "-Werror", "-Os", *pkg_config(prefix, "--cflags"), "outside.c", "-o", "outside.elf",
                           *pkg_config(prefix, "--libs")], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert TOP not in " ".join(pkg_config(prefix, "--cflags", "--libs"))
    command = [prefix / "bin/kata-pack", "outside.elf", "outside.app"]
    if manifest is not None:
        (folder / "manifest").write_text(manifest)
        command.append("manifest")
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


def test_an_application_built_outside_of_the_tree_runs(console, sdk, tmp_path):
    before = console.mstats()
    done = build(sdk, tmp_path)
    assert done.returncode == 0, done.stderr
    key = os.path.join(TOP, "build", "keys", "development.pem")
    subprocess.run([sdk / "bin/kata-sign", "sign", key, "outside.app"], cwd=tmp_path, check=True, timeout=60)
    output = console.send_file(str(tmp_path / "outside.app"))
    assert 'Bundle "outside" installed' in output, output
    console.send("start outside a b\r")
    console.expect(r"\[outside\]::outside has 2 arguments")
    console.run("")
    console.wait_status("outside", r"Exited \(code 7\)")
    console.uninstall("outside")
    assert console.mstats() == before


def test_a_bad_manifest_is_refused_by_the_installed_packer(sdk, tmp_path):
    done = build(sdk, tmp_path, "permissions = log\nnonsense = 1\n")
    assert done.returncode != 0 and ":2" in done.stderr + done.stdout and not (tmp_path / "outside.app").exists(), done
