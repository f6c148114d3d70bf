# SPDX-License-Identifier: MIT
#
# Requests (RFC 6960 4.1.1).
"""The cases of tests/data/wire/request.txt."""

from . import messages as m
from . import values
from .cases import Cases
from .der import El, NULL, integer, junk, oid, raw
from .faults import every_fault, snake

SHA1_KEY = bytes(range(0x60, 0x74))

MINIMAL = ['OCSPRequest', 'tbsRequest', 'requestList', 'Request', 'certID', 'hashAlgorithm',
           'hashAlgorithmOid', 'hashAlgorithmParameters', 'issuerNameHash', 'issuerKeyHash',
           'serialNumber']
SIGNED = ['requestorName', 'generalName', 'optionalSignature', 'SignatureSequence',
          'signatureAlgorithm', 'signatureAlgorithmOid', 'signature', 'certs', 'certsList',
          'cert']


def small_cert():
    return m.cert().der()


def signed():
    return m.signed_request(m.certs(m.closed_cert('cert', small_cert())))


def versioned(number=b'\x00'):
    return m.request(m.version('RFC 6960 4.1.1', number), m.request_list())


def outermost(out):
    """The faults of the outermost element."""
    what = m.request().what
    der = m.request().der()
    out.refuse('nothing', b'', 'missing', 0, what)
    out.refuse('one_octet', der[:1], 'truncated', 0, what)
    out.refuse('length_cut', b'\x30\x82\x01', 'truncated', 0, what)
    out.refuse('length_of_five_octets', b'\x30\x85\x00\x00\x00\x00' + der[1:], 'length', 0, what)
    out.refuse('length_reserved', b'\x30\xff' + der[2:], 'length', 0, what)
    out.refuse('length_of_4_gib', b'\x30\x84\xff\xff\xff\xff' + der[2:], 'truncated', 0, what)
    out.refuse('end_of_contents', b'\x00\x00', 'tag', 0, what)
    out.refuse('high_tag_16', b'\x3f\x10' + der[1:], 'tag', 0, what)
    out.refuse('high_tag_cut', b'\x3f\x81', 'truncated', 0, what)
    out.refuse('behind_the_message', der + NULL, 'trailing', len(der),
               'trailing bytes after the OCSPRequest (RFC 6960 4.1.1)')
    out.refuse('newline_behind_the_message', der + b'\n', 'trailing', len(der),
               'trailing bytes after the OCSPRequest (RFC 6960 4.1.1)')
    out.refuse('twice', der + der, 'trailing', len(der),
               'trailing bytes after the OCSPRequest (RFC 6960 4.1.1)')


def unnamed_hash():
    """SHA3-256, for which the library has no name."""
    return m.request().put('hashAlgorithmOid', oid('2.16.840.1.101.3.4.2.8'))


def hash_algorithms(out):
    for digest in m.HASHES:
        single = m.single_request(digest=digest)
        out.accept(f'hash_{digest}', m.request(m.request_list(single)), f'request.0.hash {digest}')
        single = m.single_request(digest=digest, parameters=None)
        out.accept(f'hash_{digest}_without_parameters', m.request(m.request_list(single)),
                   f'request.0.hash {digest}', '!request.0.hash_algorithm_parameters')
    out.accept('hash_without_a_name', unnamed_hash(),
               'request.0.hash other', 'request.0.hash_algorithm 2.16.840.1.101.3.4.2.8')
    out.accept('hash_like_sha1_but_longer',
               m.request().put('hashAlgorithmOid', oid('1.3.14.3.2.26.1')), 'request.0.hash other')
    out.accept('hash_like_sha1_but_shorter', m.request().put('hashAlgorithmOid', oid('1.3.14.3.2')),
               'request.0.hash other')
    out.accept('hash_parameters_are_a_sequence',
               unnamed_hash().drop('hashAlgorithmParameters').append('hashAlgorithm',
                                                                     raw(0x30, NULL)),
               'request.0.hash_algorithm_parameters 30020500')
    out.accept('issuer_key_hash_shorter', m.request().put('issuerKeyHash', SHA1_KEY[:19]),
               f'request.0.issuer_key_hash {SHA1_KEY[:19].hex()}')
    out.accept('issuer_key_hash_longer', m.request().put('issuerKeyHash', SHA1_KEY + b'\x00'),
               f'request.0.issuer_key_hash {SHA1_KEY.hex()}00')
    out.accept('issuer_hashes_empty', m.request().put('issuerKeyHash').put('issuerNameHash'),
               'request.0.issuer_key_hash ', 'request.0.issuer_name_hash ')


