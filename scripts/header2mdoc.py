#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
#
# header2mdoc.py makes the manual page of a public header from its comments, so that the
# contract is written once.
#
#     header2mdoc.py HEADER               prints the page as mdoc
#     header2mdoc.py --names HEADER       prints the functions, one a line
#     header2mdoc.py --symbols HEADER...  prints every public name, one a line
#     header2mdoc.py --check HEADER...    prints the faults alone
#
# A fault is a public symbol without a comment of its own: it is printed as
# `file:line: text`, and the exit status is then 1.
#
# The comment at the head of the file begins with `ocsp/NAME.h: ` and a line for NAME. A
# comment that no declaration follows is text of its own. In comments, a line of its own
# without a full stop is a heading (Example and Caveats become sections), four spaces begin
# code, "1. " and "- " begin items, and a paragraph that begins with "Returns" goes to
# RETURN VALUES.
import datetime
import os
import pathlib
import re
import sys
import textwrap
from dataclasses import dataclass, field

SECTIONS = {"Example": "EXAMPLES", "Caveats": "CAVEATS"}
TOKEN = re.compile(
    r"`(?P<quoted>[^`]+)`|<(?P<header>ocsp/\w+\.h)>|\b(?P<type>(?:struct|enum) oc_\w+)"
    r"|\b(?P<call>[a-z]\w*)\(\)|\b(?P<name>oc_\w+)|\b(?P<constant>OC_\w+|NULL)\b"
)

# A macro or an enumerator: name, arguments, value, comment.
CONSTANT = re.compile(r"(?:#define|) *(OC_\w+)(?:\(([\w, ]+)\))?( = \w+)?.*?  // (.*)")


@dataclass
class Item:
    """A declaration with the comment above it, or, of kind "text", a comment alone."""

    kind: str
    line: int
    comment: list
    code: list = field(default_factory=list)
    name: str = ""


def without_comment(line):
    return re.sub(r"\s*//.*", "", line)


def declaration(code):
    """The tokens of a declaration on one line, without attributes and comments."""
    text = " ".join(without_comment(line) for line in code)
    return re.sub(r"\s+", " ", re.sub(r"\bOC_(API|MUST_USE)\b", "", text)).strip()


def classify(item):
    text = declaration(item.code)
    if match := re.match(r"(?:struct|enum) (?:oc_\w+ )?(?=\{)", text):
        item.kind, item.name = "type", match[0].strip()
    elif match := re.fullmatch(r"(struct \w+);", text):
        item.kind, item.name = "opaque", match[1]
    elif match := re.search(r"\b(oc_\w+)\(", text):
        item.kind, item.name = "function", match[1]
    return item


class Header:
    def __init__(self, path):
        self.path = path
        self.page = "oc_" + path.stem
        self.items = []
        self.includes = []
        self.read(path.read_text(encoding="utf-8").split("\n"))
        has_head = bool(self.items) and self.items[0].kind == "text"
        self.head = self.items.pop(0) if has_head else Item("text", 1, [])

    def read(self, lines):
        comment, code, depth, after_macro = [], [], 0, False

        def flush():
            if comment:
                self.items.append(Item("text", n - len(comment), comment[:]))
                comment.clear()

        for n, line in enumerate(lines, 1):
            was_macro, after_macro = after_macro, False
            if not code and line.startswith("//"):
                if not line.startswith("// SPDX-") and (comment or line != "//"):
                    comment.append(line[2:].removeprefix(" "))
            elif not code and line.startswith("#define OC_"):
                name = re.match(r"#define (\w+)", line)[1]
                self.add_macro(Item("macro", n, comment[:], [line], name), was_macro)
                comment.clear()
                after_macro = True
            elif not code and (line.startswith(("#", 'extern "C"')) or line.strip() in ("", "}")):
                if match := re.match(r"#include <ocsp/(\w+)\.h>", line):
                    self.includes.append("oc_" + match[1])
                flush()
            else:
                code.append(line)
                depth += without_comment(line).count("{") - without_comment(line).count("}")
                if depth == 0 and without_comment(line).endswith(";"):
                    start = n - len(code) + 1
                    self.items.append(classify(Item("other", start, comment[:], code[:])))
                    comment.clear()
                    code.clear()

    def add_macro(self, item, follows):
        if any(item.name in names(other) for other in self.items):
            return
        if follows and not item.comment and self.items[-1].kind == "macro":
            self.items[-1].code += item.code
        else:
            self.items.append(item)

    def functions(self):
        return [item.name for item in self.items if item.kind == "function"]


