# SPDX-License-Identifier: MIT
#
# Extensions of requests and responses (RFC 6960 4.4, RFC 9654, RFC 5280 5.3): their
# lists in the four places where they occur, and each one that is decoded.
"""The cases of tests/data/wire/extension.txt."""

from . import messages as m
from . import values
from .cases import Cases
from .der import El, NULL, junk, oid, raw
from .faults import every_fault, snake
from .request import GENERAL_NAMES

MAX_EXTENSIONS = 64  # OC_MAX_EXTENSIONS


def in_request(*items):
    return m.request_with_extension(*items)


def in_single_request(*items):
    return m.request(m.request_list(m.single_request('', *items)))


def in_response(*items):
    return m.response(m.basic(m.response_data(
        after=[m.extensions('responseExtensions', 0xA1, *items)])))


def in_single_response(*items):
    single = m.single_response(None, m.extensions('singleExtensions', 0xA1, *items))
    return m.response(m.basic(m.response_data(single)))


# The place of a list of extensions: its message, its name, and the prefix of its values.
PLACES = {
    'request': ('request', in_request, 'requestExtensions', ''),
    'single_request': ('request', in_single_request, 'singleRequestExtensions', 'request.0.'),
    'response': ('response', in_response, 'responseExtensions', ''),
    'single_response': ('response', in_single_response, 'singleExtensions', 'response.0.'),
}


def numbered(n):
    return [m.unknown_extension(f'number{i}', f'1.2.{i}', b'') for i in range(n)]


def lists(out, place):
    out.kind, make, label, prefix = PLACES[place]

    def one():
        return make(m.unknown_extension(critical=b'\xff'))

    key = f'{prefix}extension.0.'
    out.accept(f'unknown_in_{place}', one(), f'{prefix}n_extensions 1', f'{key}name other',
               f'{key}oid {m.UNKNOWN}', f'{key}critical yes', f'{key}value 0500')
    out.accept(f'two_in_{place}', make(m.nonce(), m.unknown_extension()),
               f'{prefix}n_extensions 2', f'{key}name nonce', f'{prefix}extension.1.name other')
    root = make(*numbered(MAX_EXTENSIONS + 1))
    out.refuse_at(f'65_in_{place}', root, f'number{MAX_EXTENSIONS}', 'limit',
                  'more extensions in a list than the limit (OC_MAX_EXTENSIONS)')
    root = make(m.unknown_extension('first'), m.nonce(), m.unknown_extension('second', value=b''))
    out.refuse_at(f'duplicate_in_{place}', root, 'second', 'duplicate',
                  'the same extension twice (RFC 5280 4.2)')
    root = one().put(label + 'List')
    out.refuse_at(f'empty_in_{place}', root, label + 'List', 'empty',
                  'Extensions is empty (RFC 5280 4.1)')
    root = one().put(label)
    out.refuse(f'{snake(label)}_tag_empty', root, 'missing', root.inside(root[label]),
               one()[label + 'List'].what)
    root = one().append(label, El('again', 0x30, m.unknown_extension('more').der()))
    out.refuse_at(f'{snake(label)}_twice', root, 'again', 'trailing', root[label].close)
    every_fault(out, one, [label, label + 'List'])


