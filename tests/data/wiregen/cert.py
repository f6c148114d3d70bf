# SPDX-License-Identifier: MIT
#
# Certificates (RFC 5280 4.1), and those of their extensions that OCSP needs.
"""The cases of tests/data/wire/cert.txt."""

from datetime import datetime, timezone

from . import messages as m
from . import values
from .cases import Cases
from .der import El, NULL, junk, oid, raw
from .extension import (AD_CA_ISSUERS, AD_OCSP, MAX_EXTENSIONS, URI, access_faults, access_syntax,
                        description, numbered)
from .faults import every_fault, snake
from .request import GENERAL_NAMES

FIELDS = ['Certificate', 'tbsCertificate', 'serialNumber', 'tbsSignature', 'tbsSignatureOid',
          'issuer', 'validity', 'notBefore', 'notAfter', 'subject', 'subjectPublicKeyInfo',
          'algorithm', 'algorithmOid', 'subjectPublicKey', 'signatureAlgorithm',
          'signatureAlgorithmOid', 'signatureValue']


def v3():
    return m.cert_with(m.unknown_extension())


def outermost(out):
    what = m.cert().what
    der = m.cert().der()
    out.refuse('nothing', b'', 'missing', 0, what)
    out.refuse('one_octet', der[:1], 'truncated', 0, what)
    out.refuse('length_of_five_octets', b'\x30\x85\x00\x00\x00\x00' + der[1:], 'length', 0, what)
    out.refuse('behind_the_certificate', der + NULL, 'trailing', len(der),
               'trailing bytes after the Certificate (RFC 5280 4.1)')
    out.refuse('twice', der + der, 'trailing', len(der),
               'trailing bytes after the Certificate (RFC 5280 4.1)')
    out.refuse('pem', b'-----BEGIN CERTIFICATE-----\n', 'tag', 0, what)


def rest_missing(out):
    """A structure that ends where a field must begin."""
    for structure, name in (('Certificate', 'signatureValue'), ('tbsCertificate', 'subject'),
                            ('tbsCertificate', 'issuer'), ('tbsCertificate', 'tbsSignature'),
                            ('validity', 'notAfter'),
                            ('subjectPublicKeyInfo', 'subjectPublicKey')):
        root = m.cert()
        what = root[name].what
        root.drop_from(name)
        out.refuse(f'{snake(structure)}_ends_before_{snake(name)}', root, 'missing',
                   root.end(root[structure]), what)
    for structure, first in (('Certificate', 'tbsCertificate'), ('tbsCertificate', 'serialNumber'),
                             ('validity', 'notBefore'), ('subjectPublicKeyInfo', 'algorithm')):
        root = m.cert()
        what = root[first].what
        root.put(structure)
        out.refuse(f'{snake(structure)}_empty', root, 'missing', root.inside(root[structure]), what)


def unique_id(n):
    return El(f'uniqueId{n}', 0x80 | n, b'\x00\xaa', optional=True,
              what='a UniqueIdentifier is not a BIT STRING (RFC 5280 4.1)')


