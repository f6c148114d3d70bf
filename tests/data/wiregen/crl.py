# SPDX-License-Identifier: MIT
#
# CRLs (RFC 5280 5): the list, its entries, and the extensions of both.
"""The cases of tests/data/wire/crl.txt."""

from . import messages as m
from . import values
from .cases import Cases
from .cert import seconds_of
from .der import El, NULL, integer, junk, oid, raw
from .extension import AD_CA_ISSUERS, MAX_EXTENSIONS, numbered
from .faults import every_fault, faults, snake
from .request import GENERAL_NAMES

FIELDS = ['CertificateList', 'tbsCertList', 'version', 'tbsSignature', 'tbsSignatureOid', 'issuer',
          'thisUpdate', 'nextUpdate', 'revokedCertificates', 'userCertificate',
          'crlExtensions', 'crlExtensionsList',
          'signatureAlgorithm', 'signatureAlgorithmOid', 'signatureValue']

OIDS = {'alt': '2.5.29.18', 'number': '2.5.29.20', 'reason': '2.5.29.21', 'hold': '2.5.29.23',
        'invalidity': '2.5.29.24', 'delta': '2.5.29.27', 'idp': '2.5.29.28',
        'certIssuer': '2.5.29.29', 'aki': '2.5.29.35', 'freshest': '2.5.29.46',
        'expired': '2.5.29.60', 'aia': '1.3.6.1.5.5.7.1.1', 'caVersion': '1.3.6.1.4.1.311.21.1',
        'previousHash': '1.3.6.1.4.1.311.21.2', 'virtualBase': '1.3.6.1.4.1.311.21.3',
        'nextPublish': '1.3.6.1.4.1.311.21.4', 'selfCdp': '1.3.6.1.4.1.311.21.14'}


def time(label, value, **more):
    return El(label, 0x17, value, what=f'{label} is not a Time (RFC 5280 5.1)', **more)


def known(label, *value, **more):
    return m.extension(label, OIDS[label], *value, **more)


def reason(number=b'\x01'):
    return known('reason', El('reasonCode', 0x0A, number,
                              what='reasonCode is not an ENUMERATED (RFC 5280 5.3.1)'))


def entry_extensions(*items):
    return El('crlEntryExtensions', 0x30, *items, optional='last',
              what='crlEntryExtensions is not a SEQUENCE (RFC 5280 5.1)')


def entry(*items, label='', serial=b'\x02', date=b'231231235959Z'):
    """One entry, with these extensions."""
    return El(label + 'entry', 0x30,
              El(label + 'userCertificate', 0x02, serial,
                 what='userCertificate is not an INTEGER (RFC 5280 5.1)'),
              El(label + 'revocationDate', 0x17, date,
                 what='revocationDate is not a Time (RFC 5280 5.1)'),
              *([entry_extensions(*items)] if items else []),
              what='an entry of revokedCertificates is not a SEQUENCE (RFC 5280 5.1)',
              close='trailing bytes after crlEntryExtensions (RFC 5280 5.1)', repeated=True)


def plain(serial, date=b'231231235959Z'):
    """An entry without names for its elements: there may be many of them."""
    return raw(0x30, raw(0x02, serial), raw(0x17, date))


def revoked(*entries):
    return El('revokedCertificates', 0x30, *entries, optional=True,
              what='revokedCertificates is not a SEQUENCE (RFC 5280 5.1)')


def extensions(*items):
    return El('crlExtensions', 0xA0,
              El('crlExtensionsList', 0x30, *items,
                 what='crlExtensions is not a SEQUENCE (RFC 5280 5.1)'),
              optional=True, what='crlExtensions is not in its tag (RFC 5280 5.1)',
              close='trailing bytes after crlExtensions inside their tag (RFC 5280 5.1)')


def version(number=b'\x01'):
    return El('version', 0x02, number, optional=True, what='version is not v2 (RFC 5280 5.1)')


def next_update(value=b'240410120000Z'):
    return time('nextUpdate', value, optional=True)


def crl(*after, numbered=None):
    """A CertificateList with the elements of `after` behind thisUpdate."""
    return El('CertificateList', 0x30,
              El('tbsCertList', 0x30, *([numbered] if numbered else []),
                 m.algorithm('tbsSignature', m.SHA256_RSA,
                             'signature is not an AlgorithmIdentifier (RFC 5280 5.1)'),
                 El('issuer', 0x30, m.name('i')[2:], what='issuer is not a Name (RFC 5280 5.1)'),
                 time('thisUpdate', b'240403120000Z'), *after,
                 what='TBSCertList is not a SEQUENCE (RFC 5280 5.1)',
                 close='trailing bytes after the fields of TBSCertList (RFC 5280 5.1)'),
              m.algorithm('signatureAlgorithm', m.SHA256_RSA,
                          'signatureAlgorithm is not an AlgorithmIdentifier (RFC 5280 5.1)'),
              El('signatureValue', 0x03, b'\x00', m.SIGNATURE,
                 what='signatureValue is not a BIT STRING of whole bytes (RFC 5280 5.1)'),
              what='CertificateList is not a SEQUENCE (RFC 5280 5.1)',
              close='trailing bytes after the fields of CertificateList (RFC 5280 5.1)')