def items(out):
    """The Extension itself, in a request: it is the same everywhere."""
    out.kind = 'request'

    def one():
        return in_request(m.unknown_extension(critical=b'\xff'))

    def plain():
        return in_request(m.unknown_extension())

    out.accept('64_extensions', in_request(*numbered(MAX_EXTENSIONS)),
               f'n_extensions {MAX_EXTENSIONS}')
    out.refuse_values(one, 'unknownCritical', 'encoding', values.BOOLEAN)
    out.refuse_values(plain, 'unknownId', 'encoding', values.OID)
    out.accept('critical_false_written_out', one().put('unknownCritical', b'\x00'),
               'extension.0.critical no', deviations='false-encoded')
    out.accept('critical_false_left_out', plain(), 'extension.0.critical no')
    out.accept('unknown_value_empty', plain().put('unknownValue'), 'extension.0.value ')
    out.accept('unknown_value_is_no_der', plain().put('unknownValue', b'\xff\x00\xff'),
               'extension.0.value ff00ff')
    out.accept('oid_like_nonce_but_longer',
               plain().put('unknownId', oid('1.3.6.1.5.5.7.48.1.2.1')), 'extension.0.name other')
    out.accept('oid_like_nonce_but_shorter', plain().put('unknownId', oid('1.3.6.1.5.5.7.48.1')),
               'extension.0.name other')
    root = plain().put('unknown')
    out.refuse('extension_empty', root, 'missing', root.inside(root['unknown']),
               m.unknown_extension()['unknownId'].what)
    root = plain()
    root.drop_from('unknownValue')
    out.refuse('extension_ends_behind_its_id', root, 'missing', root.end(root['unknown']),
               m.unknown_extension()['unknownValue'].what)
    root = one()
    root.drop_from('unknownValue')
    out.refuse('extension_ends_behind_critical', root, 'missing', root.end(root['unknown']),
               m.unknown_extension()['unknownValue'].what)
    root = plain().append('unknown', El('late', 0x01, b'\xff'))
    out.refuse_at('critical_behind_value', root, 'late', 'trailing', root['unknown'].close)
    root = one().insert('unknownValue', El('again', 0x01, b'\xff'))
    out.refuse_at('critical_twice', root, 'again', 'tag', root['unknownValue'].what)
    root = in_request(m.nonce(), junk())
    out.refuse_at('second_extension_is_null', root, 'junk', 'tag', m.nonce().what)
    every_fault(out, one, ['unknown', 'unknownId', 'unknownCritical', 'unknownValue'])


def nonces(out):
    for place in ('request', 'response'):
        out.kind, make, _, _ = PLACES[place]
        for n in (0, 1, 32, 128, 129):
            octets = bytes(i & 0xFF for i in range(n))
            out.accept(f'nonce_of_{n}_octets_in_{place}', make(m.nonce(octets)),
                       'extension.0.name nonce', f'extension.0.nonce {octets.hex()}')
    out.kind = 'request'
    wrapped = raw(0x04, b'\x01\x02')
    for name, value in (('unwrapped', b'\x01\x02\x03\x04'), ('empty', b''),
                        ('like_a_cut_octet_string', b'\x04\x03\x01\x02'),
                        ('wrapped_with_more_behind', wrapped + b'\x00'),
                        ('wrapped_in_constructed', b'\x24\x04' + wrapped),
                        ('is_an_integer', raw(0x02, b'\x05'))):
        octets = value.hex()
        out.accept(f'nonce_{name}', in_request(m.extension('nonce', '1.3.6.1.5.5.7.48.1.2', value)),
                   'n_extensions 1', 'extension.0.name nonce', f'extension.0.nonce {octets}',
                   f'extension.0.value {octets}', deviations='nonce-unwrapped',
                   not_decoded='it wants an OCTET STRING')


def known(label, *value):
    """An extension that is decoded, by the name of RFC 6960."""
    oids = {'crl': '1.3.6.1.5.5.7.48.1.3', 'acceptable': '1.3.6.1.5.5.7.48.1.4',
            'cutoff': '1.3.6.1.5.5.7.48.1.6', 'locator': '1.3.6.1.5.5.7.48.1.7',
            'preferred': '1.3.6.1.5.5.7.48.1.8', 'revoke': '1.3.6.1.5.5.7.48.1.9',
            'scts': '1.3.6.1.4.1.11129.2.4.5', 'reason': '2.5.29.21', 'invalidity': '2.5.29.24',
            'issuers': '2.5.29.29'}
    return m.extension(label, oids[label], *value)


