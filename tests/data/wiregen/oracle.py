# SPDX-License-Identifier: MIT
#
# The values that asn1crypto, a decoder that shares nothing with the library, reads in a valid
# message, as the lines that tests/wire/describe.c prints. asn1crypto runs in its strict mode, and
# the whole message is decoded before any value is used.
"""Expected values from asn1crypto."""

from datetime import datetime, timedelta, timezone

from asn1crypto import core, crl as crl_module, ocsp, x509

from .messages import HASHES

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
HASH_NAMES = {oid_text: digest for digest, (oid_text, _) in HASHES.items()}

STATUS_NAMES = {0: 'successful', 1: 'malformedRequest', 2: 'internalError', 3: 'tryLater',
                5: 'sigRequired', 6: 'unauthorized'}


class ServiceLocator(core.Sequence):
    """ServiceLocator of RFC 6960 4.4.6; in asn1crypto's own class locator is not OPTIONAL."""
    _fields = [
        ('issuer', x509.Name),
        ('locator', x509.AuthorityInfoAccessSyntax, {'optional': True}),
    ]


def seconds(moment):
    return (moment - EPOCH) // timedelta(seconds=1)


def flag(value):
    return 'yes' if value else 'no'


def optional(key, octets):
    return f'{key} {octets.hex()}' if octets else f'!{key}'


def algorithm(key, value):
    yield f'{key} {value["algorithm"].dotted}'
    yield optional(f'{key}_parameters', value['parameters'].dump())


def access(prefix, descriptions):
    for i, one in enumerate(descriptions):
        location = one['access_location']
        yield f'{prefix}access.{i}.method {one["access_method"].dotted}'
        yield f'{prefix}access.{i}.location {location.dump().hex()}'
        if location.name == 'uniform_resource_identifier':
            yield f'{prefix}access.{i}.uri {location.chosen.contents.decode()}'
        else:
            yield f'!{prefix}access.{i}.uri'
    yield f'!{prefix}access.{len(descriptions)}.method'


def read_nonce(prefix, der):
    yield f'{prefix}nonce {core.OctetString.load(der, strict=True).native.hex()}'


def read_crl_reference(prefix, der):
    value = ocsp.CrlId.load(der, strict=True)
    url, number, time = value['crl_url'], value['crl_num'], value['crl_time']
    yield f'{prefix}crl_url {url.native}' if url.native is not None else f'!{prefix}crl_url'
    yield (f'{prefix}crl_number {number.contents.hex()}' if number.native is not None
           else f'!{prefix}crl_number')
    yield (f'{prefix}crl_time {seconds(time.native)}' if time.native is not None
           else f'!{prefix}crl_time')


def read_acceptable_responses(prefix, der):
    types = ocsp.AcceptableResponses.load(der, strict=True)
    for i, one in enumerate(types):
        yield f'{prefix}acceptable_response.{i} {one.dotted}'
    yield f'!{prefix}acceptable_response.{len(types)}'


def read_archive_cutoff(prefix, der):
    value = core.GeneralizedTime.load(der, strict=True)
    yield f'{prefix}archive_cutoff {seconds(value.native)}'


def read_service_locator(prefix, der):
    value = ServiceLocator.load(der, strict=True)
    value.native
    yield f'{prefix}issuer {value["issuer"].dump().hex()}'
    yield from access(prefix, value['locator'] if value['locator'].native else [])


def read_preferred_signatures(prefix, der):
    wanted = ocsp.PreferredSignatureAlgorithms.load(der, strict=True)
    wanted.native
    for i, one in enumerate(wanted):
        key = f'{prefix}preferred.{i}.'
        yield from algorithm(f'{key}signature', one['sig_identifier'])
        if one['cert_identifier'].native is None:
            yield f'!{key}key'
        else:
            yield from algorithm(f'{key}key', one['cert_identifier'])
    yield f'!{prefix}preferred.{len(wanted)}.signature'


def read_extended_revoke(prefix, der):
    assert core.Null.load(der, strict=True).native is None
    yield from ()


def read_sct_list(prefix, der):
    yield f'{prefix}sct_list {core.OctetString.load(der, strict=True).native.hex()}'