def names(item):
    """The public names that an item defines, without `struct` and `enum`."""
    found = [item.name.split()[-1]] if " oc_" in " " + item.name else []
    if item.kind == "macro":
        found = [re.match(r"#define (\w+)", line)[1] for line in item.code]
    if item.name.startswith("enum"):
        found += [word[1] for line in item.code if (word := re.match(r"\s+(OC_\w+)", line))]
    return found


# The comment that every public symbol must have.


def faults(header):
    if not " ".join(header.head.comment).startswith(f"ocsp/{header.path.name}: "):
        yield header.head.line, f"the head of the file does not begin with ocsp/{header.path.name}:"
    for item in header.items:
        yield from faults_of(item)


def faults_of(item):
    starts = item.comment[0] if item.comment else ""
    if item.kind == "function" and not any("OC_API" in line for line in item.code):
        yield item.line, f"{item.name} is not marked OC_API"
    if item.kind in ("function", "type", "opaque") and "oc_" in item.name:
        if not starts.startswith(item.name + " "):
            yield item.line, f"the comment above {item.name} does not start with its name"
    elif item.kind == "type" and not starts:
        yield item.line, "no comment above this enum"
    for n, line in enumerate(item.code, item.line):
        is_macro = item.kind == "macro"
        match = re.match(r"#define (OC_\w+)" if is_macro else r" +(OC_\w+)( =.*|,.*)?$", line)
        if match and "//" not in line and not starts.startswith(match[1] + " "):
            yield n, f"{match[1]} has no comment"


# Comments, as mdoc.


def escape(text):
    return re.sub(r"(^|(?<=\s))(?=[.'])", r"\\&", text.replace("\\", "\\e"), flags=re.M)


def literal(lines):
    return [".Bd -literal -offset indent", *(escape(line) for line in lines), ".Ed"]


def sentence(text):
    """The explanation of a term, as a sentence if it has two words of the language."""
    if not re.search(r"\b[a-z]+ [a-z]+\b", text):
        return text
    text += "" if text.endswith(".") else "."
    return text[0].upper() + text[1:] if re.match(r"[a-z]+[ ,]", text) else text


def structure(code):
    """A structure as it is, but a comment that makes a line too long stands above it."""
    lines = []
    for line in code:
        text, mark, comment = line.partition("  // ")
        if mark and text.strip() and len(line) > 72:
            indent = " " * (len(text) - len(text.lstrip())) + "// "
            lines += textwrap.wrap(comment, 72, initial_indent=indent, subsequent_indent=indent)
            line = text.rstrip()
        lines.append(line)
    return literal(lines)