def crl_fields():
    what = {'crlUrl': 'crlUrl is not an IA5String (RFC 6960 4.4.2)',
            'crlNum': 'crlNum is not an INTEGER (RFC 6960 4.4.2)',
            'crlTime': 'crlTime is not a GeneralizedTime (RFC 6960 4.4.2)'}
    content = {'crlUrl': (0x16, b'http://c.example/'), 'crlNum': (0x02, b'\x07'),
               'crlTime': (0x18, m.THIS_UPDATE)}
    return {name: El(name + 'Field', 0xA0 + i, El(name, *content[name], what=text), what=text,
                     optional=True)
            for i, (name, text) in enumerate(what.items())}


def crl_reference(*fields):
    known_fields = crl_fields()
    value = El('CrlID', 0x30, *(known_fields[f] for f in fields),
               what='a CRL reference is not a SEQUENCE (RFC 6960 4.4.2)',
               close='trailing bytes after the fields of a CRL reference (RFC 6960 4.4.2)')
    return in_single_response(known('crl', value))


def crl_references(out):
    out.kind = 'response'
    names = ('crlUrl', 'crlNum', 'crlTime')
    out.accept('crl_reference_full', crl_reference(*names),
               'response.0.extension.0.crl_url http://c.example/',
               'response.0.extension.0.crl_number 07')
    for name in names:
        out.accept(f'crl_reference_with_{snake(name)}', crl_reference(name))
        root = crl_reference(name).put(name + 'Field')
        out.refuse(f'{snake(name)}_tag_empty', root, 'missing', root.inside(root[name + 'Field']),
                   crl_fields()[name].what)
    out.accept('crl_reference_with_nothing', crl_reference(),
               '!response.0.extension.0.crl_url', '!response.0.extension.0.crl_number')
    out.accept('crl_num_negative', crl_reference('crlNum').put('crlNum', b'\x80'),
               'response.0.extension.0.crl_number 80')
    out.accept('crl_url_empty', crl_reference('crlUrl').put('crlUrl'),
               'response.0.extension.0.crl_url ')
    out.accept('crl_time_with_fraction',
               crl_reference('crlTime').put('crlTime', b'20240403120000.5Z'),
               deviations='time-fraction')
    out.refuse_values(lambda: crl_reference('crlNum'), 'crlNum', 'encoding', values.INTEGER)
    out.refuse_values(lambda: crl_reference('crlTime'), 'crlTime', 'time', values.FEW_TIMES)
    for first, second in ((1, 0), (2, 1), (2, 0)):
        root = crl_reference(names[first], names[second])
        out.refuse_at(f'{snake(names[second])}_behind_{snake(names[first])}', root,
                      names[second] + 'Field', 'trailing', root['CrlID'].close)
    every_fault(out, lambda: crl_reference(*names),
                ['CrlID', *(n for name in names for n in (name + 'Field', name))])


def acceptable(*parts):
    what = 'AcceptableResponses is not a SEQUENCE OF OBJECT IDENTIFIER (RFC 6960 4.4.3)'
    oids = [El(f'type{i}', 0x06, oid(text), what=what, repeated=True)
            for i, text in enumerate(parts)]
    return in_request(known('acceptable', El('AcceptableResponses', 0x30, *oids, what=what)))


def acceptable_responses(out):
    out.kind = 'request'
    out.accept('acceptable_responses_basic', acceptable(m.BASIC),
               f'extension.0.acceptable_response.0 {m.BASIC}')
    out.accept('acceptable_responses_two', acceptable(m.BASIC, m.UNKNOWN),
               f'extension.0.acceptable_response.1 {m.UNKNOWN}')
    out.accept('acceptable_responses_none', acceptable(), '!extension.0.acceptable_response.0')
    root = acceptable(m.BASIC).append('AcceptableResponses', junk())
    out.refuse_at('acceptable_responses_then_null', root, 'junk', 'tag',
                  root['AcceptableResponses'].what)
    out.refuse_values(lambda: acceptable(m.BASIC), 'type0', 'encoding', values.OID)
    every_fault(out, lambda: acceptable(m.BASIC), ['AcceptableResponses', 'type0'])