def read_crl_reason(prefix, der):
    number = core.Enumerated.load(der, strict=True)
    yield f'{prefix}crl_reason {int.from_bytes(number.contents, "big")}'


def read_invalidity_date(prefix, der):
    value = core.GeneralizedTime.load(der, strict=True)
    yield f'{prefix}invalidity_date {seconds(value.native)}'


def read_certificate_issuer(prefix, der):
    names = x509.GeneralNames.load(der, strict=True)
    names.native
    for i, one in enumerate(names):
        yield f'{prefix}certificate_issuer.{i} {one.dump().hex()}'
    yield f'!{prefix}certificate_issuer.{len(names)}'


EXTENSIONS = {
    '1.3.6.1.5.5.7.48.1.2': ('nonce', read_nonce),
    '1.3.6.1.5.5.7.48.1.3': ('crlReference', read_crl_reference),
    '1.3.6.1.5.5.7.48.1.4': ('acceptableResponses', read_acceptable_responses),
    '1.3.6.1.5.5.7.48.1.6': ('archiveCutoff', read_archive_cutoff),
    '1.3.6.1.5.5.7.48.1.7': ('serviceLocator', read_service_locator),
    '1.3.6.1.5.5.7.48.1.8': ('preferredSignatureAlgorithms', read_preferred_signatures),
    '1.3.6.1.5.5.7.48.1.9': ('extendedRevoke', read_extended_revoke),
    '1.3.6.1.4.1.11129.2.4.5': ('signedCertificateTimestamps', read_sct_list),
    '2.5.29.21': ('reasonCode', read_crl_reason),
    '2.5.29.24': ('invalidityDate', read_invalidity_date),
    '2.5.29.29': ('certificateIssuer', read_certificate_issuer),
}


def extensions(prefix, items):
    items = [] if isinstance(items, core.Void) else list(items)
    for i, one in enumerate(items):
        key = f'{prefix}extension.{i}.'
        oid_text = one['extn_id'].dotted
        value = one['extn_value'].contents
        label, read = EXTENSIONS.get(oid_text, ('other', None))
        yield f'{key}name {label}'
        yield f'{key}oid {oid_text}'
        yield f'{key}critical {flag(one["critical"].native)}'
        yield f'{key}value {value.hex()}'
        if read:
            yield from read(key, value)
    yield f'{prefix}n_extensions {len(items)}'


def cert_id(prefix, value):
    oid_text = value['hash_algorithm']['algorithm'].dotted
    yield f'{prefix}hash {HASH_NAMES.get(oid_text, "other")}'
    yield from algorithm(f'{prefix}hash_algorithm', value['hash_algorithm'])
    yield f'{prefix}issuer_name_hash {value["issuer_name_hash"].native.hex()}'
    yield f'{prefix}issuer_key_hash {value["issuer_key_hash"].native.hex()}'
    yield f'{prefix}serial {value["serial_number"].contents.hex()}'


def signature(value):
    yield from algorithm('signature_algorithm', value['signature_algorithm'])
    yield f'signature {value["signature"].native.hex()}'
    certs = value['certs']
    has_certs = not isinstance(certs, core.Void)
    for i, one in enumerate(certs if has_certs else []):
        yield f'cert.{i} {one.dump().hex()}'
    yield f'n_certs {len(certs) if has_certs else 0}'
    yield f'has_certs {flag(has_certs)}'


def request(der):
    message = ocsp.OCSPRequest.load(der, strict=True)
    message.native
    tbs = message['tbs_request']
    yield f'tbs {tbs.dump().hex()}'
    name = tbs['requestor_name']
    yield optional('requestor_name', b'' if isinstance(name, core.Void) else name.untag().dump())
    for i, one in enumerate(tbs['request_list']):
        yield from cert_id(f'request.{i}.', one['req_cert'])
        yield from extensions(f'request.{i}.', one['single_request_extensions'])
    yield f'n_requests {len(tbs["request_list"])}'
    yield from extensions('', tbs['request_extensions'])
    is_signed = not isinstance(message['optional_signature'], core.Void)
    yield f'signed {flag(is_signed)}'
    if is_signed:
        yield from signature(message['optional_signature'])