def versions(out):
    out.accept('v1', m.cert(), 'version 1')
    out.accept('v1_written_out', m.cert(numbered=m.cert_version(b'\x00')), 'version 1',
               deviations='version-encoded')
    out.accept('v2', m.cert(numbered=m.cert_version(b'\x01')), 'version 2')
    for number in (1, 2):
        version = m.cert_version(bytes([number]))
        out.accept(f'v{number + 1}_with_unique_ids',
                   m.cert(unique_id(1), unique_id(2), numbered=version), f'version {number + 1}')
        out.accept(f'v{number + 1}_with_subject_unique_id', m.cert(unique_id(2), numbered=version),
                   f'version {number + 1}')
    out.accept('v3_without_extensions', m.cert(numbered=m.cert_version()), 'version 3')
    out.accept('v3', v3(), 'version 3')
    for name, octets in (('v4', b'\x03'), ('127', b'\x7f'), ('256', b'\x01\x00')):
        root = m.cert(numbered=m.cert_version(octets))
        out.refuse_at(f'version_{name}', root, 'versionNumber', 'version')
    out.refuse_values(v3, 'versionNumber', 'encoding', values.INTEGER)
    root = v3().drop('versionNumber')
    out.refuse('version_tag_empty', root, 'missing', root.inside(root['version']),
               root['version'].what)
    root = m.cert().insert('issuer', El('late', 0xA0, raw(0x02, b'\x02')))
    out.refuse_at('version_behind_signature', root, 'late', 'tag', root['issuer'].what)
    root = m.cert(unique_id(2), unique_id(1))
    out.refuse_at('unique_ids_swapped', root, 'uniqueId1', 'trailing', root['tbsCertificate'].close)
    for number in (1, 2):
        out.refuse_values(lambda number=number: m.cert(unique_id(number)), f'uniqueId{number}',
                          'encoding', values.BIT_STRING)
    every_fault(out, lambda: m.cert(unique_id(1), unique_id(2)), ['uniqueId1', 'uniqueId2'])
    every_fault(out, v3, ['version', 'versionNumber'])


def names_and_serials(out):
    for name, octets, deviations in (('zero', b'\x00', 'none'),
                                     ('of_20_octets', b'\x7f' * 20, 'none'),
                                     ('of_21_octets', b'\x7f' * 21, 'serial-long'),
                                     ('negative', b'\xf0', 'serial-negative')):
        out.accept(f'serial_number_{name}', m.cert().put('serialNumber', octets),
                   f'serial {octets.hex()}', deviations=deviations)
    out.refuse_values(m.cert, 'serialNumber', 'encoding', values.INTEGER)
    out.accept('issuer_and_subject_empty', m.cert().put('issuer').put('subject'), 'issuer 3000',
               'subject 3000')
    out.accept('names_are_no_names', m.cert().put('issuer', NULL).put('subject', b'\xff\xff'),
               'issuer 30020500', 'subject 3002ffff', not_decoded='it opens the names')
    for field in ('tbsSignatureOid', 'signatureAlgorithmOid', 'algorithmOid'):
        out.refuse_values(m.cert, field, 'encoding', values.OID)
    out.accept('signature_algorithms_differ',
               m.cert().put('tbsSignatureOid', oid('1.2.840.113549.1.1.12')),
               'tbs_algorithm 1.2.840.113549.1.1.12', f'signature_algorithm {m.SHA256_RSA}')
    for field in ('subjectPublicKey', 'signatureValue'):
        out.refuse_values(m.cert, field, 'encoding', values.BIT_STRING_OF_OCTETS)


def seconds_of(text):
    moment = datetime.strptime(text, '%Y-%m-%d %H:%M:%S').replace(tzinfo=timezone.utc)
    return int(moment.timestamp())


def dated(value, tag=0x18):
    root = m.cert().put('notAfter', value)
    root['notAfter'].tag = tag
    return root


def times(out):
    for name, value, text in (('1950', b'500101000000Z', '1950-01-01 00:00:00'),
                              ('1999', b'991231235959Z', '1999-12-31 23:59:59'),
                              ('2000', b'000229120000Z', '2000-02-29 12:00:00'),
                              ('2049', b'491231235959Z', '2049-12-31 23:59:59')):
        out.accept(f'not_after_utc_time_of_{name}', dated(value, 0x17),
                   f'not_after {seconds_of(text)}')
    for name, value, text in (('2050', b'20500101000000Z', '2050-01-01 00:00:00'),
                              ('2020', b'20200101000000Z', '2020-01-01 00:00:00'),
                              ('9999', b'99991231235959Z', '9999-12-31 23:59:59')):
        out.accept(f'not_after_generalized_time_of_{name}', dated(value),
                   f'not_after {seconds_of(text)}')
    out.accept('not_after_with_fraction', dated(b'20500101000000.9Z'),
               f'not_after {seconds_of("2050-01-01 00:00:00")}', deviations='time-fraction')
    out.accept('not_after_before_not_before', dated(b'19700101000000Z'), 'not_after 0')
    out.refuse_values(m.cert, 'notBefore', 'time', values.UTC_TIME)
    for fault, value in values.FEW_TIMES.items():
        out.refuse_at(f'not_after_generalized_{fault}', dated(value), 'notAfter', 'time')
    out.refuse_at('not_after_generalized_with_two_digit_year', dated(b'240403120000Z'), 'notAfter',
                  'time')


