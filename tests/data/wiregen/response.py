# SPDX-License-Identifier: MIT
#
# Responses (RFC 6960 4.2.1).
"""The cases of tests/data/wire/response.txt."""

from datetime import datetime, timezone

from . import messages as m
from . import values
from .cases import Cases
from .der import El, NULL, junk, oid, raw
from .faults import every_fault, snake
from .request import GENERAL_NAMES, small_cert

OUTER = ['OCSPResponse', 'responseStatus', 'responseBytes', 'ResponseBytesSequence',
         'responseType', 'response']
BASIC = ['BasicOCSPResponse', 'tbsResponseData', 'byKey', 'keyHash', 'producedAt', 'responses',
         'SingleResponse', 'certID', 'hashAlgorithm', 'hashAlgorithmOid', 'issuerNameHash',
         'issuerKeyHash', 'serialNumber', 'good', 'thisUpdate', 'signatureAlgorithm',
         'signatureAlgorithmOid', 'signature']
REVOKED = ['revoked', 'revocationTime', 'revocationReasonField', 'revocationReason']


def holding(*singles, **more):
    """A response with these values."""
    return m.response(m.basic(m.response_data(*singles, **more)))


def updated(value=m.NEXT_UPDATE):
    return holding(m.single_response(None, m.next_update(value)))


def revoked(*parts):
    return holding(m.single_response(m.revoked(*(parts or [m.reason()]))))


def named():
    return holding(responder=m.by_name())


def versioned(number=b'\x00'):
    return holding(before=[m.version('RFC 6960 4.2.1', number)])


def certified():
    return m.response(m.basic(None, m.certs(m.closed_cert('cert', small_cert()))))


STATUSES = {'malformed_request': 1, 'internal_error': 2, 'try_later': 3, 'sig_required': 5,
            'unauthorized': 6}
STATUS = 'responseStatus is not defined (RFC 6960 4.2.1)'
WITH_BODY = 'responseBytes in an error response (RFC 6960 4.2.1)'
WITHOUT_BODY = 'successful without responseBytes (RFC 6960 4.2.1)'


def outermost(out):
    what = m.response().what
    der = m.error_response(b'\x03').der()
    out.refuse('nothing', b'', 'missing', 0, what)
    out.refuse('one_octet', der[:1], 'truncated', 0, what)
    out.refuse('length_of_five_octets', b'\x30\x85\x00\x00\x00\x00' + der[1:], 'length', 0, what)
    out.refuse('length_of_4_gib', b'\x30\x84\xff\xff\xff\xff' + der[2:], 'truncated', 0, what)
    out.refuse('sequence_empty', b'\x30\x00', 'missing', 2, m.response_status(b'').what)
    for name, whole in (('error', der), ('successful', m.response().der())):
        out.refuse(f'behind_the_{name}_message', whole + b'\x00', 'trailing', len(whole),
                   'trailing bytes after the OCSPResponse (RFC 6960 4.2.1)')


def statuses(out):
    for name, number in STATUSES.items():
        out.accept(f'status_{name}', m.error_response(bytes([number])), 'basic no',
                   '!response_type', '!response')
        root = m.response(status=bytes([number]))
        out.refuse_at(f'status_{name}_with_body', root, 'responseBytes', 'body', WITH_BODY)
    root = m.error_response(b'\x00')
    out.refuse('success_without_body', root, 'body', root.end(root), WITHOUT_BODY)
    for name, octets in (('four', b'\x04'), ('seven', b'\x07'), ('127', b'\x7f'),
                         ('255', b'\x00\xff'), ('256', b'\x01\x00'),
                         ('of_31_bits', b'\x7f\xff\xff\xff')):
        out.refuse_at(f'status_{name}', m.error_response(octets), 'responseStatus', 'status',
                      STATUS)
    out.refuse_at('status_four_with_body', m.response(status=b'\x04'), 'responseStatus', 'status',
                  STATUS)
    out.refuse_values(lambda: m.error_response(b'\x01'), 'responseStatus', 'encoding',
                      values.ENUMERATED)
    root = m.error_response(b'\x01').append('OCSPResponse', junk())
    out.refuse_at('error_status_then_null', root, 'junk', 'trailing', root.close)
    root = m.error_response(b'\x01').append('OCSPResponse', junk(0xA1))
    out.refuse_at('error_status_then_tag_1', root, 'junk', 'trailing', root.close)
    root = m.error_response(b'\x01').append('OCSPResponse', junk(0xA0))
    out.refuse_at('error_status_with_empty_body', root, 'junk', 'body', WITH_BODY)
    root = m.error_response(b'\x00').append('OCSPResponse', junk())
    out.refuse_at('success_then_null', root, 'junk', 'body', WITHOUT_BODY)