def v2(*after):
    return crl(*after, numbered=version())


def full():
    return v2(next_update(), revoked(entry(reason())), extensions(m.unknown_extension()))


def without_extensions():
    """full() with an entry that has no extensions."""
    return v2(next_update(), revoked(entry()), extensions(m.unknown_extension()))


# What is expected of an entry of which a part cannot be read, and the deviations.
NO_DATE = '!entry.0.date'
UNREADABLE = 'entry.0.unreadable_extensions yes'
ENTRY_DATE = 'entry-date'
ENTRY_EXTENSION = 'entry-extension'
BOTH = 'entry-date,entry-extension'


def of(*entries):
    return v2(next_update(), revoked(*entries))


def crl_with(*items):
    """A CRL with these extensions and no entries."""
    return v2(next_update(), extensions(*items))


def outermost(out):
    what = crl().what
    der = crl().der()
    out.refuse('nothing', b'', 'missing', 0, what)
    out.refuse('one_octet', der[:1], 'truncated', 0, what)
    out.refuse('length_of_five_octets', b'\x30\x85\x00\x00\x00\x00' + der[1:], 'length', 0, what)
    behind = 'trailing bytes after the CertificateList (RFC 5280 5.1)'
    out.refuse('behind_the_crl', der + NULL, 'trailing', len(der), behind)
    out.refuse('newline_behind_the_crl', der + b'\n', 'trailing', len(der), behind)
    out.refuse('twice', der + der, 'trailing', len(der), behind)
    out.refuse('pem', b'-----BEGIN X509 CRL-----\n', 'tag', 0, what)


def rest_missing(out):
    for structure, name in (('CertificateList', 'signatureValue'),
                            ('CertificateList', 'signatureAlgorithm'),
                            ('tbsCertList', 'thisUpdate'), ('tbsCertList', 'issuer'),
                            ('tbsCertList', 'tbsSignature')):
        root = full()
        what = root[name].what
        root.drop_from(name)
        out.refuse(f'{snake(structure)}_ends_before_{snake(name)}', root, 'missing',
                   root.end(root[structure]), what)
    for structure, first in (('CertificateList', 'tbsCertList'), ('tbsCertList', 'tbsSignature'),
                             ('entry', 'userCertificate')):
        root = full()
        what = root[first].what
        root.put(structure)
        out.refuse(f'{snake(structure)}_empty', root, 'missing', root.inside(root[structure]), what)


def versions(out):
    out.accept('v1', crl(), 'version 1', 'n_entries 0', 'has_list no')
    out.accept('v1_written_out', crl(numbered=version(b'\x00')), 'version 1',
               deviations='version-encoded')
    out.accept('v1_with_extensions', crl(revoked(entry(reason())), extensions(known(
        'number', raw(0x02, b'\x05')))), 'version 1', 'number 05')
    out.accept('v2', v2(), 'version 2')
    for name, octets in (('v3', b'\x02'), ('127', b'\x7f'), ('256', b'\x01\x00')):
        out.refuse_at(f'version_{name}', crl(numbered=version(octets)), 'version', 'version')
    out.refuse_values(full, 'version', 'encoding', values.INTEGER)
    root = crl().insert('issuer', El('late', 0x02, b'\x01'))
    out.refuse_at('version_behind_signature', root, 'late', 'tag', root['issuer'].what)


def names_and_algorithms(out):
    out.accept('issuer_empty', full().put('issuer'), 'issuer 3000')
    out.accept('issuer_is_no_name', full().put('issuer', NULL), 'issuer 30020500',
               not_decoded='it opens the name')
    for field in ('tbsSignatureOid', 'signatureAlgorithmOid'):
        out.refuse_values(full, field, 'encoding', values.OID)
    out.accept('signature_algorithms_differ',
               full().put('tbsSignatureOid', oid('1.2.840.113549.1.1.12')),
               'tbs_algorithm 1.2.840.113549.1.1.12', f'signature_algorithm {m.SHA256_RSA}')
    out.refuse_values(full, 'signatureValue', 'encoding', values.BIT_STRING_OF_OCTETS)


def dated(field, value, tag=0x18):
    root = full().put(field, value)
    root[field].tag = tag
    return root