def description(label, method, location):
    return El(label, 0x30,
              El(label + 'Method', 0x06, oid(method),
                 what='accessMethod is not an OBJECT IDENTIFIER (RFC 5280 4.2.2.1)'),
              El(label + 'Location', location[0], location[2:],
                 what='accessLocation is not a GeneralName (RFC 5280 4.2.2.1)'),
              what='AccessDescription is not a SEQUENCE (RFC 5280 4.2.2.1)',
              close='trailing bytes after accessLocation (RFC 5280 4.2.2.1)', repeated=True)


def access_syntax(*descriptions, **more):
    return El('AccessSyntax', 0x30, *descriptions, **more,
              what='AuthorityInfoAccessSyntax is not a SEQUENCE (RFC 5280 4.2.2.1)')


AD_OCSP = '1.3.6.1.5.5.7.48.1'
AD_CA_ISSUERS = '1.3.6.1.5.5.7.48.2'
URI = raw(0x86, b'http://o.example/')


def locator(*descriptions):
    parts = [access_syntax(*descriptions, optional='last')] if descriptions else []
    value = El('ServiceLocator', 0x30,
               El('locatorIssuer', 0x30, m.name('i')[2:],
                  what='issuer of a ServiceLocator is not a Name (RFC 6960 4.4.6)'),
               *parts, what='ServiceLocator is not a SEQUENCE (RFC 6960 4.4.6)',
               close='trailing bytes after the locator of a ServiceLocator (RFC 6960 4.4.6)')
    return in_single_request(known('locator', value))


def service_locators(out):
    out.kind = 'request'

    def full():
        return locator(description('access', AD_OCSP, URI))

    key = 'request.0.extension.0.'
    out.accept('service_locator_full', full(), f'{key}issuer {m.name("i").hex()}',
               f'{key}access.0.uri http://o.example/')
    mixed = [description(name, AD_CA_ISSUERS, general_name)
             for name, general_name in GENERAL_NAMES.items() if 'edi' not in name]
    out.accept('service_locator_with_each_general_name', locator(*mixed),
               f'{key}access.5.location {raw(0x87, bytes([192, 0, 2, 1])).hex()}')
    out.accept('service_locator_without_locator', locator(), '!' + key + 'access.0.method',
               not_decoded='it does not know that locator is OPTIONAL')
    root = full().put('AccessSyntax')
    out.refuse_at('service_locator_with_empty_locator', root, 'AccessSyntax', 'empty',
                  'AuthorityInfoAccessSyntax is empty (RFC 5280 4.2.2.1)')
    root = full().put('ServiceLocator')
    out.refuse('service_locator_empty', root, 'missing', root.inside(root['ServiceLocator']),
               full()['locatorIssuer'].what)
    access_faults(out, full, 'access')
    every_fault(out, full, ['ServiceLocator', 'locatorIssuer', 'AccessSyntax'])


def access_faults(out, make, label):
    """The faults of an AccessDescription."""
    for name, location in (('of_tag_9', raw(0xA9)), ('is_a_bare_ia5_string', raw(0x16, b'x')),
                           ('of_private_tag', raw(0xC6, b'x'))):
        root = make()
        root[label + 'Location'].tag = location[0]
        out.refuse_at(f'{label}_location_{name}', root, label + 'Location', 'tag')
    root = make()
    root.drop_from(label + 'Location')
    out.refuse(f'{label}_ends_before_its_location', root, 'missing', root.end(root[label]),
               'accessLocation is not a GeneralName (RFC 5280 4.2.2.1)')
    root = make().put(label)
    out.refuse(f'{label}_empty', root, 'missing', root.inside(root[label]),
               'accessMethod is not an OBJECT IDENTIFIER (RFC 5280 4.2.2.1)')
    root = make().append('AccessSyntax', junk())
    out.refuse_at(f'{label}_then_null', root, 'junk', 'tag', root[label].what)
    out.refuse_values(make, label + 'Method', 'encoding', values.OID)
    every_fault(out, make, [label, label + 'Method', label + 'Location'])