def bodies(out):
    """ResponseBytes, and types other than id-pkix-ocsp-basic."""
    root = m.response().put('responseBytes')
    out.refuse('response_bytes_tag_empty', root, 'missing', root.inside(root['responseBytes']),
               m.response()['ResponseBytesSequence'].what)
    root = m.response().put('ResponseBytesSequence')
    out.refuse('response_bytes_empty', root, 'missing', root.inside(root['ResponseBytesSequence']),
               m.response()['responseType'].what)
    root = m.response().append('responseBytes', El('more', 0x30))
    out.refuse_at('response_bytes_twice', root, 'more', 'trailing', root['responseBytes'].close)
    root = m.response().put('response')
    out.refuse('response_empty', root, 'missing', root.inside(root['response']), m.basic().what)
    out.refuse_values(m.response, 'responseType', 'encoding', values.OID)
    for name, oid_text in (('other_response_type', m.UNKNOWN),
                           ('response_type_longer_than_basic', m.BASIC + '.1'),
                           ('response_type_shorter_than_basic', m.BASIC[:-2])):
        out.accept(name, m.response(b'\xff\x00not DER', response_type=oid_text), 'basic no',
                   'response ff006e6f7420444552')
    out.accept('other_response_type_empty', m.response(b'', response_type=m.UNKNOWN), 'basic no',
               'response ')
    root = m.response(response_type=m.UNKNOWN).append('ResponseBytesSequence', junk())
    out.refuse_at('other_response_type_trailing', root, 'junk', 'trailing',
                  root['ResponseBytesSequence'].close)
    every_fault(out, m.response, OUTER)


def rest_missing(out):
    """A structure that ends where a field must begin."""
    for structure, name in (('BasicOCSPResponse', 'signature'), ('tbsResponseData', 'producedAt'),
                            ('tbsResponseData', 'responses'), ('SingleResponse', 'good'),
                            ('SingleResponse', 'thisUpdate'), ('certID', 'issuerNameHash'),
                            ('certID', 'issuerKeyHash'), ('certID', 'serialNumber')):
        root = m.response()
        what = root[name].other
        root.drop_from(name)
        out.refuse(f'{snake(structure)}_ends_before_{snake(name)}', root, 'missing',
                   root.end(root[structure]), what)
    for structure, what in (('BasicOCSPResponse', m.response_data().what),
                            ('tbsResponseData', m.RESPONDER_ID),
                            ('SingleResponse', m.cert_id().what)):
        root = m.response().put(structure)
        out.refuse(f'{snake(structure)}_empty', root, 'missing', root.inside(root[structure]), what)


def versions(out):
    out.accept('version_v1_written_out', versioned(), deviations='version-encoded')
    for name, octets in (('v2', b'\x01'), ('v3', b'\x02'), ('256', b'\x01\x00')):
        out.refuse_at(f'version_{name}', versioned(octets), 'versionNumber', 'version')
    out.refuse_values(versioned, 'versionNumber', 'encoding', values.INTEGER)
    root = versioned().drop('versionNumber')
    out.refuse('version_tag_empty', root, 'missing', root.inside(root['version']),
               root['version'].what)
    root = m.response().insert('producedAt', El('late', 0xA0, raw(0x02, b'\x00')))
    out.refuse_at('version_behind_responder_id', root, 'late', 'tag', root['producedAt'].what)
    every_fault(out, versioned, ['version', 'versionNumber'])