def times(out):
    for field, key in (('thisUpdate', 'this_update'), ('nextUpdate', 'next_update'),
                       ('revocationDate', 'entry.0.date')):
        name = snake(field)
        for year, value, tag, text in (
                ('utc_time_of_1950', b'500101000000Z', 0x17, '1950-01-01 00:00:00'),
                ('utc_time_of_2049', b'491231235959Z', 0x17, '2049-12-31 23:59:59'),
                ('generalized_time_of_2050', b'20500101000000Z', 0x18, '2050-01-01 00:00:00'),
                ('generalized_time_of_2020', b'20200101000000Z', 0x18, '2020-01-01 00:00:00'),
                ('generalized_time_of_9999', b'99991231235959Z', 0x18, '9999-12-31 23:59:59')):
            out.accept(f'{name}_{year}', dated(field, value, tag), f'{key} {seconds_of(text)}')
        out.accept(f'{name}_generalized_time_with_fraction', dated(field, b'20500101000000.9Z'),
                   f'{key} {seconds_of("2050-01-01 00:00:00")}', deviations='time-fraction')
        faults_of_time = {**{fault: full().put(field, value)
                             for fault, value in values.UTC_TIME.items()},
                          **{f'generalized_{fault}': dated(field, value)
                             for fault, value in values.FEW_TIMES.items()}}
        for fault, root in faults_of_time.items():
            if field == 'revocationDate':
                out.accept_odd(f'{name}_{fault}', root, full(), NO_DATE, deviations=ENTRY_DATE)
            else:
                out.refuse_at(f'{name}_{fault}', root, field, 'time')
    out.accept('without_next_update', v2(revoked(entry())), '!next_update', 'n_entries 1')
    out.accept('next_update_before_this_update', dated('nextUpdate', b'19700101000000Z'),
               'next_update 0')
    root = v2(time('first', b'240410120000Z'), time('second', b'240410120000Z'))
    out.refuse_at('next_update_twice', root, 'second', 'trailing', root['tbsCertList'].close)


def entries(out):
    out.accept('entry_without_extensions', of(entry()), 'n_entries 1', 'entry.0.serial 02',
               '!entry.0.crl_reason')
    out.accept('list_empty', of(), 'n_entries 0', 'has_list yes', deviations='list-empty')
    out.accept('list_absent', v2(next_update()), 'n_entries 0', 'has_list no')
    out.accept('two_entries', of(entry(label='a'), entry(label='b', serial=b'\x03')), 'n_entries 2',
               'entry.1.serial 03')
    out.accept('300_entries', of(*(plain(integer(i)) for i in range(300))), 'n_entries 300',
               'entry.299.serial 012b')
    out.accept('serial_twice', of(plain(b'\x02'), plain(b'\x02', b'230101000000Z')), 'n_entries 2',
               'entry.1.serial 02')
    for name, octets, deviations in (('zero', b'\x00', 'none'),
                                     ('of_20_octets', b'\x7f' * 20, 'none'),
                                     ('of_21_octets', b'\x7f' * 21, 'serial-long'),
                                     ('negative', b'\xf0', 'serial-negative')):
        out.accept(f'user_certificate_{name}', of(entry(serial=octets)),
                   f'entry.0.serial {octets.hex()}', deviations=deviations)
    out.refuse_values(full, 'userCertificate', 'encoding', values.INTEGER)
    root = of(entry(label='a'), junk())
    out.refuse_at('second_entry_is_null', root, 'junk', 'tag', root['aentry'].what)
    root = of(*(plain(integer(i)) for i in range(200)), entry(serial=b''))
    out.refuse_at('entry_201_without_serial', root, 'userCertificate', 'encoding')
    out.accept_odd('entry_extensions_empty', full().put('crlEntryExtensions'),
                   without_extensions(), UNREADABLE, deviations=ENTRY_EXTENSION)
    out.accept('64_entry_extensions', of(entry(*numbered(MAX_EXTENSIONS))),
               f'entry.0.n_extensions {MAX_EXTENSIONS}')
    out.accept_odd('65_entry_extensions', of(entry(*numbered(MAX_EXTENSIONS + 1))),
                   of(entry(*numbered(MAX_EXTENSIONS))), UNREADABLE, deviations=ENTRY_EXTENSION)
    out.accept_odd('65_entry_extensions_last_critical',
                   of(entry(*numbered(MAX_EXTENSIONS), known('hold', NULL, critical=b'\xff'))),
                   of(entry(*numbered(MAX_EXTENSIONS))), UNREADABLE,
                   'entry.0.unknown_critical yes', 'unknown_critical_entry yes',
                   deviations=ENTRY_EXTENSION)
    out.accept_odd('65_entry_extensions_last_is_reason',
                   of(entry(*numbered(MAX_EXTENSIONS), reason())),
                   of(entry(*numbered(MAX_EXTENSIONS))), UNREADABLE, deviations=ENTRY_EXTENSION)
    out.accept_odd('duplicate_entry_extension', of(entry(
        m.unknown_extension('first'), m.unknown_extension('second', value=b''))),
        of(entry(m.unknown_extension('first'))), UNREADABLE, deviations=ENTRY_EXTENSION)