class Page:
    def __init__(self, header, headers):
        self.header = header
        self.page_of = {name: other.page for other in headers for name in other.functions()}
        self.pages = {other.page for other in headers}
        self.referred = {page for page in header.includes if page in self.pages}
        self.sections = {"DESCRIPTION": [], "RETURN VALUES": [], "EXAMPLES": [], "CAVEATS": []}

    def reference(self, name):
        page = self.page_of.get(name, name if name in self.pages else self.header.page)
        if page == self.header.page:
            return f"Fn {name}"
        self.referred.add(page)
        return f"Xr {name} 3"

    def macro(self, match):
        if name := match["call"] or (match["name"] in self.page_of and match["name"]):
            return self.reference(name)
        if match["header"]:
            page = "oc_" + match["header"][5:-2]
            self.referred |= {page} & self.pages - {self.header.page}
            return f"In {match['header']}"
        text = match["quoted"] or match["type"] or match["name"] or match["constant"]
        if inner := re.fullmatch(r"(\w+)\(\)", text):
            return self.reference(inner[1])
        if re.fullmatch(r"(struct|enum) \w+|\w+_t|EVP_PKEY", text):
            return f"Vt {text}"
        if re.fullmatch(r"OC_\w+|NULL", text):
            return f"Dv {text}"
        if re.fullmatch(r"[*&]?[a-z_][\w.>*\[\]-]*", text):
            return f"Fa {text}"
        return f"Li {escape(text)}"

    def words(self, text):
        """The lines of mdoc for running text: a macro or a piece of a sentence in each."""
        lines, at = [], 0
        for match in TOKEN.finditer(text):
            before, glued = re.fullmatch(r"(.*?)(\S*)", text[at : match.start()], re.S).groups()
            behind = re.match(r"[^\s`]*", text[match.end() :])[0]
            at = match.end() + len(behind)
            word, end = re.fullmatch(r"([^.,:;)?!].*?|)([.,:;)?!]*)", behind).groups()
            line = self.macro(match)
            if glued == "(":
                line = line.replace(" ", " ( ", 1)
            elif glued:
                line = f"No {escape(glued)} Ns {line}"
            line += f" Ns {escape(word)}" if word else ""
            lines += [*self.plain(before), " ".join(["." + line, *end])]
        return [*lines, *self.plain(text[at:])]

    def plain(self, text):
        for sentence in re.split(r"(?<=[.?!]) (?=[A-Z])", text.strip()):
            yield from textwrap.wrap(
                escape(sentence), 78, break_long_words=False, break_on_hyphens=False
            )

    def items(self, lines):
        """A list: tagged if each item begins with `term: `, else numbered or with bullets."""
        texts = []
        for line in lines:
            if start := re.match(r"(\d+\.|-) ", line):
                texts.append(line[start.end() :])
            else:
                texts[-1] += " " + line.strip()
        terms = [re.match(r"([^:]{1,70}): (.*)", text) for text in texts]
        if lines[0].startswith("-") and all(terms):
            out = [".Bl -tag -width Ds"]
            for term in terms:
                tag = " ".join(line.removeprefix(".") for line in self.words(term[1]))
                out += [f".It {tag}", *self.words(sentence(term[2]))]
        else:
            out = [".Bl -bullet" if lines[0].startswith("-") else ".Bl -enum"]
            for text in texts:
                out += [".It", *self.words(text)]
        return [*out, ".El"]

    def constants(self, code):
        """Macros or enumerators with the comments behind them, as a tagged list."""
        out, is_open = [], False
        for line in code:
            if line.lstrip().startswith("// "):
                out += [".El"] * is_open + [".Pp", *self.words(line.lstrip()[3:])]
                is_open = False
            elif match := CONSTANT.match(line):
                name, arguments, value, comment = match.groups(default="")
                out += [".Bl -tag -width Ds"] * (not is_open)
                term = f"Fn {name} {arguments.replace(',', '')}" if arguments else f"Dv {name}"
                out.append(f".It {term}")
                out[-1] += f" No{value}" if value else ""
                out += self.words(sentence(comment))
                is_open = True
        return out + [".El"] * is_open

    def display(self, item):
        if item.name.startswith("enum") or len(item.code) > 1 and item.kind == "macro":
            return self.constants(item.code)
        return structure(item.code)

    def paragraph(self, lines):
        starts = [i for i, line in enumerate(lines) if re.match(r"(\d+\.|-) ", line)]
        first = starts[0] if starts else len(lines)
        out = self.words(" ".join(lines[:first]))
        return out + (self.items(lines[first:]) if lines[first:] else [])

    def add(self, comment, function=None):
        """Adds a comment to its sections, each paragraph after a .Pp."""
        section = self.sections["DESCRIPTION"]
        for lines in paragraphs(comment):
            if lines[0].startswith("    "):
                section += literal([line[4:] for line in lines])
            elif function is None and len(lines) == 1 and re.fullmatch(r"[^`]*[^.:;`]", lines[0]):
                section = self.sections.get(SECTIONS.get(lines[0]), self.sections["DESCRIPTION"])
                section += [] if lines[0] in SECTIONS else [f".Ss {lines[0]}"]
            elif function and lines[0].startswith("Returns "):
                returned = [lines[0].replace("Returns", f"{function} returns", 1), *lines[1:]]
                self.sections["RETURN VALUES"] += [".Pp", *self.paragraph(returned)]
            else:
                section += [".Pp", *self.paragraph(lines)]

    def synopsis(self):
        yield f".In ocsp/{self.header.path.name}"
        for item in self.header.items:
            if item.kind == "function":
                text = declaration(item.code)
                result, arguments = re.fullmatch(r"(.*?) ?\boc_\w+\((.*)\);", text).groups()
                yield from (f".Ft {result}", f".Fo {item.name}")
                yield from (f'.Fa "{argument.strip()}"' for argument in arguments.split(","))
                yield ".Fc"

    def describe(self):
        self.add(self.header.head.comment[title_lines(self.header) :])
        for item in self.header.items:
            self.add(item.comment, item.name if item.kind == "function" else None)
            if item.kind in ("type", "macro"):
                self.sections["DESCRIPTION"] += self.display(item)

    def lines(self):
        self.describe()
        entries = self.header.functions()
        if self.header.page not in entries:
            entries.insert(0, self.header.page)
        head = " ".join(self.header.head.comment)
        library = (re.search(r"\b[Ll]ink with (libocsp-\w+)", head) or ["", "libocsp"])[1]
        title = " ".join(self.header.head.comment[: title_lines(self.header)]).split(": ", 1)[1]
        yield f".\\\" Made from ocsp/{self.header.path.name} by header2mdoc.py."
        yield f".Dd {date(self.header.path)}"
        yield from (f".Dt {self.header.page.upper()} 3", ".Os", ".Sh NAME")
        yield from (f".Nm {entry} ," for entry in entries[:-1])
        yield from (f".Nm {entries[-1]}", f".Nd {title.rstrip('.')}")
        yield from (".Sh LIBRARY", f".Pa {library}", f".Pq \\-{library.replace('lib', 'l', 1)}")
        yield ".Sh SYNOPSIS"
        yield from self.synopsis()
        for name in ("DESCRIPTION", "RETURN VALUES", "EXAMPLES"):
            yield from section(name, self.sections[name])
        see = ["libocsp", *sorted(self.referred - {self.header.page})]
        references = [f".Xr {page} 3 ," for page in see[:-1]] + [f".Xr {see[-1]} 3"]
        yield from section("SEE ALSO", references)
        yield from section("STANDARDS", standards(self.header))
        yield from section("CAVEATS", self.sections["CAVEATS"])