def single(key, value):
    yield from cert_id(key, value['cert_id'])
    status = value['cert_status']
    yield f'{key}status {status.name}'
    if status.name == 'revoked':
        info = status.chosen
        yield f'{key}revocation_time {seconds(info["revocation_time"].native)}'
        number = info['revocation_reason']
        yield (f'!{key}reason' if isinstance(number, core.Void)
               else f'{key}reason {int.from_bytes(number.contents, "big")}')
    yield f'{key}this_update {seconds(value["this_update"].native)}'
    later = value['next_update'].native
    yield f'{key}next_update {seconds(later)}' if later else f'!{key}next_update'
    yield from extensions(key, value['single_extensions'])


def responder(value):
    if value.name == 'by_name':
        yield f'responder_name {value.chosen.untag().dump().hex()}'
        yield '!responder_key'
    else:
        yield f'responder_key {value.chosen.native.hex()}'
        yield '!responder_name'


def basic_response(value):
    value.native
    tbs = value['tbs_response_data']
    yield f'tbs {tbs.dump().hex()}'
    yield from responder(tbs['responder_id'])
    yield f'produced_at {seconds(tbs["produced_at"].native)}'
    for i, one in enumerate(tbs['responses']):
        yield from single(f'response.{i}.', one)
    yield f'n_responses {len(tbs["responses"])}'
    yield from extensions('', tbs['response_extensions'])
    yield from signature(value)


def response(der):
    message = ocsp.OCSPResponse.load(der, strict=True)
    message.native
    yield f'status {STATUS_NAMES[int.from_bytes(message["response_status"].contents, "big")]}'
    body = message['response_bytes']
    if isinstance(body, core.Void):
        yield '!response_type'
        yield '!response'
        yield 'basic no'
        return
    is_basic = body['response_type'].native == 'basic_ocsp_response'
    yield f'response_type {body["response_type"].dotted}'
    yield f'response {body["response"].contents.hex()}'
    yield f'basic {flag(is_basic)}'
    if is_basic:
        yield from basic_response(body['response'].parsed)


KEY_USAGES = ['digital_signature', 'non_repudiation', 'key_encipherment', 'data_encipherment',
              'key_agreement', 'key_cert_sign', 'crl_sign', 'encipher_only', 'decipher_only']
OCSP_SIGNING = '1.3.6.1.5.5.7.3.9'
READ_IN_CERTS = {'2.5.29.35', '2.5.29.14', '2.5.29.15', '2.5.29.19', '2.5.29.37',
                 '1.3.6.1.5.5.7.1.1', '1.3.6.1.5.5.7.48.1.5', '1.3.6.1.5.5.7.1.24'}


def cert_extensions(value):
    aki = value.authority_key_identifier_value
    yield optional('authority_key_id', (aki['key_identifier'].native or b'') if aki else b'')
    ski = value.key_identifier_value
    yield optional('subject_key_id', ski.native if ski else b'')
    usage = value.key_usage_value
    if usage is None:
        yield '!key_usage'
    else:
        bits = sum(1 << KEY_USAGES.index(bit) for bit in usage.native)
        yield f'key_usage {bits:03x}'
    constraints = value.basic_constraints_value
    yield f'ca {flag(constraints is not None and constraints["ca"].native)}'
    purposes = [p.dotted for p in value.extended_key_usage_value or []]
    for i, purpose in enumerate(purposes):
        yield f'ext_key_usage.{i} {purpose}'
    yield f'n_ext_key_usages {len(purposes)}'
    yield f'ocsp_signing {flag(OCSP_SIGNING in purposes)}'


def uris(key, aia, method):
    found = [one['access_location'].chosen.contents.decode() for one in aia
             if one['access_method'].dotted == method
             and one['access_location'].name == 'uniform_resource_identifier']
    for i, uri in enumerate(found):
        yield f'{key}_uri.{i} {uri}'
    yield f'n_{key}_uris {len(found)}'


def cert_access(value):
    aia = list(value.authority_information_access_value or [])
    yield from access('', aia)
    yield from uris('ocsp', aia, '1.3.6.1.5.5.7.48.1')
    yield from uris('issuer', aia, '1.3.6.1.5.5.7.48.2')