def odd_dates(out):
    """Entries whose date is missing or unreadable."""
    for name, root, *_ in faults(full, ['revocationDate']):
        # Behind an element whose length is wrong there is nothing to be found.
        if 'length' in name or 'too_long' in name:
            out.accept_odd(name, root, without_extensions(), NO_DATE, UNREADABLE, deviations=BOTH)
        else:
            out.accept_odd(name, root, full(), NO_DATE, deviations=ENTRY_DATE)
    out.accept_odd('entry_ends_before_revocation_date', full().drop_from('revocationDate'),
                   without_extensions(), NO_DATE, deviations=ENTRY_DATE)
    for name, tag, value in (('is_null', 0x05, b''), ('is_an_integer', 0x02, b'\x01'),
                             ('is_a_printable_string', 0x13, b'231231235959Z'),
                             ('generalized_with_dot', 0x18, b'20231231235959.Z')):
        out.accept_odd(f'revocation_date_{name}', dated('revocationDate', value, tag), full(),
                       NO_DATE, deviations=ENTRY_DATE)
    out.accept_odd('revocation_date_is_a_sequence', dated('revocationDate', b'', 0x30),
                   without_extensions(), NO_DATE, UNREADABLE, deviations=BOTH)
    out.accept_odd('revocation_date_missing_reason_wrong',
                   full().drop('revocationDate').put('reasonCode'), without_extensions(), NO_DATE,
                   UNREADABLE, deviations=BOTH)
    root = full().drop('crlEntryExtensions').put('revocationDate', b'231231235960Z')
    out.accept_odd('revocation_date_wrong_alone', root, without_extensions(), NO_DATE,
                   deviations=ENTRY_DATE)
    root = full().drop_from('revocationDate').append('entry', b'\x17')
    out.accept_odd('revocation_date_of_one_octet', root, without_extensions(), NO_DATE, UNREADABLE,
                   deviations=BOTH)
    root = of(plain(b'\x02'), plain(b'\x03', b'231301000000Z'), plain(b'\x04'))
    out.accept_odd('second_of_three_without_date', root,
                   of(plain(b'\x02'), plain(b'\x03'), plain(b'\x04')), '!entry.1.date',
                   deviations=ENTRY_DATE)


def odd_extensions(out):
    """Entries whose extensions are unreadable as a whole, or have octets behind them."""
    for name, root, *_ in faults(full, ['crlEntryExtensions']):
        out.accept_odd(name, root, without_extensions(), UNREADABLE, deviations=ENTRY_EXTENSION)
    for name, behind in (('', NULL), ('_sequence', raw(0x30)), ('_octet', b'\x30'),
                         ('_time', raw(0x18, m.REVOKED_AT))):
        out.accept_odd(f'entry_trailing{name}', full().append('entry', behind), full(), UNREADABLE,
                       deviations=ENTRY_EXTENSION)
    out.accept_odd('entry_without_extensions_trailing', without_extensions().append('entry', junk()),
                   without_extensions(), UNREADABLE, deviations=ENTRY_EXTENSION)
    root = of(plain(b'\x02'), entry(reason(b''), label='b', serial=b'\x03'), plain(b'\x04'))
    out.accept_odd('second_of_three_with_odd_reason', root,
                   of(plain(b'\x02'), plain(b'\x03'), plain(b'\x04')),
                   'entry.1.unreadable_extensions yes', deviations=ENTRY_EXTENSION)


CERT_ISSUER = 'certificateIssuer is not GeneralNames (RFC 5280 5.3.3)'


def cert_issuer(*names, **more):
    return known('certIssuer', El('GeneralNames', 0x30, *names, what=CERT_ISSUER), **more)