def lists(out):
    out.accept('64_extensions', m.cert_with(*numbered(MAX_EXTENSIONS)), 'version 3')
    root = m.cert_with(*numbered(MAX_EXTENSIONS + 1))
    out.refuse_at('65_extensions', root, f'number{MAX_EXTENSIONS}', 'limit',
                  'more extensions in a list than the limit (OC_MAX_EXTENSIONS)')
    root = m.cert_with(m.unknown_extension('first'), m.unknown_extension('second', value=b''))
    out.refuse_at('duplicate_extension', root, 'second', 'duplicate',
                  'the same extension twice (RFC 5280 4.2)')
    root = v3().put('extensionsList')
    out.refuse_at('extensions_empty', root, 'extensionsList', 'empty',
                  'Extensions is empty (RFC 5280 4.1)')
    root = v3().put('extensions')
    out.refuse('extensions_tag_empty', root, 'missing', root.inside(root['extensions']),
               v3()['extensionsList'].what)
    root = v3().append('extensionsList', junk())
    out.refuse_at('second_extension_is_null', root, 'junk', 'tag', root['unknown'].what)
    root = v3().append('tbsCertificate', junk())
    out.refuse_at('extensions_then_null', root, 'junk', 'trailing', root['tbsCertificate'].close)
    out.accept('unknown_critical', m.cert_with(m.unknown_extension(critical=b'\xff')),
               'unread_critical yes')
    out.accept('unknown_not_critical', v3(), 'unread_critical no')
    out.accept('critical_false_written_out', m.cert_with(m.unknown_extension(critical=b'\x00')),
               'unread_critical no', deviations='false-encoded')
    usage = m.extension('usage', '2.5.29.15', raw(0x03, b'\x07\x80'), critical=b'\xff')
    out.accept('known_critical', m.cert_with(usage), 'unread_critical no', 'key_usage 001')
    out.accept('known_critical_and_unknown_critical',
               m.cert_with(usage, m.unknown_extension(critical=b'\xff')), 'unread_critical yes')

    def critical():
        return m.cert_with(m.unknown_extension(critical=b'\xff'))

    out.refuse_values(critical, 'unknownCritical', 'encoding', values.BOOLEAN)
    out.refuse_values(v3, 'unknownId', 'encoding', values.OID)
    every_fault(out, critical, ['extensions', 'extensionsList', 'unknown', 'unknownId',
                                'unknownCritical', 'unknownValue'])


OIDS = {'aki': '2.5.29.35', 'ski': '2.5.29.14', 'usage': '2.5.29.15', 'constraints': '2.5.29.19',
        'purposes': '2.5.29.37', 'aia': '1.3.6.1.5.5.7.1.1', 'nocheck': '1.3.6.1.5.5.7.48.1.5',
        'features': '1.3.6.1.5.5.7.1.24'}
OCSP_SIGNING = '1.3.6.1.5.5.7.3.9'


def known(label, *value, **more):
    return m.cert_with(m.extension(label, OIDS[label], *value, **more))


def value_faults(out, make, label, names, what):
    """A value that is missing, and the common faults of the elements in it."""
    root = make().put(label + 'Value')
    out.refuse(f'{label}_value_empty', root, 'missing', root.inside(root[label + 'Value']), what)
    every_fault(out, make, names + [label + 'Value'])


AKI = 'AuthorityKeyIdentifier is not a SEQUENCE (RFC 5280 4.2.1.1)'