def responders(out):
    out.accept('responder_by_name', named(), f'responder_name {m.name("o").hex()}',
               '!responder_key')
    out.accept('responder_by_empty_name', named().put('responderName'), 'responder_name 3000')
    for name, octets in (('of_20_octets', bytes(20)), ('of_19_octets', bytes(19)),
                         ('of_32_octets', bytes(32)), ('empty', b'')):
        out.accept(f'key_hash_{name}', m.response().put('keyHash', octets),
                   f'responder_key {octets.hex()}', '!responder_name')
    for name, make in (('by_name', named), ('by_key', m.response)):
        label = 'byName' if make is named else 'byKey'
        for tag in (0xA0, 0xA3, 0x30, 0x04):
            root = make()
            root[label].tag = tag
            # [0] is read as the version, with which a response may begin.
            if tag == 0xA0:
                inner = root[label].parts[0]
                out.refuse_at(f'responder_{name}_in_tag_0', root, inner, 'tag',
                              'version is not v1 (RFC 6960 4.2.1)')
            else:
                out.refuse_at(f'responder_{name}_in_tag_{tag:02x}', root, label, 'tag',
                              m.RESPONDER_ID)
        root = make().put(label)
        inner = make()[label].parts[0]
        out.refuse(f'responder_{name}_tag_empty', root, 'missing', root.inside(root[label]),
                   inner.what)
    root = m.response()
    root['byKey'].parts = [raw(0x30)]
    out.refuse('responder_by_key_holds_a_name', root, 'tag', root.inside(root['byKey']),
               m.by_key()['keyHash'].what)
    root = named().insert('producedAt', m.by_key())
    out.refuse_at('responder_by_name_and_by_key', root, 'byKey', 'tag', root['producedAt'].what)
    every_fault(out, named, ['byName', 'responderName'])


def cert_statuses(out):
    out.accept('good', m.response(), 'response.0.status good', '!response.0.reason')
    out.accept('unknown', holding(m.single_response(m.unknown())), 'response.0.status unknown')
    out.accept('revoked_without_reason', holding(m.single_response(m.revoked())),
               'response.0.status revoked', '!response.0.reason')
    for number in [*range(0, 12), 127]:
        out.accept(f'revoked_with_reason_{number}', revoked(m.reason(bytes([number]))),
                   f'response.0.reason {number}',
                   not_decoded='it knows the numbers with a name only'
                   if number in (7, 11, 127) else None)
    out.accept('revoked_with_reason_of_31_bits', revoked(m.reason(b'\x7f\xff\xff\xff')),
               'response.0.reason 2147483647', not_decoded='it knows the numbers with a name only')
    out.refuse_at('good_with_content', m.response().put('good', b'\x00'), 'good', 'encoding')
    out.refuse_at('good_holds_null', m.response().put('good', NULL), 'good', 'encoding')
    root = holding(m.single_response(m.unknown()))
    out.refuse_at('unknown_with_content', root.put('unknownStatus', b'\x00'), 'unknownStatus',
                  'encoding')
    for name, tag in (('in_tag_3', 0x83), ('is_null', 0x05), ('in_constructed_tag_2', 0xA2),
                      ('is_a_sequence', 0x30), ('is_primitive_revoked', 0x81)):
        root = m.response()
        root['good'].tag = tag
        out.refuse_at(f'cert_status_{name}', root, 'good', 'tag', m.CERT_STATUS)
    root = m.response().insert('thisUpdate', El('again', 0x82))
    out.refuse_at('cert_status_twice', root, 'again', 'tag', root['thisUpdate'].what)
    every_fault(out, lambda: holding(m.single_response(m.unknown())), ['unknownStatus'])


def revocations(out):
    root = holding(m.single_response(m.revoked())).put('revoked')
    out.refuse('revoked_empty', root, 'missing', root.inside(root['revoked']),
               m.revoked()['revocationTime'].what)
    root = revoked().put('revocationReasonField')
    out.refuse('revocation_reason_tag_empty', root, 'missing',
               root.inside(root['revocationReasonField']), m.reason().what)
    root = revoked()
    root['revocationReason'].tag = 0x02
    out.refuse_at('revocation_reason_is_an_integer', root, 'revocationReason', 'tag')
    root = holding(m.single_response(m.revoked())).append('revoked', El('bare', 0x0A, b'\x01'))
    out.refuse_at('revocation_reason_without_its_tag', root, 'bare', 'trailing',
                  root['revoked'].close)
    out.refuse_values(revoked, 'revocationReason', 'encoding', values.ENUMERATED)
    every_fault(out, revoked, REVOKED)