def odd_items(out):
    """Entries with an extension that is unreadable, or of which it counts what is marked."""
    critical = ['entry.0.unknown_critical yes', 'unknown_critical_entry yes']
    reason_1 = 'entry.0.crl_reason 1'
    uri = GENERAL_NAMES['uri']

    def odd(name, items, *expect, right=()):
        out.accept_odd(name, of(entry(*items)), of(entry(*right)), UNREADABLE, *expect,
                       deviations=ENTRY_EXTENSION)

    def unknown(**more):
        return m.unknown_extension(**more)

    for name, value in (('integer', raw(0x02, b'\x01')), ('utf8_string', raw(0x0C, b'1')),
                        ('octet_string', raw(0x04, b'\x01')), ('sequence', raw(0x30)),
                        ('bare_octet', b'\x01'), ('enumerated_and_null', raw(0x0A, b'\x01') + NULL)):
        odd(f'reason_is_{name}', [known('reason', value)])
    odd('reason_wrong_critical', [known('reason', raw(0x02, b'\x01'), critical=b'\xff')], *critical)
    odd('reason_wrong_critical_written_out',
        [known('reason', raw(0x02, b'\x01'), critical=b'\x00')])
    odd('reason_wrong_behind_invalidity',
        [known('invalidity', raw(0x18, m.REVOKED_AT)), known('reason', raw(0x02, b'\x01'))],
        right=[known('invalidity', raw(0x18, m.REVOKED_AT))])
    odd('invalidity_with_dot', [known('invalidity', raw(0x18, b'20231231235959.Z'))])
    odd('invalidity_utc_time_then_reason', [known('invalidity', raw(0x17, b'231231235959Z')),
                                            reason()], reason_1)
    odd('extension_is_null_then_reason', [junk(), reason()], reason_1)
    odd('extension_empty_then_reason', [El('x', 0x30), reason()], reason_1)
    odd('extension_unframed_then_reason', [raw(0x30, raw(0x06, b'\x2a') + b'\x04\x7f'), reason()],
        reason_1)
    odd('extension_cut_behind_reason', [reason(), b'\x30\x10\x06'], right=[reason()])
    odd('extension_cut_before_reason', [b'\x30\x7f', reason()])
    odd('unknown_critical_behind_wrong_reason', [reason(b''), unknown(critical=b'\xff')], *critical)
    odd('unknown_critical_behind_cut', [b'\x30\x7f', unknown(critical=b'\xff')])
    for name, item in (('without_value', raw(0x30, raw(0x06, oid('1.2.3')), raw(0x01, b'\xff'))),
                       ('value_is_null', raw(0x30, raw(0x06, oid('1.2.3')), raw(0x01, b'\xff'), NULL)),
                       ('value_trailing', raw(0x30, raw(0x06, oid('1.2.3')), raw(0x01, b'\xff'),
                                              raw(0x04), NULL)),
                       ('true_is_one', unknown(critical=b'\x01'))):
        odd(f'unknown_critical_{name}', [item, reason()], reason_1, *critical)
    for name, item in (('of_two_octets', unknown(critical=b'\xff\xff')),
                       ('empty', raw(0x30, raw(0x06, oid('1.2.3')), raw(0x01), raw(0x04))),
                       ('is_an_integer', raw(0x30, raw(0x06, oid('1.2.3')), raw(0x02, b'\x01'),
                                             raw(0x04))),
                       ('behind_value', raw(0x30, raw(0x06, oid('1.2.3')), raw(0x04),
                                            raw(0x01, b'\xff')))):
        odd(f'entry_critical_{name}', [item, reason()], reason_1)
    for name, value in (('padded', b'\x80\x2a'), ('empty', b'')):
        odd(f'extension_id_{name}_critical', [raw(0x30, raw(0x06, value), raw(0x01, b'\xff'),
                                                  raw(0x04)), reason()], reason_1, *critical)
    odd('extension_id_padded', [raw(0x30, raw(0x06, b'\x80\x2a'), raw(0x04)), reason()], reason_1)
    odd('duplicate_reason', [reason(b'\x08'), reason(b'\x01')], '!entry.0.crl_reason',
        right=[reason(b'\x08')])
    odd('three_reasons', [reason(b'\x08'), reason(b'\x01'), reason(b'\x08')],
        '!entry.0.crl_reason', right=[reason(b'\x08')])
    odd('duplicate_reason_wrong_first', [reason(b''), reason(b'\x08')], '!entry.0.crl_reason')
    odd('duplicate_reason_wrong_last', [reason(b'\x08'), reason(b'')], '!entry.0.crl_reason',
        right=[reason(b'\x08')])
    date = known('invalidity', raw(0x18, m.REVOKED_AT))
    odd('duplicate_invalidity_date', [date, reason(), date], '!entry.0.invalidity_date',
        right=[date, reason()])
    odd('duplicate_critical_invalidity_date',
        [date, known('invalidity', raw(0x18, m.REVOKED_AT), critical=b'\xff')],
        '!entry.0.invalidity_date', *critical, right=[date])
    odd('duplicate_certificate_issuer', [cert_issuer(uri), reason(), cert_issuer(uri)], *critical,
        right=[cert_issuer(uri), reason()])
    odd('certificate_issuer_without_value', [raw(0x30, raw(0x06, oid(OIDS['certIssuer'])))],
        *critical)
    odd('certificate_issuer_alone_in_its_list', [raw(0x30, raw(0x06, oid(OIDS['certIssuer'])), NULL,
                                                     NULL)], *critical)