def authority_key_ids(out):
    def aki(*parts):
        return known('aki', El('AuthorityKeyIdentifier', 0x30, *parts, what=AKI))

    def key_id():
        return El('keyIdentifier', 0x80, bytes(range(20)), optional=True,
                  what='keyIdentifier is not an OCTET STRING (RFC 5280 4.2.1.1)')

    rest = [raw(0xA1, GENERAL_NAMES['directory_name']), raw(0x82, b'\x05')]
    out.accept('aki', aki(key_id()), f'authority_key_id {bytes(range(20)).hex()}')
    out.accept('aki_with_issuer_and_serial', aki(key_id(), *rest),
               f'authority_key_id {bytes(range(20)).hex()}')
    out.accept('aki_without_key_identifier', aki(*rest), '!authority_key_id')
    out.accept('aki_empty', aki(), '!authority_key_id')
    out.accept('aki_key_identifier_short', aki(key_id()).put('keyIdentifier', b'\x01'),
               'authority_key_id 01')
    value_faults(out, lambda: aki(*rest), 'aki', ['AuthorityKeyIdentifier'], AKI)
    root = aki(key_id())
    root['keyIdentifier'].head = b'\x80\x81\x14'
    out.refuse_at('key_identifier_length_padded', root, 'keyIdentifier', 'length')
    root = aki(key_id())
    root['keyIdentifier'].head = b'\x80\x15'
    out.refuse_at('key_identifier_too_long', root, 'keyIdentifier', 'truncated')


def subject_key_ids(out):
    what = 'SubjectKeyIdentifier is not an OCTET STRING (RFC 5280 4.2.1.2)'

    def ski():
        return known('ski', El('SubjectKeyIdentifier', 0x04, bytes(range(20)), what=what))

    out.accept('ski', ski(), f'subject_key_id {bytes(range(20)).hex()}')
    value_faults(out, ski, 'ski', ['SubjectKeyIdentifier'], what)


def key_usages(out):
    what = 'KeyUsage is not a BIT STRING (RFC 5280 4.2.1.3)'

    def usage(bits=b'\x07\x80'):
        return known('usage', El('KeyUsage', 0x03, bits, what=what))

    for name, bits, mask in (('digital_signature', b'\x07\x80', 0x001),
                             ('non_repudiation', b'\x06\x40', 0x002),
                             ('key_encipherment', b'\x05\x20', 0x004),
                             ('data_encipherment', b'\x04\x10', 0x008),
                             ('key_agreement', b'\x03\x08', 0x010),
                             ('key_cert_sign', b'\x02\x04', 0x020),
                             ('crl_sign', b'\x01\x02', 0x040),
                             ('encipher_only', b'\x00\x01', 0x080),
                             ('decipher_only', b'\x07\x00\x80', 0x100),
                             ('all', b'\x07\xff\x80', 0x1ff),
                             ('cert_and_crl_sign', b'\x01\x06', 0x060)):
        out.accept(f'key_usage_{name}', usage(bits), f'key_usage {mask:03x}')
    out.accept('without_key_usage', m.cert(), '!key_usage')
    out.refuse_values(usage, 'KeyUsage', 'encoding', values.BIT_STRING)
    value_faults(out, usage, 'usage', ['KeyUsage'], what)


def basic_constraints(out):
    what = 'BasicConstraints is not a SEQUENCE (RFC 5280 4.2.1.9)'
    ca_what = 'cA is not a BOOLEAN (RFC 5280 4.2.1.9)'
    path_what = 'pathLenConstraint is not an INTEGER (RFC 5280 4.2.1.9)'

    def constraints(ca=b'\xff', path_len=None):
        parts = []
        if ca is not None:
            parts.append(El('cA', 0x01, ca, what=ca_what, optional=True))
        if path_len is not None:
            parts.append(El('pathLen', 0x02, path_len, what=path_what, optional='last'))
        return known('constraints', El(
            'BasicConstraints', 0x30, *parts, what=what,
            close='trailing bytes after pathLenConstraint (RFC 5280 4.2.1.9)'))

    def full():
        return constraints(b'\xff', b'\x01')

    out.accept('ca', constraints(), 'ca yes')
    out.accept('ca_with_path_len', full(), 'ca yes')
    out.accept('ca_false_left_out', constraints(None), 'ca no')
    out.accept('ca_false_written_out', constraints(b'\x00'), 'ca no', deviations='false-encoded')
    out.accept('path_len_without_ca', constraints(None, b'\x00'), 'ca no')
    out.accept('without_basic_constraints', m.cert(), 'ca no')
    out.refuse_values(constraints, 'cA', 'encoding', values.BOOLEAN)
    out.refuse_values(full, 'pathLen', 'encoding', values.INTEGER)
    root = full().insert('cA', El('early', 0x02, b'\x01'))
    out.refuse_at('path_len_before_ca', root, 'cA', 'trailing', root['BasicConstraints'].close)
    every_fault(out, full, ['cA', 'pathLen'])
    value_faults(out, full, 'constraints', ['BasicConstraints'], what)