def preferred(key=None, parameters=None):
    sig = m.algorithm('sigIdentifier', m.ECDSA_SHA256, parameters=parameters,
                      what='sigIdentifier is not an AlgorithmIdentifier (RFC 6960 4.4.7.1)')
    return El('wanted', 0x30, sig, *([key] if key else []), repeated=True,
              what='PreferredSignatureAlgorithm is not a SEQUENCE (RFC 6960 4.4.7.1)',
              close='trailing bytes after pubKeyAlgIdentifier (RFC 6960 4.4.7.1)')


def preferring(*algorithms):
    return in_request(known('preferred', El(
        'wantedList', 0x30, *algorithms,
        what='PreferredSignatureAlgorithms is not a SEQUENCE (RFC 6960 4.4.7.1)')))


def preferred_signatures(out):
    out.kind = 'request'

    def with_key():
        return preferring(preferred(m.algorithm(
            'pubKeyAlgIdentifier', m.EC_KEY, parameters=raw(0x06, oid(m.P256)), optional='last',
            what='pubKeyAlgIdentifier is not an SMIMECapability (RFC 6960 4.4.7.1)'), NULL))

    key = 'extension.0.preferred.0.'
    out.accept('preferred_signature', preferring(preferred()), f'{key}signature {m.ECDSA_SHA256}',
               f'!{key}signature_parameters', f'!{key}key')
    out.accept('preferred_signature_with_key', with_key(), f'{key}key {m.EC_KEY}',
               f'{key}key_parameters {raw(0x06, oid(m.P256)).hex()}')
    rsa = raw(0x30, raw(0x30, raw(0x06, oid(m.SHA256_RSA)), NULL))
    out.accept('preferred_signatures_two', preferring(preferred()).append('wantedList', rsa),
               f'extension.0.preferred.1.signature {m.SHA256_RSA}')
    out.accept('preferred_signatures_none', preferring(), f'!{key}signature')
    root = preferring(preferred()).put('wanted')
    out.refuse('preferred_signature_empty', root, 'missing', root.inside(root['wanted']),
               'sigIdentifier is not an AlgorithmIdentifier (RFC 6960 4.4.7.1)')
    root = preferring(preferred()).append('wanted', junk())
    out.refuse_at('preferred_signature_then_null', root, 'junk', 'tag',
                  with_key()['pubKeyAlgIdentifier'].what)
    root = preferring(junk())
    out.refuse_at('preferred_signatures_hold_null', root, 'junk', 'tag', preferred().what)
    for name in ('sigIdentifierOid', 'pubKeyAlgIdentifierOid'):
        out.refuse_values(with_key, name, 'encoding', values.OID)
    every_fault(out, with_key, ['wantedList', 'wanted', 'sigIdentifier', 'sigIdentifierOid',
                                'pubKeyAlgIdentifier', 'pubKeyAlgIdentifierOid'])


# The extensions whose value is a simple type: their place, their value, and the error text for
# another type.
SIMPLE = {
    'cutoff': (in_single_response, 'ArchiveCutoff', 0x18, b'20170403120000Z', 'time',
               values.FEW_TIMES, 'ArchiveCutoff is not a GeneralizedTime (RFC 6960 4.4.4)'),
    'revoke': (in_response, 'ExtendedRevoke', 0x05, b'', 'encoding', values.NULL,
               'extended revoke is not NULL (RFC 6960 4.4.8)'),
    'scts': (in_single_response, 'SctList', 0x04, b'\x00\x02\x00\x00', None, {},
             'SignedCertificateTimestampList is not an OCTET STRING (RFC 6962 3.3)'),
    'reason': (in_single_response, 'ReasonCode', 0x0A, b'\x04', 'encoding', values.ENUMERATED,
               'reasonCode is not an ENUMERATED (RFC 5280 5.3.1)'),
    'invalidity': (in_single_response, 'InvalidityDate', 0x18, b'20240101000000Z', 'time',
                   values.FEW_TIMES, 'invalidityDate is not a GeneralizedTime (RFC 5280 5.3.2)'),
}