def seconds_of(text):
    """The seconds since 1970 of a GeneralizedTime without a fraction."""
    moment = datetime.strptime(text.decode(), '%Y%m%d%H%M%SZ')
    return int(moment.replace(tzinfo=timezone.utc).timestamp())


def times(out):
    for name, value in (('in_year_0001', b'00010101000000Z'), ('in_year_9999', b'99991231235959Z'),
                        ('in_1969', b'19691231235959Z'), ('in_1970', b'19700101000000Z'),
                        ('on_february_29_of_2000', b'20000229235959Z'),
                        ('on_february_29_of_2024', b'20240229000000Z'),
                        ('in_2038', b'20380119031408Z')):
        out.accept(f'this_update_{name}', m.response().put('thisUpdate', value),
                   f'response.0.this_update {seconds_of(value)}')
    out.refuse_values(m.response, 'thisUpdate', 'time', values.TIME)
    for make, name in ((m.response, 'producedAt'), (updated, 'nextUpdate'),
                       (revoked, 'revocationTime')):
        out.refuse_values(make, name, 'time', values.FEW_TIMES)
    for make, name in ((m.response, 'thisUpdate'), (m.response, 'producedAt'),
                       (updated, 'nextUpdate'), (revoked, 'revocationTime')):
        root = make().put(name, b'240403120000Z')
        root[name].tag = 0x17
        out.refuse_at(f'{snake(name)}_is_utctime', root, name, 'tag')
    every_fault(out, updated, ['nextUpdateField', 'nextUpdate'])


def odd_times(out):
    """Fractions of a second, and times that contradict each other."""
    half = seconds_of(m.THIS_UPDATE)
    for name, value in (('half', b'20240403120000.5Z'), ('third', b'20240403120000.333333333Z'),
                        ('of_20_digits', b'20240403120000.' + b'1' * 20 + b'Z')):
        for make, field, key in ((m.response, 'producedAt', 'produced_at'),
                                 (m.response, 'thisUpdate', 'response.0.this_update'),
                                 (updated, 'nextUpdate', 'response.0.next_update'),
                                 (revoked, 'revocationTime', 'response.0.revocation_time')):
            if name != 'half' and field != 'thisUpdate':
                continue
            out.accept(f'{snake(field)}_with_fraction_{name}', make().put(field, value),
                       f'{key} {half}', deviations='time-fraction')
    out.accept('next_update_before_this_update', updated(b'20200101000000Z'),
               f'response.0.next_update {seconds_of(b"20200101000000Z")}')
    out.accept('without_next_update', m.response(), '!response.0.next_update')
    root = updated().put('nextUpdateField')
    out.refuse('next_update_tag_empty', root, 'missing', root.inside(root['nextUpdateField']),
               m.next_update().what)
    root = m.response().append('SingleResponse', El('bare', 0x18, m.NEXT_UPDATE))
    out.refuse_at('next_update_without_its_tag', root, 'bare', 'trailing',
                  root['SingleResponse'].close)
    root = updated().append('SingleResponse', El('again', 0xA0, raw(0x18, m.NEXT_UPDATE)))
    out.refuse_at('next_update_twice', root, 'again', 'trailing', root['SingleResponse'].close)