def ext_key_usages(out):
    what = 'ExtKeyUsageSyntax is not a SEQUENCE OF OBJECT IDENTIFIER (RFC 5280 4.2.1.12)'
    ocsp, server = OCSP_SIGNING, '1.3.6.1.5.5.7.3.1'

    def purposes(*oids):
        return known('purposes', El('ExtKeyUsage', 0x30, *(
            El(f'purpose{i}', 0x06, oid(text), what=what, repeated=True)
            for i, text in enumerate(oids)), what=what))

    out.accept('eku_ocsp_signing', purposes(ocsp), 'ocsp_signing yes', f'ext_key_usage.0 {ocsp}')
    out.accept('eku_server_auth', purposes(server), 'ocsp_signing no')
    out.accept('eku_ocsp_signing_last', purposes(server, '2.5.29.37.0', ocsp), 'ocsp_signing yes',
               'n_ext_key_usages 3')
    out.accept('eku_any', purposes('2.5.29.37.0'), 'ocsp_signing no')
    out.accept('eku_like_ocsp_signing_but_longer', purposes(ocsp + '.1'), 'ocsp_signing no')
    out.accept('eku_like_ocsp_signing_but_shorter', purposes(ocsp[:-2]), 'ocsp_signing no')
    out.accept('eku_twice_the_same', purposes(ocsp, ocsp), 'n_ext_key_usages 2')
    out.refuse_at('eku_of_no_purpose', purposes(), 'ExtKeyUsage', 'empty',
                  'ExtKeyUsageSyntax is empty (RFC 5280 4.2.1.12)')
    root = purposes(ocsp).append('ExtKeyUsage', junk())
    out.refuse_at('eku_then_null', root, 'junk', 'tag', what)
    out.refuse_values(lambda: purposes(ocsp), 'purpose0', 'encoding', values.OID)
    value_faults(out, lambda: purposes(ocsp), 'purposes', ['ExtKeyUsage', 'purpose0'], what)


def info_accesses(out):
    def aia(*descriptions):
        return known('aia', access_syntax(*descriptions))

    def one():
        return aia(description('access', AD_OCSP, URI))

    others = [description(name, AD_OCSP, location) for name, location in GENERAL_NAMES.items()
              if name != 'uri' and 'edi' not in name]
    issuer = raw(0x86, b'http://c.example/i.cer')
    second = raw(0x86, b'http://second.example/')
    out.accept('aia_ocsp', one(), 'ocsp_uri.0 http://o.example/', 'n_issuer_uris 0')
    out.accept('aia_ca_issuers', aia(description('a', AD_CA_ISSUERS, issuer)), 'n_ocsp_uris 0',
               'issuer_uri.0 http://c.example/i.cer')
    out.accept('aia_several', aia(description('a', AD_CA_ISSUERS, issuer),
                                  description('b', AD_OCSP, URI),
                                  description('c', AD_OCSP, second),
                                  description('d', AD_CA_ISSUERS, second)),
               'ocsp_uri.0 http://o.example/', 'ocsp_uri.1 http://second.example/',
               'issuer_uri.0 http://c.example/i.cer', 'issuer_uri.1 http://second.example/')
    out.accept('aia_other_general_names', aia(*others, description('last', AD_OCSP, URI)),
               'ocsp_uri.0 http://o.example/', 'n_ocsp_uris 1')
    out.accept('aia_unknown_method', aia(description('a', m.UNKNOWN, URI)), 'n_ocsp_uris 0',
               'n_issuer_uris 0', f'access.0.method {m.UNKNOWN}')
    out.accept('aia_method_like_ocsp_but_longer', aia(description('a', m.BASIC, URI)),
               'n_ocsp_uris 0')
    out.accept('aia_uri_empty', aia(description('a', AD_OCSP, raw(0x86))), 'n_ocsp_uris 1',
               'ocsp_uri.0 ')
    out.refuse_at('aia_empty', aia(), 'AccessSyntax', 'empty',
                  'AuthorityInfoAccessSyntax is empty (RFC 5280 4.2.2.1)')
    access_faults(out, one, 'access')
    value_faults(out, one, 'aia', ['AccessSyntax'], access_syntax().what)


