# SPDX-License-Identifier: MIT
#
# A file of cases, which collects the cases and writes them in the form that
# tests/support/cases.h describes.
"""Collecting and writing cases."""

from . import oracle
from .der import El
from .faults import snake


class Cases:
    """The cases of one file, all of them messages of `kind` unless a case sets another."""

    def __init__(self, kind):
        self.kind = kind
        self.names = set()
        self.blocks = []

    def _add(self, name, lines, der):
        if name in self.names:
            raise ValueError(f'two cases are named {name}')
        self.names.add(name)
        lines = [f'name: {name}', f'kind: {self.kind}', *lines, f'hex: {der.hex()}']
        self.blocks.append('\n'.join(lines))

    def refuse(self, name, message, code, offset, what):
        der = message.der() if isinstance(message, El) else message
        self._add(name, [f'code: {code}', f'offset: {offset}', f'what: {what}'], der)

    def refuse_at(self, name, root, element, code, what=None):
        """Refuses because of this element, with the text that names the expected one."""
        element = root[element] if isinstance(element, str) else element
        self.refuse(name, root, code, root.start(element), what or element.what)

    def refuse_values(self, make, element, code, faults):
        """Refuses each of the named contents in `faults` of one element."""
        for fault, content in faults.items():
            root = make().put(element, content)
            self.refuse_at(f'{snake(element)}_{fault}', root, element, code)

    def accept(self, name, message, *expect, deviations='none', not_decoded=None):
        """Accepts with these values, and with those that asn1crypto reads.

        `not_decoded` says why asn1crypto cannot read this one: then `expect` is all,
        and it is an error if asn1crypto can."""
        der = message.der() if isinstance(message, El) else message
        try:
            read = list(oracle.READERS[self.kind](der))
        except (KeyError, TypeError, ValueError) as error:
            if not_decoded is None:
                raise ValueError(f'{name}: asn1crypto: {error}') from error
            read = []
        else:
            if not_decoded is not None:
                raise ValueError(f'{name}: asn1crypto can read this')
        contradicted = {key_of(line) for line in read} & {key_of(line) for line in expect}
        for key in contradicted:
            if not {line for line in read if key_of(line) == key} >= {
                    line for line in expect if key_of(line) == key}:
                raise ValueError(f'{name}: asn1crypto reads another {key}')
        lines = list(dict.fromkeys([*expect, *read]))
        if not lines:
            raise ValueError(f'{name}: nothing is expected')
        self._add(name, ['code: ok', f'deviations: {deviations}',
                         *(f'expect: {line}' for line in lines)], der)

    def accept_odd(self, name, message, right, *expect, deviations):
        """Accepts a message of which a part cannot be read, with these values. All others are those
        that asn1crypto reads in `right`, the same message with that part right or left out."""
        der = message.der() if isinstance(message, El) else message
        odd = {key_of(line) for line in expect} | {'tbs'}
        read = [line for line in oracle.READERS[self.kind](right.der()) if key_of(line) not in odd]
        self._add(name, ['code: ok', f'deviations: {deviations}',
                         *(f'expect: {line}' for line in [*expect, *read])], der)

    def text(self, title):
        head = ['# Written by tests/data/generate.py; see tests/support/cases.h for the form.',
                f'# {title}']
        return '\n'.join(head) + '\n\n' + '\n\n'.join(self.blocks) + '\n'


def key_of(line):
    return line.lstrip('!').split(' ')[0]