def entry_values(out):
    for name, number in (('unspecified', 0), ('hold', 6), ('unused_7', 7), ('remove', 8),
                         ('aa_compromise', 10), ('42', 42), ('of_four_octets', 0x7fffffff)):
        out.accept(f'reason_{name}', of(entry(reason(integer(number)))),
                   f'entry.0.crl_reason {number}', 'entry.0.unknown_critical no')
    for fault, octets in values.ENUMERATED.items():
        out.accept_odd(f'reason_code_{fault}', of(entry(reason(octets))), of(entry()), UNREADABLE,
                       deviations=ENTRY_EXTENSION)
    date = El('invalidityDate', 0x18, m.REVOKED_AT,
              what='invalidityDate is not a GeneralizedTime (RFC 5280 5.3.2)')
    out.accept('invalidity_date', of(entry(known('invalidity', date))),
               f'entry.0.invalidity_date {seconds_of("2023-12-31 23:59:59")}')
    for fault, octets in values.FEW_TIMES.items():
        out.accept_odd(f'invalidity_date_{fault}', of(entry(known('invalidity', raw(0x18, octets)))),
                       of(entry()), UNREADABLE, deviations=ENTRY_EXTENSION)
    out.accept('certificate_issuer',
               of(entry(cert_issuer(GENERAL_NAMES['directory_name'], critical=b'\xff'), label='a'),
                  entry(label='b', serial=b'\x03')),
               'certificate_issuer yes', 'entry.0.unknown_critical no',
               '!entry.1.certificate_issuer.0')
    wrong = [('certificate_issuer_empty', of(entry(cert_issuer())))]
    wrong += [(name, root) for name, root, *_ in faults(
        lambda: of(entry(cert_issuer(GENERAL_NAMES['directory_name']))), ['GeneralNames'])]
    for name, root in wrong:
        out.accept_odd(name, root, of(entry()), UNREADABLE, 'entry.0.unknown_critical yes',
                       'unknown_critical_entry yes', deviations=ENTRY_EXTENSION)
    out.accept('hold_instruction', of(entry(known('hold', raw(0x06, oid('1.2.840.10040.2.1'))))),
               'entry.0.n_extensions 1', 'entry.0.unknown_critical no')
    out.accept('hold_instruction_critical', of(entry(known(
        'hold', raw(0x06, oid('1.2.840.10040.2.1')), critical=b'\xff'))),
        'entry.0.unknown_critical yes', 'unknown_critical_entry yes')
    out.accept('unknown_critical_in_second_entry',
               of(entry(label='a'), entry(m.unknown_extension(critical=b'\xff'), label='b')),
               'unknown_critical_entry yes', 'unknown_critical no', 'entry.0.unknown_critical no',
               'entry.1.unknown_critical yes')
    out.accept('unknown_in_entry', of(entry(m.unknown_extension())), 'unknown_critical_entry no')
    out.accept('entry_with_all', of(entry(
        reason(), known('invalidity', raw(0x18, m.REVOKED_AT)),
        cert_issuer(GENERAL_NAMES['directory_name'], critical=b'\xff'))),
        'entry.0.n_extensions 3')


def lists(out):
    out.accept('64_extensions', crl_with(*numbered(MAX_EXTENSIONS)),
               f'n_extensions {MAX_EXTENSIONS}')
    out.refuse_at('65_extensions', crl_with(*numbered(MAX_EXTENSIONS + 1)),
                  f'number{MAX_EXTENSIONS}', 'limit',
                  'more extensions in a list than the limit (OC_MAX_EXTENSIONS)')
    root = crl_with(m.unknown_extension('first'), m.unknown_extension('second', value=b''))
    out.refuse_at('duplicate_extension', root, 'second', 'duplicate',
                  'the same extension twice (RFC 5280 4.2)')
    root = full().put('crlExtensionsList')
    out.refuse_at('extensions_empty', root, 'crlExtensionsList', 'empty',
                  'crlExtensions is empty (RFC 5280 5.1)')
    root = full().put('crlExtensions')
    out.refuse('extensions_tag_empty', root, 'missing', root.inside(root['crlExtensions']),
               full()['crlExtensionsList'].what)
    root = full().append('tbsCertList', junk())
    out.refuse_at('extensions_then_null', root, 'junk', 'trailing', root['tbsCertList'].close)
    out.accept('unknown_critical', crl_with(m.unknown_extension(critical=b'\xff')),
               'unknown_critical yes', 'extension_name.0 other')
    out.accept('critical_false_written_out', crl_with(m.unknown_extension(critical=b'\x00')),
               'unknown_critical no', deviations='false-encoded')
    out.accept('reason_of_the_list_critical', crl_with(known(
        'reason', raw(0x0A, b'\x01'), critical=b'\xff')), 'unknown_critical yes')
    uri = GENERAL_NAMES['uri']
    for label, name, value in (
            ('alt', 'issuerAltName', raw(0x30, uri)),
            ('aia', 'authorityInfoAccess', raw(0x30, raw(0x30, raw(0x06, oid(AD_CA_ISSUERS)), uri))),
            ('caVersion', 'caVersion', NULL), ('previousHash', 'previousCertHash', NULL),
            ('virtualBase', 'crlVirtualBase', NULL), ('nextPublish', 'crlNextPublish', NULL),
            ('selfCdp', 'crlSelfCDP', NULL)):
        out.accept(f'named_{snake(label)}', crl_with(known(label, value)), 'unknown_critical no',
                   f'extension_name.0 {name}')
        out.accept(f'named_{snake(label)}_critical',
                   crl_with(known(label, value, critical=b'\xff')), 'unknown_critical yes')

    def critical():
        return crl_with(m.unknown_extension(critical=b'\xff'))

    every_fault(out, critical, ['unknown', 'unknownId', 'unknownCritical', 'unknownValue'])


