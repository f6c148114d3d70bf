# SPDX-License-Identifier: MIT
#
# DER as a tree that computes the place of each element, and that can write an element with a
# fault.
"""Elements, their encoding, and the values of the simple types."""


def length_octets(n):
    if n < 0x80:
        return bytes([n])
    octets = n.to_bytes((n.bit_length() + 7) // 8, 'big')
    return bytes([0x80 | len(octets)]) + octets


class El:
    """One element: a tag, and parts that are octets or elements.

    `what` is the text of the error when the element cannot be read, `close` the text
    when octets follow its last part. An `optional` element may be left out; if it is
    the `last` one and has no tag of its own, whatever stands there is taken for it. One
    of `any_tag` may be of any type, and a `repeated` one is part of a SEQUENCE OF.
    `other` is the text when an element of another type, or nothing, stands in its place,
    if that is not `what`; `other_code` is the error then, if it is not a common one.
    `head` replaces the identifier and length octets, `tail` follows the content.
    """

    def __init__(self, name, tag, *parts, what=None, close=None, other=None, other_code=None,
                 optional=False, any_tag=False, repeated=False):
        self.name = name
        self.tag = tag
        self.parts = list(parts)
        self.what = what
        self.close = close or what
        self.other = other or what
        self.other_code = other_code
        self.optional = optional
        self.any_tag = any_tag
        self.repeated = repeated
        self.head = None
        self.tail = b''

    def content(self):
        return b''.join(p.der() if isinstance(p, El) else p for p in self.parts)

    def header(self, size):
        if self.head is not None:
            return self.head
        return bytes([self.tag]) + length_octets(size)

    def der(self):
        content = self.content()
        return self.header(len(content)) + content + self.tail

    def elements(self):
        """This element and all below it, in the order of the message."""
        yield self
        for part in self.parts:
            if isinstance(part, El):
                yield from part.elements()

    def __getitem__(self, name):
        found = [e for e in self.elements() if e.name == name]
        if len(found) != 1:
            raise KeyError(f'{len(found)} elements are named {name}')
        return found[0]

    def __contains__(self, name):
        return any(e.name == name for e in self.elements())

    def parent(self, target):
        for element in self.elements():
            if any(part is target for part in element.parts):
                return element
        raise KeyError(target.name)

    def start(self, target):
        """The octet of the message at which `target` starts."""
        at = self._start(target, 0)
        if at is None:
            raise KeyError(target.name)
        return at

    def _start(self, target, at):
        if self is target:
            return at
        at += len(self.header(len(self.content())))
        for part in self.parts:
            if isinstance(part, El):
                found = part._start(target, at)
                if found is not None:
                    return found
                at += len(part.der())
            else:
                at += len(part)
        return None

    def inside(self, target):
        """The octet at which the content of `target` starts."""
        return self.start(target) + len(target.header(len(target.content())))

    def end(self, target):
        """The octet after the content of `target`."""
        return self.inside(target) + len(target.content())

    def drop(self, name):
        """Leaves out an element."""
        element = self[name]
        self.parent(element).parts.remove(element)
        return self

    def drop_from(self, name):
        """Leaves out an element and all that follow in the same structure."""
        element = self[name]
        parent = self.parent(element)
        del parent.parts[parent.parts.index(element):]
        return self

    def put(self, name, *parts):
        """Replaces the content of an element."""
        self[name].parts = list(parts)
        return self

    def append(self, name, *parts):
        """Adds parts at the end of an element."""
        self[name].parts.extend(parts)
        return self

    def insert(self, name, *parts):
        """Puts parts in front of an element."""
        element = self[name]
        parent = self.parent(element)
        at = parent.parts.index(element)
        parent.parts[at:at] = parts
        return self


def raw(tag, *contents):
    """The octets of an element that has no name."""
    content = b''.join(contents)
    return bytes([tag]) + length_octets(len(content)) + content


def junk(tag=0x05, content=b''):
    """An element that is not allowed in its place."""
    return El('junk', tag, content)


def arcs(*numbers):
    """The content of an OBJECT IDENTIFIER."""
    out = b''
    for n in (numbers[0] * 40 + numbers[1],) + numbers[2:]:
        octets = [n & 0x7F]
        while n > 0x7F:
            n >>= 7
            octets.append(0x80 | (n & 0x7F))
        out += bytes(reversed(octets))
    return out


def oid(text):
    return arcs(*(int(arc) for arc in text.split('.')))


def integer(n):
    """The content of an INTEGER, as short as it can be."""
    size = 1
    while not -(1 << (8 * size - 1)) <= n < 1 << (8 * size - 1):
        size += 1
    return n.to_bytes(size, 'big', signed=True)


NULL = raw(0x05)
