#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""check-headers.py [ROOT] checks how the sources are cut into files.

- A private header declares what the source of the same name defines, and nothing else.
- No struct tag is defined twice in one program.
- No circle of files: a source and its header are one file here.

The public headers in include/ are cut by subject, not by file, and are left out. Each fault is
printed as `file:line: text`.
"""
import json
import pathlib
import re
import subprocess
import sys

ROOTS = ("src", "program", "cli", "responder", "python/src")
PROGRAMS = {"ocsp": ("program", "cli"), "ocspd": ("program", "responder"),
            "the library": ("src",), "the Python module": ("python/src",)}
INCLUDE = re.compile(r'^#\s*include "([^"]+)"', re.MULTILINE)


def read_tags(files):
    """What ctags finds: functions, prototypes, variables and struct tags."""
    run = subprocess.run(["ctags", "--output-format=json", "--languages=C", "--langmap=C:.c.h",
                          "--kinds-C=fpvxs", "--fields=+nS", "-I", "OC_API,OC_MUST_USE",
                          "-L", "-", "-f", "-"],
                         input="\n".join(map(str, files)), text=True, capture_output=True,
                         check=True)
    return [json.loads(line) for line in run.stdout.splitlines()]


def base_of(path):
    return str(path.with_suffix(""))


def check_declarations(tags):
    """Each prototype and external variable must be defined in the header's own source."""
    defined = {}
    for tag in tags:
        if tag["kind"] in ("function", "variable"):
            defined.setdefault(tag["name"], set()).add(tag["path"])
    for tag in tags:
        path = pathlib.Path(tag["path"])
        if path.suffix != ".h" or tag["kind"] not in ("prototype", "externvar"):
            continue
        if str(path.with_suffix(".c")) not in defined.get(tag["name"], set()):
            yield f"{path}:{tag['line']}: {path.with_suffix('.c').name} does not define " + \
                tag["name"]


def check_structs(tags):
    """No struct tag twice in a program."""
    for program, folders in PROGRAMS.items():
        seen = {}
        for tag in tags:
            if tag["kind"] != "struct" or not tag["path"].startswith(tuple(
                    folder + "/" for folder in folders)) or "scope" in tag:
                continue
            place = f"{tag['path']}:{tag['line']}"
            if tag["name"].startswith("__anon"):
                continue
            if tag["name"] in seen:
                yield f"{place}: {program} has struct {tag['name']} already in " + \
                    seen[tag["name"]]
            seen.setdefault(tag["name"], place)


def read_includes(root, files):
    """The files that each file includes, as paths without suffix."""
    names = {str(path) for path in files}
    arrows = {}
    for path in files:
        folder = next(folder for folder in ROOTS if str(path).startswith(folder + "/"))
        for name in INCLUDE.findall((root / path).read_text(encoding="utf-8")):
            for found in (f"{folder}/{name}", name):
                if found in names and base_of(pathlib.Path(found)) != base_of(path):
                    arrows.setdefault(base_of(path), set()).add(base_of(pathlib.Path(found)))
    return arrows


def check_circles(arrows):
    """A depth-first walk finds each circle by an arrow back to a file that is being visited."""
    done = set()

    def visit(file, way):
        if file in way:
            yield f"{file}.h:1: a circle of files: " + " -> ".join(way[way.index(file):] + [file])
            return
        if file in done:
            return
        for target in sorted(arrows.get(file, ())):
            yield from visit(target, way + [file])
        done.add(file)

    for file in sorted(arrows):
        yield from visit(file, [])


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    files = sorted(path.relative_to(root) for folder in ROOTS
                   for path in (root / folder).rglob("*.[ch]"))
    tags = read_tags([root / path for path in files])
    for tag in tags:
        tag["path"] = str(pathlib.Path(tag["path"]).relative_to(root))
    faults = list(check_declarations(tags)) + list(check_structs(tags))
    faults += list(check_circles(read_includes(root, files)))
    for fault in faults:
        print(fault)
    print(f"check-headers: {len(files)} files, {len(tags)} names, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