def value_faults(out, make, label, names, what):
    root = make().put(label + 'Value')
    out.refuse(f'{label}_value_empty', root, 'missing', root.inside(root[label + 'Value']), what)
    every_fault(out, make, names + [label + 'Value'])


def numbers(out):
    for label, key, name, section in (('number', 'number', 'cRLNumber', '5.2.3'),
                                      ('delta', 'base_number', 'deltaCRLIndicator', '5.2.4')):
        what = f'{name} is not an INTEGER (RFC 5280 {section})'

        def make(octets=b'\x05', label=label, name=name, what=what):
            return crl_with(known(label, El(name, 0x02, octets, what=what), critical=b'\xff'))

        for size, octets in (('5', b'\x05'), ('0', b'\x00'), ('of_20_octets', b'\x7f' * 20),
                             ('of_21_octets', b'\x7f' * 21), ('negative', b'\x80')):
            out.accept(f'{label}_{size}', make(octets), f'{key} {octets.hex()}',
                       'unknown_critical no')
        out.refuse_values(make, name, 'encoding', values.INTEGER)
        value_faults(out, make, label, [name], what)


POINT = 'distributionPoint is not a name in its tag (RFC 5280 5.2.5)'


def idp(*parts):
    return crl_with(known('idp', El(
        'IssuingDistributionPoint', 0x30, *parts,
        what='issuingDistributionPoint is not a SEQUENCE (RFC 5280 5.2.5)',
        close='trailing bytes after the fields of issuingDistributionPoint (RFC 5280 5.2.5)'),
        critical=b'\xff'))


def point(tag=0xA0, *names):
    return El('distributionPoint', 0xA0,
              El('pointName', tag, *(names or [GENERAL_NAMES['uri']]), what=POINT), what=POINT,
              optional=True)


FLAGS = {'onlyContainsUserCerts': (1, 'only_user_certs'), 'onlyContainsCACerts': (2, 'only_ca_certs'),
         'indirectCRL': (4, 'indirect_crl'), 'onlyContainsAttributeCerts':
         (5, 'only_attribute_certs')}


def scope_flag(name, octet=b'\xff'):
    return El(name, 0x80 | FLAGS[name][0], octet, optional=True,
              what=f'{name} is not a BOOLEAN (RFC 5280 5.2.5)')


def some_reasons(bits=b'\x01\x06'):
    return El('onlySomeReasons', 0x83, bits, optional=True,
              what='onlySomeReasons is not a BIT STRING (RFC 5280 5.2.5)')


def scopes(out):
    out.accept('idp_absent', full(), '!scope.indirect_crl')
    out.accept('idp_full_name', idp(point()), 'scope.only_user_certs no')
    out.accept('idp_two_names', idp(point(0xA0, GENERAL_NAMES['uri'],
                                          GENERAL_NAMES['directory_name'])))
    relative = m.name('x')[4:]
    out.accept('idp_relative_name', idp(point(0xA1, relative)),
               f'scope.relative_name {relative.hex()}', '!scope.full_name.0')
    for name, (_, key) in FLAGS.items():
        def make(octet=b'\xff', name=name):
            return idp(scope_flag(name, octet))

        out.accept(f'idp_{snake(name)}', make(), f'scope.{key} yes', 'unknown_critical no')
        out.accept(f'idp_{snake(name)}_false', make(b'\x00'), f'scope.{key} no',
                   deviations='false-encoded')
        out.refuse_values(make, name, 'encoding', values.BOOLEAN)
        every_fault(out, make, [name])
    for name, bits, mask in (('all', b'\x07\x7f\x80', 0x1fe), ('key_compromise', b'\x06\x40', 0x002),
                             ('certificate_hold', b'\x01\x02', 0x040), ('none', b'\x00', 0)):
        out.accept(f'idp_some_reasons_{name}', idp(some_reasons(bits)),
                   f'scope.only_some_reasons {mask:03x}')
    out.refuse_values(lambda: idp(some_reasons()), 'onlySomeReasons', 'encoding', values.BIT_STRING)
    out.accept('idp_with_all', idp(point(), *(
        some_reasons() if name == 'reasons' else scope_flag(name) for name in (
            'onlyContainsUserCerts', 'onlyContainsCACerts', 'reasons', 'indirectCRL',
            'onlyContainsAttributeCerts'))), 'scope.indirect_crl yes', 'unknown_critical no')
    root = idp(scope_flag('indirectCRL'), point())
    out.refuse_at('idp_swapped', root, 'distributionPoint', 'trailing',
                  root['IssuingDistributionPoint'].close)
    out.refuse_at('idp_empty', idp(), 'IssuingDistributionPoint', 'empty',
                  'issuingDistributionPoint is empty (RFC 5280 5.2.5)')
    root = idp(point()).put('pointName')
    out.refuse_at('idp_full_name_empty', root, 'pointName', 'empty',
                  'fullName of distributionPoint is empty (RFC 5280 5.2.5)')
    out.refuse_at('idp_name_is_null', idp(point(0xA0, junk())), 'junk', 'tag', POINT)
    every_fault(out, lambda: idp(some_reasons()), ['onlySomeReasons'])
    value_faults(out, lambda: idp(point()), 'idp',
                 ['IssuingDistributionPoint', 'distributionPoint', 'pointName'],
                 idp()['IssuingDistributionPoint'].what)
    root = idp(point(0xA1, relative)).append('distributionPoint', junk())
    out.refuse_at('idp_relative_name_trailing', root, 'junk', 'trailing', POINT)


