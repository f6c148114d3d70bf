# SPDX-License-Identifier: MIT
#
# programs.py ROOT DIR: writes the C programs that README and docs (```c blocks) and
# manual pages (.Bd -literal blocks) show into DIR, one file each. A program is a
# block that begins with an #include and has a main(). The README shows a function
# alone: readme_main.c is the rest of its program.
import pathlib
import re
import sys

root, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])


def blocks():
    for page in [root / "README.md", *sorted((root / "docs").glob("*.md"))]:
        for n, text in enumerate(re.findall(r"```c\n(.*?)```", page.read_text(), re.S)):
            yield f"{page.stem.lower()}_{n}", text
    for page in sorted((root / "man").glob("*.[1-8]")):
        for n, text in enumerate(re.findall(r"^\.Bd -literal.*?\n(.*?)^\.Ed", page.read_text(), re.S | re.M)):
            yield f"man_{page.stem}_{n}", text.replace("\\e", "\\").replace("\\&", "").replace("\\-", "-")


for name, text in blocks():
    if name == "readme_0":
        text += (pathlib.Path(__file__).parent / "readme_main.c").read_text()
    if text.startswith("#include") and "int main(" in text.replace("\nmain(", " main("):
        (out / f"{name}.c").write_text(text)