def wrong_hash_algorithms(out):
    out.refuse_values(m.request, 'hashAlgorithmOid', 'encoding', values.OID)
    what = m.request()['hashAlgorithm'].what
    root = m.request().put('hashAlgorithm')
    out.refuse('hash_algorithm_empty', root, 'missing', root.inside(root['hashAlgorithm']), what)
    for name, tag, code in (('of_tag_zero', b'\x00', 'tag'),
                            ('of_high_tag_30', b'\x1f\x1e', 'tag'),
                            ('of_padded_high_tag', b'\x1f\x80\x1f', 'tag'),
                            ('of_too_high_tag', b'\x1f\x88\x80\x80\x00', 'tag'),
                            ('cut_in_tag', b'\x1f\x81', 'truncated')):
        root = m.request()
        parameters = root['hashAlgorithmParameters']
        parameters.head = tag if code == 'truncated' else tag + b'\x00'
        out.refuse_at(f'hash_parameters_{name}', root, parameters, code)
    for name, tag in (('31', b'\x1f\x1f'), ('128', b'\xbf\x81\x00'),
                      ('16777215', b'\x9f\x87\xff\xff\x7f')):
        root = unnamed_hash()
        root['hashAlgorithmParameters'].head = tag + b'\x00'
        out.accept(f'hash_parameters_of_high_tag_{name}', root,
                   f'request.0.hash_algorithm_parameters {tag.hex()}00',
                   not_decoded='it knows no such type')


def serials(out):
    for name, octets, deviations in (
            ('zero', b'\x00', 'none'),
            ('127', b'\x7f', 'none'),
            ('128', b'\x00\x80', 'none'),
            ('of_20_octets', bytes([0x7f]) + bytes(19), 'none'),
            ('of_21_octets', bytes([0x01]) + bytes(20), 'serial-long'),
            ('of_160_bits', b'\x00' + b'\xff' * 20, 'none'),
            ('of_168_bits', b'\x00' + b'\xff' * 21, 'serial-long'),
            ('of_200_octets', b'\x11' * 200, 'serial-long'),
            ('minus_one', b'\xff', 'serial-negative'),
            ('minus_128', b'\x80', 'serial-negative'),
            ('negative_of_21_octets', b'\x80' + bytes(20), 'serial-negative,serial-long')):
        out.accept(f'serial_number_{name}', m.request().put('serialNumber', octets),
                   f'request.0.serial {octets.hex()}', deviations=deviations)
    out.refuse_values(m.request, 'serialNumber', 'encoding', values.INTEGER)


def versions(out):
    out.accept('version_v1_written_out', versioned(), 'n_requests 1', deviations='version-encoded')
    for name, octets in (('v2', b'\x01'), ('v3', b'\x02'), ('127', b'\x7f'), ('256', b'\x01\x00'),
                         ('of_31_bits', b'\x7f\xff\xff\xff')):
        out.refuse_at(f'version_{name}', versioned(octets), 'versionNumber', 'version')
    out.refuse_values(versioned, 'versionNumber', 'encoding', values.INTEGER)
    root = versioned()
    out.refuse('version_tag_empty', root.drop('versionNumber'), 'missing',
               root.inside(root['version']), root['version'].what)
    root = versioned()
    root.insert('requestList', El('again', 0xA0, raw(0x02, b'\x00')))
    out.refuse_at('version_twice', root, 'again', 'tag', root['requestList'].what)
    every_fault(out, versioned, ['version', 'versionNumber'])


