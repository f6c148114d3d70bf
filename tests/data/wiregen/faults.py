# SPDX-License-Identifier: MIT
#
# The faults that every element can have, whatever it means: left out, of another type, with a
# wrong length, with octets after it. The expected error depends on the ASN.1 alone: which element
# is required in that place, and which ones are optional.
"""Cases that are the same for every element."""

import re

from .der import El, junk, length_octets


def snake(name):
    """requestList -> request_list"""
    return re.sub(r'(?<=[a-z0-9])(?=[A-Z])', '_', name).lower()


def other_tag(element):
    """A tag of another type with the same primitive/constructed bit."""
    if element.tag & 0xC0 == 0x80:
        return element.tag & 0xE0 | 0x19
    return 0x31 if element.tag == 0x30 else 0x0C


def blame(root, element):
    """The element whose error is expected with an element of another type in place of `element`:
    the first one from there on that may not be left out, or else the end."""
    parent = root.parent(element)
    for part in parent.parts[parent.parts.index(element):]:
        if part.optional in (False, 'last'):
            return part.other_code or 'tag', part.other
    return 'trailing', parent.close


def missing(root, name):
    element = root[name]
    parent = root.parent(element)
    at = parent.parts.index(element)
    follower = parent.parts[at + 1] if at + 1 < len(parent.parts) else None
    if element.optional or element.repeated or element.any_tag:
        return
    if follower is not None and (follower.any_tag or follower.tag == element.tag):
        return
    root.drop(name)
    place = root.start(follower) if follower is not None else root.end(parent)
    code = 'missing' if follower is None else 'tag'
    yield f'{snake(name)}_missing', root, element.other_code or code, place, element.other


def wrong_tag(root, name, tag, suffix):
    element = root[name]
    if element.any_tag:
        return
    code, what = blame(root, element) if root is not element else ('tag', element.other)
    element.tag = tag
    yield f'{snake(name)}_{suffix}', root, code, root.start(element), what


def padded_length(n):
    if n < 0x80:
        return bytes([0x81, n])
    octets = length_octets(n)[1:]
    return bytes([0x80 | len(octets) + 1, 0]) + octets


def wrong_length(root, name, head, suffix, code='length', tail=b''):
    element = root[name]
    element.head = bytes([element.tag]) + head
    element.tail = tail
    yield f'{snake(name)}_{suffix}', root, code, root.start(element), element.what


def room(root, element):
    """How many octets there are from the content of `element` to the end of what
    holds it."""
    if root is element:
        return len(element.content())
    parent = root.parent(element)
    return root.end(parent) - root.inside(element)


def too_long(root, name):
    """A length that is larger, by one, than what is left. Writing it may itself take
    more octets, which are counted in."""
    element = root[name]
    claimed = room(root, element) + 1
    yield from wrong_length(root, name, length_octets(claimed), 'too_long', 'truncated')


def trailing(root, name):
    element = root[name]
    if not any(isinstance(part, El) for part in element.parts):
        return
    if any(part.repeated for part in element.parts):
        return
    extra = junk()
    element.parts.append(extra)
    yield f'{snake(name)}_trailing', root, 'trailing', root.start(extra), element.close


def faults(make, names):
    """Each fault of each of the named elements of the message that make() makes, as the name of a
    case, the message, and the code, place and text of the error."""
    for name in names:
        element = make()[name]
        if make().name != name:
            yield from missing(make(), name)
        yield from wrong_tag(make(), name, other_tag(element), 'wrong_tag')
        yield from wrong_tag(make(), name, element.tag ^ 0x20, 'wrong_form')
        n = len(element.content())
        yield from wrong_length(make(), name, padded_length(n), 'length_padded')
        yield from wrong_length(make(), name, b'\x80', 'length_indefinite', tail=bytes(2))
        yield from too_long(make(), name)
        yield from trailing(make(), name)


def every_fault(out, make, names):
    """Refuses each fault of each of the named elements."""
    for name, root, code, place, what in faults(make, names):
        out.refuse(name, root, code, place, what)