def cert_flags(value):
    items = value['tbs_certificate']['extensions']
    items = [] if isinstance(items, core.Void) else list(items)
    features = [int.from_bytes(f.contents, 'big') for f in value.tls_feature_value or []]
    unread = [one for one in items
              if one['critical'].native and one['extn_id'].dotted not in READ_IN_CERTS]
    yield f'ocsp_nocheck {flag(value.ocsp_no_check_value is not None)}'
    yield f'must_staple {flag(5 in features)}'
    yield f'must_staple_v2 {flag(17 in features)}'
    yield f'unread_critical {flag(unread)}'


def cert(der):
    value = x509.Certificate.load(der, strict=True)
    value.native
    tbs = value['tbs_certificate']
    spki = tbs['subject_public_key_info']
    yield f'tbs {tbs.dump().hex()}'
    yield f'version {int.from_bytes(tbs["version"].contents, "big") + 1}'
    yield f'serial {tbs["serial_number"].contents.hex()}'
    yield from algorithm('tbs_algorithm', tbs['signature'])
    yield f'issuer {tbs["issuer"].dump().hex()}'
    yield f'not_before {seconds(tbs["validity"]["not_before"].native)}'
    yield f'not_after {seconds(tbs["validity"]["not_after"].native)}'
    yield f'subject {tbs["subject"].dump().hex()}'
    yield f'spki {spki.dump().hex()}'
    yield from algorithm('key_algorithm', spki['algorithm'])
    yield f'public_key {spki["public_key"].contents[1:].hex()}'
    yield from algorithm('signature_algorithm', value['signature_algorithm'])
    yield f'signature {value["signature_value"].native.hex()}'
    yield from cert_extensions(value)
    yield from cert_access(value)
    yield from cert_flags(value)


CRL_NAMES = {
    '2.5.29.18': 'issuerAltName', '2.5.29.20': 'cRLNumber', '2.5.29.21': 'reasonCode',
    '2.5.29.23': 'holdInstructionCode', '2.5.29.24': 'invalidityDate',
    '2.5.29.27': 'deltaCRLIndicator', '2.5.29.28': 'issuingDistributionPoint',
    '2.5.29.29': 'certificateIssuer', '2.5.29.35': 'authorityKeyIdentifier',
    '2.5.29.46': 'freshestCRL', '2.5.29.60': 'expiredCertsOnCRL',
    '1.3.6.1.5.5.7.1.1': 'authorityInfoAccess', '1.3.6.1.4.1.311.21.1': 'caVersion',
    '1.3.6.1.4.1.311.21.2': 'previousCertHash', '1.3.6.1.4.1.311.21.3': 'crlVirtualBase',
    '1.3.6.1.4.1.311.21.4': 'crlNextPublish', '1.3.6.1.4.1.311.21.14': 'crlSelfCDP',
}
READ_IN_CRLS = {'2.5.29.20', '2.5.29.27', '2.5.29.28', '2.5.29.35', '2.5.29.46', '2.5.29.60'}
READ_IN_ENTRIES = {'2.5.29.21', '2.5.29.24', '2.5.29.29'}


def present(value):
    return [] if isinstance(value, core.Void) else list(value)


def unknown_critical(items, known):
    return any(one['critical'].native and one['extn_id'].dotted not in known for one in items)


def crl_entry(key, value):
    yield f'{key}serial {value["user_certificate"].contents.hex()}'
    yield f'{key}date {seconds(value["revocation_date"].native)}'
    items = present(value['crl_entry_extensions'])
    values = {one['extn_id'].dotted: one['extn_value'].contents for one in items}
    for oid_text, name, read in (('2.5.29.21', 'crl_reason', read_crl_reason),
                                 ('2.5.29.24', 'invalidity_date', read_invalidity_date)):
        yield from read(key, values[oid_text]) if oid_text in values else [f'!{key}{name}']
    if '2.5.29.29' in values:
        yield from read_certificate_issuer(key, values['2.5.29.29'])
    else:
        yield f'!{key}certificate_issuer.0'
    yield f'{key}unknown_critical {flag(unknown_critical(items, READ_IN_ENTRIES))}'
    yield f'{key}unreadable_extensions no'
    yield from extensions(key, items)