GENERAL_NAMES = {
    'other_name': raw(0xA0, raw(0x06, oid('1.2.3')), raw(0xA0, raw(0x0C, b'x'))),
    'rfc822_name': raw(0x81, b'a@b.example'),
    'dns_name': raw(0x82, b'b.example'),
    'directory_name': raw(0xA4, m.name('r')),
    'edi_party_name': raw(0xA5, raw(0xA1, raw(0x0C, b'x'))),
    'uri': raw(0x86, b'http://b.example/'),
    'ip_address': raw(0x87, bytes([192, 0, 2, 1])),
    'registered_id': raw(0x88, oid('1.2.3')),
}


def requestor_names(out):
    def named(general_name=None):
        return m.request(m.requestor_name(general_name), m.request_list())

    for name, general_name in GENERAL_NAMES.items():
        out.accept(f'requestor_name_is_{name}', named(general_name),
                   f'requestor_name {general_name.hex()}',
                   not_decoded='its ediPartyName is broken' if 'edi' in name else None)
    x400 = raw(0xA3, raw(0x30))
    out.accept('requestor_name_is_x400_address', named(x400), f'requestor_name {x400.hex()}')
    for name, general_name in (('of_tag_9', raw(0xA9)), ('is_a_bare_name', m.name()),
                               ('of_application_tag', raw(0x66)), ('of_private_tag', raw(0xE6)),
                               ('of_high_tag', None)):
        root = named(general_name)
        if general_name is None:
            root['generalName'].head = b'\xbf\x86\x04' + bytes([len(root['generalName'].content())])
        out.refuse_at(f'requestor_name_{name}', root, 'generalName', 'tag')
    root = named().drop('generalName')
    out.refuse('requestor_name_tag_empty', root, 'missing', root.inside(root['requestorName']),
               root['requestorName'].what)
    root = m.request(m.request_list())
    root.append('tbsRequest', El('late', 0xA1, raw(0x82, b'r')))
    out.refuse_at('requestor_name_behind_request_list', root, 'late', 'trailing',
                  root['tbsRequest'].close)


def lists(out):
    second = dict(label='second.', digest='sha256', serial=b'\x04', parameters=None)
    out.accept('two_requests', m.request(m.request_list(m.single_request(),
                                                        m.single_request(**second))),
               'n_requests 2', 'request.0.serial 02', 'request.1.serial 04')
    same = [m.single_request(label=f'{i}.') for i in range(3)]
    out.accept('three_equal_requests', m.request(m.request_list(*same)), 'n_requests 3')
    out.accept('no_requests', m.request().put('requestList'), 'n_requests 0')
    root = m.request(m.request_list(m.single_request(), junk()))
    out.refuse_at('second_request_is_null', root, 'junk', 'tag', root['Request'].what)
    root = m.request(m.request_list(m.single_request(), m.single_request(**second)))
    root.drop('second.serialNumber')
    out.refuse('second_request_without_serial_number', root, 'missing',
               root.end(root['second.certID']), root['serialNumber'].what)
    root = m.request().put('tbsRequest')
    out.refuse('tbs_request_empty', root, 'missing', root.inside(root['tbsRequest']),
               m.request_list().what)
    root = m.request().put('Request')
    out.refuse('request_empty', root, 'missing', root.inside(root['Request']), m.cert_id().what)
    root = m.request().put('certID')
    out.refuse('cert_id_empty', root, 'missing', root.inside(root['certID']),
               m.request()['hashAlgorithm'].what)
    root = m.request().put('requestList', m.cert_id())
    out.refuse_at('cert_id_without_its_request', root, 'hashAlgorithmOid', 'tag')


def rest_missing(out):
    """A structure that ends where a field must begin."""
    for name in ('issuerNameHash', 'issuerKeyHash', 'serialNumber'):
        root = m.request()
        what = root[name].what
        root.drop_from(name)
        out.refuse(f'cert_id_ends_before_{snake(name)}', root, 'missing',
                   root.end(root['certID']), what)
    root = m.signed_request()
    what = root['signature'].what
    root.drop_from('signature')
    out.refuse('signature_ends_before_its_bits', root, 'missing',
               root.end(root['SignatureSequence']), what)
    root = m.signed_request().put('SignatureSequence')
    out.refuse('signature_sequence_empty', root, 'missing', root.inside(root['SignatureSequence']),
               m.signature()['signatureAlgorithm'].what)
    root = m.signed_request().put('optionalSignature')
    out.refuse('optional_signature_tag_empty', root, 'missing',
               root.inside(root['optionalSignature']), root['optionalSignature'].what)
    root = m.request()
    out.refuse('ocsp_request_empty', root.put('OCSPRequest'), 'missing', 2,
               m.request()['tbsRequest'].what)