def simple_values(out):
    out.kind = 'response'
    for label, (place, name, tag, content, code, faults, what) in SIMPLE.items():
        def make(place=place, label=label, name=name, tag=tag, content=content, what=what):
            return place(known(label, El(name, tag, content, what=what)))

        out.accept(snake(name), make())
        out.refuse_values(make, name, code, faults)
        root = make().put(label + 'Value')
        out.refuse(f'{snake(name)}_value_empty', root, 'missing',
                   root.inside(root[label + 'Value']), what)
        every_fault(out, make, [name, label + 'Value'])
    place, name, tag, content, *_, what = SIMPLE['reason']
    for number in (0, 7, 10, 11, 127):
        root = place(known('reason', El(name, tag, bytes([number]), what=what)))
        out.accept(f'reason_code_{number}', root, f'response.0.extension.0.crl_reason {number}',
                   not_decoded='it knows the numbers with a name only' if number in (7, 11, 127)
                   else None)
    place, name, tag, content, *_, what = SIMPLE['cutoff']
    root = place(known('cutoff', El(name, tag, b'20170403120000.25Z', what=what)))
    out.accept('archive_cutoff_with_fraction', root, deviations='time-fraction')


def misplaced(out):
    """Known extensions in places that RFC 6960 does not provide for are read, too."""
    revoke = [SIMPLE['revoke'][i] for i in (1, 2, 3)]
    out.kind = 'response'
    out.accept('extended_revoke_in_single_response',
               in_single_response(known('revoke', El(*revoke))),
               'response.0.extension.0.name extendedRevoke')
    root = in_response(m.extension('revoke', '1.3.6.1.5.5.7.48.1.9', NULL, critical=b'\xff'))
    out.accept('extended_revoke_critical', root, 'extension.0.critical yes')
    out.accept('nonce_in_single_response', in_single_response(m.nonce()),
               f'response.0.extension.0.nonce {bytes(range(16)).hex()}')
    out.kind = 'request'
    out.accept('reason_code_in_request', in_request(known('reason', raw(0x0A, b'\x01'))),
               'extension.0.crl_reason 1')


def issued_by(*names):
    what = 'certificateIssuer is not GeneralNames (RFC 5280 5.3.3)'
    parts = [El(f'name{i}', name[0], name[2:], what=what, repeated=True)
             for i, name in enumerate(names)]
    return in_single_response(known('issuers', El('CertificateIssuer', 0x30, *parts, what=what)))


def certificate_issuers(out):
    out.kind = 'response'
    directory = GENERAL_NAMES['directory_name']
    out.accept('certificate_issuer', issued_by(directory),
               f'response.0.extension.0.certificate_issuer.0 {directory.hex()}')
    two = [GENERAL_NAMES['uri'], directory]
    out.accept('certificate_issuer_two_names', issued_by(*two),
               f'response.0.extension.0.certificate_issuer.1 {directory.hex()}')
    root = issued_by()
    out.refuse_at('certificate_issuer_none', root, 'CertificateIssuer', 'empty',
                  'certificateIssuer is empty (RFC 5280 5.3.3)')
    root = issued_by(directory, raw(0xA9))
    out.refuse_at('certificate_issuer_of_tag_9', root, 'name1', 'tag')
    root = issued_by(m.name())
    out.refuse_at('certificate_issuer_is_a_bare_name', root, 'name0', 'tag')
    every_fault(out, lambda: issued_by(directory), ['CertificateIssuer', 'name0'])


def cases():
    out = Cases('request')
    for place in PLACES:
        lists(out, place)
    items(out)
    nonces(out)
    crl_references(out)
    acceptable_responses(out)
    service_locators(out)
    preferred_signatures(out)
    simple_values(out)
    misplaced(out)
    certificate_issuers(out)
    return out.text('Extensions of requests and responses (RFC 6960 4.4).')