def lists(out):
    second = m.single_response(m.revoked(m.reason()), m.next_update(), label='second.',
                               digest='sha256', serial=b'\x04', parameters=None)
    out.accept('two_responses', holding(m.single_response(), second), 'n_responses 2',
               'response.0.status good', 'response.1.status revoked', 'response.1.serial 04')
    out.accept('same_cert_id_good_and_revoked',
               holding(m.single_response(label='a.'), m.single_response(m.revoked(), label='b.')),
               'n_responses 2', 'response.0.status good', 'response.1.status revoked')
    out.accept('no_responses', m.response().put('responses'), 'n_responses 0')
    root = holding(m.single_response(), junk())
    out.refuse_at('second_response_is_null', root, 'junk', 'tag', m.single_response().what)
    for digest in m.HASHES:
        out.accept(f'hash_{digest}', holding(m.single_response(digest=digest)),
                   f'response.0.hash {digest}')
    out.accept('serial_number_negative', m.response().put('serialNumber', b'\x80'),
               'response.0.serial 80', deviations='serial-negative')
    out.accept('serial_number_of_21_octets', m.response().put('serialNumber', b'\x01' + bytes(20)),
               deviations='serial-long')
    out.refuse_values(m.response, 'serialNumber', 'encoding', values.INTEGER)
    out.refuse_values(m.response, 'hashAlgorithmOid', 'encoding', values.OID)


def signatures(out):
    out.accept('with_cert', certified(), 'n_certs 1', f'cert.0 {small_cert().hex()}')
    two = m.certs(m.closed_cert('first', small_cert()), m.closed_cert('second', small_cert()))
    out.accept('with_two_certs', m.response(m.basic(None, two)), 'n_certs 2')
    out.accept('certs_empty', m.response(m.basic(None, m.certs())), 'n_certs 0', 'has_certs yes')
    out.accept('signature_of_no_bits', m.response().put('signature', b'\x00'), 'signature ')
    root = m.response(m.basic(None, m.certs(junk(0x02, b'\x01'))))
    out.refuse_at('cert_is_an_integer', root, 'junk', 'tag', m.closed_cert('c', small_cert()).what)
    root = certified().put('certs')
    out.refuse('certs_tag_empty', root, 'missing', root.inside(root['certs']), root['certs'].what)
    root = certified()
    root['certsList'].tag = 0x31
    out.refuse_at('certs_is_a_set', root, 'certsList', 'tag')
    root = m.response().append('BasicOCSPResponse', El('bare', 0x30, small_cert()))
    out.refuse_at('certs_without_their_tag', root, 'bare', 'trailing',
                  root['BasicOCSPResponse'].close)
    root = certified().append('BasicOCSPResponse', El('again', 0xA0, raw(0x30)))
    out.refuse_at('certs_twice', root, 'again', 'trailing', root['BasicOCSPResponse'].close)
    out.refuse_values(m.response, 'signature', 'encoding', values.BIT_STRING_OF_OCTETS)
    out.refuse_values(m.response, 'signatureAlgorithmOid', 'encoding', values.OID)
    every_fault(out, certified, ['certs', 'certsList', 'cert'])


def everything(out):
    """One message with every field of a response, in several forms at once."""
    single = m.single_response(m.revoked(m.reason(b'\x0a')), m.next_update(),
                               m.extensions('singleExtensions', 0xA1, m.unknown_extension('one')))
    data = m.response_data(single, responder=m.by_name(), before=[m.version('RFC 6960 4.2.1')],
                           after=[m.extensions('responseExtensions', 0xA1, m.nonce())])
    root = m.response(m.basic(data, m.certs(m.closed_cert('cert', small_cert()))))
    out.accept('everything', root, 'response.0.reason 10', 'n_extensions 1',
               'response.0.n_extensions 1', 'n_certs 1', deviations='version-encoded')
    name = GENERAL_NAMES['directory_name']
    assert name[0] == 0xA4
    root = named().put('byName', name)
    out.refuse('responder_by_name_is_a_general_name', root, 'tag', root.inside(root['byName']),
               m.by_name().what)
    out.accept('hash_without_a_name', m.response().put('hashAlgorithmOid', oid(m.UNKNOWN)),
               'response.0.hash other')


def cases():
    out = Cases('response')
    outermost(out)
    statuses(out)
    bodies(out)
    rest_missing(out)
    versions(out)
    responders(out)
    cert_statuses(out)
    revocations(out)
    times(out)
    odd_times(out)
    lists(out)
    signatures(out)
    everything(out)
    every_fault(out, m.response, BASIC)
    return out.text('Responses (RFC 6960 4.2.1).')