def signatures(out):
    out.accept('signed', m.signed_request(), 'signed yes', 'n_certs 0', 'has_certs no')
    out.accept('signed_without_requestor_name', m.request(signed=[m.signature()]), 'signed yes',
               '!requestor_name')
    out.accept('signed_with_certs', signed(), 'n_certs 1', f'cert.0 {small_cert().hex()}')
    two = m.certs(m.closed_cert('first', small_cert()), m.closed_cert('second', m.cert_with(
        m.extension('nocheck', '1.3.6.1.5.5.7.48.1.5', NULL)).der()))
    out.accept('signed_with_two_certs', m.signed_request(two), 'n_certs 2')
    out.accept('certs_empty', m.signed_request(m.certs()), 'n_certs 0', 'has_certs yes')
    out.accept('signature_of_no_bits', m.signed_request().put('signature', b'\x00'), 'signature ')
    out.accept('signature_algorithm_without_parameters',
               m.signed_request().put('signatureAlgorithmOid', oid(m.ECDSA_SHA256))
               .drop('signatureAlgorithmParameters'), '!signature_algorithm_parameters')
    out.accept('cert_is_an_empty_sequence',
               m.signed_request(m.certs(m.closed_cert('cert', b'\x30\x00'))),
               'n_certs 1', 'cert.0 3000', not_decoded='it opens the certificates')
    out.refuse_values(m.signed_request, 'signature', 'encoding', values.BIT_STRING_OF_OCTETS)
    out.refuse_values(m.signed_request, 'signatureAlgorithmOid', 'encoding', values.OID)
    root = m.signed_request(m.certs(m.closed_cert('first', small_cert()), junk(0x02, b'\x01')))
    out.refuse_at('second_cert_is_an_integer', root, 'junk', 'tag', root['first'].what)
    root = m.signed_request(m.certs()).put('certs')
    out.refuse('certs_tag_empty', root, 'missing', root.inside(root['certs']), root['certs'].what)
    root = m.signed_request()
    root.append('OCSPRequest', El('again', 0xA0, raw(0x30)))
    out.refuse_at('optional_signature_twice', root, 'again', 'trailing', root.close)
    root = m.signed_request().append('OCSPRequest', El('odd', 0xA1, raw(0x30)))
    out.refuse_at('optional_signature_then_tag_1', root, 'odd', 'trailing', root.close)
    root = m.request().append('OCSPRequest', El('high', 0xBF, b''))
    root['high'].head = b'\xbf\x20\x00'
    out.refuse_at('high_tag_for_optional_signature', root, 'high', 'trailing', root.close)
    root = m.request().append('tbsRequest', El('high', 0xBF, b''))
    root['high'].head = b'\xbf\x20\x00'
    out.refuse_at('high_tag_for_request_extensions', root, 'high', 'trailing',
                  root['tbsRequest'].close)
    every_fault(out, signed, SIGNED)


def sizes(out):
    """Lengths of one, two and three octets, each in its shortest form."""
    for n in (3, 6):
        items = [m.single_request(label=f'{i}.', serial=integer(i + 1)) for i in range(n)]
        root = m.request(m.request_list(*items))
        out.accept(f'{n}_requests_in_{len(root.der())}_octets', root, f'n_requests {n}')


def cases():
    out = Cases('request')
    out.accept('minimal', m.request(), 'n_requests 1', 'signed no', 'n_extensions 0',
               'request.0.serial 02', '!requestor_name')
    outermost(out)
    hash_algorithms(out)
    wrong_hash_algorithms(out)
    serials(out)
    versions(out)
    requestor_names(out)
    lists(out)
    rest_missing(out)
    signatures(out)
    sizes(out)
    every_fault(out, m.request, MINIMAL)
    return out.text('Requests (RFC 6960 4.1.1).')