def paragraphs(comment):
    """The paragraphs of a comment, code with the empty lines in it as one."""
    blocks = []
    for text in "\n".join(comment).strip("\n").split("\n\n"):
        lines = text.split("\n")
        if blocks and lines[0].startswith("    ") and blocks[-1][0].startswith("    "):
            blocks[-1] += ["", *lines]
        elif lines != [""]:
            blocks.append(lines)
    return blocks


def title_lines(header):
    comment = header.head.comment
    return comment.index("") if "" in comment else len(comment)


def section(name, lines):
    """A section, without the .Pp that mdoc does not want: at its start and before displays."""
    kept = []
    for line in lines:
        if line.startswith((".Ss", ".Bd", ".Bl")) and kept[-1:] == [".Pp"]:
            kept.pop()
        if line != ".Pp" or (kept and not kept[-1].startswith((".Ss", ".Pp"))):
            kept.append(line)
    return [f".Sh {name}", *kept] if kept else []


def standards(header):
    items = [header.head, *header.items]
    text = " ".join(line for item in items for line in item.comment + item.code)
    numbers = sorted(set(re.findall(r"\bRFC +(\d+)", re.sub(r"\s*//\s*", " ", text))), key=int)
    rfcs = [f"RFC {number}" for number in numbers]
    if not rfcs:
        return []
    listed = ", ".join(rfcs[:-1]) + " and " + rfcs[-1] if rfcs[1:] else rfcs[0]
    return textwrap.wrap(f"The sections that this page cites are those of {listed}.", 78)


def date(path):
    seconds = int(os.environ.get("SOURCE_DATE_EPOCH") or path.stat().st_mtime)
    day = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
    return f"{day:%B} {day.day}, {day.year}"


def main(arguments):
    options = [a for a in arguments if a.startswith("-")]
    headers = [Header(pathlib.Path(a)) for a in arguments if not a.startswith("-")]
    found = [f"{h.path}:{line}: {text}" for h in headers for line, text in faults(h)]
    is_known = options in ([], ["--names"], ["--symbols"], ["--check"])
    if not headers or not is_known or (not options and len(headers) > 1):
        sys.exit("usage: header2mdoc.py [--names | --symbols | --check] HEADER...")
    if found and options in ([], ["--check"]):
        print("\n".join(found), file=sys.stderr if not options else sys.stdout)
        return 1
    if options == ["--names"]:
        print("\n".join(headers[0].functions()))
    elif options == ["--symbols"]:
        symbols = [name for h in headers for item in h.items for name in names(item)]
        print("\n".join(dict.fromkeys(symbols)))
    elif not options:
        path = headers[0].path
        others = [Header(other) for other in path.parent.glob("*.h") if other.name != path.name]
        print("\n".join(Page(headers[0], [headers[0], *others]).lines()))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