def other_values(out):
    what = 'AuthorityKeyIdentifier is not a SEQUENCE (RFC 5280 4.2.1.1)'
    key_id = raw(0x80, b'\x01' * 20)
    out.accept('aki', crl_with(known('aki', raw(0x30, key_id))), f'authority_key_id {"01" * 20}')
    out.accept('aki_critical', crl_with(known('aki', raw(0x30, key_id), critical=b'\xff')),
               'unknown_critical no')
    out.accept('aki_empty', crl_with(known('aki', raw(0x30))), '!authority_key_id')
    rest = [raw(0xA1, GENERAL_NAMES['directory_name']), raw(0x82, b'\x05')]
    value_faults(out, lambda: crl_with(known('aki', El('AuthorityKeyIdentifier', 0x30, *rest,
                                                       what=what))),
                 'aki', ['AuthorityKeyIdentifier'], what)

    what = 'freshestCRL is not a SEQUENCE OF SEQUENCE (RFC 5280 5.2.6)'
    uri = raw(0xA0, raw(0xA0, GENERAL_NAMES['uri']))

    def freshest(*points):
        return crl_with(known('freshest', El('FreshestCRL', 0x30, *(
            El(f'point{i}', 0x30, p, what=what, repeated=True) for i, p in enumerate(points)),
            what=what)))

    out.accept('freshest', freshest(uri), 'n_freshest 1')
    out.accept('freshest_two', freshest(uri, uri), 'n_freshest 2')
    out.refuse_at('freshest_empty', freshest(), 'FreshestCRL', 'empty',
                  'freshestCRL is empty (RFC 5280 5.2.6)')
    value_faults(out, lambda: freshest(uri), 'freshest', ['FreshestCRL', 'point0'], what)

    what = 'expiredCertsOnCRL is not a GeneralizedTime (X.509 9.5.2.8)'

    def expired(value=m.THIS_UPDATE):
        return crl_with(known('expired', El('expiredCertsOnCRL', 0x18, value, what=what)))

    out.accept('expired_certs', expired(), f'expired_certs {seconds_of("2024-04-03 12:00:00")}')
    out.refuse_values(expired, 'expiredCertsOnCRL', 'time', values.FEW_TIMES)
    value_faults(out, expired, 'expired', ['expiredCertsOnCRL'], what)


def everything(out):
    """A delta CRL of AD CS's kind, with all that is read."""
    out.accept('delta_with_all', v2(
        next_update(), revoked(entry(reason(b'\x08'))), extensions(
            known('aki', raw(0x30, raw(0x80, b'\x01' * 20))), known('caVersion', raw(0x02, b'\x00')),
            known('number', raw(0x02, b'\x07')), known('delta', raw(0x02, b'\x05'), critical=b'\xff'),
            known('nextPublish', raw(0x17, b'240410120000Z')),
            known('expired', raw(0x18, m.THIS_UPDATE)))),
        'number 07', 'base_number 05', 'entry.0.crl_reason 8', 'unknown_critical no',
        'extension_name.1 caVersion')


def cases():
    out = Cases('crl')
    outermost(out)
    rest_missing(out)
    versions(out)
    names_and_algorithms(out)
    times(out)
    entries(out)
    entry_values(out)
    odd_dates(out)
    odd_extensions(out)
    odd_items(out)
    lists(out)
    numbers(out)
    scopes(out)
    other_values(out)
    everything(out)
    every_fault(out, full, FIELDS)
    for fault in faults(full, ['entry']):
        if fault[0] != 'entry_trailing':
            out.refuse(*fault)
    return out.text('CRLs (RFC 5280 5).')