def crl_scope(value):
    point = value['distribution_point']
    full_name = relative = None
    if not isinstance(point, core.Void):
        full_name = point.chosen if point.name == 'full_name' else None
        relative = point.chosen if full_name is None else None
    for i, one in enumerate(full_name or []):
        yield f'scope.full_name.{i} {one.dump().hex()}'
    yield f'!scope.full_name.{len(full_name or [])}'
    yield optional('scope.relative_name', relative.contents if relative else b'')
    for key in ('only_contains_user_certs', 'only_contains_ca_certs',
                'only_contains_attribute_certs', 'indirect_crl'):
        yield f'scope.{key.replace("_contains", "")} {flag(value[key].native)}'
    reasons = value['only_some_reasons']
    if isinstance(reasons, core.Void):
        yield '!scope.only_some_reasons'
    else:
        octets = reasons.contents[1:3]
        bits = [octets[i // 8] >> 7 - i % 8 & 1 for i in range(min(9, 8 * len(octets)))]
        yield f'scope.only_some_reasons {sum(bit << i for i, bit in enumerate(bits)):03x}'


def crl_extensions(items):
    values = {one['extn_id'].dotted: one['extn_value'].contents for one in items}
    for i, one in enumerate(items):
        yield f'extension_name.{i} {CRL_NAMES.get(one["extn_id"].dotted, "other")}'
    for oid_text, key in (('2.5.29.20', 'number'), ('2.5.29.27', 'base_number')):
        number = core.Integer.load(values[oid_text], strict=True) if oid_text in values else None
        yield optional(key, number.contents if number else b'')
    key_id = b''
    if '2.5.29.35' in values:
        aki = x509.AuthorityKeyIdentifier.load(values['2.5.29.35'], strict=True)
        key_id = aki['key_identifier'].native or b''
    yield optional('authority_key_id', key_id)
    if '2.5.29.28' in values:
        scope = crl_module.IssuingDistributionPoint.load(values['2.5.29.28'], strict=True)
        yield from crl_scope(scope)
    else:
        yield '!scope.indirect_crl'
    points = x509.CRLDistributionPoints.load(values['2.5.29.46'], strict=True) \
        if '2.5.29.46' in values else []
    for i, one in enumerate(points):
        yield f'freshest.{i} {one.dump().hex()}'
    yield f'n_freshest {len(points)}'
    if '2.5.29.60' in values:
        time = core.GeneralizedTime.load(values['2.5.29.60'], strict=True)
        yield f'expired_certs {seconds(time.native)}'
    else:
        yield '!expired_certs'
    yield f'unknown_critical {flag(unknown_critical(items, READ_IN_CRLS))}'


def crl(der):
    value = crl_module.CertificateList.load(der, strict=True)
    tbs = value['tbs_cert_list']
    tbs['issuer'].native
    version = tbs['version']
    yield f'tbs {tbs.dump().hex()}'
    yield ('version 1' if isinstance(version, core.Void)
           else f'version {int.from_bytes(version.contents, "big") + 1}')
    yield from algorithm('tbs_algorithm', tbs['signature'])
    yield f'issuer {tbs["issuer"].dump().hex()}'
    yield f'this_update {seconds(tbs["this_update"].native)}'
    later = tbs['next_update'].native
    yield f'next_update {seconds(later)}' if later else '!next_update'
    entries = present(tbs['revoked_certificates'])
    for i, one in enumerate(entries):
        yield from crl_entry(f'entry.{i}.', one)
    yield f'n_entries {len(entries)}'
    yield f'has_list {flag(not isinstance(tbs["revoked_certificates"], core.Void))}'
    items = [present(one['crl_entry_extensions']) for one in entries]
    unknown = any(unknown_critical(one, READ_IN_ENTRIES) for one in items)
    yield f'unknown_critical_entry {flag(unknown)}'
    indirect = any(e['extn_id'].dotted == '2.5.29.29' for one in items for e in one)
    yield f'certificate_issuer {flag(indirect)}'
    yield from crl_extensions(present(tbs['crl_extensions']))
    yield from extensions('', tbs['crl_extensions'])
    yield from algorithm('signature_algorithm', value['signature_algorithm'])
    yield f'signature {value["signature"].native.hex()}'


READERS = {'request': request, 'response': response, 'cert': cert, 'crl': crl}