def nochecks(out):
    what = 'id-pkix-ocsp-nocheck is not NULL (RFC 6960 4.2.2.2.1)'

    def nocheck():
        return known('nocheck', El('NoCheck', 0x05, what=what))

    out.accept('nocheck', nocheck(), 'ocsp_nocheck yes')
    out.accept('without_nocheck', m.cert(), 'ocsp_nocheck no')
    out.refuse_values(nocheck, 'NoCheck', 'encoding', values.NULL)
    value_faults(out, nocheck, 'nocheck', ['NoCheck'], what)


def tls_features(out):
    what = 'TLS features are not a SEQUENCE OF INTEGER (RFC 7633 4.1)'

    def features(*numbers):
        return known('features', El('Features', 0x30, *(
            El(f'feature{i}', 0x02, number, what=what, repeated=True)
            for i, number in enumerate(numbers)), what=what))

    for name, numbers, first, second in (
            ('status_request', [b'\x05'], 'yes', 'no'), ('v2', [b'\x11'], 'no', 'yes'),
            ('both', [b'\x05', b'\x11'], 'yes', 'yes'), ('other', [b'\x06'], 'no', 'no'),
            ('of_two_octets', [b'\x05\x05', b'\x11\x11'], 'no', 'no'), ('none', [], 'no', 'no')):
        out.accept(f'must_staple_{name}', features(*numbers), f'must_staple {first}',
                   f'must_staple_v2 {second}')
    root = features(b'\x05').append('Features', junk())
    out.refuse_at('must_staple_then_null', root, 'junk', 'tag', what)
    out.refuse_values(lambda: features(b'\x05'), 'feature0', 'encoding', values.INTEGER)
    value_faults(out, lambda: features(b'\x05'), 'features', ['Features', 'feature0'], what)


def everything(out):
    """A delegated responder's certificate with every field that is read."""
    items = [m.extension('usage', OIDS['usage'], raw(0x03, b'\x07\x80'), critical=b'\xff'),
             m.extension('purposes', OIDS['purposes'], raw(0x30, raw(0x06, oid(OCSP_SIGNING)))),
             m.extension('nocheck', OIDS['nocheck'], NULL),
             m.extension('aki', OIDS['aki'], raw(0x30, raw(0x80, b'\x01' * 20))),
             m.extension('ski', OIDS['ski'], raw(0x04, b'\x02' * 20)),
             m.extension('constraints', OIDS['constraints'], raw(0x30), critical=b'\xff'),
             m.extension('aia', OIDS['aia'], access_syntax(description('a', AD_OCSP, URI)))]
    out.accept('responder_with_all_extensions', m.cert_with(*items), 'ocsp_signing yes',
               'ocsp_nocheck yes', 'key_usage 001', 'unread_critical no', 'n_ocsp_uris 1')


def cases():
    out = Cases('cert')
    outermost(out)
    rest_missing(out)
    versions(out)
    names_and_serials(out)
    times(out)
    lists(out)
    authority_key_ids(out)
    subject_key_ids(out)
    key_usages(out)
    basic_constraints(out)
    ext_key_usages(out)
    info_accesses(out)
    nochecks(out)
    tls_features(out)
    everything(out)
    every_fault(out, m.cert, FIELDS)
    return out.text('Certificates (RFC 5280 4.1).')
